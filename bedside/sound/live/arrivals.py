"""Pick up instruments from the cache while the engine already plays.

Polling never blocks the audio thread: files are mapped, and read with the GIL released.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from contextlib import suppress
from pathlib import Path

from bedside.sound.instrument import Instrument
from bedside.sound.library import cache
from bedside.sound.library.recipe import Recipe

# Identifies one version of a file: inode, size, modification time.
_Look = tuple[int, int, int]


class Arrivals:
    """The instruments of some recipes at ``rate``, delivered as they appear in the cache in ``folder``.

    If the cache cannot be written, they appear in the ``fallback`` folder.
    """

    def __init__(self, recipes: Sequence[Recipe], rate: int, folder: Path, fallback: Path | None = None) -> None:
        self._missing = list(recipes)
        self._rate = rate
        self._folders = [folder] if fallback is None else [folder, fallback]
        self._places: dict[str, list[Path]] = {}
        self._damaged: dict[Path, _Look] = {}

    @property
    def missing(self) -> list[str]:
        """The names of the instruments that have not arrived."""
        return [recipe.name for recipe in self._missing]

    def load_now(self, names: Collection[str], keys: Collection[int] = ()) -> list[Instrument]:
        """Return the instruments with these ``names``, or the first of all.

        Of those that the cache lacks, ``keys`` are made and no others, so that they can be played soon; they are still
        missing, and arrive whole. One that has none of these keys is baked whole at once. Raises BedsideError if one
        cannot be made.
        """
        wanted = [recipe for recipe in self._missing if recipe.name in names] or self._missing[:1]
        found = []
        for recipe in wanted:
            whole = self._kept(recipe)
            begun = None if whole is not None else recipe.begin(self._rate, keys)
            if begun is None:
                self._missing.remove(recipe)
            found.append(whole or begun or cache.load(recipe, self._rate, self._folders[0], lambda _share: None))
        return found

    def poll(self) -> Iterator[Instrument]:
        """Yield the instruments that have arrived since the last poll; remove damaged files, to have them rebaked."""
        for recipe in list(self._missing):
            found = self._kept(recipe)
            if found is not None:
                self._missing.remove(recipe)
                yield found

    def _kept(self, recipe: Recipe) -> Instrument | None:
        """Return an instrument if one of its files is complete."""
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
