"""What is said to people: sentences, progress and JSON, each where it belongs."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import NoReturn

from bedside.errors import BedsideError
from bedside.files import reason


def say(sentence: str) -> None:
    """Say a sentence to whoever looks at the terminal."""
    # Nobody may be there to read it any more; that is no reason to stop the music.
    with suppress(OSError, ValueError):
        print(sentence, file=sys.stderr, flush=True)


def end(sentence: str) -> NoReturn:
    """Say a sentence, and end the program as one that failed."""
    say(sentence)
    raise SystemExit(1)


def make_folder(path: Path) -> None:
    """Make a folder where there is none; raise BedsideError where it cannot be."""
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as fault:
        raise BedsideError(f"The folder {path} cannot be made: {reason(fault)}.") from fault


def print_json(value: object) -> None:
    """Print a value as JSON, alone, on standard output."""
    print(json.dumps(value, ensure_ascii=False, indent=2))


@contextmanager
def working(what: str) -> Iterator[None]:
    """Show on a terminal that something goes on whose length is not known."""
    from rich.console import Console

    with Console(stderr=True).status(what):
        yield


@contextmanager
def progress(what: str, total: float) -> Iterator[Callable[[float], None]]:
    """Show a progress bar on a terminal, moved by calls with how much more is done."""
    from rich.console import Console
    from rich.progress import Progress

    console = Console(stderr=True)
    with Progress(console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task(what, total=total)
        yield lambda more: bar.advance(task, more)
