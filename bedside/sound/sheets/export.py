"""Write the sheet of an instrument, a sound file and a portrait, into a folder."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np

from bedside.errors import BedsideError
from bedside.sound import audiofile
from bedside.sound.engine import offline
from bedside.sound.library import cache, catalogue, loading
from bedside.sound.library.patch import Patch
from bedside.sound.library.recipe import Recipe
from bedside.sound.sheets import findings, portrait, sheet
from bedside.sound.sheets.sheet import Subject

# The share of rendering in the work on a sheet, as measured.
_RENDERING = 0.5


def chosen_recipes(
    own: Path | None, only: str | None = None, say: Callable[[str], None] = lambda _sentence: None
) -> list[Recipe]:
    """Return the recipes of all instruments, or of the one named ``only``; ``own`` is the user's folder of sounds.

    ``say`` gets a sentence about each damaged patch. Raises BedsideError if there is no instrument of that name.
    """
    recipes = catalogue.recipes(own, say)
    if only is None:
        return recipes
    found = [recipe for recipe in recipes if recipe.name.casefold() == only.casefold()]
    if not found:
        names = ", ".join(recipe.name for recipe in recipes)
        raise BedsideError(f"There is no instrument called “{only}”; there are {names}.")
    return found


def load_subject(recipe: Recipe, rate: int, progress: Callable[[float], None] = lambda _share: None) -> Subject:
    """Return an instrument at ``rate`` as the subject of a sheet; ``progress`` gets shares that add up to 1.

    Raises BedsideError for a folder of samples that cannot be used.
    """
    done = 0.0

    def moved(share: float) -> None:
        nonlocal done
        progress(share - done)
        done = share

    instrument = cache.load(recipe, rate, loading.cache_folder(), moved)
    return Subject.of(instrument, recipe.origin if isinstance(recipe.origin, Patch) else None)


def write(shown: Subject, folder: Path, progress: Callable[[float], None] = lambda _share: None) -> tuple[Path, Path]:
    """Write the sheet of an instrument into a folder; return the paths of its sound file and its portrait.

    ``progress`` gets shares of the work that add up to 1. Raises BedsideError if a file cannot be written.
    """
    rate = shown.instrument.rate
    played = sheet.passages(shown)
    frames = played[-1].end * rate
    blocks = []
    for block in offline.render(sheet.perform_sheet(shown, played), [shown.instrument]):
        blocks.append(block.copy())
        progress(_RENDERING * len(block) / frames)
    sound = np.concatenate(blocks)
    wave, picture = folder / f"{shown.instrument.name}.wav", folder / f"{shown.instrument.name}.png"
    audiofile.write(wave, [sound], rate)
    found = findings.assess(shown, played, sound)
    progress((1 - _RENDERING) / 2)
    portrait.draw(picture, shown, played, sound, found)
    progress((1 - _RENDERING) / 2)
    return wave, picture
