"""The computer's clock is wrong, and moves: the order of what was played is that in which it was played."""

from __future__ import annotations

from pathlib import Path

import pytest

from bedside.archive.store.store import Store
from harness.life import Life
from harness.mother import Mother
from harness.promises import Promised, broken, look
from harness.script import LIFE, serial
from harness.witness import Recording

DAY = 86_400

# Of one life after the other, how wrong the clock is at its start, and by how much it moves in its middle.
CLOCKS = [
    (0, 0),
    (-365 * DAY, 0),
    (12 * 365 * DAY, 0),
    (-60, 0),
    (0, -60),
    (0, 400 * DAY),
    (-56 * 365 * DAY, 3600),
    (0, 0),
]


@pytest.mark.slow
def test_a_clock_that_moves_changes_no_order(tmp_path: Path) -> None:
    """Set back a year, on to 2038, to 1970, by a minute while somebody plays: takes and choices stay in order.

    ``last`` is the take that was played last, after every life.
    """
    bed = tmp_path / "bed"
    bed.mkdir()
    recording = Recording.of(bed)
    data = recording.folder / "data"
    with Mother(tmp_path / "stderr", recording.environ()) as mother:
        for number, (clock, jump) in enumerate(CLOCKS, 1):
            life = Life(number, data, recording.acks, count=60, seconds=0.002, clock=clock, jump=jump)
            assert mother.bear(life).wait() == 0, mother.stderr.read_text()
            promised = Promised()
            for line in recording.acks.read_text().splitlines():
                promised.hear(line)
            found = look(data)
            assert not broken(promised, found)
            assert not found.told
            assert found.chosen == sorted(found.chosen)
            with Store.open(data) as store:
                last = [serial(each) for each in store.performed(store.find("last"))]
            assert max(each or 0 for each in last) // LIFE == number
            assert found.performed[-1] in last
