"""The gestures of fingers on pads, as musical events.

A finger holds at most one note, and every note that begins here also ends here, in whatever order the screen reports.
"""

from __future__ import annotations

import math
from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass

from bedside.music.events import Event, Glide, NoteOff, NoteOn, Player, Shape, Source
from bedside.music.pad import Pad, nearest
from bedside.music.ribbon import IN_TUNE, Ribbon

# The velocity of a touch at the lower edge of its pad, soft but audible; brightness needs no minimum.
SOFTEST_TOUCH = 0.35

# A held finger that moves by less than this share of its pad's height trembles; that is no gesture.
TREMOR = 1 / 48

# A sliding finger's pitch changes in steps of at least this, in semitones; smaller ones are not heard.
_GLIDE_STEP = 1 / 32


@dataclass(slots=True)
class _Held:
    """A finger's note and pad, its present brightness and pitch, and where it landed.

    ``struck`` is the pitch that it had at ``x``, ``y``, which lay ``outside`` pixels from the middle of the pad. Once
    the pads have moved away under it, it is ``adrift``, and then ``rests`` where it was first felt again.
    """

    note: int
    pad: Pad
    brightness: float
    pitch: float
    struck: float
    x: float
    y: float
    outside: float
    adrift: bool = False
    rests: tuple[float, float] | None = None


class Fingers:
    """Fingers on pads, all of one player.

    A screen reports no pressure, so the height of the finger in its pad gives velocity and brightness. ``numbers``
    yields a new note number for every note, shared by all the hands of a session. While ``sliding``, which may be set
    at any time, a held finger slides its note from pad to pad, through all the pitches between.
    """

    def __init__(self, pads: Sequence[Pad], player: Player, numbers: Iterator[int]) -> None:
        self.player = player
        self.sliding = False
        self.tune(pads)
        self._numbers = numbers
        self._held: dict[Hashable, _Held] = {}

    def tune(self, pads: Sequence[Pad]) -> None:
        """Take other pads at the same places, from the next touch on."""
        self.pads = tuple(pads)
        self._ribbon = Ribbon.of(pads)

    def lay(self, pads: Sequence[Pad]) -> None:
        """Take pads at other places; the fingers that are down hold their notes, as they are, until they leave.

        One that goes about as far as half a pad plays the new pads from there on.
        """
        self.tune(pads)
        for held in self._held.values():
            held.adrift, held.rests = True, None

    def down(self, finger: Hashable, x: float, y: float, source: Source = Source.TOUCH) -> list[Event]:
        """Return the events of a finger that touches a point.

        A finger that is already down is treated as moving: some screens report a held finger again.
        """
        if finger in self._held:
            return self.move(finger, x, y, source)
        return [self._begin(finger, nearest(self.pads, x, y), x, y, source)]

    def move(self, finger: Hashable, x: float, y: float, source: Source = Source.TOUCH) -> list[Event]:
        """Return the events of a held finger that moves: its note's brightness, and the next pad's note or pitch.

        There are none for a finger that is not down.
        """
        held = self._held.get(finger)
        if held is None:
            return []
        pad = nearest(self.pads, x, y)
        if held.adrift:
            reach = min(pad.width, pad.height) / 2
            held.rests = held.rests or (x, y)
            if math.hypot(x - held.rests[0], y - held.rests[1]) < reach:
                return []
            if not self.sliding:
                return [*self.up(finger), self._begin(finger, pad, x, y, source)]
            held.adrift, held.pad = False, pad
            # From its pitch it slides to that of the new pads.
            held.struck, held.x, held.y, held.outside = held.pitch, x, y, max(pad.outside(x, y, IN_TUNE), reach)
        if pad.number != held.pad.number and not self.sliding:
            return [*self.up(finger), self._begin(finger, pad, x, y, source)]
        events: list[Event] = []
        if self.sliding:
            pitch = self._pitch(held, x, y)
            if abs(pitch - held.pitch) >= _GLIDE_STEP or (pitch == pad.key != held.pitch):
                held.pitch = pitch
                events.append(Glide(self.player, held.note, pitch))
            held.pad = pad
        brightness = pad.lift(y)
        if abs(brightness - held.brightness) >= TREMOR:
            held.brightness = brightness
            events.append(Shape(self.player, held.note, brightness))
        return events

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

    def adrift(self, finger: Hashable) -> bool:
        """Return whether the pads have moved away under a finger that holds a note."""
        held = self._held.get(finger)
        return held is not None and held.adrift

    def _begin(self, finger: Hashable, pad: Pad, x: float, y: float, source: Source) -> NoteOn:
        note = next(self._numbers)
        height = pad.lift(y)
        self._held[finger] = _Held(note, pad, height, pad.key, pad.key, x, y, pad.outside(x, y, IN_TUNE))
        return NoteOn(self.player, note, pad.key, SOFTEST_TOUCH + (1 - SOFTEST_TOUCH) * height, height, source)

    def _pitch(self, held: _Held, x: float, y: float) -> float:
        """Return the pitch of a sliding finger.

        A finger that landed near the edge of its pad struck the pad's own key. The difference from the pitch at that
        place is faded out by the time that the finger could have reached the middle of a pad.
        """
        pitch = self._ribbon.pitch(x, y)
        gone = math.hypot(x - held.x, y - held.y)
        if gone >= held.outside:
            return pitch
        return pitch + (held.struck - self._ribbon.pitch(held.x, held.y)) * (1 - gone / held.outside)
