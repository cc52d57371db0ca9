"""The same bits on every processor, and a version of the sound that is raised when they change."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from bedside.sound import version
from bedside.sound.library import catalogue
from bedside.sound.reference import bits, take
from bedside.sound.reference.bits import Bits
from sound.everywhere import FILE, all_hashes, kernels, source


@pytest.mark.slow
@pytest.mark.timeout(3600)
def test_every_processor_makes_the_same_bits(tmp_path: Path) -> None:
    """Tables and render have one hash here and on a Prescott, and it is the one in the tree.

    `make soak` compares further ones.
    """
    here = bits.make()
    older = {name: each for name, each in kernels().items() if name == "Prescott"}
    other = {name: bits.unequal(here, each) for name, each in all_hashes(older, tmp_path).items()}
    assert not any(other.values()), other
    assert bits.unequal(bits.written(), here) == [], (
        "the sound has other bits than bedside/sound/version.py says; if that is meant, run "
        "PYTHONPATH=.:tests python -m sound.everywhere --write, which gives it the next version"
    )


def test_the_take_plays_every_shipped_instrument() -> None:
    """The reference take plays the shipped instruments, and the tree holds the hash of the tables of each."""
    shipped = {patch.name for patch in catalogue.shipped_patches()}
    assert shipped >= set(take.INSTRUMENTS)
    assert len(take.INSTRUMENTS) == 17
    assert not version.RENDER or version.TABLES.keys() == shipped


@pytest.fixture
def known(monkeypatch: pytest.MonkeyPatch) -> Bits:
    """Have hashes written."""
    monkeypatch.setattr(version, "SOUND", 7)
    monkeypatch.setattr(version, "RENDER", "aa")
    monkeypatch.setattr(version, "TABLES", {"harp": "bb"})
    return bits.written()


def _read(text: str) -> tuple[int, Bits]:
    values: dict[str, object] = {}
    exec(text, values)  # noqa: S102 - the program's own source
    number, tables, render = values["SOUND"], values["TABLES"], values["RENDER"]
    assert isinstance(number, int) and isinstance(tables, dict) and isinstance(render, str)
    return number, Bits(tables, render)


def test_another_sound_has_the_next_version(known: Bits) -> None:
    """What is written raises the version for another render or another table, not for the same or one more."""
    text = FILE.read_text("utf-8")
    render = replace(known, render="cc")
    tables = replace(known, tables={"harp": "cc"})
    more = replace(known, tables={**known.tables, "zither": "dd"})
    for now, number in ((render, 8), (tables, 8), (replace(more, render="cc"), 8), (known, 7), (more, 7)):
        assert _read(source(text, now, again=False)) == (number, now)
        assert _read(source(text, now, again=True)) == (7, now)


def test_the_first_hash_keeps_the_version(monkeypatch: pytest.MonkeyPatch) -> None:
    """A version whose hash was never written gets it without being raised, and the rest of the file stays."""
    monkeypatch.setattr(version, "RENDER", "")
    monkeypatch.setattr(version, "TABLES", {})
    text = FILE.read_text("utf-8")
    now = Bits({"harp": "bb", "bell": "cc"}, "aa")
    written = source(text, now, again=False)
    assert _read(written) == (version.SOUND, now)
    assert written.splitlines()[:10] == text.splitlines()[:10]
    assert source(written, now, again=True) == written
