"""The power is cut at any instant: the disk keeps what was synced, and of all else any part, version, or garbage."""

from __future__ import annotations

import os
import random
import shutil
from collections import Counter
from pathlib import Path

import pytest

from harness.disk import lay
from harness.promises import broken, look
from harness.recorded import Recorded, differences, power_cuts, record

CUTS = int(os.environ.get("BEDSIDE_CUTS", "60"))

# Each part has a recording of its own, and may run on a core of its own.
PARTS = max(1, CUTS // 300)
LIVES = (90, 120, 60) if PARTS == 1 else (200, 300, 100, 200)

pytestmark = pytest.mark.slow


@pytest.fixture(params=range(PARTS))
def part(request: pytest.FixtureRequest) -> int:
    number: int = request.param
    return number


@pytest.fixture
def recorded(part: int, tmp_path: Path) -> Recorded:
    """Give three lives or more; the second was killed."""
    del part
    return record(tmp_path / "bed", LIVES)


def test_no_cut_loses_what_was_acknowledged(recorded: Recorded, part: int, tmp_path: Path) -> None:
    """After any power cut, all that was acknowledged is read, in order and once, and nobody is told of damage.

    What the witness has seen is all that was done: without a cut it gives the folder, byte for byte.
    """
    last = len(recorded.operations)
    (whole,) = [disk.whole() for disk, _ in recorded.moments([last])]
    assert not differences(whole, recorded.folder)
    cuts = power_cuts(part, CUTS // PARTS, last)
    chance = random.Random(part)
    failed: Counter[str] = Counter()
    examples = []
    for (position, cut), (disk, promised) in zip(cuts, recorded.moments([at for at, _ in cuts]), strict=True):
        image = disk.cut(cut, chance)
        folder = tmp_path / "image"
        folder.mkdir()
        lay(image, recorded.folder, folder)
        found = look(folder / "data")
        wrong = broken(promised, found)
        reasons = [*wrong.wrong]
        if wrong.lost:
            reasons.append(f"acknowledged and lost, {'told' if found.told else 'silently'}")
        elif found.told:
            reasons.append("false alarm")
        failed.update(reasons)
        if reasons:
            examples.append((position, cut, wrong.lost, reasons, found.told))
        shutil.rmtree(folder)
    print(f"{len(cuts)} cuts in {last} operations: {dict(failed)}")
    assert not examples, f"{len(examples)} of {len(cuts)} cuts; {dict(failed)}; the first: {examples[:3]}"
