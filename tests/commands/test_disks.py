"""Commands on a disk that is full or can only be read: reading works, and a refusal names the disk, not a program."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from commands.program import bedside, done
from e2e.rig.smalldisk import SmallDisk

CHANGING = (("check", "--rebuild"), ("key", "change"))


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[SmallDisk]:
    """Give a small disk."""
    with SmallDisk(tmp_path / "disk", 16) as disk:
        yield disk


def files(data: Path) -> dict[str, bytes]:
    """Return what must stay as it is: the keys, the database and the journal."""
    return {each.name: each.read_bytes() for each in data.rglob("*") if each.suffix in (".key", ".db", ".journal")}


@pytest.mark.slow
@pytest.mark.parametrize("fault", ["full", "read-only"])
def test_what_changes_the_record_says_that_the_disk_is_in_the_way(disk: SmallDisk, duet: Path, fault: str) -> None:
    """Nothing is changed, staff read that the disk is full or can only be read, and once it is mended it is done."""
    data = disk.folder / "kept"
    shutil.copytree(duet, data)
    before, takes = files(data), done(data, "takes")
    if fault == "full":
        disk.fill()
    else:
        disk.protect(True)
    for command in CHANGING:
        refused = bedside(data, *command)
        assert refused.code == 1
        assert ("full" if fault == "full" else "can only be read") in refused.err, refused.err
        assert "foresee" not in refused.err
        assert "close" not in refused.err, refused.err
        assert refused.err.count("\n") == 1, refused.err
        assert files(data) == before
    assert done(data, "takes") == takes
    if fault == "full":
        (disk.folder / "filler").unlink()
    else:
        disk.protect(False)
    for command in CHANGING:
        assert bedside(data, *command).code == 0
    assert done(data, "takes") == takes


@pytest.mark.slow
def test_a_damaged_database_on_a_full_disk_is_said_and_mended_later(disk: SmallDisk, duet: Path) -> None:
    """Damage that no disk has room to mend is told with why; what there is can be read, and is mended with room."""
    data = disk.folder / "kept"
    shutil.copytree(duet, data)
    takes = done(data, "takes")
    content = bytearray((data / "bedside.db").read_bytes())
    content[4096:20480] = bytes(16384)
    (data / "bedside.db").write_bytes(content)
    disk.fill()
    for command in (("check",), ("check", "--rebuild")):
        refused = bedside(data, *command)
        assert refused.code == 1
        assert "full" in refused.err
        assert "foresee" not in refused.err
    assert bedside(data, "takes").out == takes
    (disk.folder / "filler").unlink()
    assert "built anew" in done(data, "check", "--rebuild")
    assert done(data, "takes") == takes
