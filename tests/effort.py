"""How often a test tries what it tries by chance: seldom in every run, and always the same; often in ``make soak``."""

from __future__ import annotations

import os

from hypothesis import settings

# How many times as much as usual is tried.
EFFORT = float(os.environ.get("BEDSIDE_EFFORT", "1"))


def times(usual: int) -> int:
    """Return how many times something is tried that is usually tried ``usual`` times."""
    return max(1, round(usual * EFFORT))


def load_profile() -> None:
    """Let usual runs try the same examples each time: a test that sometimes fails is a defect."""
    settings.register_profile("usual", deadline=None, derandomize=True)
    settings.register_profile("soak", deadline=None, print_blob=True)
    settings.load_profile("usual" if EFFORT == 1 else "soak")
