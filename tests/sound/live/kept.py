"""Instruments that were baked before, for tests of what comes after."""

from __future__ import annotations

import shutil
import warnings
from pathlib import Path

from bedside.places import user_cache
from bedside.sound.library import cache, catalogue

# Where all tests keep what they bake; asked before a test has a cache of its own.
_SHARED = user_cache() / "instruments"


def keep(folder: Path, rate: int, but: int = 0) -> None:
    """Put the shipped instruments at a rate into the folder of a cache, all but so many."""
    recipes = catalogue.recipes(None)
    folder.mkdir(parents=True, exist_ok=True)
    for recipe in recipes[: len(recipes) - but]:
        with warnings.catch_warnings():
            # At a low rate some filters have nothing to let through, which a baker's process does not mind either.
            warnings.simplefilter("ignore", RuntimeWarning)
            cache.load(recipe, rate, _SHARED, lambda _share: None)
        shutil.copy(cache.table_path(recipe, rate, _SHARED), folder)
