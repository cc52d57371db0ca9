"""What cannot be done is refused in one plain sentence, and nothing is touched."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from commands.program import Ended, done, score, sentence, together


@pytest.mark.slow
def test_a_take_that_is_not_there_is_said(kept: Path, tmp_path: Path) -> None:
    """Render and export name the take that they do not find."""
    rendered, exported, empty = together(
        (kept, "render", "nope", "--out", tmp_path / "x.wav"),
        (kept, "export", "nope", "--out", tmp_path / "x.mid"),
        (tmp_path / "empty", "render", "last", "--out", tmp_path / "x.wav"),
    )
    assert "'nope'" in sentence(rendered)
    assert "'nope'" in sentence(exported)
    assert "recorded" in sentence(empty)
    assert not list(tmp_path.iterdir())


@pytest.mark.slow
def test_a_wrong_ending_is_said_with_the_right_ones(kept: Path, tmp_path: Path) -> None:
    """A file of no kind that is written is refused before anything is."""
    rendered, exported = together(
        (kept, "render", "last", "--out", tmp_path / "x.txt"), (kept, "export", "last", "--out", tmp_path / "x.doc")
    )
    assert ".wav, .flac, .ogg, .mp3" in sentence(rendered)
    assert ".mid, .csv, .json, .html or .pdf" in sentence(exported)
    assert not list(tmp_path.iterdir())


@pytest.mark.slow
def test_a_folder_that_cannot_be_written_is_named(kept: Path, duet: Path, tmp_path: Path) -> None:
    """A file in the place of a folder, and a folder that is not there, end each command with its sentence."""
    blocked = tmp_path / "blocked"
    blocked.write_text("in the way")
    for ended in together(
        (kept, "export", "last", "--out", blocked / "x.mid"),
        (duet, "render", "last", "--out", tmp_path / "nowhere" / "x.wav"),
        (tmp_path / "kept", "demo", "--out", blocked / "demo"),
        (blocked, "import", score(tmp_path / "good.mid", {0: 1})),
    ):
        assert any(name in sentence(ended) for name in ("blocked", "nowhere"))
    assert blocked.read_text() == "in the way"


def commands_on(data: Path, folder: Path) -> list[Ended]:
    file = score(folder / "good.mid", {0: 1})
    return together(
        (data, "takes", "--json"),
        (data, "import", file, "--json"),
        (data, "render", "last", "--out", folder / "x.wav"),
        (data, "export", "last", "--out", folder / "x.mid"),
    )


@pytest.mark.slow
def test_a_corrupt_database_is_said_and_everything_is_done(duet: Path, tmp_path: Path) -> None:
    """Commands on a damaged database say so, do what they were asked from the journal, and leave the database."""
    data = shutil.copytree(duet, tmp_path / "kept")
    database = data / "bedside.db"
    noise = np.random.default_rng(1).bytes(database.stat().st_size)
    database.write_bytes(noise)
    for ended in commands_on(data, tmp_path):
        assert ended.code == 0, ended
        assert "is damaged; they are read from the journal" in ended.err
        assert "Traceback" not in ended.err
    assert database.read_bytes() == noise
    assert len(list(tmp_path.glob("x.*"))) == 2
    assert len(json.loads(done(data, "takes", "--json"))) == 2


@pytest.mark.slow
def test_a_database_with_another_key_is_said_by_every_command(duet: Path, tmp_path: Path) -> None:
    """Where a record's key was exchanged for another's, each command says that it is not the right one."""
    data = shutil.copytree(duet, tmp_path / "kept")
    done(tmp_path / "other", "import", score(tmp_path / "other.mid", {0: 1}))
    shutil.copyfile(tmp_path / "other" / "bedside.key", data / "bedside.key")
    for ended in commands_on(data, tmp_path):
        assert "another key" in sentence(ended)


@pytest.mark.slow
def test_a_database_without_its_key_is_said(duet: Path, tmp_path: Path) -> None:
    """A record whose key is gone is refused in a sentence, and no new key is put in its place."""
    data = shutil.copytree(duet, tmp_path / "kept")
    (data / "bedside.key").unlink()
    file = score(tmp_path / "good.mid", {0: 1})
    for ended in together((data, "takes"), (data, "import", file)):
        assert "key" in sentence(ended)
    assert not (data / "bedside.key").exists()
