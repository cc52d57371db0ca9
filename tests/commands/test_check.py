"""The command that checks the record, and builds its index anew."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from commands.program import bedside, done, score


@pytest.mark.slow
def test_check_finds_and_mends(tmp_path: Path) -> None:
    """Whole recordings are called whole; a damaged database is built anew and said, and nothing is lost or deleted."""
    data = tmp_path / "kept"
    assert done(data, "check") == "Nothing is recorded yet.\n"
    assert not data.exists()
    done(data, "import", score(tmp_path / "duet.mid", {0: 9}, {1: 7}))
    takes = done(data, "takes")
    whole = json.loads(done(data, "check", "--json"))
    assert whole["good"] is True
    assert whole["records"] > 16
    content = bytearray((data / "bedside.db").read_bytes())
    content[5000] ^= 1
    (data / "bedside.db").write_bytes(content)
    damaged = bedside(data, "check")
    assert damaged.code == 1
    assert "built anew from the journal" in damaged.err
    [aside] = data.glob("bedside-damaged-*.db")
    assert aside.read_bytes() == content
    assert done(data, "takes") == takes
    assert "The recordings are whole." in done(data, "check", "--rebuild")
    assert len([*data.glob("bedside-replaced-*.db")]) == 1
    assert done(data, "takes") == takes
