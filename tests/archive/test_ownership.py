"""One program owns a data folder, for as long as it lives."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from bedside.archive.ownership import OWNER_FILE, Ownership, read_owner
from e2e.rig.waiting import wait_for

OWNING = """
import sys, time
from pathlib import Path
from bedside.archive.ownership import Ownership
print(Ownership(Path(sys.argv[1]), "play").claim(), flush=True)
time.sleep(600)
"""


def owning(folder: Path, script: str = OWNING) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", script, folder], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )


def end(process: subprocess.Popen[str]) -> None:
    process.kill()
    process.communicate()


def said(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


def test_one_of_two_programs_owns_a_folder(tmp_path: Path) -> None:
    """The first owns it and says who it is; the second does not, and would be told by whom it is owned."""
    first = owning(tmp_path)
    assert said(first) == "True"
    second = Ownership(tmp_path, "review")
    assert not second.claim()
    assert not second.held
    owner = read_owner(tmp_path)
    assert owner is not None
    assert (owner.program, owner.pid) == ("play", first.pid)
    end(first)


def test_a_dead_owner_is_no_obstacle(tmp_path: Path) -> None:
    """A killed program's name stands in the file, but it owns nothing: the next one owns the folder at once."""
    first = owning(tmp_path)
    assert said(first) == "True"
    end(first)
    assert "play" in (tmp_path / OWNER_FILE).read_text()
    assert read_owner(tmp_path) is None
    second = Ownership(tmp_path, "review")
    assert second.claim()
    owner = read_owner(tmp_path)
    assert owner is not None
    assert (owner.program, owner.pid) == ("review", os.getpid())
    second.release()


def test_a_child_of_a_dead_owner_owns_nothing(tmp_path: Path) -> None:
    """A program's children, which may outlive it, do not hold its folder."""
    script = OWNING.replace(
        "time.sleep", "import subprocess; subprocess.Popen([sys.executable, '-c', 'input()']); time.sleep"
    )
    first = owning(tmp_path, script)
    assert said(first) == "True"
    first.kill()
    first.wait()
    mine = Ownership(tmp_path, "play")
    wait_for(mine.claim, 10, "the folder to be free")
    mine.release()
    end(first)


def test_within_one_program_one_claim_owns(tmp_path: Path) -> None:
    """Two claims in one program do not both own; what one gives up, the other can take."""
    one, other = Ownership(tmp_path, "play"), Ownership(tmp_path, "play")
    assert one.claim()
    assert one.claim()
    assert not other.claim()
    assert read_owner(tmp_path) is not None
    assert not other.claim(), "looking who owns it gives nothing up"
    one.release()
    assert read_owner(tmp_path) is None
    with other:
        assert other.held
        assert not one.claim()


def test_a_folder_that_cannot_be_written_is_nobodys(tmp_path: Path) -> None:
    """Without a folder to put the lock in, nobody owns it, and nothing is raised."""
    (tmp_path / "file").write_text("")
    claim = Ownership(tmp_path / "file" / "data", "play")
    assert not claim.claim()
    assert read_owner(tmp_path / "file" / "data") is None
    claim.release()
