"""A spectrogram shows what sounds where it sounds, low and high."""

import numpy as np
import pytest

from bedside.sound.sheets.spectrogram import spectrogram

RATE = 48_000


@pytest.mark.slow
@pytest.mark.parametrize("hz", [40.0, 110.0, 440.0, 997.0, 3520.0, 12_000.0])
def test_a_sine_is_the_brightest_row_at_its_own_level(hz: float) -> None:
    """At every time in its middle a sine of −20 dB is brightest within 2 % of its frequency, within 1.5 dB."""
    seen = spectrogram(0.1 * np.sin(2 * np.pi * hz * np.arange(RATE) / RATE), RATE)
    middle = seen.db[:, (seen.seconds > 0.2) & (seen.seconds < 0.8)]
    assert seen.hz[middle.argmax(axis=0)] == pytest.approx(hz, rel=0.02)
    assert middle.max(axis=0) == pytest.approx(-20, abs=1.5)


@pytest.mark.slow
def test_a_click_is_bright_where_it_is() -> None:
    """High rows of a click at half a second are brightest within 5 ms of it, and dark 100 ms away."""
    sound = np.zeros(RATE)
    sound[RATE // 2] = 1
    seen = spectrogram(sound, RATE)
    high = seen.db[seen.hz > 2000].mean(axis=0)
    assert seen.seconds[high.argmax()] == pytest.approx(0.5, abs=0.005)
    assert high[np.abs(seen.seconds - 0.5) > 0.1].max() < high.max() - 40


@pytest.mark.slow
def test_two_low_tones_a_fifth_apart_are_told_apart() -> None:
    """Between 65.4 and 98.0 Hz it is at least 20 dB darker than on either."""
    time = np.arange(2 * RATE) / RATE
    seen = spectrogram(np.sin(2 * np.pi * 65.4 * time) + np.sin(2 * np.pi * 98.0 * time), RATE)
    row = seen.db[:, seen.db.shape[1] // 2 - 200 : seen.db.shape[1] // 2 + 200].mean(axis=1)
    between = row[(seen.hz > 75) & (seen.hz < 90)].min()
    assert between < min(row[np.abs(seen.hz - 65.4).argmin()], row[np.abs(seen.hz - 98.0).argmin()]) - 20


def test_a_short_sound_at_a_low_rate_has_one_too() -> None:
    """A hundred frames at 22,050 Hz give rows up to their own limit and a column for each."""
    seen = spectrogram(np.ones(100), 22_050)
    assert seen.db.shape == (seen.hz.size, 100)
    assert 10_000 < seen.hz[-1] < 11_025
    assert np.isfinite(seen.db).all()
