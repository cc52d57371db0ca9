"""Instruments that come while the engine already plays: looked for in the cache, and handed over whole.

Whoever looks holds up no thread that makes sound: files are mapped, and read where Python lets others run.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from contextlib import suppress
from pathlib import Path

from bedside.sound import cache
from bedside.sound.instrument import Instrument
from bedside.sound.recipe import Recipe

# What tells one state of a file from another.
_Look = tuple[int, int, int]


class Arrivals:
    """The instruments of some recipes at ``rate``, given out one by one as the cache in ``folder`` has them."""

    def __init__(self, recipes: Sequence[Recipe], rate: int, folder: Path) -> None:
        self._awaited = list(recipes)
        self._rate = rate
        self._folder = folder
        self._places: dict[str, Path] = {}
        self._damaged: dict[Path, _Look] = {}

    @property
    def awaited(self) -> list[str]:
        """The names of those that are not there yet."""
        return [recipe.name for recipe in self._awaited]

    def at_once(self, names: Collection[str]) -> list[Instrument]:
        """Return those of these ``names``, made here where the cache does not have them; the first of all for none.

        Raises BedsideError where that cannot be done.
        """
        wanted = [recipe for recipe in self._awaited if recipe.name in names] or self._awaited[:1]
        found = [cache.load(recipe, self._rate, self._folder, lambda _share: None) for recipe in wanted]
        self._awaited = [recipe for recipe in self._awaited if recipe not in wanted]
        return found

    def look(self) -> Iterator[Instrument]:
        """Yield those that have come since the last look; a damaged file is removed, so that it is made anew."""
        for recipe in list(self._awaited):
            if recipe.name not in self._places:
                self._places[recipe.name] = cache.place(recipe, self._rate, self._folder)
            place = self._places[recipe.name]
            look = _look(place)
            if look is None or self._damaged.get(place) == look:
                continue
            found = cache.read(place)
            if found is None or (found.name, found.rate) != (recipe.name, self._rate):
                self._damaged[place] = look
                with suppress(OSError):
                    place.unlink()
                continue
            self._awaited.remove(recipe)
            yield found


def _look(file: Path) -> _Look | None:
    try:
        state = file.stat()
    except OSError:
        return None
    return state.st_ino, state.st_size, state.st_mtime_ns
