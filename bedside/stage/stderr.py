"""Keeping system libraries from complaining on the terminal that this or that is not there."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def silenced_stderr() -> Iterator[None]:
    """Send what C libraries write to standard error nowhere; what the program itself says meanwhile is lost too."""
    kept = os.dup(2)
    try:
        with Path(os.devnull).open("w") as nowhere:
            os.dup2(nowhere.fileno(), 2)
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
