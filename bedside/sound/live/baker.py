"""The baker's process: bake every instrument that the cache lacks, one by one, at the lowest priority.

It ends when it is done, or when its parent is gone. Killed at any instant, it leaves only complete files. If the cache
cannot be written, it puts instruments into a fallback folder, which it removes when its parent is gone.
"""

from __future__ import annotations

import contextlib
import logging
import os
import shutil
import sys
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from bedside import children
from bedside.children import ChildProcess, Socket
from bedside.errors import BedsideError
from bedside.leftovers import HeldFolder
from bedside.sound.library import cache, catalogue, loading
from bedside.sound.library.recipe import Recipe

_log = logging.getLogger(__name__)

# How often to try to remove a folder into which the other thread may still write.
_SWEEPS = 10

# Everything else on the machine runs first.
_NICENESS = 19


@dataclass(frozen=True, slots=True)
class BakerSettings:
    """The settings of a baker.

    ``own`` is the user's folder of sounds. ``fallback`` is the folder to create if the cache cannot be written. The
    instruments named ``first`` are baked before the others.
    """

    rate: int
    own: Path | None
    fallback: Path
    first: tuple[str, ...] = ()


def main(link: Socket, settings: BakerSettings) -> None:
    """Bake the missing instruments; sentences for the staff go to standard error.

    If the fallback folder was created, wait for the end of the link, then remove it.
    """
    watch = threading.Thread(target=_end_with_parent, args=(link, settings.fallback), daemon=True)
    watch.start()
    recipes = sorted(catalogue.recipes(settings.own), key=lambda recipe: recipe.name not in settings.first)
    held = bake_missing(recipes, settings.rate, loading.cache_folder(), settings.fallback)
    if held is not None:
        watch.join()


def bake_missing(recipes: Sequence[Recipe], rate: int, folder: Path, fallback: Path) -> HeldFolder | None:
    """Bake the instruments that the cache in ``folder`` lacks, and tell the staff which ones cannot be made.

    Once one does not fit the cache, it and all later ones go into the folder ``fallback``; it is returned if it exists.
    Cache files of instruments that no longer exist are removed.
    """
    into = folder
    held = _taken_over(fallback) if fallback.exists() else None
    for recipe in recipes:
        # Named before it is baked: a change in its folder during baking counts at the next start.
        file = cache.table_path(recipe, rate, folder).name
        if any(cache.read(place / file) is not None for place in (folder, fallback)):
            continue
        try:
            made, ignored = recipe.make(rate, lambda _share: None)
        except BedsideError as fault:
            _say(str(fault))
            continue
        except Exception as fault:
            # An unexpected fault must not prevent the instruments that follow.
            _log.exception("An instrument could not be made.")
            _say(f"The instrument “{recipe.name}” could not be made ({type(fault).__name__}).")
            continue
        if ignored:
            _say(f"In the instrument “{recipe.name}” this is not supported and is ignored: {', '.join(ignored)}.")
        if cache.keep(made, into / file) is not None:
            continue
        if into == folder:
            _say(f"The instruments cannot be saved in {folder}, and are made again at each start; is the disk full?")
            into = fallback
            held = held or _taken_over(fallback)
            if cache.keep(made, into / file) is not None:
                continue
        _say("There is no room for all instruments, so some cannot be played; make room on the disk.")
        break
    cache.sweep(recipes, folder)
    return held


def _taken_over(fallback: Path) -> HeldFolder | None:
    """Return the fallback folder, which no other user can read; None if it cannot be made."""
    try:
        return HeldFolder(fallback)
    except OSError:
        return None


def _say(sentence: str) -> None:
    # The terminal may have been closed.
    with contextlib.suppress(OSError, ValueError):
        print(sentence, file=sys.stderr, flush=True)


def _end_with_parent(link: Socket, fallback: Path) -> None:
    """Wait for the end of the link, then remove the fallback folder and exit at once."""
    with contextlib.suppress(OSError):
        while link.recv(4096):
            pass
    for _ in range(_SWEEPS):
        shutil.rmtree(fallback, ignore_errors=True)
        if not fallback.exists():
            break
    os._exit(0)


def launch(rate: int, own: Path | None, fallback: Path, first: tuple[str, ...] = ()) -> ChildProcess:
    """Start a baker, which ends when its link is closed; raise OSError if it cannot be started."""
    settings = BakerSettings(rate, own, fallback, first)
    return children.launch(main, settings, "baker", niceness=_NICENESS, speaks=True)
