"""What waits for a disk: nothing lost, in order, in little memory."""

from __future__ import annotations

import math
import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.improvisations import duet
from bedside.archive.backlog import Backlog
from bedside.archive.store.changes import Played, encode
from bedside.archive.store.keeping import Record


@given(st.lists(st.one_of(st.integers(1, 1200), st.integers(-1200, -1)), max_size=12))
def test_records_leave_in_the_order_in_which_they_came(steps: list[int]) -> None:
    """However many are added and taken, in whatever turns, each leaves once and in order."""
    backlog, added, taken = Backlog(), 0, []
    for step in steps:
        if step > 0:
            backlog.extend([["played", number] for number in range(added, added + step)])
            added += step
        else:
            found = backlog.front(-step)
            assert len(found) <= -step
            assert bool(found) == (len(backlog) > 0)
            backlog.drop(len(found))
            taken += found
        assert len(backlog) == added - len(taken)
    while found := backlog.front(1000):
        backlog.drop(len(found))
        taken += found
    assert taken == [["played", number] for number in range(added)]


def test_what_is_looked_at_stays() -> None:
    """Looking takes nothing away, however often."""
    backlog = Backlog()
    backlog.extend([[1], [2]])
    assert backlog.front(1) == backlog.front(1) == [[1]]
    assert backlog.front(9) == [[1], [2]]
    assert len(backlog) == 2


def test_numbers_that_are_none_survive() -> None:
    """A backlog gives back what floating point knows besides numbers, and every last bit of a number."""
    records: list[Record] = [[0.1 + 0.2, math.inf, -math.inf, None, True, "ä", 2**62]] * 600
    backlog = Backlog()
    backlog.extend(records)
    assert backlog.front(600) == records[:500]
    backlog.extend([[math.nan]])
    backlog.drop(500)
    backlog.drop(len(backlog.front(100)))
    assert math.isnan(backlog.front(1)[0][0])


@pytest.mark.slow
def test_hours_of_play_fit_into_memory() -> None:
    """Two hours of lively play, 180,000 events, take less than 20 MB."""
    played = duet(500)
    tracemalloc.start()
    backlog = Backlog()
    before = tracemalloc.get_traced_memory()[0]
    ordinal = 0
    while ordinal < 180_000:
        for item in played:
            backlog.extend([encode(Played("f" * 32, ordinal, item))])
            ordinal += 1
    used = tracemalloc.get_traced_memory()[0] - before
    tracemalloc.stop()
    assert used < 20e6
