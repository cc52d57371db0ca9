"""Output in the terminal: sentences and progress on standard error, JSON on standard output."""

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
    """Print a sentence on standard error."""
    # The terminal may be closed; that must not stop the music.
    with suppress(OSError, ValueError):
        print(sentence, file=sys.stderr, flush=True)


def end(sentence: str) -> NoReturn:
    """Print a sentence on standard error and exit with code 1."""
    say(sentence)
    raise SystemExit(1)


def program() -> str:
    """Return how the program that runs is called from a terminal."""
    called = Path(sys.argv[0])
    if called.name != "__main__.py":
        return called.stem
    beside = Path(sys.executable).with_name("bedside")
    if not beside.is_file():
        return "bedside"
    try:
        beside = beside.relative_to(Path.cwd())
    except ValueError:
        return f'"{beside}"'
    return str(beside)


def make_folder(path: Path) -> None:
    """Make a folder if necessary; raise BedsideError if that fails."""
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as fault:
        raise BedsideError(f"The folder {path} cannot be made: {reason(fault)}.") from fault


def print_json(value: object) -> None:
    """Print a value as JSON, alone, on standard output."""
    print(json.dumps(value, ensure_ascii=False, indent=2))


@contextmanager
def working(what: str) -> Iterator[Callable[[str], None]]:
    """Show a spinner on a terminal while the block runs; call the given function with what is being done now."""
    from rich.console import Console

    with Console(stderr=True).status(what) as status:
        yield lambda now: status.update(now)


@contextmanager
def progress(what: str, total: float) -> Iterator[Callable[[float], None]]:
    """Show a progress bar on a terminal; call the given function with each amount that is done."""
    from rich.console import Console
    from rich.progress import Progress

    console = Console(stderr=True)
    with Progress(console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task(what, total=total)
        yield lambda more: bar.advance(task, more)
