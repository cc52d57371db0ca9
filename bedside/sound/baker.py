"""The baker's process: makes every instrument that the cache does not have, one after the other, behind all else.

It ends by itself, and with whoever started it; killed at any instant it leaves nothing that is not whole.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Sequence
from pathlib import Path

from bedside.errors import BedsideError
from bedside.sound import band, cache, catalogue
from bedside.sound.recipe import Recipe


def main() -> None:
    """Bake what is missing: ``python -m bedside.sound.baker RATE [SOUNDS]``, until standard input is closed.

    SOUNDS is the user's own folder of sounds. Sentences for the staff go to standard error.
    """
    rate = int(sys.argv[1])
    own = Path(sys.argv[2]) if len(sys.argv) > 2 else None
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _give_way()
    threading.Thread(target=_end_with_parent, daemon=True).start()
    bake(catalogue.recipes(own), rate, band.folder())


def bake(recipes: Sequence[Recipe], rate: int, folder: Path) -> None:
    """Put into a cache what it does not have of some instruments, saying what cannot be made."""
    for recipe in recipes:
        file = cache.place(recipe, rate, folder)
        if cache.read(file) is not None:
            continue
        try:
            made, ignored = recipe.make(rate, lambda _share: None)
        except BedsideError as fault:
            _say(str(fault))
            continue
        except Exception as fault:
            # One that nobody foresaw must not keep the child from those that follow.
            _say(f"The instrument “{recipe.name}” could not be made ({type(fault).__name__}).")
            continue
        if ignored:
            _say(f"Of the instrument “{recipe.name}” this is not known and is left out: {', '.join(ignored)}.")
        if cache.keep(made, file) is None:
            _say(f"The instruments cannot be kept in {folder}, so that few can be played; is the disk full?")
            return


def _say(sentence: str) -> None:
    # Whoever started it may have closed the terminal.
    with contextlib.suppress(OSError, ValueError):
        print(sentence, file=sys.stderr, flush=True)


def _give_way() -> None:
    """Let everything else on this machine run first."""
    if sys.platform != "win32":
        with contextlib.suppress(OSError):
            os.nice(19)


def _end_with_parent() -> None:
    """Wait until nobody holds the other end of standard input, then end on the spot."""
    with contextlib.suppress(OSError, ValueError):
        while os.read(0, 4096):
            pass
    os._exit(0)


def launch(rate: int, own: Path | None) -> subprocess.Popen[bytes]:
    """Start a baker, which ends when its standard input is closed; raise OSError where the system refuses."""
    command = [sys.executable, "-m", "bedside.sound.baker", str(rate), *([str(own)] if own else [])]
    flags = 0
    if sys.platform == "win32":
        flags = subprocess.BELOW_NORMAL_PRIORITY_CLASS
    return subprocess.Popen(  # noqa: S603
        command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, creationflags=flags
    )


if __name__ == "__main__":
    main()
