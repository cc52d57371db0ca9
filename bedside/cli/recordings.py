"""The recordings of a data folder, as commands read them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from bedside.cli.terminal import say

if TYPE_CHECKING:
    from bedside.archive.store.store import Store


@contextmanager
def recordings(folder: Path) -> Iterator[Store]:
    """Give the store of a folder for reading; say on standard error what is wrong with it, if it can be read."""
    from bedside.archive.store.store import Store

    with Store.open(folder) as store:
        if store.notice:
            say(store.notice)
        yield store
