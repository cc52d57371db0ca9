"""Small scripts that stand in the place of bedside, so that a test can see what arrives at a program."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from e2e.rig.program import Program


@contextmanager
def running(script: str, folder: Path, *arguments: str, env: dict[str, str] | None = None) -> Iterator[Program]:
    """Run a small script in the place of bedside."""
    file = folder / "script.py"
    file.write_text(script)
    quiet = {"PYGAME_HIDE_SUPPORT_PROMPT": "1", "SDL_VIDEO_WINDOW_POS": "0,0", "SDL_TOUCH_MOUSE_EVENTS": "0"}
    command = (sys.executable, str(file))
    with Program(*arguments, data=folder / "data", env={**quiet, **(env or {})}, command=command) as program:
        yield program


def said(program: Program) -> list[Any]:
    """Return the lines of JSON that a script has printed whole."""
    return [json.loads(line) for line in program.stdout.read_text().split("\n")[:-1]]
