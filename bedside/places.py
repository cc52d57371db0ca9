"""The folders of the program: what it ships, what the user keeps, and the cache."""

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
    """Return this user's data folder on this platform."""
    return platformdirs.user_data_path("bedside", appauthor=False)


def ward_settings() -> Path:
    """Return the folder of settings for all users of this computer."""
    return platformdirs.site_config_path("bedside", appauthor=False)


def user_settings() -> Path:
    """Return this user's folder of settings."""
    return platformdirs.user_config_path("bedside", appauthor=False)


def user_cache() -> Path:
    """Return the cache folder, for baked tables: ``BEDSIDE_CACHE``, or the platform's."""
    if named := os.environ.get("BEDSIDE_CACHE"):
        return Path(named)
    return platformdirs.user_cache_path("bedside", appauthor=False)
