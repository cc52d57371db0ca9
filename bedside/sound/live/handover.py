"""What an engine that takes over must be told, so that the music goes on as the hands would have it."""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from bedside.music.events import AllOff, Event, Glide, Lead, NoteOff, NoteOn, Pedal, Player, Program, Setting, Stop

# A note that the lost engine did not play is played by the next one within this time; later it would only startle.
LATE_SECONDS = 1.0

# The last notes asked in vain, one for each finger: more at once would be a blow.
MOST_UNHEARD = 10

_Hand = tuple[Player, int]


@dataclass(slots=True)
class _Waiting:
    """A note that no engine has performed yet: when it was asked, and its events."""

    asked_ns: int
    events: list[Event]


class Handover:
    """Follows what is asked and what is performed.

    ``sustained`` names the instruments whose held notes sound on: after a loss of sound these are taken up again, while
    a struck note is not struck a second time.
    """

    def __init__(self, sustained: AbstractSet[str]) -> None:
        self._sustained = sustained
        self._settings: dict[tuple[Player | None, type[Event]], Setting] = {}
        self._slid: dict[_Hand, Glide] = {}
        self._held: dict[_Hand, NoteOn] = {}
        self._heard: dict[_Hand, str] = {}
        self._unheard: dict[_Hand, _Waiting] = {}

    def asked(self, event: Event, now_ns: int) -> None:
        """Take in an event that was asked at a monotonic time."""
        if isinstance(event, Setting):
            # Only one player has the lead.
            whose = None if isinstance(event, Lead) else getattr(event, "player", None)
            self._settings[whose, type(event)] = event
            return
        match event:
            case Glide(player, note) if (player, note) in self._held:
                self._slid[player, note] = event
            case NoteOn(player, note):
                self._held[player, note] = event
                self._slid.pop((player, note), None)
                self._heard.pop((player, note), None)
                self._drop_late(now_ns)
                self._unheard[player, note] = _Waiting(now_ns, [event])
            case NoteOff(player, note):
                self._held.pop((player, note), None)
                self._slid.pop((player, note), None)
                self._heard.pop((player, note), None)
                if (player, note) in self._unheard:
                    self._unheard[player, note].events.append(event)
            case AllOff(player):
                self._settings.pop((player, Pedal), None)
                for hand in [hand for hand in self._held if hand[0] == player]:
                    self.asked(NoteOff(*hand), now_ns)
            case Stop():
                self._held.clear()
                self._slid.clear()
                self._heard.clear()
                self._unheard.clear()

    @property
    def instruments(self) -> list[str]:
        """The names of the instruments that the parts were last asked to take."""
        return [event.instrument for event in self._settings.values() if isinstance(event, Program)]

    def performed(self, on: NoteOn) -> None:
        """Take in a note that an engine performed."""
        hand = (on.player, on.note)
        self._unheard.pop(hand, None)
        if hand in self._held:
            self._heard[hand] = self._plays(on.player)

    def _plays(self, player: Player) -> str:
        """Return the name of the instrument that a player was last asked to take."""
        program = self._settings.get((player, Program))
        return program.instrument if isinstance(program, Program) else ""

    def events(self, now_ns: int) -> list[Event]:
        """Return what to ask the next engine for: settings, held notes that sound on, and what was asked in vain.

        Of the latter, the last notes that are still held or were asked within `LATE_SECONDS`.
        """
        self._drop_late(now_ns)
        hands = [hand for hand, name in self._heard.items() if name in self._sustained and name == self._plays(hand[0])]
        sounding_on = [event for hand in hands for event in (self._held[hand], self._slid.get(hand)) if event]
        latest = list(self._unheard.items())[-MOST_UNHEARD:]
        in_vain = [event for hand, waiting in latest for event in (*waiting.events, self._slid.get(hand)) if event]
        return [*self._settings.values(), *sounding_on, *in_vain]

    def _drop_late(self, now_ns: int) -> None:
        self._unheard = {
            hand: waiting
            for hand, waiting in self._unheard.items()
            if hand in self._held or now_ns - waiting.asked_ns < LATE_SECONDS * 1e9
        }
