"""What is good and what is to be looked at, by the numbers that were measured."""

from __future__ import annotations

from importlib import metadata
from pathlib import Path

import pytest

from bedside.sound import version
from bedside.sound.live.host import Health
from bedside.sound.reference import bits
from bedside.sound.reference.bits import Bits
from bedside.stage.examination import measurement, program
from bedside.stage.examination.finding import Scope, Standing
from bedside.stage.examination.sameness import probe_sameness

_HERE = Bits({"harp": "aa", "bell": "bb"}, "cc")


@pytest.mark.parametrize(
    ("written", "standing", "words"),
    [
        (_HERE, Standing.GOOD, "As on every bed"),
        (Bits(_HERE.tables, "dd"), Standing.LOOK, "may sound slightly different elsewhere"),
        (Bits({**_HERE.tables, "bell": "dd"}, "cc"), Standing.LOOK, "may sound slightly different elsewhere"),
        (Bits(), Standing.STATED, ""),
    ],
)
def test_the_hash_is_held_to_what_every_bed_has(
    written: Bits, standing: Standing, words: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Equal hashes are good; other bits are to be looked at, with the letters that they should have."""
    monkeypatch.setattr(bits, "make", lambda: _HERE)
    monkeypatch.setattr(version, "TABLES", written.tables)
    monkeypatch.setattr(version, "RENDER", written.render)
    (found,) = probe_sameness(Scope(tmp_path, None, 0.0, ()))
    assert found.standing is standing
    assert words in found.advice
    assert found.said.startswith(_HERE.groups)
    assert standing is not Standing.LOOK or written.groups in found.advice


def test_latency_that_is_felt_is_to_be_looked_at() -> None:
    """Up to 20 ms from touch to sound, the card's part included, is good; without a card there is no number."""
    health = Health("card", 0.010, 0, 0.001, 0)
    assert measurement._latency(health, [0.005] * 40).standing is Standing.GOOD
    assert measurement._latency(health, [0.005] * 30 + [0.020] * 10).standing is Standing.LOOK
    assert "15.0 ms" in measurement._latency(health, [0.005] * 40).said
    for unheard, pongs in ((Health("", 0.0, 0, 0.001, 0), [0.005] * 40), (health, [])):
        assert measurement._latency(unheard, pongs).standing is Standing.STATED


@pytest.mark.parametrize(
    ("late", "restarts", "standing"),
    [(0, 0, Standing.GOOD), (3, 0, Standing.GOOD), (4, 0, Standing.LOOK), (0, 1, Standing.LOOK)],
)
def test_clicks_are_to_be_looked_at(late: int, restarts: int, standing: Standing) -> None:
    """More than one late block in ten seconds, or an engine that was replaced, is to be looked at."""
    found = measurement._late(Health("card", 0.0, late, 0.001, restarts), late, 11_250, 30.0)
    assert found.standing is standing
    assert f"{late} of 11250" in found.said


def test_requirements_of_other_machines_are_not_missed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of what the program requires, only what this machine needs is listed; an extra is no requirement."""
    required = [
        "numpy>=2.3",
        "nothing-for-this>=1; python_version < '3.0'",
        'nowhere>=1; sys_platform == "amiga"',
        "absent[with]>=1.0; python_version >= '3.0'",
        "unneeded>=1; extra == 'test'",
    ]
    monkeypatch.setattr(metadata, "requires", lambda _name: required)
    (found,) = program.probe_libraries(Scope(tmp_path, None, 0.0, ()))
    assert found.standing is Standing.LOOK
    assert found.said.endswith("absent ?")
    assert found.said.startswith("numpy 2.")
    assert found.said.count(",") == 1
