"""What hands do, as musical events: fingers on pads, and keys on a keyboard.

A finger or a key holds at most one note, and every note that begins here also ends here, whatever order the hands' own
reports come in.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass

from bedside.music.events import Event, NoteOff, NoteOn, Player, Shape, Source
from bedside.music.layout import Pad, nearest
from bedside.music.scales import Scale

# A touch low in its pad is soft yet heard; brightness needs no floor.
SOFTEST_TOUCH = 0.35

# Smaller movements of a held finger than this share of its pad's height are a tremor, not a gesture.
TREMOR = 1 / 48


@dataclass(slots=True)
class _Held:
    note: int
    pad: Pad
    brightness: float


class Fingers:
    """Fingers on pads, all of one player.

    A screen reports no pressure, so the height of the finger in its pad gives velocity and brightness. ``numbers``
    yields a fresh note number for every note, shared by all the hands of a session.
    """

    def __init__(self, pads: Sequence[Pad], player: Player, numbers: Iterator[int]) -> None:
        self.pads = tuple(pads)
        self.player = player
        self._numbers = numbers
        self._held: dict[Hashable, _Held] = {}

    def down(self, finger: Hashable, x: float, y: float, source: Source = Source.TOUCH) -> list[Event]:
        """Return the events of a finger that touches a point.

        A finger that is already down is taken as moving: some screens report a held finger again.
        """
        if finger in self._held:
            return self.move(finger, x, y, source)
        return [self._begin(finger, nearest(self.pads, x, y), y, source)]

    def move(self, finger: Hashable, x: float, y: float, source: Source = Source.TOUCH) -> list[Event]:
        """Return the events of a held finger that moves: a brighter or darker note, or the note of the next pad.

        A finger that is not down moves nothing.
        """
        held = self._held.get(finger)
        if held is None:
            return []
        pad = nearest(self.pads, x, y)
        if pad is not held.pad:
            return [*self.up(finger), self._begin(finger, pad, y, source)]
        brightness = pad.lift(y)
        if abs(brightness - held.brightness) < TREMOR:
            return []
        held.brightness = brightness
        return [Shape(self.player, held.note, brightness)]

    def up(self, finger: Hashable) -> list[Event]:
        """Return the events of a finger that leaves; none if it was not down."""
        held = self._held.pop(finger, None)
        return [] if held is None else [NoteOff(self.player, held.note)]

    def lift(self) -> list[Event]:
        """Return the events of all fingers leaving at once, as when the window loses the screen."""
        return [event for finger in list(self._held) for event in self.up(finger)]

    def note(self, finger: Hashable) -> int | None:
        """Return the number of the note that a finger holds."""
        held = self._held.get(finger)
        return None if held is None else held.note

    def _begin(self, finger: Hashable, pad: Pad, y: float, source: Source) -> NoteOn:
        note = next(self._numbers)
        height = pad.lift(y)
        self._held[finger] = _Held(note, pad, height)
        return NoteOn(self.player, note, pad.key, SOFTEST_TOUCH + (1 - SOFTEST_TOUCH) * height, height, source)


class Keyboard:
    """Keys of a MIDI keyboard, all of one player; snapped to the nearest key of a scale, or free where it is None."""

    def __init__(self, player: Player, scale: Scale | None, root: int, numbers: Iterator[int]) -> None:
        self.player = player
        self.scale = scale
        self.root = root
        self._numbers = numbers
        self._held: dict[int, int] = {}

    def down(self, key: int, velocity: int) -> list[Event]:
        """Return the events of a key struck with MIDI velocity 0–127; velocity 0 releases it, as MIDI has it."""
        if velocity == 0:
            return self.up(key)
        events = self.up(key)
        note = self._held[key] = next(self._numbers)
        sounding = key if self.scale is None else self.scale.snap(key, self.root)
        share = velocity / 127
        events.append(NoteOn(self.player, note, min(max(sounding, 0), 127), share, share, Source.MIDI))
        return events

    def up(self, key: int) -> list[Event]:
        """Return the events of a key released; none if it was not down."""
        note = self._held.pop(key, None)
        return [] if note is None else [NoteOff(self.player, note)]

    def lift(self) -> list[Event]:
        """Return the events of all keys released at once, as when the keyboard is unplugged."""
        return [event for key in list(self._held) for event in self.up(key)]
