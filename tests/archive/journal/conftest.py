"""Journals of small files, so that a short run has several."""

from __future__ import annotations

import pytest

from archive.journal.runs import SMALL_BYTES


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let segments have 64 kB instead of 4 MB."""
    for module in ("spares", "segment", "scan"):
        monkeypatch.setattr(f"bedside.archive.journal.{module}.SEGMENT_BYTES", SMALL_BYTES)
