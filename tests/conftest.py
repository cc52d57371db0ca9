"""Tests share one cache of baked instruments, and keep no key in the key store of whoever runs them."""

from __future__ import annotations

import os
import signal
from collections import defaultdict
from pathlib import Path

import pytest

import effort

os.environ.setdefault("BEDSIDE_CACHE", str(Path(__file__).parent.parent / ".pytest_cache" / "bedside"))
os.environ["BEDSIDE_KEYRING"] = "off"
os.environ.pop("BEDSIDE_DATA", None)
if hasattr(signal, "SIGHUP"):
    # Programs heed what ends them, also where the tests themselves were started with nohup.
    signal.signal(signal.SIGHUP, signal.SIG_DFL)

effort.load_profile()

_TESTS = Path(__file__).parent

# These start programs, browsers and machines' worth of sound; none of their tests is quick.
_SLOW = (_TESTS / "e2e", _TESTS / "golden")

# What `make quick` runs takes no longer.
_QUICK_SECONDS = 1.0


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the slow folders, and put slow tests first: a long one that starts last keeps all but one worker idle."""
    for item in items:
        if any(folder in item.path.parents for folder in _SLOW):
            item.add_marker(pytest.mark.slow)
    items.sort(key=lambda item: (item.get_closest_marker("slow") is None, _SLOW[1] not in item.path.parents))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Say which tests of a quick run are not quick."""
    if "not slow" not in config.option.markexpr:
        return
    took: dict[str, float] = defaultdict(float)
    for reports in terminalreporter.stats.values():
        for report in reports:
            took[getattr(report, "nodeid", "")] += getattr(report, "duration", 0.0)
    slow = sorted(((seconds, name) for name, seconds in took.items() if seconds > _QUICK_SECONDS), reverse=True)
    if slow:
        terminalreporter.section("slower than a second: mark as slow, or make faster")
        for seconds, name in slow:
            terminalreporter.line(f"{seconds:.1f}s {name}")
