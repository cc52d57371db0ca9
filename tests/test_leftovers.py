"""What a killed program has left is swept, and nothing else is: not what is held, not what is another's."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from bedside import leftovers
from bedside.errors import BedsideError
from bedside.files import replacing

CHECKOUT = Path(__file__).parents[1]

# A program that holds a folder with something in it, and an unfinished file, until it is killed.
HOLDING = """
import sys, time
from pathlib import Path
from bedside import leftovers
from bedside.files import replacing
place = Path(sys.argv[1])
folder = leftovers.new_folder(place)
(folder.path / "inside").mkdir()
(folder.path / "inside" / "sound.db").write_bytes(bytes(1000))
with replacing(place / "take.wav") as file:
    file.write(b"half")
    file.flush()
    print(folder.path, flush=True)
    time.sleep(3600)
"""


@contextmanager
def holding(place: Path) -> Iterator[tuple[subprocess.Popen[str], Path]]:
    """Give a program that holds a folder and a file in ``place``, and its folder."""
    with subprocess.Popen(
        [sys.executable, "-c", HOLDING, str(place)],
        stdout=subprocess.PIPE,
        text=True,
        env=os.environ | {"PYTHONPATH": str(CHECKOUT)},
    ) as program:
        assert program.stdout is not None
        try:
            yield program, Path(program.stdout.readline().strip())
        finally:
            program.kill()


@pytest.fixture(autouse=True)
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Have temporary files in a folder of the test's own, and none in memory."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setattr(leftovers, "IN_MEMORY", tmp_path / "nowhere")
    return tmp_path


def unfinished(place: Path) -> list[Path]:
    return sorted(place.glob(f"*{leftovers.FILE}")) + sorted(place.glob(f".*{leftovers.FILE}"))


def test_what_is_held_stays_and_what_was_killed_goes(place: Path) -> None:
    """While its program lives, nothing of it is touched; once it is killed, all of it goes, and the other's stays."""
    with holding(place) as (killed, its), holding(place) as (_, others):
        leftovers.start_sweeping(place).join()
        assert (its / "inside" / "sound.db").exists()
        assert len(set(unfinished(place))) == 2
        killed.kill()
        killed.wait()
        leftovers.start_sweeping(place).join()
        assert not its.exists()
        assert (others / "inside" / "sound.db").exists()
        assert len(set(unfinished(place))) == 1


def test_what_is_not_ours_stays(place: Path) -> None:
    """Folders without our mark, links, what lies behind them, and other files are left alone."""
    kept = [place / "bedside-letters" / "letter.txt", place / "behind" / leftovers.HELD, place / "notes.part"]
    kept += [place / f"file{leftovers.FILE}" / "inside"]
    for path in kept:
        path.parent.mkdir(exist_ok=True)
        path.touch()
    links = [place / f"{leftovers.FOLDER}link", place / f"link{leftovers.FILE}"]
    links[0].symlink_to(place / "behind")
    links[1].symlink_to(place / "notes.part")
    leftovers.start_sweeping(place).join()
    assert all(path.exists() for path in kept + links)


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root can give a folder away")
def test_what_is_another_users_stays(place: Path) -> None:
    """A folder and a file that another user has left are theirs to sweep."""
    folder, file = place / f"{leftovers.FOLDER}theirs", place / f".theirs{leftovers.FILE}"
    folder.mkdir()
    (folder / leftovers.HELD).touch()
    file.touch()
    for path in (folder, file):
        os.chown(path, 65534, 65534)
    leftovers.start_sweeping(place).join()
    assert (folder / leftovers.HELD).exists()
    assert file.exists()


def test_a_program_that_was_killed_before_it_held_leaves_nothing(place: Path) -> None:
    """An empty folder with our name goes."""
    (place / f"{leftovers.FOLDER}new").mkdir()
    leftovers.sweep_folders()
    assert list(place.iterdir()) == []


def test_a_sweep_in_the_midst_of_making_a_folder_harms_nothing(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """If another program sweeps between making and holding, the folder is made once more, and is there."""
    lock, sweeping = leftovers._lock, [leftovers.sweep_folders]

    def late(descriptor: int) -> bool:
        if sweeping:
            sweeping.pop()()
        return lock(descriptor)

    monkeypatch.setattr(leftovers, "_lock", late)
    folder = leftovers.new_folder()
    leftovers.sweep_folders()
    assert (folder.path / leftovers.HELD).exists()
    folder.remove()
    assert list(place.iterdir()) == []


def test_a_sweep_in_the_midst_of_making_a_file_harms_nothing(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """If another program sweeps between making and holding, what is written is there all the same."""
    lock, sweeping = leftovers._lock, [lambda: leftovers.sweep_files(place)]

    def late(descriptor: int) -> bool:
        if sweeping:
            sweeping.pop()()
        return lock(descriptor)

    monkeypatch.setattr(leftovers, "_lock", late)
    with replacing(place / "take.wav") as file:
        file.write(b"whole")
        leftovers.sweep_files(place)
    assert (place / "take.wav").read_bytes() == b"whole"
    assert [path.name for path in place.iterdir()] == ["take.wav"]


def test_the_next_file_in_a_folder_sweeps_what_was_left_there(place: Path) -> None:
    """Wherever somebody writes files to, a killed program's unfinished one goes when the next is written."""
    with holding(place) as (killed, _):
        killed.kill()
        killed.wait()
        assert unfinished(place)
        with replacing(place / "take.mid"):
            pass
        assert not unfinished(place)


def test_without_locks_nothing_is_swept(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """On a file system that knows no locks files are written as elsewhere, and nothing of anybody is removed."""
    with holding(place) as (killed, its):
        killed.kill()
        killed.wait()
    monkeypatch.setattr(leftovers, "_lock", lambda _descriptor: False)
    with leftovers.passing_folder() as folder:
        assert folder.is_dir()
        with replacing(folder / "take.wav") as file:
            file.write(b"whole")
    leftovers.start_sweeping(place).join()
    assert its.is_dir()
    assert not folder.exists()
    assert unfinished(place)


def test_a_fault_leaves_no_file(place: Path) -> None:
    """What breaks off while it is written is gone, and the old file is there."""
    (place / "take.wav").write_bytes(b"old")
    with contextlib.suppress(ZeroDivisionError), replacing(place / "take.wav") as file:
        file.write(bytes(1 // 0))
    assert [(path.name, path.read_bytes()) for path in place.iterdir()] == [("take.wav", b"old")]
    with pytest.raises(BedsideError, match="it is not there"), replacing(place / "nowhere" / "take.wav"):
        pass
