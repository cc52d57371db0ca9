"""What `make` does before the program runs, in a bare checkout with a system that a test plants on PATH."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).parents[1]

# A Python of the system that has no venv yet; it answers what the Makefile asks and no more.
BARE_PYTHON = """#!/bin/sh
case "$*" in
*ensurepip*) exit 1;;
*print*) echo python3.13-venv;;
esac
"""

# All commands that the Makefile itself needs.
COMMANDS = ("sh", "make", "cksum", "tr", "pwd", "grep", "mkdir", "uname", "rm", "awk")


def locks() -> list[Path]:
    return sorted((CHECKOUT / "packaging" / "constraints").glob("py3*.txt"))


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """Return a checkout of the Makefile and the locks; `bin` beside it is a Debian without packages, for a user."""
    folder = tmp_path / "checkout"
    shutil.copytree(CHECKOUT / "packaging" / "constraints", folder / "packaging" / "constraints")
    shutil.copy(CHECKOUT / "Makefile", folder)
    plant(tmp_path, "dpkg-query", "#!/bin/sh\nexit 1\n")
    plant(tmp_path, "id", "#!/bin/sh\necho 1000\n")
    plant(tmp_path, "python3.13", BARE_PYTHON)
    for command in COMMANDS:
        found = shutil.which(command)
        assert found is not None
        (tmp_path / "bin" / command).symlink_to(found)
    return folder


def plant(root: Path, command: str, text: str) -> None:
    (root / "bin").mkdir(exist_ok=True)
    file = root / "bin" / command
    file.write_text(text)
    file.chmod(0o755)


def make(place: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {"PATH": str(place.parent / "bin"), "HOME": str(place.parent), "LC_ALL": "C.UTF-8"}
    return subprocess.run(
        ["make", *arguments], cwd=place, env=environment, capture_output=True, text=True, timeout=120, check=False
    )


@pytest.mark.skipif(sys.platform != "linux", reason="Debian's packages")
@pytest.mark.parametrize("target", ["play", "test"])
def test_an_ordinary_user_is_told_of_all_packages_at_once(place: Path, target: str) -> None:
    """One line names what was asked for and Python's venv; with these installed nothing stops the user again."""
    ended = make(place, target)
    (line,) = [line for line in ended.stderr.splitlines() if "apt-get" in line]
    named = line.partition("install --yes ")[2].split()
    assert {"libportaudio2", "libxi6", "python3.13-venv"} <= set(named)
    assert ("chromium" in named) == (target == "test")
    assert ended.returncode != 0
    assert not (place / ".venv").exists()


def test_every_python_has_the_same_versions_with_hashes_and_no_address() -> None:
    """Each library is locked exactly, with hashes, in one version for all Pythons; no registry is named."""
    versions: dict[str, set[str]] = {}
    kinds: dict[str, set[str]] = {}
    for lock in locks():
        text = lock.read_text()
        assert "://" not in text
        kinds.setdefault(lock.stem.partition("-")[0], set()).add(lock.stem.partition("-")[2])
        for block in re.split(r"\n(?=\S)", text.rstrip()):
            if not block.startswith("#"):
                pinned = re.match(r"([a-z0-9-]+)==(\S+)", block)
                assert pinned is not None, block
                assert "--hash=sha256:" in block
                versions.setdefault(pinned[1], set()).add(pinned[2])
    assert sorted(kinds) == ["py311", "py312", "py313", "py314"]
    assert len({frozenset(each) for each in kinds.values()}) == 1
    assert {name: several for name, several in versions.items() if len(several) > 1} == {}


def test_the_locks_hold_what_the_project_asks_for() -> None:
    """Every library of pyproject.toml is in the lock of its kind or of one before it; else `make lock` is due."""
    import tomllib

    project = tomllib.loads((CHECKOUT / "pyproject.toml").read_text())["project"]
    asked = {"play": project["dependencies"], **project["optional-dependencies"]}
    locked = {
        kind: {name for lock in locks() if lock.stem.endswith(("-build", "-play", f"-{kind}")) for name in pins(lock)}
        for kind in asked
    }
    everything = set().union(*locked.values())
    for kind, requirements in asked.items():
        names = {re.split(r"[^A-Za-z0-9_.-]", each)[0].lower().replace("_", "-") for each in requirements}
        assert names - {"bedside"} <= (locked["play"] if kind == "play" else everything), kind


def pins(lock: Path) -> list[str]:
    return re.findall(r"^([a-z0-9-]+)==", lock.read_text(), re.MULTILINE)


@pytest.mark.slow
def test_a_file_that_is_not_the_locked_one_is_refused(tmp_path: Path) -> None:
    """Pip verifies the hash of what it installs: another file in its place is refused."""
    made = subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)], cwd=CHECKOUT, check=False
    )
    assert made.returncode == 0
    lock = tmp_path / "lock.txt"
    lock.write_text(f"bedside==0.1.0 --hash=sha256:{'0' * 64}\n")
    refused = subprocess.run(
        [
            *(sys.executable, "-m", "pip", "install", "--no-index", "--find-links", str(tmp_path), "--no-deps"),
            *("--require-hashes", "--target", str(tmp_path / "into"), "--requirement", str(lock)),
        ],
        capture_output=True,
        text=True,
        env=os.environ | {"PIP_FIND_LINKS": ""},
        check=False,
    )
    assert refused.returncode != 0
    assert "HASH" in refused.stderr.upper()
    assert not (tmp_path / "into").exists()
