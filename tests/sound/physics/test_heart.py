"""The heart beats calmly, low and soft."""

import numpy as np
import pytest

from bedside import places
from bedside.sound.library import catalogue
from bedside.sound.library.bake import key_tables
from bedside.sound.physics.heart import Heart

RATE = 48_000
PATCH = catalogue.load(places.shipped("sounds") / "nature.toml")
_model = PATCH.piece(48).model
assert isinstance(_model, Heart)
MODEL = _model


def beats() -> tuple[np.ndarray, np.ndarray]:
    """Return when the first five seconds beat, in seconds, and how loud each beat is at its height."""
    heard = key_tables(PATCH, 48, RATE).as_played(5 * RATE, RATE)[0]
    level = np.sqrt(np.convolve(heard**2, np.ones(2_400) / 2_400, mode="same"))
    loud = level > 0.12 * level.max()
    starts = np.flatnonzero(loud & ~np.roll(loud, 1))
    ends = np.flatnonzero(loud & ~np.roll(loud, -1))
    return starts / RATE, np.array([level[a : b + 1].max() for a, b in zip(starts, ends, strict=True)])


def test_it_beats_sixty_times_a_minute() -> None:
    """Two sounds every second, the second of them a third of a second after the first, within 20 ms."""
    starts, _ = beats()
    assert starts.size == 10
    np.testing.assert_allclose(np.diff(starts[2::2]), 1, atol=0.02)
    np.testing.assert_allclose((starts[1::2] - starts[::2])[1:], 0.32, atol=0.02)


def test_it_grows_fainter() -> None:
    """Each beat is softer than the one a second before it, by what the patch states, within 0.3 dB."""
    _, sizes = beats()
    np.testing.assert_allclose(20 * np.log10(sizes[4::2] / sizes[2:-2:2]), -MODEL.fall, atol=0.3)


def test_it_is_low_and_soft() -> None:
    """Nine tenths of its energy lie below 250 Hz, and no beat takes less than 10 ms to its height."""
    for sound in key_tables(PATCH, 48, RATE).samples:
        power = np.abs(np.fft.rfft(sound)) ** 2
        assert power[:250].sum() > 0.9 * power.sum()
        rising = np.sqrt(np.convolve(sound[: RATE // 4] ** 2, np.ones(96) / 96, mode="same"))
        assert np.argmax(rising) > 0.01 * RATE


def test_a_beat_must_end_before_the_next() -> None:
    """A heart whose second sound would run into the next beat is refused."""
    stated = {name: getattr(MODEL, name) for name in Heart.__slots__}
    with pytest.raises(ValueError, match="beat"):
        Heart(**stated | {"systole": 0.5, "rate": 100.0})
