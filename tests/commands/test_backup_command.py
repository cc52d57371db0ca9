"""The second copy, by the commands that staff use."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from bedside.archive.ownership import Ownership
from bedside.cli.backup import keeping_backup
from commands.program import bedside, done, sentence

GOLDEN = Path(__file__).parents[1] / "golden" / "v0_1_0"


@pytest.mark.slow
def test_the_recordings_come_back_from_the_copy(duet: Path, tmp_path: Path) -> None:
    """A copy on another disk and the key make a new computer's recordings the same; damage is made good from either."""
    data = tmp_path / "data"
    shutil.copytree(duet, data)
    disk = tmp_path / "disk"
    first = json.loads(done(data, "backup", disk, "--json"))
    assert first["files"] == first["copied"] > 0
    assert done(data, "backup", disk).endswith(" 0 were copied now, 0.0 MB.\n")
    again = tmp_path / "again"
    ended = bedside(again, "restore", disk)
    assert ended.code == 1
    assert "key restore" in ended.err
    assert "files were brought back" in ended.out
    shutil.copy(data / "bedside.key", again / "bedside.key")
    assert done(again, "restore", disk).startswith("0 of ")
    assert json.loads(done(again, "takes", "--json")) == json.loads(done(duet, "takes", "--json"))


@pytest.mark.slow
def test_what_cannot_be_done_is_one_sentence(duet: Path, tmp_path: Path) -> None:
    """A disk that is not there, and a folder that is no backup, are said plainly."""
    assert "it is not there" in sentence(bedside(duet, "backup", tmp_path / "no" / "disk"))
    assert "There is no backup" in sentence(bedside(tmp_path / "data", "restore", tmp_path))


@pytest.mark.slow
def test_what_another_program_owns_is_not_moved_into_the_journal(tmp_path: Path) -> None:
    """A store from before the journal, which somebody plays into, is left to its owner."""
    data = tmp_path / "data"
    data.mkdir(mode=0o700)
    for name in ("bedside.db", "bedside.key"):
        shutil.copyfile(GOLDEN / name, data / name)
        (data / name).chmod(0o600)
    with Ownership(data, "play") as owner:
        assert owner.held
        assert "in use" in sentence(bedside(data, "backup", tmp_path / "disk"))
    assert not (data / "journal").exists()


def test_play_says_at_its_end_that_the_copy_is_not_current(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A disk that is not there stops nothing; staff are told in one sentence."""
    with keeping_backup(tmp_path, tmp_path / "disk"):
        pass
    assert "is not there" in capsys.readouterr().err
    with keeping_backup(tmp_path, None):
        pass
    assert capsys.readouterr().err == ""
