"""Going on counting: the greatest number of a folder, after orderly ends, kills, cuts and damage."""

from __future__ import annotations

import os
import random
from pathlib import Path

import pytest

from archive.journal.runs import Run, image
from bedside.archive.journal.frame import PAGE_BYTES, parse_header
from bedside.archive.journal.reading import greatest_number


@pytest.mark.parametrize("seed", range(5))
def test_a_killed_run_is_counted_without_reading_all_of_it(tmp_path: Path, seed: int) -> None:
    """A segment that was made long beforehand, and hardly used, costs what is used: this one has a terabyte."""
    run = Run.begin(tmp_path)
    run.play(40, random.Random(seed))
    [path] = image(tmp_path)
    os.truncate(tmp_path / path, 1 << 40)
    assert greatest_number(tmp_path) == run.writer.next - 1


def left(folder: Path, chance: random.Random) -> tuple[Run, Path, bytearray, int]:
    """Return a run that was killed, its only file, what is in it, and how many bytes of it are used."""
    run = Run.begin(folder)
    run.play(40, chance)
    [name] = image(folder)
    data = bytearray((folder / name).read_bytes())
    return run, folder / name, data, len(bytes(data).rstrip(b"\0"))


@pytest.mark.parametrize("seed", range(20))
def test_garbled_pages_hide_no_later_number(tmp_path: Path, seed: int) -> None:
    """Whatever header is garbled, a number that another frame has is not given a second time."""
    chance = random.Random(seed)
    run, path, data, used = left(tmp_path, chance)
    heads = [header for at in range(0, used, PAGE_BYTES) if (header := parse_header(bytes(data), at)) is not None]
    for garbled in chance.sample(heads[:-1], chance.randint(1, 5)):
        at = garbled.page * PAGE_BYTES
        data[at : at + PAGE_BYTES] = chance.randbytes(PAGE_BYTES)
    path.write_bytes(data)
    assert greatest_number(tmp_path) == run.writer.next - 1


@pytest.mark.parametrize("seed", range(20))
def test_a_garbled_end_gives_no_number_twice(tmp_path: Path, seed: int) -> None:
    """Where the last frames cannot be read, the numbers that they had are passed over."""
    chance = random.Random(seed)
    run, path, data, used = left(tmp_path, chance)
    start = chance.randrange(0, used, PAGE_BYTES)
    data[start:used] = chance.randbytes(used - start)
    path.write_bytes(data)
    assert run.writer.next - 1 <= greatest_number(tmp_path) < 1 << 21
