"""The band: all instruments that the program has, baked or from the cache, in the order in which they are offered."""

from __future__ import annotations

from collections.abc import Callable

from bedside import places
from bedside.sound import cache, catalogue
from bedside.sound.instrument import Instrument


def load(rate: int, progress: Callable[[float], None] = lambda _share: None) -> list[Instrument]:
    """Return the instruments at a sample rate; ``progress`` is told each further share of the work, 1 in all.

    Raises BedsideError where the program's own files are missing or damaged.
    """
    patches = catalogue.shipped()
    folder = places.user_cache() / "instruments"
    band = []
    for patch in patches:
        done = 0.0

        def moved(share: float) -> None:
            nonlocal done
            progress((share - done) / len(patches))
            done = share

        band.append(cache.load(patch, rate, folder, moved))
        moved(1.0)
    return band
