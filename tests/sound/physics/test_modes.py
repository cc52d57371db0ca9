"""The matrix product gives the damped sinusoids that the formula gives."""

import numpy as np

from bedside.sound.phasors import Phasors, purely_real
from bedside.sound.physics.modes import NEPERS_60_DB, Modes, antialias, joined, ring


def test_every_frame_equals_the_formula() -> None:
    """Two sounds of three modes, over a length that fills no whole block, equal their sum written out."""
    rate, frames = 48_000, 10_007
    hz, t60 = np.array([110.0, 441.7, 9_876.5]), np.array([2.0, 0.3, 0.05])
    amplitudes = np.array([[1.0, 0.5j, -0.25], [0.3 - 0.3j, 0.0, 1.0]])
    time = np.arange(frames) / rate
    waves = np.exp((-NEPERS_60_DB / t60 + 2j * np.pi * hz)[:, None] * time)
    modes = Modes(hz, t60, Phasors(amplitudes.real, amplitudes.imag))
    np.testing.assert_allclose(ring(modes, frames, rate), (amplitudes @ waves).real, rtol=0, atol=1e-10)
    lifted = (amplitudes @ waves).real * np.exp(3.0 * time)
    np.testing.assert_allclose(ring(modes, frames, rate, 3.0), lifted, rtol=0, atol=1e-10)


def test_nothing_is_let_through_near_half_the_rate() -> None:
    """Partials pass whole below 0.38 of the rate, not at all from 0.44, and in falling measure between."""
    gain = antialias(np.linspace(0, 24_000, 2_401), 48_000)
    assert np.all(gain[:1_825] == 1.0)
    assert np.all(gain[2_112:] == 0.0)
    assert np.all(np.diff(gain) <= 0)


def test_what_cannot_be_heard_is_left_out() -> None:
    """Of modes 0, 80 and 100 dB down the last is left out, unless another sound has it; what stays keeps its order."""
    down = Modes(np.array([1.0, 2.0, 3.0]), np.ones(3), purely_real(np.array([[1.0, 1e-4, 1e-5]])))
    assert down.audible().hz.tolist() == [1.0, 2.0]
    other = Modes(down.hz, down.t60, purely_real(np.array([[1.0, 1e-4, 1e-5], [1e-3, 0.0, 1e-3]])))
    assert other.audible().hz.tolist() == [1.0, 2.0, 3.0]
    assert joined(down, down.audible()).amplitudes.real.tolist() == [[1.0, 1e-4, 1e-5, 1.0, 1e-4]]
