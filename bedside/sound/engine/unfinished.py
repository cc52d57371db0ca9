"""What has to wait while an engine has an instrument of which only some keys are made, at the first start of all.

Whatever is performed then sounds the same when the take is rendered later, with all keys. So a note whose key is not
made waits until it is, and so does every bend, as that may move a sounding note to the tables of another key.
"""

from __future__ import annotations

from collections import deque

from bedside.music.events import AllOff, Bend, Event, Glide, NoteOff, NoteOn, Player, Shape, Stop, Vibrato
from bedside.sound.engine.engine import Engine

# Of more events than these the oldest are lost; hands do not make so many in the seconds that it takes.
MOST_WAITING = 512


class Unfinished:
    """Holds back what an engine cannot perform yet; it ``lasts`` until all instruments are finished."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._waiting: deque[Event] = deque(maxlen=MOST_WAITING)
        # The notes that wait to begin, and have not ended.
        self._late: set[tuple[Player, int]] = set()
        self.lasts = engine.unfinished

    def adopted(self) -> list[Event]:
        """Notice that an instrument was adopted; once all are finished, return what waited for that, in order."""
        self.lasts = self._engine.unfinished
        if self.lasts:
            return []
        waited = list(self._waiting)
        self.forget()
        return waited

    def forget(self) -> None:
        """Forget what waits: the take is over."""
        self._waiting.clear()
        self._late.clear()

    def lets(self, event: Event) -> bool:
        """Return whether an event may be performed now; else it waits."""
        if not self.lasts:
            return True
        match event:
            case NoteOn(player, note, key) if not self._engine.sounds(player, key):
                self._late.add((player, note))
            case NoteOff(player, note) if (player, note) in self._late:
                self._late.discard((player, note))
            case NoteOff(player, note):
                # It sounded, and ends before it could slide.
                self._drop(Glide, player, note)
                return True
            case Shape(player, note) if (player, note) in self._late:
                self._drop(Shape, player, note)
            case Glide(player, note):
                self._drop(Glide, player, note)
            case Bend(player) | Vibrato(player):
                self._drop(type(event), player)
            case AllOff():
                # What waits to begin ends as well.
                self._waiting.append(event)
                return True
            case Stop():
                # As among the requests that wait for a block: none of these notes begins.
                kept = [each for each in self._waiting if isinstance(each, Bend | Vibrato)]
                self.forget()
                self._waiting.extend(kept)
                return True
            case _:
                return True
        self._waiting.append(event)
        return False

    def _drop(self, kind: type[Event], player: Player, note: int | None = None) -> None:
        """Drop what waits and is overtaken: earlier events of a kind, for a player or one note."""
        for each in [each for each in self._waiting if type(each) is kind]:
            if (getattr(each, "player", None), getattr(each, "note", None)) == (player, note):
                self._waiting.remove(each)
