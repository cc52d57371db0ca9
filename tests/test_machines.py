"""Bare machines are tried the way this machine reaches its packages, and leave nothing behind."""

import os
import re
import shutil
import sys
from pathlib import Path

import pytest
from machines.enter import Root
from machines.outside import Outside, debian_mirror, pip_variables
from machines.plan import machines, pythons_here
from machines.table import markdown, unequal, written

ONE_LINE = """# comment
deb [signed-by=/k.gpg] http://mirror.ward/debian-security stable main
deb http://mirror.ward/debian/ stable main
"""
DEB822 = "Types: deb\nURIs: http://mirror.ward/debian\nSuites: bookworm\n"


@pytest.mark.parametrize("source", [ONE_LINE, DEB822])
def test_the_mirror_is_read(source: str) -> None:
    """Both formats of apt's sources name Debian's mirror; that of its security updates is another."""
    assert debian_mirror(["# nothing here\n", source]) == "http://mirror.ward/debian"


def test_without_sources_debian_itself_is_the_mirror() -> None:
    """A machine whose apt names nothing makes its roots from Debian's own servers."""
    assert debian_mirror([]).endswith("/debian")


def test_the_way_to_the_index_is_taken_and_nothing_else() -> None:
    """A root gets pip's index and proxy from here, and no folders or constraints that it does not have."""
    said = ":env:.cert='/c'\nglobal.index-url='https://mirror.ward/simple'\nglobal.find-links='/opt'\ninstall.proxy='p:1'\n"
    assert pip_variables(said) == {"PIP_INDEX_URL": "https://mirror.ward/simple", "PIP_PROXY": "p:1"}


def test_every_machine_has_a_name_of_its_own(tmp_path: Path) -> None:
    """No two machines share a name, and so a folder; the newest Python of this machine joins its own Debian."""
    for version in ("3.12.9", "3.12.10", "3.11.2"):
        (tmp_path / version).mkdir()
    every = machines("bookworm", pythons_here(tmp_path))
    names = [machine.name for machine in every]
    assert len(set(names)) == len(names)
    (joined,) = [machine for machine in every if machine.python]
    assert (joined.suite, joined.minor, joined.python) == ("bookworm", "3.12", tmp_path / "3.12.10")


def test_the_table_has_a_cell_for_each_column() -> None:
    """What was not tried is a dash, so that no cell slips under another's head."""
    lines = markdown([("Debian 12", "root", {"Python": "3.11.2", "keyboard": "heard"})]).splitlines()
    assert len({line.count("|") for line in lines}) == 1
    assert lines[-1] == "| Debian 12 | root | 3.11.2 | – | – | – | – | heard | – |"


def test_the_page_keeps_what_was_not_tried_anew() -> None:
    """A run of one check on one machine changes one cell of the page's table, and nothing else."""
    page = (Path(__file__).parents[1] / "CONTRIBUTING.md").read_text()
    both = [("Debian 1", "root", {"demo": "00ab", ".deb": "90 MB"}), ("Debian 2", "root", {"demo": "00ab"})]
    first = written(page, markdown(both))
    second = written(first, markdown([("Debian 1", "root", {".deb": "**fails**"})]))
    assert written(first, markdown(both)) == first
    assert [line for line in second.splitlines() if line not in first.splitlines()] == [
        "| Debian 1 | root | – | – | 00ab | – | – | – | **fails** |"
    ]


def test_hashes_that_differ_are_found() -> None:
    """Machines with other bits are red; a check that failed or was not tried is not compared."""
    found = [{"demo": "00ab", "bits": "77"}, {"demo": "**fails**", "bits": "78"}, {"demo": "00ab"}]
    assert unequal(found) == ["bits"]


@pytest.fixture
def root(tmp_path: Path) -> Root:
    """Give a root that borrows this machine's programs."""
    if sys.platform != "linux" or os.geteuid() != 0 or shutil.which("unshare") is None:
        pytest.skip("only root on Linux makes mounts")
    folder = tmp_path / "root"
    for name in ("etc", "proc", "sys", "dev", "tmp", "root", "usr"):
        (folder / name).mkdir(parents=True)
    for name in ("bin", "sbin", "lib", "lib64"):
        (folder / name).symlink_to(f"usr/{name}")
    (folder / "etc/passwd").write_text("root:x:0:0:root:/root:/bin/sh\n")
    (folder / "etc/group").write_text("root:x:0:\n")
    return Root(folder, Outside("", {"INDEX": "the ward's"}, {Path("/usr"): "/usr"}), tmp_path / "log")


def test_a_command_sees_the_root_alone(root: Root) -> None:
    """It has its own files, processes and shared memory, the environment that was read, and no variable from here."""
    (root.folder / "root/here").write_text("")
    ran = root.run('ls; ls /dev/shm | wc -l; ls -d /proc/[0-9]* | wc -l; echo "$INDEX" $PYTEST_CURRENT_TEST')
    assert ran.status == 0
    files, shared, processes, index = ran.output.splitlines()
    assert (files, shared, index) == ("here", "0", "the ward's")
    assert int(processes) < 5


def test_nothing_is_left(root: Root) -> None:
    """A command that hangs is ended with all that it started; afterwards nothing is mounted below the root."""
    ran = root.run("echo begun; sleep 98765.25 & wait", limit=1)
    assert (ran.status, ran.output.splitlines()[0]) == (124, "begun")
    assert str(root.folder) not in Path("/proc/mounts").read_text()
    running = [path.read_bytes() for path in Path("/proc").glob("[0-9]*/cmdline") if path.exists()]
    assert not [line for line in running if re.search(rb"^sleep\x0098765\.25", line)]


def test_the_log_keeps_what_was_said(root: Root) -> None:
    """The output of one command is its own; the log has that of all."""
    root.run("echo first")
    assert root.run("echo second; exit 3").output == "second\n"
    assert "first" in root.log.read_text()
