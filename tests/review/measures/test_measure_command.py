"""The real program measures a take: JSON alone on standard output, or a table."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from commands.program import bedside, done, score


@pytest.mark.slow
def test_measure_prints_json_alone(tmp_path: Path) -> None:
    """--json prints the take's id, its players and its pairs, null where there is no data, and nothing else."""
    data = tmp_path / "kept"
    (imported,) = json.loads(done(data, "import", score(tmp_path / "duet.mid", {0: 9}, {1: 7}), "--json"))
    found = json.loads(done(data, "measure", "last", "--json"), parse_constant=pytest.fail)
    assert list(found) == ["id", "take", "players", "pairs"]
    assert found["id"] == found["take"] == imported["take"]
    assert {name: each["whole"]["notes"] for name, each in found["players"].items()} == imported["players"]
    assert list(found["pairs"]) == ["child-therapist"]


@pytest.mark.slow
def test_measure_prints_a_table(tmp_path: Path) -> None:
    """Without --json each measure has a line, the players side by side, and between them what chance would give."""
    data = tmp_path / "kept"
    done(data, "import", score(tmp_path / "duet.mid", {0: 9}, {1: 7}))
    lines = done(data, "measure", "last").splitlines()
    assert lines[0].split() == ["child", "therapist"]
    assert lines[1].split() == ["notes", "9", "7"]
    assert any(line.split()[:1] == ["coincidence"] for line in lines)


@pytest.mark.slow
def test_measure_of_an_unknown_take_says_so(tmp_path: Path) -> None:
    """A take that is not there ends the command with 1 and one sentence."""
    ended = bedside(tmp_path / "kept", "measure", "last")
    assert (ended.code, ended.err) == (1, "Nothing is recorded yet.\n")
