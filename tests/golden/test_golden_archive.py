"""PROMISES 18 and 20: what an earlier version recorded is read, listed, measured and heard as it was then.

One folder for each released version, made by `golden.make`. Everything is asked of a copy, with a cache of its own.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import mido
import numpy as np
import pytest

from bedside.sound.version import SOUND
from golden.reading import bits, commands, copied, differences, excerpts, found, heard, opens, waves

VERSIONS = sorted(folder for folder in Path(__file__).parent.glob("v*") if folder.is_dir())


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


@pytest.fixture(scope="module")
def sounds(golden: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Path]]:
    """Give the files of every take, as a whole and player by player, rendered from a copy of the archive."""
    work = tmp_path_factory.mktemp("sounds")
    yield waves(copied(golden, work / "data"), work)
    shutil.rmtree(work)


def test_every_take_sounds_as_it_was_heard(golden: Path, sounds: dict[str, Path]) -> None:
    """No sample of any excerpt is further than −140 dBFS from what that version rendered, or its silence."""
    with np.load(golden / "excerpts.npz") as kept:
        assert set(kept) == set(sounds)
        apart = {}
        for name, wave in sounds.items():
            then, now = kept[name], excerpts(heard(wave))
            assert len(now) >= len(then), name
            then = np.concatenate((then, np.zeros_like(now[len(then) :])))
            apart[name] = float(np.abs(now.astype(float) - then).max())
    assert max(apart.values()) <= 10 ** (-140 / 20), apart


def test_every_take_has_the_bits_of_this_version_of_the_sound(golden: Path, sounds: dict[str, Path]) -> None:
    """On every machine, under every Python, each sound has the bits that are written beside the archive.

    Where this fails, the sound has changed: raise `SOUND`, say in the CHANGELOG what is heard, and add the new bits.
    """
    known = json.loads((golden / "bits.json").read_text("utf-8"))[str(SOUND)]
    assert {name: bits(heard(wave)) for name, wave in sounds.items()} == known


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
