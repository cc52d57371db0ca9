"""What to ask of an engine that takes over, so that the music goes on as the players intend."""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from bedside.music.events import (
    AllOff,
    CommonSetting,
    Declined,
    Event,
    Glide,
    NoteOff,
    NoteOn,
    PartSetting,
    Pedal,
    Performed,
    Player,
    Program,
    Report,
    Setting,
    Stop,
)
from bedside.music.settings import AllSettings

# A note that the lost engine did not play is played by the next one within this time; later it would only startle.
LATE_SECONDS = 1.0

# The most unplayed notes that are passed on, one for each finger: more at once would startle. The latest count.
MOST_UNPLAYED = 10

_NoteId = tuple[Player, int]


@dataclass(slots=True)
class _Unplayed:
    """A note that no engine has performed yet: when it was asked for, and its events."""

    asked_ns: int
    events: list[Event]


class Handover:
    """Tracks what is asked and what is performed.

    ``sustained`` names the instruments whose held notes ring on: after a loss of sound these notes are played again,
    while a struck note is not struck a second time.
    """

    def __init__(self, sustained: AbstractSet[str]) -> None:
        self._sustained = sustained
        self._reported = AllSettings()
        # Each setting as it was last asked for, in the order in which they were first asked for.
        self._asked: dict[tuple[Player | None, type[Event]], Setting] = {}
        self._slid: dict[_NoteId, Glide] = {}
        self._held: dict[_NoteId, NoteOn] = {}
        # Held notes that were performed, each with its instrument.
        self._played: dict[_NoteId, str] = {}
        self._unplayed: dict[_NoteId, _Unplayed] = {}

    def ask(self, event: Event, now_ns: int) -> None:
        """Register a request for an event, and its monotonic time."""
        match event:
            case Glide(player, note) if (player, note) in self._held:
                self._slid[player, note] = event
            case NoteOn(player, note):
                self._held[player, note] = event
                self._slid.pop((player, note), None)
                self._played.pop((player, note), None)
                self._drop_late(now_ns)
                self._unplayed[player, note] = _Unplayed(now_ns, [event])
            case NoteOff(player, note):
                self._held.pop((player, note), None)
                self._slid.pop((player, note), None)
                self._played.pop((player, note), None)
                if (player, note) in self._unplayed:
                    self._unplayed[player, note].events.append(event)
            case AllOff(player):
                self._asked.pop((player, Pedal), None)
                for held in [held for held in self._held if held[0] == player]:
                    self.ask(NoteOff(*held), now_ns)
            case Stop():
                self._held.clear()
                self._slid.clear()
                self._played.clear()
                self._unplayed.clear()
            case _ if isinstance(event, PartSetting):
                self._asked[event.player, type(event)] = event
            case _ if isinstance(event, CommonSetting):
                self._asked[None, type(event)] = event

    @property
    def instruments(self) -> list[str]:
        """The names of the instruments that parts were last asked to take, then of those that they play."""
        asked = [event.instrument for event in self._asked.values() if isinstance(event, Program)]
        played = [part.instrument for part in self._reported.parts.values() if part.instrument]
        return list(dict.fromkeys((*asked, *played)))

    def follow(self, report: Report) -> None:
        """Register a report of an engine."""
        self._reported.follow(report)
        match report:
            case Performed(_, NoteOn(player, note)):
                self._unplayed.pop((player, note), None)
                if (player, note) in self._held:
                    self._played[player, note] = self._plays(player)
            case Declined(program) if self._asked.get((program.player, Program)) == program:
                # The next engine would not know it either, so the part keeps what it awaited or played before.
                if before := self._reported.awaited.get(program.player) or self._plays(program.player):
                    self._asked[program.player, Program] = Program(program.player, before)
                else:
                    del self._asked[program.player, Program]

    def events(self, now_ns: int) -> list[Event]:
        """Return what to ask the next engine for: settings, held notes that ring on, then unplayed notes.

        A part that awaits an instrument is first asked for the one that it plays, and for the other after its held
        notes. Unplayed notes are the last ones that are still held or were asked for within `LATE_SECONDS`.
        """
        self._drop_late(now_ns)
        settings: list[Event] = []
        wishes: list[Event] = []
        for setting in self._asked.values():
            plays = self._plays(setting.player) if isinstance(setting, Program) else ""
            if isinstance(setting, Program) and plays not in ("", setting.instrument):
                settings.append(Program(setting.player, plays))
                wishes.append(setting)
            else:
                settings.append(setting)
        ringing = [note for note, name in self._played.items() if name in self._sustained]
        ringing = [note for note in ringing if self._played[note] == self._plays(note[0])]
        again = [event for note in ringing for event in (self._held[note], self._slid.get(note)) if event]
        latest = list(self._unplayed.items())[-MOST_UNPLAYED:]
        unplayed = [event for note, each in latest for event in (*each.events, self._slid.get(note)) if event]
        return [*settings, *again, *wishes, *unplayed]

    def _plays(self, player: Player) -> str:
        """Return the name of the instrument that a part plays, as the engine reported it; empty before any report."""
        return self._reported.parts[player].instrument

    def _drop_late(self, now_ns: int) -> None:
        self._unplayed = {
            note: each
            for note, each in self._unplayed.items()
            if note in self._held or now_ns - each.asked_ns < LATE_SECONDS * 1e9
        }
