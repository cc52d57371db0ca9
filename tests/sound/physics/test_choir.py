"""The choir sings the vowel that its formants state, each singer with a tremor of their own."""

import numpy as np
import pytest
from scipy.signal import sosfilt

from bedside import places
from bedside.sound.library import catalogue
from bedside.sound.library.bake import key_tables
from bedside.sound.loudness import k_weighting
from bedside.sound.physics.choir import Choir, tract
from bedside.sound.tuning import hertz

RATE = 48_000
PATCH = catalogue.load(places.shipped("sounds") / "choir.toml")
_model = PATCH.pieces[0].model
assert isinstance(_model, Choir)
MODEL = _model


def bands(key: int, row: int) -> np.ndarray:
    """Return the level in dB of each harmonic of a key with all its side lines, against the first."""
    made = key_tables(PATCH, key, RATE)
    power = np.abs(np.fft.rfft(made.samples[row, -made.loop :])) ** 2
    width = hertz(key) * made.loop / RATE
    harmonics = [power[int((n - 0.5) * width) : int((n + 0.5) * width)].sum() for n in range(1, 9)]
    levels: np.ndarray = 10 * np.log10(np.array(harmonics) / harmonics[0])
    return levels


def test_the_tract_has_the_formants_of_u() -> None:
    """The first two formants peak within 5 % of 350 and 750 Hz, a sung /u/ (Sundberg 1987), with a valley between."""
    hz = np.arange(100.0, 4_000.0)
    gain = tract(MODEL.formants, 100.0, hz)
    peaks = hz[1:-1][(gain[1:-1] > gain[:-2]) & (gain[1:-1] > gain[2:])]
    assert peaks[:2] == pytest.approx([350, 750], rel=0.05)
    assert peaks[2:] == pytest.approx([2_500, 3_400], rel=0.05)


@pytest.mark.parametrize("row", [0, 1])
def test_harmonics_follow_the_tract(row: int) -> None:
    """At key 48 the level of each of eight harmonics is that of glottis and tract, within 4 dB."""
    n = np.arange(1.0, 9.0)
    slope = (MODEL.slope_soft, MODEL.slope_bright)[row].at(48)
    stated = 20 * np.log10(n**-slope * tract(MODEL.formants, hertz(48), n * hertz(48)))
    measured = bands(48, row)
    off = measured - stated
    np.testing.assert_allclose(off - np.median(off), 0, atol=4)


def test_the_first_formant_follows_a_high_voice() -> None:
    """Above it the first formant lies at the fundamental: at key 80 the fundamental is the strongest harmonic."""
    hz = np.arange(200.0, 1_100.0)
    assert hz[np.argmax(tract(MODEL.formants, hertz(80), hz))] == pytest.approx(hertz(80), rel=0.02)
    assert bands(80, 1)[1:].max() < 0


def test_the_tremor_is_as_stated() -> None:
    """Side lines of the fundamental reach 4.6 to 6.3 Hz away, the vibrato, and stronger than at 10 Hz."""
    made = key_tables(PATCH, 60, RATE)
    power = np.abs(np.fft.rfft(made.samples[0, -made.loop :])) ** 2
    seconds = made.loop / RATE
    centre = round(hertz(60) * seconds)

    def beside(low: float, high: float) -> float:
        lines = np.arange(round(low * seconds), round(high * seconds) + 1)
        return float(np.sum(power[centre + lines] + power[centre - lines]))

    assert beside(4.6, 6.3) > 3 * beside(7.4, 9.1)
    assert beside(4.6, 6.3) > 0.01 * power.sum()


@pytest.mark.parametrize("key", range(48, 85, 4))
def test_its_level_is_calm(key: int) -> None:
    """Over a loop the level of 25 ms, K-weighted, moves within 6 dB on every key, in both tables."""
    made = key_tables(PATCH, key, RATE)
    energy = sosfilt(k_weighting(RATE), np.tile(made.samples[:, -made.loop :], 2))[:, -made.loop :] ** 2
    steps = energy[:, : made.loop // 1_200 * 1_200].reshape(2, -1, 1_200).mean(axis=2)
    assert np.all(np.ptp(10 * np.log10(steps), axis=1) < 6)


def test_the_highest_voice_has_two_colours() -> None:
    """At key 84 the second harmonic is at least 4 dB stronger in the bright sound than in the soft one."""
    assert bands(84, 1)[1] - bands(84, 0)[1] > 4
