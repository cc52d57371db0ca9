"""The body passes what its resonances favour, and rings as they do when it is knocked."""

import numpy as np
import pytest

from bedside.sound.phasors import purely_real
from bedside.sound.physics.body import Resonance, knock, radiation


def test_a_resonance_stands_out_by_its_gain() -> None:
    """At its frequency a resonance adds its gain to the board's 1, and at 1/Q beside it about 0.7 of it."""
    body = (Resonance(100.0, 5.0, 0.0), Resonance(2_000.0, 20.0, 3.0))
    assert radiation(body, np.array([2_000.0])).size[0] == pytest.approx(4.0, rel=0.01)
    beside = (radiation(body, np.array([2_000 * (1 + 0.5 / 20)])) - purely_real(np.ones(1))).size[0]
    assert beside == pytest.approx(3 / np.sqrt(2), rel=0.05)


def test_a_body_is_too_small_for_long_waves() -> None:
    """Far below the lowest resonance the gain falls by 6 dB an octave; far above all it is 1."""
    gain = radiation((Resonance(400.0, 1.0, 0.0),), np.array([20.0, 40.0, 20_000.0])).size
    assert 20 * np.log10(gain[1] / gain[0]) == pytest.approx(6, abs=0.1)
    assert gain[2] == pytest.approx(1, abs=0.01)


def test_a_knock_dies_as_its_quality_says() -> None:
    """A resonance of quality Q at f Hz loses a factor e of its energy in Q / (2πf) seconds."""
    made = knock((Resonance(200.0, 5.0, 1.0),), np.array([1.0]))
    seconds = 5 / (2 * np.pi * 200)
    assert 10 ** (-60 / 10 * seconds / made.t60[0]) == pytest.approx(np.exp(-1))
