"""A held note goes round for ever: in tune, without a seam, breathing slowly and never like a clock."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.signal import sosfilt

from bedside import places
from bedside.sound.library import catalogue
from bedside.sound.library.bake import key_tables
from bedside.sound.library.patch import Patch
from bedside.sound.loudness import k_weighting, momentary
from bedside.sound.phasors import purely_real
from bedside.sound.physics.loop import GRID, harmonics, loop_length, random_modulation, synthesize, with_attack
from bedside.sound.physics.table import KeyTables
from bedside.sound.tuning import hertz
from sound.listening import cents, decibels, envelope, peak_hz

# Its fixtures bake whole instruments.
pytestmark = pytest.mark.slow

RATE = 48_000
NAMES = ["pad", "choir", "flute", "organ"]
PATCHES = {name: catalogue.load(places.shipped("sounds") / f"{name}.toml") for name in NAMES}


def keys(patch: Patch) -> list[int]:
    """Return every eighth key of a patch, and its highest."""
    return [*range(patch.lowest, patch.highest, 8), patch.highest]


def level(made: KeyTables) -> NDArray[np.float64]:
    """Return the level of the bright loop at each 25 ms, in dB, K-weighted."""
    energy = sosfilt(k_weighting(RATE), np.tile(made.samples[1, -made.loop :], 2))[-made.loop :] ** 2
    steps = energy[: made.loop // 1_200 * 1_200].reshape(-1, 1_200).mean(axis=1)
    return np.asarray(10 * np.log10(steps))


@pytest.mark.parametrize("name", ["pad", "flute", "organ"])
def test_the_fundamental_is_in_tune(name: str) -> None:
    """On every eighth key the strongest line near the fundamental lies within 2 cents of it, in both tables."""
    for key in keys(PATCHES[name]):
        made = key_tables(PATCHES[name], key, RATE)
        for sound in made.as_played(3 * made.loop, RATE)[:, -2 * made.loop :]:
            assert abs(cents(peak_hz(sound, RATE, hertz(key), 0.01), hertz(key))) < 2, key


def test_trembling_voices_are_in_tune() -> None:
    """The choir's fundamental, on average over its turns, is in tune within 2 cents."""
    for key in keys(PATCHES["choir"]):
        made = key_tables(PATCHES["choir"], key, RATE)
        sound = made.as_played(4 * made.loop, RATE)[0, -3 * made.loop :]
        turn = np.unwrap(np.angle(envelope(sound, RATE, hertz(key), 0.7 * hertz(key))))
        hz = (turn[2 * made.loop] - turn[0]) * RATE / (2 * np.pi * 2 * made.loop)
        assert abs(cents(hertz(key) + hz, hertz(key))) < 2, key


@pytest.mark.parametrize("name", NAMES)
def test_nothing_clicks(name: str) -> None:
    """Neither at the start, nor where the loop begins, nor where it goes round, is there what only a click has.

    That is: within 10 ms around it, anything above 0.46 of the rate, or a bend sharper than the loop's own.
    """
    for key in keys(PATCHES[name]):
        made = key_tables(PATCHES[name], key, RATE)
        length = made.samples.shape[1]
        for sound in made.as_played(length + made.loop, RATE):
            bends = np.abs(np.diff(sound, 2))
            own = np.max(bends[length - made.loop + 500 : length - 500])
            assert sound[0] == 0
            for at in (240, length - made.loop, length):
                near = sound[at - 240 : at + 240] * np.hanning(480)
                power = np.abs(np.fft.rfft(near)) ** 2
                assert decibels(power[int(0.92 * power.size) :].sum(), power.sum()) < -70, (key, at)
                assert np.max(bends[at - 3 : at + 3]) <= own, (key, at)


@pytest.mark.parametrize("name", NAMES)
def test_the_attack_runs_into_the_loop(name: str) -> None:
    """The last 2 ms before the loop are its own last 2 ms, within −50 dB."""
    for key in keys(PATCHES[name]):
        made = key_tables(PATCHES[name], key, RATE)
        begin = made.samples.shape[1] - made.loop
        before, last = made.samples[:, begin - 96 : begin], made.samples[:, -96:]
        assert decibels(float(np.sum((before - last) ** 2)), float(np.sum(last**2))) < -50, key


@pytest.mark.parametrize("name", NAMES)
def test_it_breathes(name: str) -> None:
    """On average over the keys the level moves by 0.4 to 2.5 dB (RMS), and on no key over a span of more than 11 dB."""
    levels = [level(key_tables(PATCHES[name], key, RATE)) for key in keys(PATCHES[name])]
    assert 0.4 < np.mean([np.std(each) for each in levels]) < 2.5
    assert max(np.ptp(each) for each in levels) < 11


@pytest.mark.parametrize("name", NAMES)
def test_it_does_not_breathe_like_a_clock(name: str) -> None:
    """No single line of the level's movement holds more than 70 % of it on any key, nor more than half on average."""
    shares = []
    for key in keys(PATCHES[name]):
        moving = np.abs(np.fft.rfft(level(key_tables(PATCHES[name], key, RATE)))[1:]) ** 2
        shares.append(moving.max() / moving.sum())
    assert max(shares) < 0.7
    assert np.mean(shares) < 0.5


@pytest.mark.parametrize("name", ["pad", "flute", "organ"])
def test_it_breathes_slowly(name: str) -> None:
    """Most of the level's movement lies below 3 Hz."""
    slow = []
    for key in keys(PATCHES[name]):
        made = key_tables(PATCHES[name], key, RATE)
        moving = np.abs(np.fft.rfft(level(made))[1:]) ** 2
        slow.append(moving[: int(3.01 * made.loop / RATE)].sum() / moving.sum())
    assert np.mean(slow) > 0.6


@pytest.mark.parametrize("name", NAMES)
def test_bright_is_brighter(name: str) -> None:
    """The bright loop has at least 1.3 times as much of its energy above 1.5 times the fundamental as the soft one."""
    for key in keys(PATCHES[name]):
        made = key_tables(PATCHES[name], key, RATE)
        power = np.abs(np.fft.rfft(made.samples[:, -made.loop :])) ** 2
        high = power[:, int(1.5 * hertz(key) * made.loop / RATE) :].sum(axis=1) / power.sum(axis=1)
        assert high[1] > 1.3 * high[0], key


@pytest.mark.parametrize("name", NAMES)
def test_it_is_as_loud_as_others_and_speaks_soon(name: str) -> None:
    """Both tables read −23 LUFS within 0.5 LU, with peaks below 0.89, and within 0.12 s have a third of their level."""
    for key in keys(PATCHES[name]):
        made = key_tables(PATCHES[name], key, RATE)
        np.testing.assert_allclose(momentary(made.samples, RATE), -23, atol=0.5)
        assert np.max(np.abs(made.samples)) < 0.89
        early = np.sqrt(np.mean(made.samples[:, 3_840:5_760] ** 2, axis=1))
        assert np.all(early > np.sqrt(np.mean(made.samples[:, -made.loop :] ** 2, axis=1)) / 3), key


@pytest.mark.parametrize("name", NAMES)
def test_it_fits(name: str) -> None:
    """All tables of an instrument take 36 MB at most, and each loop lasts 1.25 to 2.25 s."""
    patch = PATCHES[name]
    seconds = sum(patch.piece(key).model.seconds(key) for key in range(patch.lowest, patch.highest + 1))
    assert 2 * 4 * RATE * seconds < 36e6
    for key in keys(patch):
        assert 1.25 < key_tables(patch, key, RATE).loop / RATE < 2.25
    assert patch.sustained


@pytest.mark.parametrize("rate", [22_050, 44_100, 48_000, 96_000])
def test_a_cycle_holds_whole_periods(rate: int) -> None:
    """A loop of about 1.2 s holds whole periods of every key from 36 to 96 within 2 cents."""
    for key in range(36, 97):
        frames, periods = loop_length(hertz(key), 1.2, rate)
        assert abs(cents(periods * rate / frames, hertz(key))) < 2
        assert frames == pytest.approx(1.2 * rate, rel=0.07)


def test_sway_is_even() -> None:
    """An irregular movement has RMS 1, mean 0, no line outside its band, and none of four above 45 %."""
    moves = random_modulation(np.random.default_rng(1), 50, 0.0, 2.0, 2.0)
    np.testing.assert_allclose(np.mean(moves**2, axis=1), 1)
    power = np.abs(np.fft.rfft(moves, axis=1)) ** 2
    shares = power / power.sum(axis=1, keepdims=True)
    assert np.all(shares[:, [0, 5, 6]] < 1e-20)
    assert 0.25 < shares.max() < 0.45


def test_a_swelling_harmonic_has_side_lines() -> None:
    """A tone that swells by half, twice in a turn, is one line of strength 1 and two of a quarter, two lines away."""
    swell = 1 + 0.5 * np.cos(4 * np.pi * np.arange(GRID) / GRID)
    spectrum = harmonics(np.array([1.0, 2.0]), 400, 4_000, purely_real(np.array([swell, np.zeros(GRID)])))
    np.testing.assert_allclose(spectrum.real[[398, 400, 402]], [0.25, 1, 0.25], atol=1e-12)
    assert np.sum(spectrum.size) == pytest.approx(1.5)


def test_a_note_begins_soft() -> None:
    """What is begun starts at zero, opens from the soft sound to the bright one, and then is the loop, bit for bit."""
    lines = np.zeros((2, 2_001))
    lines[:, 40], lines[1, 80] = 1, 1
    period = synthesize(purely_real(lines), 4_000)
    samples = with_attack(period, 1_000, 200)
    assert not samples[:, 0].any()
    np.testing.assert_array_equal(samples[:, 1_000:], period)
    np.testing.assert_allclose(samples[1, :50], samples[0, :50], atol=0.01)
