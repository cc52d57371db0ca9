"""The reed organ has two reeds to a key, rich and even, that beat slowly."""

from dataclasses import replace

import numpy as np
import pytest

from bedside import places
from bedside.sound.library import catalogue
from bedside.sound.library.bake import key_tables
from bedside.sound.physics.reed import Reed
from bedside.sound.tuning import hertz
from sound.listening import cents, decibels

RATE = 48_000
PATCH = catalogue.load(places.shipped("sounds") / "organ.toml")
_model = PATCH.pieces[0].model
assert isinstance(_model, Reed)
MODEL = _model


@pytest.mark.parametrize("key", [36, 60, 84])
def test_the_second_reed_is_a_beat_away(key: int) -> None:
    """With still bellows each harmonic is two lines, of which the upper, by one beat a turn, is as strong as stated."""
    still = replace(MODEL, wander=0.0, breath=0.0, air_db=-100.0)
    made = still.sound(key, RATE, np.random.default_rng(1))
    power = np.abs(np.fft.rfft(made.samples[1, -made.loop :])) ** 2
    periods = round(hertz(key) * made.loop / RATE)
    assert 0.5 < cents(periods + 1, periods) < 25
    for n in range(1, 7):
        assert decibels(power[n * (periods + 1)], power[n * periods]) == pytest.approx(MODEL.second_db, abs=0.5)
        assert power[n * periods] > 1e9 * power[n * periods - 1]


def test_the_spectrum_is_rich_and_even() -> None:
    """At key 48 the first ten harmonics of the bright sound lie within 24 dB, none 8 dB below the one before it."""
    made = key_tables(PATCH, 48, RATE)
    power = np.abs(np.fft.rfft(made.samples[1, -made.loop :])) ** 2
    width = hertz(48) * made.loop / RATE
    levels = [10 * np.log10(power[int((n - 0.5) * width) : int((n + 0.5) * width)].sum()) for n in range(1, 11)]
    assert np.ptp(levels) < 24
    assert np.min(np.diff(levels)) > -8


def test_the_bellows_come_softly() -> None:
    """The level reaches half its amplitude no sooner than 15 ms and no later than 60 ms."""
    for key in (36, 60, 84):
        made = key_tables(PATCH, key, RATE)
        for sound in made.samples:
            rms = np.sqrt(np.convolve(sound**2, np.ones(960) / 960, mode="valid"))
            half = np.argmax(rms > 0.5 * np.sqrt(np.mean(sound[-made.loop :] ** 2))) + 480
            assert 0.015 < half / RATE < 0.06, key
