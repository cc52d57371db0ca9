"""Scales in which any two notes sound well together, and how any key snaps to them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Scale:
    """A scale: its name, and its steps in semitones above the root, ascending within one octave from 0."""

    name: str
    steps: tuple[int, ...]

    def key(self, degree: int, root: int) -> int:
        """Return the MIDI key of a degree; degree 0 is ``root``, and degrees continue over octaves both ways."""
        octave, step = divmod(degree, len(self.steps))
        return root + 12 * octave + self.steps[step]

    def degree(self, key: int, root: int) -> int:
        """Return the degree whose key is nearest to a MIDI key; the lower one in a tie."""
        octave, semitone = divmod(key - root, 12)
        steps = (*self.steps, 12)
        nearest = min(range(len(steps)), key=lambda step: abs(steps[step] - semitone))
        return octave * len(self.steps) + nearest

    def snap(self, key: int, root: int) -> int:
        """Return the key of the scale that is nearest to a MIDI key: the key itself if it belongs to the scale."""
        return self.key(self.degree(key, root), root)


SCALES = (
    Scale("major pentatonic", (0, 2, 4, 7, 9)),
    Scale("minor pentatonic", (0, 3, 5, 7, 10)),
    Scale("blues", (0, 3, 5, 6, 7, 10)),
    Scale("hirajoshi", (0, 2, 3, 7, 8)),
    Scale("whole tone", (0, 2, 4, 6, 8, 10)),
    Scale("suspended", (0, 2, 5, 7, 10)),
)


def scale(name: str) -> Scale:
    """Return the scale of this name; raise ValueError naming the scales for any other."""
    for each in SCALES:
        if each.name == name:
            return each
    raise ValueError(f"no scale is called {name!r}; the scales are {', '.join(each.name for each in SCALES)}")
