"""Which keys an instrument's pads play: a scale in its own register, or the pieces of a set of drums."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from bedside.music.pad import Pad
from bedside.music.scales import Scale


@dataclass(frozen=True, slots=True)
class Compass:
    """An instrument's MIDI keys, from ``lowest`` to ``highest``, and its ``register``: the key where its pads begin.

    ``pieces`` has the key of each piece of a set, from the lowest; it is empty for an instrument that plays scales.
    """

    lowest: int
    highest: int
    register: int
    pieces: tuple[int, ...] = ()


def keys(scale: Scale, root: int, count: int, compass: Compass | None) -> tuple[int, ...]:
    """Return the MIDI keys of ``count`` pads: degrees of a scale, from the root in the octave nearest to the register.

    A set's pads play its pieces, and repeat them if there are more pads. Without a compass the root stays as it is.
    """
    if compass is None:
        return tuple(scale.key(degree, root) for degree in range(count))
    if compass.pieces:
        return tuple(compass.pieces[number % len(compass.pieces)] for number in range(count))
    root += 12 * round((compass.register - root) / 12)
    while root < compass.lowest:
        root += 12
    while root > compass.lowest + 11 and scale.key(count - 1, root) > compass.highest:
        root -= 12
    return tuple(scale.key(degree, root) for degree in range(count))


def tuned(pads: Sequence[Pad], keys: Sequence[int]) -> tuple[Pad, ...]:
    """Return pads with new keys, one for each pad."""
    return tuple(replace(pad, key=key) for pad, key in zip(pads, keys, strict=True))
