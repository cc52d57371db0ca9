"""A phrase that is heard again: it asks for each event when it is due, and leaves every part as it was."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping, Sequence
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
    Program,
    Shape,
    Vibrato,
)

# Before the first note, so that nobody is taken by surprise; and after the last, for it to ring.
_LEAD_SECONDS = 0.4
_RING_SECONDS = 4.0


class Echo:
    """At most one phrase at a time; ``numbers`` yields a fresh number for every note. Each ``now`` is in seconds."""

    def __init__(self, numbers: Iterator[int]) -> None:
        self._numbers = numbers
        self._due: deque[tuple[float, Event]] = deque()
        self._notes: dict[tuple[Player, int], int] = {}
        self._worn: set[tuple[Player, type[Event]]] = set()
        self._sounds: dict[Player, str] = {}
        self._over: float | None = None

    @property
    def active(self) -> bool:
        """Whether a phrase is heard, or rings out."""
        return self._over is not None

    @property
    def next_due(self) -> float:
        """When the next event is due; infinite where none is."""
        return self._due[0][0] if self._due else float("inf")

    def start(self, phrase: Sequence[tuple[float, Event]], sounds: Mapping[Player, str], now: float) -> None:
        """Begin a phrase of events and the seconds at which they are due; ``sounds`` are what the parts play now."""
        self._due = deque((now + _LEAD_SECONDS + seconds, event) for seconds, event in phrase)
        self._notes.clear()
        self._sounds = dict(sounds)
        self._over = self._due[-1][0] + _RING_SECONDS if self._due else now

    def keep(self, program: Program) -> None:
        """Take in that a part was given another sound meanwhile, which it has afterwards too."""
        self._sounds[program.player] = program.instrument

    def due(self, now: float) -> list[Event]:
        """Return what is to be asked by now; at the end, what brings the parts back to where they were."""
        events: list[Event] = []
        while self._due and self._due[0][0] <= now:
            events += self._renumbered(self._due.popleft()[1])
            if not self._due:
                events += self._tidy()
        if self._over is not None and now >= self._over:
            self._over = None
        return events

    def stop(self) -> list[Event]:
        """End the phrase; return what ends its notes and brings the parts back."""
        if self._over is None:
            return []
        self._due.clear()
        self._over = None
        return self._tidy()

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
                mine = [hand for hand in self._notes if hand[0] == player]
                return [NoteOff(hand[0], self._notes.pop(hand)) for hand in mine]
            case Program(player) | Bend(player) | Vibrato(player) | Expression(player) | Pedal(player):
                self._worn.add((player, type(event)))
        return [event]

    def _tidy(self) -> list[Event]:
        events: list[Event] = [NoteOff(player, number) for (player, _), number in self._notes.items()]
        self._notes.clear()
        for player, kind in sorted(self._worn, key=lambda each: (each[0], each[1].__name__)):
            if kind is Program and player in self._sounds:
                events.append(Program(player, self._sounds[player]))
            elif kind is Bend:
                events.append(Bend(player, 0.0))
            elif kind is Vibrato:
                events.append(Vibrato(player, 0.0))
            elif kind is Expression:
                events.append(Expression(player, 1.0))
            elif kind is Pedal:
                events.append(Pedal(player, False))
        self._worn.clear()
        return events
