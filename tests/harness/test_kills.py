"""A recorder is killed at any instant, fed in real time: at most 250 ms are lost, and nothing acknowledged."""

from __future__ import annotations

import os
import random
import time
from pathlib import Path

import pytest

from harness.lateness import Lateness
from harness.life import Life
from harness.mother import Mother
from harness.promises import Promised, broken, look

KILLS = int(os.environ.get("BEDSIDE_RECORDER_KILLS", "20"))

# So many kills of one data folder, the first of them at its first start.
KILLS_OF_A_BED = 10
LOST_SECONDS_AT_MOST = 0.25

# More than is lived: every life is killed.
ITEMS = 1_000


@pytest.mark.slow
@pytest.mark.parametrize("bed", range(max(1, KILLS // KILLS_OF_A_BED)))
def test_killed_at_any_instant(bed: int, tmp_path: Path) -> None:
    """What was fed 250 ms before the kill is there, and what was acknowledged, of this life and of all before it.

    On a machine that is busy with something else, the 250 ms are as much longer as everything is; what was lost is
    printed as it was.
    """
    chance = random.Random(bed)
    data, acks = tmp_path / "data", tmp_path / "acks"
    acks.touch()
    lost = []
    with Mother(tmp_path / "stderr") as mother, Lateness(tmp_path / "page") as lateness:
        for number in range(1, KILLS_OF_A_BED + 1):
            child = mother.bear(Life(number, data, acks, ITEMS, seconds=0.003))
            time.sleep(chance.uniform(0.0, 0.8))
            killed = time.monotonic()
            child.kill()
            heard = acks.read_text()
            promised = Promised()
            for line in heard.splitlines():
                promised.hear(line)
            found = look(data)
            assert not found.told
            wrong = broken(promised, found)
            assert not wrong, f"bed {bed}, kill {number}: {wrong}"
            seen, fed = promised.seen(number, found), promised.at[number]
            allowed = lateness.stretched(LOST_SECONDS_AT_MOST, killed - 1.0, killed)
            due = promised.due(number, killed - allowed)
            assert seen >= due, f"bed {bed}, kill {number}: {seen} of {due} items that are due for {allowed:.3f} s"
            lost += [killed - fed[seen]] if seen < len(fed) else [0.0] if fed else []
    lost.sort(reverse=True)
    print(
        f"bed {bed}: of {KILLS_OF_A_BED} kills, {len(lost)} in play; "
        f"at most lost, in ms: {[round(1000 * x) for x in lost[:4]]}"
    )
