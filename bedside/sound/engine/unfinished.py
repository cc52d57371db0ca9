"""What may be performed while an engine has an instrument of which only some keys are made, at the first start of all.

Whatever is performed then sounds the same when the take is rendered later, with all keys. So a note whose key is not
made is left out, and nothing bends, as that may move a sounding note to the tables of another key.
"""

from __future__ import annotations

from bedside.music.events import Bend, Event, Glide, NoteOff, NoteOn, Player, Shape, Vibrato
from bedside.sound.engine.engine import Engine


class Unfinished:
    """Judges what is asked of an engine; it ``lasts`` until all instruments are finished."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._left_out: set[tuple[Player, int]] = set()
        self._bent: dict[tuple[Player, type[Event]], Event] = {}
        self.lasts = engine.unfinished

    def adopted(self) -> list[Event]:
        """Notice that an instrument was adopted; once all are finished, return what had to wait for that."""
        self.lasts = self._engine.unfinished
        if self.lasts:
            return []
        waited = list(self._bent.values())
        self._bent.clear()
        return waited

    def lets(self, event: Event) -> bool:
        """Return whether an event may be performed now."""
        match event:
            case NoteOn(player, note, key) if self.lasts and not self._engine.sounds(player, key):
                self._left_out.add((player, note))
                return False
            case NoteOn(player, note):
                self._left_out.discard((player, note))
            case NoteOff(player, note) if (player, note) in self._left_out:
                self._left_out.discard((player, note))
                return False
            case Shape(player, note) | Glide(player, note) if (player, note) in self._left_out:
                return False
            case Glide():
                return not self.lasts
            case Bend(player) | Vibrato(player) if self.lasts:
                self._bent[player, type(event)] = event
                return False
        return True
