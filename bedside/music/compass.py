"""Which keys an instrument's pads sound: a scale in its own register, or the pieces of a set of drums."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from bedside.music.pad import Pad
from bedside.music.scales import Scale


@dataclass(frozen=True, slots=True)
class Compass:
    """The MIDI keys from ``lowest`` to ``highest`` of an instrument, and its ``register``, where its pads begin.

    ``pieces`` are a key for each piece of a set, from the lowest; none for an instrument that plays scales.
    """

    lowest: int
    highest: int
    register: int
    pieces: tuple[int, ...] = ()


def keys(scale: Scale, root: int, count: int, compass: Compass | None) -> tuple[int, ...]:
    """Return the MIDI keys of so many pads: degrees of a scale from the root, as near to the register as octaves allow.

    A set's pads are its pieces, again from the first where there are more pads. Without a compass the root stands.
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
    """Return pads with other keys, one for each."""
    return tuple(replace(pad, key=key) for pad, key in zip(pads, keys, strict=True))
