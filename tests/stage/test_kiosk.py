"""A computer becomes a bed by one command, which writes all of it or says why not and writes nothing."""

from __future__ import annotations

import os
import subprocess
import tempfile
from pathlib import Path

import pytest

from bedside import places
from bedside.errors import BedsideError
from bedside.stage.kiosk import UNIT, install_kiosk, unit

NEEDED = ("cage", "seatd", "Xwayland", "chvt", "dbus-daemon")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Return the root of a system that has what a kiosk needs."""
    (tmp_path / "usr/lib/systemd/system").mkdir(parents=True)
    (tmp_path / "usr/bin").mkdir()
    for name in NEEDED:
        (tmp_path / "usr/bin" / name).touch()
    return tmp_path


def files(root: Path) -> set[str]:
    return {str(path.relative_to(root)) for path in (root / "etc").rglob("*") if not path.is_dir()}


def test_all_of_it_is_written_and_begins_with_the_computer(root: Path) -> None:
    """The unit, its commands, its user, its power key and its options; written again, the ward's options stay."""
    written = install_kiosk(["/usr/bin/env", "bed side's"], root)
    assert all(path.is_symlink() or path.is_file() for path in written)
    assert files(root) == {
        f"etc/systemd/system/{UNIT}",
        f"etc/systemd/system/graphical.target.wants/{UNIT}",
        "etc/sysusers.d/bedside-kiosk.conf",
        "etc/systemd/logind.conf.d/50-bedside-kiosk.conf",
        "etc/default/bedside-kiosk",
    }
    there = root / "usr/local/lib/bedside-kiosk"
    assert {path.name: path.stat().st_mode & 0o777 for path in there.iterdir()} == {"play": 0o755, "stop": 0o755}
    assert "exec '/usr/bin/env' 'bed side'\\''s' play" in (there / "play").read_text()
    assert subprocess.run(["sh", "-n", there / "play"], check=False).returncode == 0
    (root / "etc/default/bedside-kiosk").write_text('OPTIONS="--world sea"\n')
    install_kiosk(["/usr/bin/env"], root)
    assert (root / "etc/default/bedside-kiosk").read_text() == 'OPTIONS="--world sea"\n'


def test_the_unit_is_for_a_user_of_its_own_and_comes_back_at_once() -> None:
    """Whoever plays is never root; what ended is started again after a second, however often."""
    lines = unit(["/usr/bin/env"]).splitlines()
    assert "User=bedside" in lines
    assert {"Restart=always", "RestartSec=1", "StartLimitIntervalSec=0"} <= set(lines)
    assert "ExecStart=/usr/bin/cage -s -- /usr/local/lib/bedside-kiosk/play $OPTIONS" in lines
    assert "m bedside audio" in (places.shipped("assets") / "kiosk" / "sysusers.conf").read_text().splitlines()


@pytest.mark.parametrize(
    ("obstacle", "words"),
    [
        (f"usr/lib/systemd/system/{UNIT}", "The package bedside-kiosk is installed here"),
        ("etc/systemd/system/display-manager.service", "systemctl disable display-manager"),
    ],
)
def test_what_is_in_the_way_is_a_sentence(root: Path, obstacle: str, words: str) -> None:
    """A package that does the same and a desktop are named, and nothing is written."""
    (root / obstacle).parent.mkdir(parents=True, exist_ok=True)
    (root / obstacle).touch()
    with pytest.raises(BedsideError, match=words):
        install_kiosk(["/usr/bin/env"], root)
    assert files(root) <= {obstacle}


def test_missing_programs_are_named_by_their_packages(root: Path) -> None:
    """The line to type is in the sentence."""
    for name in ("cage", "chvt"):
        (root / "usr/bin" / name).unlink()
    with pytest.raises(BedsideError, match=r"apt-get install cage kbd$"):
        install_kiosk(["/usr/bin/env"], root)
    assert files(root) == set()


def test_a_program_that_the_bed_s_user_cannot_reach_is_refused(root: Path) -> None:
    """What lies in somebody's own folder would not start."""
    (root / "home").mkdir(mode=0o700)
    with pytest.raises(BedsideError, match="may not enter"):
        install_kiosk([str(root / "home/bedside")], root)
    assert files(root) == set()


def test_a_script_that_nobody_else_can_run_is_refused(root: Path, tmp_path: Path) -> None:
    """An open folder with a command whose Python lies in a closed one would give a bed without an instrument."""
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    (closed / "python").touch()
    (tmp_path / "open").mkdir()
    for folder in (tmp_path, *tmp_path.parents):
        # Those of pytest are closed to others, too; the last one that is named is the one at fault.
        if folder.stat().st_uid == os.getuid() and str(folder).startswith(tempfile.gettempdir() + "/"):
            folder.chmod(0o755)
    script = tmp_path / "open" / "bedside"
    script.write_text(f"#!{closed}/python\n")
    with pytest.raises(BedsideError, match=f"may not enter {closed}"):
        install_kiosk([str(script)], root)
