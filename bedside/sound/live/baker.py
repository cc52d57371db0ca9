"""The baker's process: makes every instrument that the cache does not have, one after the other, behind all else.

It ends by itself, and with whoever started it; killed at any instant it leaves nothing that is not whole. Where the
cache cannot be written, instruments lie in a folder of their own for as long as whoever started it is there.
"""

from __future__ import annotations

import contextlib
import logging
import os
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Sequence
from pathlib import Path

from bedside import log
from bedside.errors import BedsideError
from bedside.sound.library import band, cache, catalogue
from bedside.sound.library.recipe import Recipe

# Not by `__name__`: this module is the main one of its process.
_log = logging.getLogger("bedside.sound.live.baker")

# How often to try to remove what is still being written.
_SWEEPS = 10


def main() -> None:
    """Bake what is missing, until standard input is closed.

    Started as ``python -m bedside.sound.live.baker RATE MEANWHILE [SOUNDS]``.

    MEANWHILE is the folder to make where the cache cannot be written; it is removed when standard input is closed, and
    the process stays until then. SOUNDS is the user's own folder of sounds. Sentences for the staff go to standard
    error.
    """
    rate, meanwhile = int(sys.argv[1]), Path(sys.argv[2])
    own = Path(sys.argv[3]) if len(sys.argv) > 3 else None
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    log.follow("baker")
    _give_way()
    watch = threading.Thread(target=_end_with_parent, args=(meanwhile,), daemon=True)
    watch.start()
    bake_missing(catalogue.recipes(own), rate, band.folder(), meanwhile)
    if meanwhile.exists():
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


def _give_way() -> None:
    """Let everything else on this machine run first."""
    if sys.platform != "win32":
        with contextlib.suppress(OSError):
            os.nice(19)


def _end_with_parent(meanwhile: Path) -> None:
    """Wait until nobody holds the other end of standard input, then remove a folder and end on the spot."""
    with contextlib.suppress(OSError, ValueError):
        while os.read(0, 4096):
            pass
    for _ in range(_SWEEPS):
        shutil.rmtree(meanwhile, ignore_errors=True)
        if not meanwhile.exists():
            break
    os._exit(0)


def launch(rate: int, own: Path | None, meanwhile: Path) -> subprocess.Popen[bytes]:
    """Start a baker, which ends when its standard input is closed; raise OSError where the system refuses."""
    # What the libraries warn of is nothing for the staff, who read what it says.
    python = [sys.executable, "-W", "ignore", "-m"]
    command = [*python, "bedside.sound.live.baker", str(rate), str(meanwhile), *([str(own)] if own else [])]
    flags = 0
    if sys.platform == "win32":
        flags = subprocess.BELOW_NORMAL_PRIORITY_CLASS
    return subprocess.Popen(  # noqa: S603
        command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, creationflags=flags
    )


if __name__ == "__main__":
    main()
