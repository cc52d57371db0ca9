import numpy as np
import pytest

from bedside.sound.engine.runs import Runs


def test_runs_are_rows_of_what_is_there_now() -> None:
    """A run holds the frames from its beginning, also those that were written since, and is a copy of them."""
    samples = np.arange(40, dtype=np.float32)
    runs = Runs(samples, 8)
    samples[20] = -1
    rows = runs.read(np.array([32, 3, 15, 3]))
    assert np.array_equal(rows, [samples[begin : begin + 8] for begin in (32, 3, 15, 3)])
    rows[:] = 0
    assert samples[33] == 33


def test_rows_of_a_store_are_read_through() -> None:
    """A store of several rows is one row of samples, each of its rows behind the one before."""
    store = np.arange(30, dtype=np.float32).reshape(3, 10)
    assert np.array_equal(Runs(store, 4).read(np.array([12])), [store[1, 2:6]])


@pytest.mark.parametrize("frames", [0, 7])
def test_no_run_goes_past_the_end(frames: int) -> None:
    """A run that is not wholly there is an error, as is every run of what is too short."""
    with pytest.raises(IndexError):
        Runs(np.zeros(frames, np.float32), 8).read(np.array([0]))
    with pytest.raises(IndexError):
        Runs(np.zeros(40, np.float32), 8).read(np.array([33]))
