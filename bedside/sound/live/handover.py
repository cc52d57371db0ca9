"""What to ask of an engine that takes over: the music goes on as the players intend, and nothing asked is lost."""

from __future__ import annotations

from collections import deque
from collections.abc import Set as AbstractSet

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
    TakeEnded,
)
from bedside.music.settings import AllSettings

# The most requests that wait for an engine: hours of play. Beyond that the oldest notes are given up, never a setting.
MOST_WAITING = 1 << 17

_NoteId = tuple[Player, int]

# A request and its time; None asks for the end of the take.
Waiting = tuple[Event | None, int]


class Handover:
    """Tracks what is asked, what was handled, and what was performed.

    ``sustained`` names the instruments whose held notes ring on: after a loss of sound these notes are played again,
    while a struck note is not struck a second time.
    """

    def __init__(self, sustained: AbstractSet[str]) -> None:
        self._sustained = sustained
        self._reported = AllSettings()
        # What was asked and has not been handled by an engine, in order.
        self._waiting: deque[Waiting] = deque()
        # Each setting as it was last handled, in the order in which they were first handled.
        self._settings: dict[tuple[Player | None, type[Event]], Setting] = {}
        # What the hands hold now, and where it was slid to.
        self._held: dict[_NoteId, NoteOn] = {}
        self._slid: dict[_NoteId, Glide] = {}
        # Held notes that were performed, each with its instrument.
        self._played: dict[_NoteId, str] = {}

    def ask(self, event: Event | None, asked_ns: int) -> None:
        """Register a request for an event, or for the end of the take, and its monotonic time, later than the last."""
        self._waiting.append((event, asked_ns))
        if len(self._waiting) > MOST_WAITING:
            self._handle(self._waiting.popleft()[0])
        match event:
            case Glide(player, note) if (player, note) in self._held:
                self._slid[player, note] = event
            case NoteOn(player, note):
                self._leave((player, note))
                self._held[player, note] = event
            case NoteOff(player, note):
                self._leave((player, note))
            case AllOff(player):
                for hand in [hand for hand in self._held if hand[0] == player]:
                    self._leave(hand)
            case Stop() | None:
                for hand in list(self._held):
                    self._leave(hand)

    def done(self, asked_ns: int) -> None:
        """Register that everything asked until then has been handled."""
        while self._waiting and self._waiting[0][1] <= asked_ns:
            self._handle(self._waiting.popleft()[0])

    @property
    def unplayed_ns(self) -> int | None:
        """When the first note was asked for that no engine has begun; None if all have begun."""
        return next((asked for event, asked in self._waiting if isinstance(event, NoteOn)), None)

    @property
    def instruments(self) -> list[str]:
        """The names of the instruments that parts were last asked to take, then of those that they play."""
        wishes = dict(self._settings)
        wishes |= {(event.player, Program): event for event, _ in self._waiting if isinstance(event, Program)}
        asked = [event.instrument for event in wishes.values() if isinstance(event, Program)]
        played = [part.instrument for part in self._reported.parts.values() if part.instrument]
        return list(dict.fromkeys((*asked, *played)))

    def follow(self, report: Report) -> None:
        """Register a report of an engine."""
        self._reported.follow(report)
        match report:
            case Performed(_, NoteOn(player, note) as on):
                # An engine that died may not have said that it handled this.
                if any(event == on for event, _ in self._waiting):
                    while self._handle(self._waiting.popleft()[0]) != on:
                        pass
                if self._held.get((player, note)) == on:
                    self._played[player, note] = self._plays(player)
            case Performed(_, NoteOff(player, note)) if (player, note) in self._played:
                # The hand left, or the engine ended the note by itself.
                self._leave((player, note))
            case Performed(_, AllOff(player)):
                for hand in [hand for hand in self._played if hand[0] == player]:
                    self._leave(hand)
            case Performed(_, Stop() | TakeEnded()):
                self._played.clear()
            case Declined(program):
                self._decline(program)

    def settings(self) -> tuple[list[Setting], list[Setting]]:
        """Return the settings that an engine is first asked for, and those for after its held notes.

        A part that awaits an instrument is first asked for the one that it plays, and for the other afterwards.
        """
        settings: list[Setting] = []
        wishes: list[Setting] = []
        for setting in self._settings.values():
            plays = self._plays(setting.player) if isinstance(setting, Program) else ""
            if isinstance(setting, Program) and plays not in ("", setting.instrument):
                settings.append(Program(setting.player, plays))
                wishes.append(setting)
            else:
                settings.append(setting)
        return settings, wishes

    def held(self) -> list[Event]:
        """Return what brings back the held notes that ring on."""
        ringing = [note for note, name in self._played.items() if name in self._sustained]
        ringing = [note for note in ringing if self._played[note] == self._plays(note[0])]
        return [event for note in ringing for event in (self._held[note], self._slid.get(note)) if event]

    @property
    def waiting(self) -> list[Waiting]:
        """What no engine has handled yet, in order, each with its time."""
        return list(self._waiting)

    def _leave(self, hand: _NoteId) -> None:
        """Forget a note: nobody holds it."""
        self._held.pop(hand, None)
        self._slid.pop(hand, None)
        self._played.pop(hand, None)

    def _handle(self, event: Event | None) -> Event | None:
        """Register a setting that was handled; return the event."""
        match event:
            case AllOff(player):
                self._settings.pop((player, Pedal), None)
            case _ if isinstance(event, PartSetting):
                self._settings[event.player, type(event)] = event
            case _ if isinstance(event, CommonSetting):
                self._settings[None, type(event)] = event
        return event

    def _decline(self, program: Program) -> None:
        """Forget an instrument that the engine does not know; the next one would not know it either."""
        for asked in self._waiting:
            if asked[0] == program:
                self._waiting.remove(asked)
                return
        if self._settings.get((program.player, Program)) != program:
            return
        # The part keeps what it awaited or played before.
        if before := self._reported.awaited.get(program.player) or self._plays(program.player):
            self._settings[program.player, Program] = Program(program.player, before)
        else:
            del self._settings[program.player, Program]

    def _plays(self, player: Player) -> str:
        """Return the name of the instrument that a part plays, as the engine reported it; empty before any report."""
        return self._reported.parts[player].instrument
