"""Numbers of random events are those of numpy's generator."""

import numpy as np
import pytest

from bedside.sound.physics.poisson import poisson


@pytest.mark.parametrize("mean", [0.3, 4.0, 9.9, 10.0, 31.0, 700.0, 20_000.0])
def test_the_numbers_are_those_of_numpy(mean: float) -> None:
    """Of one seed come the numbers that numpy draws, and as many random numbers are used up."""
    mine, numpys = np.random.default_rng(5), np.random.default_rng(5)
    for _ in range(100):
        assert poisson(mine, mean) == numpys.poisson(mean)
    assert mine.random() == numpys.random()
