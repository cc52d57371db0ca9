"""Syncs and writes fail at random, and the disk is full for a while: what was acknowledged all the same is kept."""

from __future__ import annotations

import os
import random
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from harness.disk import lay
from harness.operations import Kind
from harness.promises import broken, look
from harness.recorded import power_cuts, record
from harness.witness import Faults

FAILURES = int(os.environ.get("BEDSIDE_FAILURES", "1"))
CUTS = 12

KINDS = {
    "syncs fail": Faults(1, syncs=0.05, burst=3),
    "writes fail": Faults(1, writes=0.03, burst=5),
    "the disk is full": Faults(1, full=0.03, burst=60),
    "all of it": Faults(1, syncs=0.03, writes=0.01, full=0.01, burst=20),
}

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("seed", range(FAILURES))
@pytest.mark.parametrize("kind", KINDS)
def test_a_failing_disk_loses_nothing_that_was_acknowledged(kind: str, seed: int, tmp_path: Path) -> None:
    """With a disk that fails now and then, all that was acknowledged is read, at the end and after a power cut.

    A sync that has failed brings nothing to the disk, whatever is synced later.
    """
    faults = replace(KINDS[kind], seed=10 * seed)
    recorded = record(tmp_path / "bed", (60, 90, 40), faults)
    failed = sum(operation.kind in (Kind.FAULT, Kind.SYNC_FAILED) for operation in recorded.operations)
    whole = tmp_path / "whole"
    shutil.copytree(recorded.folder, whole)
    found = look(whole / "data")
    wrong = broken(recorded.promised, found)
    print(f"{kind}, seed {seed}: {failed} faults; told: {[*recorded.promised.told, *found.told]}")
    assert not wrong, f"{wrong}, told {found.told}"
    assert not found.told
    cuts = power_cuts(seed, CUTS, len(recorded.operations))
    chance = random.Random(seed)
    for (position, cut), (disk, promised) in zip(cuts, recorded.moments([at for at, _ in cuts]), strict=True):
        folder = tmp_path / "image"
        folder.mkdir()
        lay(disk.cut(cut, chance), recorded.folder, folder)
        found = look(folder / "data")
        wrong = broken(promised, found)
        assert not wrong, f"{kind}, seed {seed}, cut after {position} operations, {cut}: {wrong}, told {found.told}"
        # Such a disk may well have damaged the index, or have lost of the journal what the index has: that is said, and
        # nothing more than that.
        assert all("built anew from" in each or "of it was kept" in each for each in found.told), found.told
        shutil.rmtree(folder)
