"""A bed lives a year in minutes, and keeps every promise of the record every day."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

import golden
from bedside.archive.store.store import Store
from harness.bed import Bed
from harness.year import Year

DAYS = int(os.environ.get("BEDSIDE_DAYS", "10"))
SEED = int(os.environ.get("BEDSIDE_SEED", "0"))

# So many days of one bed; a further bed has the next seed.
DAYS_OF_A_BED = 40

GOLDEN = Path(golden.__path__[0]) / "v0_1_0"


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(SEED, SEED + max(1, DAYS // DAYS_OF_A_BED)))
def test_every_promise_is_kept_every_day(seed: int, tmp_path: Path) -> None:
    """Starts, ends, kills, power cuts, full and failing disks, lost keys, two programs, clocks, damage: all is kept.

    Every second bed was used with the first version, whose takes stay as they were.
    """
    bed = Bed(tmp_path)
    if seed % 2:
        bed.data.mkdir(mode=0o700)
        for name in ("bedside.db", "bedside.key"):
            shutil.copyfile(GOLDEN / name, bed.data / name)
            (bed.data / name).chmod(0o600)
    before = takes(bed.data)
    bed.before = frozenset(before)
    with bed:
        year = Year(bed, seed)
        for _ in range(min(DAYS, DAYS_OF_A_BED)):
            year.live_day()
    print(f"seed {seed}: {bed.lives} lives, {dict(year.days)}")
    after = takes(bed.data)
    assert {take: after.get(take) for take in before} == before


def takes(data: Path) -> dict[str, object]:
    """Return all takes of a data folder, each with its list entry and all events."""
    if not data.exists():
        return {}
    with Store.open(data) as store:
        return {take.id: (take, store.performed(take.id)) for take in store.takes()}
