"""Pitches are those of equal temperament, to the last bit."""

from decimal import Decimal, localcontext

import numpy as np
import pytest

from bedside.sound.tuning import Scaled, frequency_ratio, hertz


def test_a_ratio_is_rounded_correctly() -> None:
    """Of all keys, and of 2,000 intervals up to twelve octaves, the ratio is the double nearest to the true one."""
    with localcontext() as context:
        context.prec = 60
        for octaves in [*((key - 69) / 12 for key in range(128)), *np.random.default_rng(1).uniform(-12, 12, 2_000)]:
            assert frequency_ratio(float(octaves)) == float(Decimal(2) ** Decimal(float(octaves)))


def test_known_pitches() -> None:
    """A4 is 440 Hz, its octaves are exact, and middle C is 261.6256 Hz; what halves with each octave does."""
    assert [hertz(69), hertz(81), hertz(57)] == [440.0, 880.0, 220.0]
    assert hertz(60) == pytest.approx(261.6256, abs=1e-4)
    assert [Scaled(3.0, 12.0).at(72), Scaled(3.0, -12.0).at(72), Scaled(3.0).at(72)] == [1.5, 6.0, 3.0]
