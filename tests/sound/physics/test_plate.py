"""The cymbal's modes lie as a plate's do, and its shimmer comes after the stroke."""

import numpy as np
import pytest
from scipy.signal import butter, sosfilt

from bedside import places
from bedside.sound.library import catalogue
from bedside.sound.physics.plate import Plate, shimmer, spectrum

RATE = 48_000
PATCH = catalogue.load(places.shipped("sounds") / "drum.toml")
_swell, _muted = PATCH.piece(57).model, PATCH.piece(69).model
assert isinstance(_swell, Plate)
assert isinstance(_muted, Plate)
SWELL, MUTED = _swell, _muted


def level(sound: np.ndarray, low: float, high: float) -> np.ndarray:
    """Return the level of a band at each 50 ms, in dB."""
    band = sosfilt(butter(4, (low, high), "bandpass", fs=RATE, output="sos"), sound) ** 2
    steps: np.ndarray = 10 * np.log10(band[: band.size // 2_400 * 2_400].reshape(-1, 2_400).mean(axis=1) + 1e-20)
    return steps


def test_modes_are_evenly_dense() -> None:
    """Any quarter of the range holds a quarter of the modes, as of a flat plate (F&R 3.6), within 2 %."""
    hz, _, _ = spectrum(SWELL, 60, np.random.default_rng(1))
    counts = np.histogram(hz, 4, (SWELL.lowest, SWELL.highest))[0]
    np.testing.assert_allclose(counts, hz.size / 4, rtol=0.02)
    assert np.std(np.diff(hz)) > 0.3 * np.mean(np.diff(hz))


def test_the_shimmer_grows_upwards() -> None:
    """Of the swell the band from 3 to 6 kHz is at its height 50 ms or more after the stroke's, and 0.2 s or more in."""
    sound = shimmer(SWELL, 58, RATE, np.random.default_rng(1)).samples[1]
    whole, high = level(sound, 40, 20_000), level(sound, 3_000, 6_000)
    assert np.argmax(high) >= 4
    assert whole[0] < whole.max() - 6
    assert np.argmax(whole) < 14


@pytest.mark.parametrize(("low", "high"), [(600, 900), (2_000, 3_000)])
def test_bands_decay_as_stated(low: float, high: float) -> None:
    """Once grown a band falls by 60 dB in the stated time of its middle, within 20 %."""
    sound = shimmer(SWELL, 60, RATE, np.random.default_rng(2)).samples[1]
    falling = level(sound, low, high)[20:40]
    t60 = -60 / (np.polyfit(np.arange(falling.size) * 0.05, falling, 1)[0])
    stated = SWELL.t60 * (np.sqrt(low * high) / 1_000) ** -SWELL.damping
    assert t60 == pytest.approx(stated, rel=0.2)


def test_a_hand_on_it_ends_it() -> None:
    """The muted cymbal is over within 0.6 s, and falls by 20 dB in 0.3 s from its height."""
    sound = shimmer(MUTED, 70, RATE, np.random.default_rng(1)).samples[1]
    whole = level(sound, 40, 20_000)
    assert sound.size <= 0.6 * RATE
    assert whole[np.argmax(whole) + 6] < whole.max() - 15
