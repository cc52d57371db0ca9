"""The ensemble holds a note for ever, without a seam and without fading."""

import numpy as np
import pytest
from scipy.signal import sosfilt

from bedside import places
from bedside.sound.library import catalogue
from bedside.sound.library.bake import key_tables
from bedside.sound.library.patch import Patch
from bedside.sound.loudness import k_weighting
from bedside.sound.physics.ensemble import Ensemble
from bedside.sound.physics.loop import loop_length
from bedside.sound.tuning import hertz

RATE = 48_000


@pytest.fixture(scope="module")
def pad() -> Patch:
    return catalogue.load(places.shipped("sounds") / "pad.toml")


@pytest.mark.parametrize("rate", [22_050, 44_100, 48_000, 96_000])
def test_every_loop_is_in_tune(pad: Patch, rate: int) -> None:
    """Over the whole range a loop holds whole periods of its key within a cent."""
    assert isinstance(pad.pieces[0].model, Ensemble)
    for key in range(pad.lowest, pad.highest + 1):
        frames, periods = loop_length(hertz(key), pad.pieces[0].model.loop.at(key), rate)
        assert abs(1200 * np.log2(periods * rate / frames / hertz(key))) < 1
        assert frames == pytest.approx(pad.pieces[0].model.loop.at(key) * rate, rel=0.07)


@pytest.mark.parametrize("key", [36, 60, 84])
def test_the_loop_has_no_seam(pad: Patch, key: int) -> None:
    """From the last frame to the looped one the sound bends no more than it does elsewhere."""
    made = key_tables(pad, key, RATE)
    for sound in made.samples:
        twice = np.concatenate((sound, sound[-made.loop :]))
        bend = np.abs(np.diff(twice, 2))
        seam = sound.size
        inside = np.max(bend[seam - made.loop // 2 : seam - 10])
        assert np.max(bend[seam - 3 : seam + 2]) <= inside


@pytest.mark.parametrize("key", [36, 60, 84])
def test_its_lines_are_periods_of_the_loop(pad: Patch, key: int) -> None:
    """The table before its loop point, attack aside, is the loop itself: the attack runs into it exactly."""
    made = key_tables(pad, key, RATE)
    attack = made.samples.shape[1] - made.loop
    spectrum = np.abs(np.fft.rfft(made.samples[0, attack:])) ** 2
    strongest = int(np.argmax(spectrum))
    assert abs(1200 * np.log2(strongest * RATE / made.loop / hertz(key))) < 0.5
    assert spectrum[strongest] > 0.25 * spectrum.sum()


def test_it_breathes_and_never_fades(pad: Patch) -> None:
    """Over its loop the level of 100 ms moves, by at least 1 and at most 8 dB, in every octave and both tables."""
    for key in range(pad.lowest, pad.highest + 1, 6):
        made = key_tables(pad, key, RATE)
        energy = sosfilt(k_weighting(RATE), np.tile(made.samples[:, -made.loop :], 2), axis=1)[:, -made.loop :] ** 2
        window = RATE // 10
        steps = energy[:, : energy.shape[1] // window * window].reshape(2, -1, window).mean(axis=2)
        span = 10 * np.log10(steps.max(axis=1) / steps.min(axis=1))
        assert np.all(span > 1), key
        assert np.all(span < 8), key


def test_it_speaks_at_once(pad: Patch) -> None:
    """Within 80 ms a note has reached at least a third of its level, in both tables of every sixth key."""
    for key in range(pad.lowest, pad.highest + 1, 6):
        made = key_tables(pad, key, RATE)
        early = np.sqrt(np.mean(made.samples[:, int(0.06 * RATE) : int(0.1 * RATE)] ** 2, axis=1))
        whole = np.sqrt(np.mean(made.samples[:, -made.loop :] ** 2, axis=1))
        assert np.all(early > whole / 3), key
