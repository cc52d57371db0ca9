"""PROMISES 18 and 20: what an earlier version recorded is read, listed, measured and heard as it was then.

One folder for each released version, made by `golden.make`. Everything is asked of a copy. Bits depend on the kernels
that OpenBLAS and numpy choose for a processor; the sound is therefore computed in a process that is held to those of a
Haswell, with a cache of its own. On a machine that is none of Linux on x86-64 with AVX2, the levels of each second are
compared within 0.01 dB instead.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from itertools import zip_longest
from pathlib import Path
from typing import Any

import mido
import pytest

from golden.reading import SOFTEST_DB, commands, differences, exact, found, machine, opens, sound

VERSIONS = sorted(folder for folder in Path(__file__).parent.glob("v*") if folder.is_dir())

LEVEL_DB = 0.01


def copied(golden: Path, folder: Path) -> Path:
    """Return a copy of an archive's data folder that only this user can read."""
    folder.mkdir()
    for name in ("bedside.db", "bedside.key"):
        shutil.copyfile(golden / name, folder / name)
        (folder / name).chmod(0o600)
    return folder


@pytest.fixture(scope="module", params=VERSIONS, ids=lambda golden: golden.name)
def golden(request: pytest.FixtureRequest) -> Path:
    """Give the folder of a version, one after the other."""
    folder: Path = request.param
    return folder


@pytest.fixture(scope="module")
def expected(golden: Path) -> dict[str, Any]:
    """Give what the version found in its own archive."""
    whole: dict[str, Any] = json.loads((golden / "expected.json").read_text("utf-8"))
    return whole


@pytest.fixture
def work(tmp_path: Path) -> Iterator[Path]:
    """Give a folder that is gone afterwards: the instruments and sounds of an archive are half a gigabyte."""
    yield tmp_path
    shutil.rmtree(tmp_path)


def test_there_is_an_archive() -> None:
    """The first released version left an archive."""
    assert "v0_1_0" in [folder.name for folder in VERSIONS]


def test_all_is_as_it_was(golden: Path, expected: dict[str, Any], work: Path) -> None:
    """Every take is listed, every event, choice and written word is there, and measures and exports are the same."""
    now = found(copied(golden, work / "data"), work, expected["fields"])
    parts = ("takes", "summaries", "events", "choices", "written", "measures", "exports")
    assert [each for part in parts for each in differences(expected[part], now[part], part)] == []


def test_every_take_sounds_as_it_did(golden: Path, expected: dict[str, Any], work: Path) -> None:
    """Every take has the same bits, as a whole and player by player; on another kind of machine, the same levels."""
    now = sound(copied(golden, work / "data"), work)
    faults = []
    for take, sounds in expected["sound"].items():
        for who, then in sounds.items():
            heard = now[take][who]
            seconds = zip_longest(heard["levels"], then["levels"], fillvalue=SOFTEST_DB)
            apart = max(abs(a - b) for a, b in seconds)
            if heard["sha256"] != then["sha256"] if exact() else apart > LEVEL_DB:
                faults.append(f"{take} {who}: up to {apart:.3f} dB apart")
    assert faults == [], f"made with {expected['machine']}, now {machine()}"


def test_the_staff_code_still_opens(golden: Path, expected: dict[str, Any], work: Path) -> None:
    """The staff code that was set then opens today, and another does not."""
    data = copied(golden, work / "data")
    assert not opens(data, expected["code"] + "!")
    assert opens(data, expected["code"])


def test_the_archive_goes_on(golden: Path, expected: dict[str, Any], work: Path) -> None:
    """A take can be added to what was recorded then, and nothing of it changes."""
    data = copied(golden, work / "data")
    track = mido.MidiTrack([mido.Message("note_on", note=60), mido.Message("note_off", note=60, time=480)])
    mido.MidiFile(tracks=[track]).save(work / "new.mid")
    _, said = commands(data, work, ["import", work / "new.mid"], ["takes", "--json"])
    *before, added = json.loads(said)
    assert added["notes"] == 1
    assert differences(expected["takes"], before, "takes") == []
