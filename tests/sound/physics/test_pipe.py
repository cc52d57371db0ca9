"""The pipe has its few harmonics, a breath that is heard, and a chiff that is soon over."""

import numpy as np
import pytest

from bedside import places
from bedside.sound.library import catalogue
from bedside.sound.library.bake import key_tables
from bedside.sound.physics.pipe import Pipe
from bedside.sound.tuning import hertz
from sound.listening import decibels, envelope

RATE = 48_000
PATCH = catalogue.load(places.shipped("sounds") / "flute.toml")
_model = PATCH.pieces[0].model
assert isinstance(_model, Pipe)
MODEL = _model


@pytest.mark.parametrize(("row", "stated"), [(0, MODEL.soft_db), (1, MODEL.bright_db)])
def test_harmonics_are_as_stated(row: int, stated: tuple[float, ...]) -> None:
    """At middle C the first four harmonics have the levels of the patch, within 2 dB."""
    made = key_tables(PATCH, 60, RATE)
    power = np.abs(np.fft.rfft(made.samples[row, -made.loop :])) ** 2
    width = hertz(60) * made.loop / RATE
    levels = [power[round(n * width) - 15 : round(n * width) + 16].sum() for n in range(1, 5)]
    measured = 10 * np.log10(np.array(levels) / levels[0])
    np.testing.assert_allclose(measured, np.array(stated[:4]) - stated[0], atol=2)


@pytest.mark.parametrize("key", [66, 72, 84])
def test_the_chiff_comes_and_goes(key: int) -> None:
    """Between the harmonics, at the chiff's place, the first 80 ms are 8 dB above the loop; the attack's end is not."""
    made = key_tables(PATCH, key, RATE)
    begin = made.samples.shape[1] - made.loop
    sound = made.samples[1]
    power = np.abs(envelope(sound, RATE, MODEL.chiff_ratio * hertz(key), 120.0)) ** 2
    # The envelope's window is 1,601 frames long: its value at i belongs to frame i + 800.
    first, last, steady = power[:3_040], power[begin - 1_600 : begin - 800], power[begin:]
    assert decibels(float(first.max()), float(steady.mean())) > 8
    assert decibels(float(last.mean()), float(steady.mean())) < 6


@pytest.mark.parametrize("row", [0, 1])
def test_the_breath_is_heard_and_no_more(row: int) -> None:
    """What lies between the harmonics is 20 to 45 dB below the tone, in the middle of the range."""
    made = key_tables(PATCH, 72, RATE)
    power = np.abs(np.fft.rfft(made.samples[row, -made.loop :])) ** 2
    lines = np.arange(power.size)
    width = hertz(72) * made.loop / RATE
    between = np.abs(lines - np.rint(lines / width) * width) > 40
    assert -45 < decibels(float(power[between].sum()), float(power.sum())) < -20


def test_a_chiff_must_end_before_the_loop() -> None:
    """A pipe whose chiff lasts longer than its attack is refused."""
    stated = {name: getattr(MODEL, name) for name in Pipe.__slots__}
    with pytest.raises(ValueError, match="chiff"):
        Pipe(**stated | {"chiff_t60": 0.3})
    with pytest.raises(ValueError, match="harmonics"):
        Pipe(**stated | {"soft_db": (0.0,)})
