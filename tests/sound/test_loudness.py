"""The loudness meter agrees with ITU-R BS.1770."""

import numpy as np
import pytest
from scipy.signal import sosfilt

from bedside.sound.loudness import k_weighting, momentary


def test_the_filter_is_the_published_one_at_48_khz() -> None:
    """At 48 kHz the coefficients are those of ITU-R BS.1770-4, tables 1 and 2, to eight digits."""
    shelf = [1.53512485958697, -2.69169618940638, 1.19839281085285, 1.0, -1.69065929318241, 0.73248077421585]
    high_pass = [1.0, -2.0, 1.0, 1.0, -1.99004745483398, 0.99007225036621]
    np.testing.assert_allclose(k_weighting(48_000), [shelf, high_pass], rtol=0, atol=1e-8)


@pytest.mark.parametrize("rate", [22_050, 44_100, 48_000, 96_000])
def test_a_full_sine_at_997_hz_measures_minus_3_01_at_every_rate(rate: int) -> None:
    """A full-scale sine of 997 Hz in one channel reads −3.01 LKFS, as BS.1770 requires of a meter."""
    sine = np.sin(2 * np.pi * 997 / rate * np.arange(rate))
    assert momentary(sine, rate) == pytest.approx(-3.01, abs=0.05)


def test_the_loudest_window_counts_wherever_it_lies() -> None:
    """Silence around a sound, and the sound's place in it, leave its momentary loudness as it was."""
    rate = 48_000
    sine = 0.1 * np.sin(2 * np.pi * 500 / rate * np.arange(rate // 2))
    alone = momentary(sine, rate)
    for before in (1, 7_001, 30_000):
        placed = np.concatenate((np.zeros(before), sine, np.zeros(20_000)))
        assert momentary(placed, rate) == pytest.approx(alone, abs=0.01)


def test_a_short_sound_is_as_loud_as_its_energy_in_400_ms() -> None:
    """Half the window of the same tone is 3 dB quieter than a window full of it, and silence is minus infinity."""
    rate = 48_000
    sine = np.sin(2 * np.pi * 1000 / rate * np.arange(rate))
    full, half = momentary(sine, rate), momentary(sine[: rate // 5], rate)
    assert full - half == pytest.approx(3.01, abs=0.05)
    assert momentary(np.zeros(100), rate) == -np.inf


@pytest.mark.parametrize("frames", [1, 2, 5, 63, 4_097, 100_003])
def test_sounds_are_filtered_side_by_side_as_one_by_one(frames: int) -> None:
    """Of three sounds of any length, the loudness is that of the filter run from frame to frame; silence stays so."""
    sounds = np.random.default_rng(frames).standard_normal((3, frames))
    sounds[1] = 0.0
    energy = np.cumsum(sosfilt(k_weighting(48_000), sounds) ** 2, axis=1)
    window = 19_200
    greatest = energy[:, -1] if frames <= window else np.max(energy[:, window:] - energy[:, :-window], axis=1)
    heard = momentary(sounds, 48_000)
    assert heard[1] == -np.inf
    np.testing.assert_allclose(heard[[0, 2]], -0.691 + 10 * np.log10(greatest[[0, 2]] / window), atol=2e-6)
