"""The replay of a phrase: asks for each event when it is due, then restores every part."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import replace

from bedside.music.events import (
    AllOff,
    Bend,
    Event,
    Expression,
    Glide,
    NoteOff,
    NoteOn,
    Pedal,
    Player,
    PlayerSetting,
    Program,
    Shape,
    Vibrato,
)
from bedside.music.settings import AllSettings, at_first

# The pause before the first note, so that nobody is startled, and after the last one, so that it can ring.
_LEAD_IN_SECONDS = 0.4
_RING_SECONDS = 4.0


class Echo:
    """Replays at most one phrase at a time; each ``now`` is in seconds.

    ``numbers`` yields a new number for every note; ``settings`` are those that the engine reports.
    """

    def __init__(self, numbers: Iterator[int], settings: AllSettings) -> None:
        self._numbers = numbers
        self._settings = settings
        self._due: deque[tuple[float, Event]] = deque()
        self._notes: dict[tuple[Player, int], int] = {}
        self._changed: set[tuple[Player, type[PlayerSetting]]] = set()
        # The parts' instruments before the phrase; those chosen since, to take afterwards; and which of these may not
        # be ready.
        self._before: dict[Player, str] = {}
        self._wanted: dict[Player, str] = {}
        self._awaited: set[Player] = set()
        self._over: float | None = None

    @property
    def active(self) -> bool:
        """Whether a phrase is playing or ringing out."""
        return self._over is not None

    @property
    def next_due(self) -> float:
        """When the next event is due; infinite where none is."""
        return self._due[0][0] if self._due else float("inf")

    def start(self, phrase: Sequence[tuple[float, Event]], now: float) -> None:
        """Start a phrase: its events, each with the seconds after which it is due."""
        self._due = deque((now + _LEAD_IN_SECONDS + seconds, event) for seconds, event in phrase)
        self._notes.clear()
        self._before = {player: part.instrument for player, part in self._settings.parts.items() if part.instrument}
        self._wanted = dict(self._settings.awaited)
        self._awaited = set(self._settings.awaited)
        self._over = self._due[-1][0] + _RING_SECONDS if self._due else now

    def choose(self, program: Program) -> None:
        """Remember an instrument that somebody chose during the replay, so that the part keeps it afterwards."""
        self._wanted[program.player] = program.instrument
        self._awaited.discard(program.player)

    def due(self, now: float) -> list[Event]:
        """Return the events that are due by now; at the end, those that restore the parts."""
        events: list[Event] = []
        while self._due and self._due[0][0] <= now:
            events += self._renumbered(self._due.popleft()[1])
            if not self._due:
                events += self._restore()
        if self._over is not None and now >= self._over:
            self._over = None
        return events

    def stop(self) -> list[Event]:
        """End the phrase; return the events that end its notes and restore the parts."""
        if self._over is None:
            return []
        self._due.clear()
        self._over = None
        return self._restore()

    def _renumbered(self, event: Event) -> list[Event]:
        match event:
            case NoteOn(player, note):
                self._notes[player, note] = next(self._numbers)
                return [replace(event, note=self._notes[player, note])]
            case NoteOff(player, note):
                number = self._notes.pop((player, note), None)
                return [] if number is None else [NoteOff(player, number)]
            case Shape(player, note) | Glide(player, note):
                number = self._notes.get((player, note))
                return [] if number is None else [replace(event, note=number)]
            case AllOff(player):
                # Only the replay's own notes end: somebody may be playing along.
                own = [note for note in self._notes if note[0] == player]
                return [NoteOff(note[0], self._notes.pop(note)) for note in own]
            case Program(player) | Bend(player) | Vibrato(player) | Expression(player) | Pedal(player):
                self._changed.add((player, type(event)))
                if isinstance(event, Program) and self._waits(player):
                    # The phrase's instrument ends the wait.
                    self._awaited.add(player)
        return [event]

    def _restore(self) -> list[Event]:
        """Return the events that end the phrase's notes, restore the parts' instruments, and centre their wheels."""
        events: list[Event] = [NoteOff(player, number) for (player, _), number in self._notes.items()]
        self._notes.clear()
        for player, kind in sorted(self._changed, key=lambda each: (each[0], each[1].__name__)):
            events += self._instruments(player) if kind is Program else [at_first(player, kind)]
        self._changed.clear()
        return events

    def _instruments(self, player: Player) -> list[Event]:
        """Return the events that restore a part's instrument; if it may not be ready, the previous one comes first."""
        before, wanted = self._before.get(player), self._wanted.get(player)
        names = (before, wanted) if player in self._awaited or self._waits(player) else (wanted or before,)
        return [Program(player, name) for name in names if name]

    def _waits(self, player: Player) -> bool:
        """Return whether a part waits for an instrument that somebody chose."""
        return player in self._wanted and self._settings.awaited.get(player) == self._wanted[player]
