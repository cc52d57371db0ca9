"""The packages that pages, reports and charts need, and a bed does not: the extra ``review``."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bedside.errors import BedsideError

_PACKAGE = Path(__file__).parents[1]


class NotInstalledError(BedsideError):
    """What was asked for needs packages that are not installed; the sentence says how to install them."""


@contextmanager
def needing_review(what: str) -> Iterator[None]:
    """Import in the block what ``what``, the beginning of a sentence in the plural, needs of the extra.

    Raise NotInstalledError if the extra is not installed.
    """
    try:
        yield
    except ModuleNotFoundError as fault:
        missing = (fault.name or "").partition(".")[0]
        if missing == "bedside":
            raise
        raise NotInstalledError(
            f"{what} need packages that are not installed, such as {missing}; {_how_to_install()}."
        ) from fault


def _how_to_install() -> str:
    """Return what to run to install the extra."""
    if getattr(sys, "frozen", False):
        return "install bedside on this computer as its README says for pages and reports"
    checkout = _PACKAGE.parent
    if (checkout / "pyproject.toml").is_file():
        return f'run: "{sys.executable}" -m pip install --editable "{checkout}[review]"'
    return 'in the folder of bedside\'s source run: pipx install --force ".[review]"'
