"""The keys, wheels and pedals of a MIDI keyboard, as musical events.

A key holds at most one note, every note that begins here also ends here, and an unplugged keyboard leaves no pedal down
and no wheel turned. A note that is held for very long is forgotten, unless its keyboard says that it is there. After
the MIDI 1.0 Detailed Specification, 4.2 (RP-001).
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum

from bedside.music.events import (
    AllOff,
    Bend,
    Event,
    Expression,
    NoteOff,
    NoteOn,
    Pedal,
    Player,
    Shape,
    Source,
    StillHeld,
    Vibrato,
)
from bedside.music.scales import Scale

# The range of the pitch wheel, up and down.
BEND_SEMITONES = 2.0

# A wheel or a pedal must move by this share of its range before its value is passed on; its ends and its middle always
# are.
STEP = 1 / 64


class Controller(IntEnum):
    """The MIDI numbers of the controllers that are used here."""

    MODULATION = 1
    EXPRESSION = 11
    SUSTAIN = 64
    ALL_SOUND_OFF = 120
    RESET = 121
    ALL_NOTES_OFF = 123


# A note that is held is said to be so again after this time, well before the engine would end it.
STILL_SECONDS = 50.0

# The most notes under a pedal of which this is said; older ones have rung out, or are stolen.
_MOST_PEDALLED = 64

# From this value on a sustain pedal is down.
PEDAL_DOWN = 64


@dataclass(slots=True)
class _Key:
    """A note and its player: its velocity, the pressure on its own key since, and its present brightness."""

    player: Player
    note: int
    share: float
    pressure: float
    brightness: float


class Keyboard:
    """A MIDI keyboard of one player; its keys snap to a scale, or are free where that is None.

    ``numbers`` yields a new note number for every note, shared by all the hands of a session.
    """

    def __init__(self, player: Player, scale: Scale | None, root: int, numbers: Iterator[int]) -> None:
        self.player = player
        self.scale = scale
        self.root = root
        self._numbers = numbers
        self._held: dict[int, _Key] = {}
        self._pressure = 0.0
        self._bend = 0.0
        self._depth = 0.0
        self._swell = 1.0
        self._pedal = False
        # Released notes that the pedal holds, and when each note that sounds was last known to be held.
        self._pedalled: deque[int] = deque(maxlen=_MOST_PEDALLED)
        self._known: dict[int, float] = {}

    def down(self, key: int, velocity: int) -> list[Event]:
        """Return the events of a key struck with MIDI velocity 0–127; velocity 0 releases it."""
        events = self.up(key)
        if velocity == 0:
            return events
        sounding = key if self.scale is None else self.scale.snap(key, self.root)
        share = velocity / 127
        held = _Key(self.player, next(self._numbers), share, 0.0, max(share, self._pressure))
        self._held[key] = held
        events.append(NoteOn(self.player, held.note, min(max(sounding, 0), 127), share, held.brightness, Source.MIDI))
        return events

    def up(self, key: int) -> list[Event]:
        """Return the events of a key released; none if it was not down."""
        held = self._held.pop(key, None)
        if not self._held:
            # Not every keyboard reports that the pressure ended with the last key.
            self._pressure = 0.0
        if held is None:
            return []
        if self._pedal:
            self._pedalled.append(held.note)
        return [NoteOff(held.player, held.note)]

    def sense(self, now: float, active: bool) -> list[Event]:
        """Return the events by which the keyboard, heard at ``now`` seconds, says which notes are still held.

        ``active`` is whether it sends active sensing. One that does not says so only with a pedal that is down, and
        whatever it sends.
        """
        if not active and not self._pedal:
            return []
        players = dict.fromkeys(self._pedalled, self.player) | {key.note: key.player for key in self._held.values()}
        self._known = {note: self._known.get(note, now) for note in players}
        due = [note for note, since in self._known.items() if now - since >= STILL_SECONDS]
        for note in due:
            self._known[note] = now
        return [StillHeld(players[note], note) for note in due]

    def press(self, value: int, key: int | None = None) -> list[Event]:
        """Return the events of aftertouch, MIDI pressure 0–127, on one key or on all held ones.

        A note is never less bright than when it was struck.
        """
        pressure = value / 127
        if key is None:
            self._pressure = pressure if self._held else 0.0
            pressed = list(self._held.values())
        else:
            pressed = [self._held[key]] if key in self._held else []
        events: list[Event] = []
        for held in pressed:
            if key is not None:
                held.pressure = pressure
            brightness = max(held.share, held.pressure, self._pressure)
            if _heard(brightness, held.brightness, (held.share, 1.0)):
                held.brightness = brightness
                events.append(Shape(held.player, held.note, brightness))
        return events

    def bend(self, position: int) -> list[Event]:
        """Return the events of the pitch wheel at −8192 to 8191, 0 in the middle."""
        share = position / (8191 if position > 0 else 8192)
        # Half, because the range spans both directions.
        if not _heard(share / 2, self._bend / 2, (-0.5, 0.0, 0.5)):
            return []
        self._bend = share
        return [Bend(self.player, BEND_SEMITONES * share)]

    def control(self, number: int, value: int) -> list[Event]:
        """Return the events of a controller, 0–127, moved to a value, 0–127; none for one that is not used."""
        share = value / 127
        match number:
            case Controller.MODULATION if _heard(share, self._depth, (0.0, 1.0)):
                self._depth = share
                return [Vibrato(self.player, share)]
            case Controller.EXPRESSION if _heard(share, self._swell, (0.0, 1.0)):
                self._swell = share
                return [Expression(self.player, share)]
            case Controller.SUSTAIN if (value >= PEDAL_DOWN) != self._pedal:
                self._pedal = value >= PEDAL_DOWN
                self._pedalled.clear()
                return [Pedal(self.player, self._pedal)]
            case Controller.ALL_SOUND_OFF | Controller.ALL_NOTES_OFF:
                return [*self.lift(), AllOff(self.player)]
            case Controller.RESET:
                return self.recentre()
        return []

    def hand_over(self, player: Player) -> list[Event]:
        """Give the keyboard to a player, and return the events of its wheels and pedals at rest for the one before.

        A key that is down remains a note of whoever struck it.
        """
        events = [] if player is self.player else self.recentre()
        self.player = player
        return events

    def lift_keys(self) -> list[Event]:
        """Return the events of all keys released at once; wheels and pedals stay as they are."""
        return [event for key in list(self._held) for event in self.up(key)]

    def recentre(self) -> list[Event]:
        """Return the events of every wheel and pedal returning to rest."""
        return [
            *self.control(Controller.SUSTAIN, 0),
            *self.bend(0),
            *self.control(Controller.MODULATION, 0),
            *self.control(Controller.EXPRESSION, 127),
        ]

    def lift(self) -> list[Event]:
        """Return the events of all keys, wheels and pedals released at once, as when the keyboard is unplugged."""
        return [*self.lift_keys(), *self.recentre()]


def _heard(value: float, last: float, places: tuple[float, ...]) -> bool:
    """Return whether a value differs enough from the last to be passed on, in a range of 1; ``places`` always are."""
    return value != last and (abs(value - last) >= STEP or value in places)
