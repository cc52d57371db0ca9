"""Bakes every instrument into the cache that all tests share, where it is not there: ``python -m instruments``."""

from __future__ import annotations

import os
from concurrent.futures import ProcessPoolExecutor

import conftest  # noqa: F401 - says where the cache is
from bedside.sound.library import cache, catalogue, loading
from bedside.sound.library.recipe import Recipe
from bedside.stage.bed import RATE


def bake(recipe: Recipe) -> None:
    """Bake one instrument at the rate of the bed."""
    cache.load(recipe, RATE, loading.cache_folder(), lambda _share: None)


def main() -> None:
    """Bake all that is missing, on every core."""
    recipes = catalogue.recipes(None)
    missing = [
        recipe for recipe in recipes if cache.read(cache.table_path(recipe, RATE, loading.cache_folder())) is None
    ]
    if missing:
        print(f"Baking {len(missing)} instruments", flush=True)
        with ProcessPoolExecutor(os.cpu_count()) as pool:
            list(pool.map(bake, missing))


if __name__ == "__main__":
    main()
