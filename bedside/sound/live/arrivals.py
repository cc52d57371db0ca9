"""Instruments that come while the engine already plays: looked for in the cache, and handed over whole.

Whoever looks holds up no thread that makes sound: files are mapped, and read where Python lets others run.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from contextlib import suppress
from pathlib import Path

from bedside.sound.instrument import Instrument
from bedside.sound.library import cache
from bedside.sound.library.recipe import Recipe

# What tells one state of a file from another.
_Look = tuple[int, int, int]


class Arrivals:
    """The instruments of some recipes at ``rate``, given out one by one as the cache in ``folder`` has them.

    Where that cannot be written, they come to lie in the folder ``meanwhile``.
    """

    def __init__(self, recipes: Sequence[Recipe], rate: int, folder: Path, meanwhile: Path | None = None) -> None:
        self._awaited = list(recipes)
        self._rate = rate
        self._folders = [folder] if meanwhile is None else [folder, meanwhile]
        self._places: dict[str, list[Path]] = {}
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
        found = [
            self._kept(recipe) or cache.load(recipe, self._rate, self._folders[0], lambda _share: None)
            for recipe in wanted
        ]
        self._awaited = [recipe for recipe in self._awaited if recipe not in wanted]
        return found

    def look(self) -> Iterator[Instrument]:
        """Yield those that have come since the last look; a damaged file is removed, so that it is made anew."""
        for recipe in list(self._awaited):
            found = self._kept(recipe)
            if found is not None:
                self._awaited.remove(recipe)
                yield found

    def _kept(self, recipe: Recipe) -> Instrument | None:
        """Return an instrument where a file has it whole."""
        if recipe.name not in self._places:
            first = cache.table_path(recipe, self._rate, self._folders[0])
            self._places[recipe.name] = [folder / first.name for folder in self._folders]
        for place in self._places[recipe.name]:
            look = _look(place)
            if look is None or self._damaged.get(place) == look:
                continue
            found = cache.read(place)
            if found is not None and (found.name, found.rate) == (recipe.name, self._rate):
                return found
            self._damaged[place] = look
            with suppress(OSError):
                place.unlink()
        return None


def _look(file: Path) -> _Look | None:
    try:
        state = file.stat()
    except OSError:
        return None
    return state.st_ino, state.st_size, state.st_mtime_ns
