"""Silence C libraries, which complain on the terminal about missing devices."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

# Standard error is one for all threads: it is silent from the first block that begins to the last that ends.
_lock = threading.Lock()
_kept: list[int] = []
_blocks: set[object] = set()


@contextmanager
def silenced_stderr() -> Iterator[None]:
    """Discard everything written to standard error, by C libraries and by this program alike, from any thread."""
    block = object()
    with _lock:
        if not _blocks:
            _kept.append(os.dup(2))
            with Path(os.devnull).open("w") as nowhere:
                os.dup2(nowhere.fileno(), 2)
        _blocks.add(block)
    try:
        yield
    finally:
        with _lock:
            _blocks.discard(block)
            if not _blocks:
                kept = _kept.pop()
                os.dup2(kept, 2)
                os.close(kept)
