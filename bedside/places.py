"""Where the program finds what it ships, and where it keeps what it is given."""

from __future__ import annotations

import os
from pathlib import Path

import platformdirs

_PACKAGE = Path(__file__).parent


def shipped(name: str) -> Path:
    """Return the folder ``assets`` or ``sounds``, inside the installed package or at the top of a checkout."""
    inside = _PACKAGE / name
    return inside if inside.is_dir() else _PACKAGE.parent / name


def user_data() -> Path:
    """Return the platform's folder for what this user keeps."""
    return platformdirs.user_data_path("bedside", appauthor=False)


def user_cache() -> Path:
    """Return the folder for what can be made again, such as baked tables: the platform's, or ``BEDSIDE_CACHE``."""
    if named := os.environ.get("BEDSIDE_CACHE"):
        return Path(named)
    return platformdirs.user_cache_path("bedside", appauthor=False)
