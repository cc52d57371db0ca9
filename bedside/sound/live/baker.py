"""The baker's process: makes every instrument that the cache does not have, one after the other, behind all else.

It ends by itself, and with whoever started it; killed at any instant it leaves nothing that is not whole. Where the
cache cannot be written, instruments lie in a folder of their own for as long as whoever started it is there.
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
from bedside.children import ChildProcess, Link
from bedside.errors import BedsideError
from bedside.sound.library import band, cache, catalogue
from bedside.sound.library.recipe import Recipe

_log = logging.getLogger(__name__)

# How often to try to remove a folder into which the other thread may still write.
_SWEEPS = 10

# Everything else on the machine runs first.
_NICENESS = 19


@dataclass(frozen=True, slots=True)
class BakerSettings:
    """What a baker is told at its start.

    ``own`` is the user's folder of sounds. ``meanwhile`` is the folder to make where the cache cannot be written.
    """

    rate: int
    own: Path | None
    meanwhile: Path


def main(link: Link, settings: BakerSettings) -> None:
    """Bake what is missing, until the link ends; sentences for the staff go to standard error.

    Where the folder ``meanwhile`` was made, the process stays until the link ends, then removes it.
    """
    watch = threading.Thread(target=_end_with_parent, args=(link, settings.meanwhile), daemon=True)
    watch.start()
    bake_missing(catalogue.recipes(settings.own), settings.rate, band.folder(), settings.meanwhile)
    if settings.meanwhile.exists():
        watch.join()


def bake_missing(recipes: Sequence[Recipe], rate: int, folder: Path, meanwhile: Path) -> None:
    """Put into a cache what it does not have of some instruments, saying what cannot be made.

    From the first that the cache has no room for, they are put into the folder ``meanwhile``. What the cache keeps of
    instruments that are no more is removed.
    """
    into = folder
    for recipe in recipes:
        # Named before it is made: what changes in its folder meanwhile is for the next start.
        file = cache.table_path(recipe, rate, folder).name
        if any(cache.read(place / file) is not None for place in (folder, meanwhile)):
            continue
        try:
            made, ignored = recipe.make(rate, lambda _share: None)
        except BedsideError as fault:
            _say(str(fault))
            continue
        except Exception as fault:
            # One that nobody foresaw must not keep the child from those that follow.
            _log.exception("An instrument could not be made.")
            _say(f"The instrument “{recipe.name}” could not be made ({type(fault).__name__}).")
            continue
        if ignored:
            _say(f"Of the instrument “{recipe.name}” this is not known and is left out: {', '.join(ignored)}.")
        if cache.keep(made, into / file) is not None:
            continue
        if into == folder:
            _say(f"The instruments cannot be kept in {folder}, and are made anew at each start; is the disk full?")
            into = meanwhile
            with contextlib.suppress(OSError):
                # Nobody else is to put anything there.
                into.mkdir(mode=0o700)
            if cache.keep(made, into / file) is not None:
                continue
        _say("There is no room for all the instruments, so that some cannot be played; make room on the disk.")
        break
    cache.sweep(recipes, folder)


def _say(sentence: str) -> None:
    # Whoever started it may have closed the terminal.
    with contextlib.suppress(OSError, ValueError):
        print(sentence, file=sys.stderr, flush=True)


def _end_with_parent(link: Link, meanwhile: Path) -> None:
    """Wait for the end of the link, then remove a folder and end the process on the spot."""
    with contextlib.suppress(OSError):
        while link.recv(4096):
            pass
    for _ in range(_SWEEPS):
        shutil.rmtree(meanwhile, ignore_errors=True)
        if not meanwhile.exists():
            break
    os._exit(0)


def launch(rate: int, own: Path | None, meanwhile: Path) -> ChildProcess:
    """Start a baker, which ends when its link is closed; raise OSError where the system refuses."""
    return children.launch(main, BakerSettings(rate, own, meanwhile), "baker", niceness=_NICENESS)
