"""The loudness guard holds its ceiling over any three seconds, follows like a hand on a fader, and is else unheard."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.signal import sosfilt

from bedside.sound.engine.guard import LoudnessGuard
from bedside.sound.loudness import k_weighting
from effort import times

RATE = 48000


def guard(sound: NDArray[np.float64], ceiling: float = -20.0, block: int = 128) -> NDArray[np.float64]:
    each = LoudnessGuard(RATE, block, ceiling)
    out = sound[:, : sound.shape[1] // block * block].astype(np.float64)
    for at in range(0, out.shape[1], block):
        piece = np.ascontiguousarray(out[:, at : at + block])
        each.render(piece)
        out[:, at : at + block] = piece
    return out.astype(float)


def short_term(sound: NDArray[np.floating]) -> NDArray[np.float64]:
    """Return the loudness in LUFS of every three seconds, ten times a second, by the published 48 kHz filter."""
    shelf = [1.53512485958697, -2.69169618940638, 1.19839281085285, 1, -1.69065929318241, 0.73248077421585]
    high_pass = [1.0, -2.0, 1.0, 1, -1.99004745483398, 0.99007225036621]
    power = np.sum(sosfilt([shelf, high_pass], sound, axis=1) ** 2, axis=0)
    summed = np.concatenate(([0], np.cumsum(np.concatenate((power, np.zeros(3 * RATE))))))
    starts = np.concatenate((np.zeros(3 * RATE), summed))[: summed.size]
    means = (summed - starts)[:: RATE // 10] / (3 * RATE)
    levels: NDArray[np.float64] = -0.691 + 10 * np.log10(means + 1e-12)
    return levels


def noise(seconds: float, level: float, seed: int = 1) -> NDArray[np.float64]:
    return level * np.random.default_rng(seed).standard_normal((2, round(seconds * RATE)))


@pytest.mark.parametrize("ceiling", [-20.0, -26.0, -32.0])
@pytest.mark.parametrize("level", [0.03, 0.2, 1.0])
def test_no_three_seconds_are_louder_than_the_ceiling(level: float, ceiling: float) -> None:
    """Noise that begins at once, up to 35 dB too loud, stays under the ceiling from its first frame to its last."""
    loud = short_term(guard(noise(12, level), ceiling))
    assert loud.max() <= ceiling
    assert loud[100] == pytest.approx(min(ceiling, short_term(noise(12, level))[100]), abs=2.5)


@pytest.mark.slow
@settings(max_examples=times(25), deadline=None)
@given(st.lists(st.tuples(st.floats(0.05, 3.0), st.floats(-70, 0)), min_size=1, max_size=10), st.integers(0, 99))
def test_no_rhythm_of_loud_and_soft_gets_past_it(pieces: list[tuple[float, float]], seed: int) -> None:
    """Bursts of any length and level between others keep under the ceiling."""
    sound = np.concatenate([noise(seconds, 10 ** (db / 20), seed) for seconds, db in pieces], axis=1)
    assert short_term(guard(sound)).max() <= -20.0


def test_what_is_soft_enough_passes_unchanged() -> None:
    """A sound 3 LU under the ceiling comes out bit for bit."""
    sound = noise(6, 0.02)
    assert short_term(sound).max() < -23
    assert guard(sound).astype(np.float32).tobytes() == sound[:, : 6 * RATE // 128 * 128].astype(np.float32).tobytes()


def test_the_gain_moves_smoothly_and_comes_back_slowly() -> None:
    """After the onset the gain moves by less than 1.5 dB a block, and recovers by less than 6 dB a second."""
    sound = np.concatenate((noise(4, 0.5), noise(6, 0.005)), axis=1)
    heard = guard(sound)
    rms = [np.sqrt(np.mean(each[0, : 3750 * 128].reshape(-1, 128) ** 2, axis=1)) for each in (heard, sound)]
    gain = 20 * np.log10(rms[0] / rms[1])
    assert np.abs(np.diff(gain))[8:].max() < 1.5
    assert (gain[1500 + 375 :] - gain[1500:-375]).max() < 6.0
    assert gain[-1] == pytest.approx(0, abs=0.1)


def test_a_steady_loud_sound_does_not_pump() -> None:
    """Once the guard has settled, the loudness of a steady sound moves by less than 1 LU."""
    heard = guard(noise(30, 0.5))
    momentary = [np.mean(heard[:, at : at + RATE // 2] ** 2) for at in range(8 * RATE, 29 * RATE, RATE // 4)]
    assert 10 * np.log10(max(momentary) / min(momentary)) < 1.0


@pytest.mark.slow
def test_both_ears_share_one_gain() -> None:
    """A sound on the left is turned down on the right too, so that nothing moves."""
    sound = noise(5, 0.5)
    sound[1] = 0.1 * sound[0]
    heard = guard(sound)
    assert heard[1] == pytest.approx(0.1 * heard[0], abs=1e-5)


@pytest.mark.parametrize("block", [64, 100, 128, 256, 512])
def test_the_block_is_not_heard(block: int) -> None:
    """The gain is nearly the same, whatever the block."""
    usual = guard(noise(6, 0.3))
    other = guard(noise(6, 0.3), block=block)
    frames = min(usual.shape[1], other.shape[1])
    power = [np.mean(sound[:, 2 * RATE : frames] ** 2) for sound in (usual, other)]
    assert 10 * np.log10(power[0] / power[1]) == pytest.approx(0, abs=0.2)


def test_it_hears_as_the_head_does() -> None:
    """What it weighs is the standard's shelf, sample for sample, across its pieces and blocks."""
    sound = noise(0.2, 0.1)[:, : 8 * 256].astype(np.float64)
    each = LoudnessGuard(RATE, 256, -20.0)
    heard = []
    for at in range(0, sound.shape[1], 256):
        each.render(np.ascontiguousarray(sound[:, at : at + 256]))
        heard.append(each._heard.T.reshape(2, 256).copy())
    wanted = sosfilt(k_weighting(RATE)[:1], sound.astype(float), axis=1)
    assert np.concatenate(heard, axis=1) == pytest.approx(wanted, abs=1e-4)


def test_a_new_ceiling_is_reached_softly() -> None:
    """From ward to night the sound sinks without a step or a hole, and three seconds later the ceiling holds."""
    each = LoudnessGuard(RATE, 128, -20.0)
    sound = noise(10, 0.3).astype(np.float64)
    for at in range(0, sound.shape[1] - 127, 128):
        if at == 1875 * 128:
            each.limit(-32.0)
        piece = np.ascontiguousarray(sound[:, at : at + 128])
        each.render(piece)
        sound[:, at : at + 128] = piece
    assert short_term(sound)[-31] <= -32
    assert short_term(sound)[50] > -23
    level = 10 * np.log10(np.mean(sound[:, : 3744 * 128].reshape(2, -1, 4 * 128) ** 2, axis=(0, 2)) + 1e-9)
    around = level[440:]
    assert np.abs(np.diff(around)).max() < 2
    assert around.min() > level[300] - 16


def test_a_raised_ceiling_is_approached_slowly() -> None:
    """From night to ward nobody is startled: the sound comes up by no more than 10 dB a second, and gets there."""
    each = LoudnessGuard(RATE, 128, -32.0)
    sound = noise(7, 0.3).astype(np.float64)
    gains = []
    for at in range(0, sound.shape[1] - 127, 128):
        if at == 1125 * 128:
            each.limit(-20.0)
        piece = np.ascontiguousarray(sound[:, at : at + 128])
        before = float(np.vdot(piece, piece))
        each.render(piece)
        gains.append(10 * np.log10(float(np.vdot(piece, piece)) / before))
    raised = np.array(gains[1124:])
    assert (raised[75:] - raised[:-75]).max() < 2.5
    assert raised[-1] - raised[0] > 10


@pytest.mark.slow
def test_rest_and_clear_forget() -> None:
    """After three seconds of rest, as after a clear, a sound passes as if it were the first."""
    first = guard(noise(1, 0.5))
    for way in ("rest", "clear"):
        each = LoudnessGuard(RATE, 128, -20.0)
        for _ in range(400):
            each.render(noise(1, 0.5)[:, :128].astype(np.float64))
        if way == "clear":
            each.clear()
        else:
            for _ in range(20 * 375):
                each.rest()
        piece = noise(1, 0.5)[:, :128].astype(np.float64)
        each.render(piece)
        assert piece == pytest.approx(first[:, :128], abs=1e-4)


def test_what_was_spent_before_counts_for_three_seconds() -> None:
    """With two thirds gone at the start, only a third is left at first, and after three seconds the whole again."""
    each = LoudnessGuard(RATE, 128, -20.0)
    each.clear(2 / 3)
    assert each.spent == pytest.approx(2 / 3)
    sound = noise(8, 0.5).astype(np.float64)
    for at in range(0, sound.shape[1] - 127, 128):
        piece = np.ascontiguousarray(sound[:, at : at + 128])
        each.render(piece)
        sound[:, at : at + 128] = piece
    first = short_term(sound[:, : 3 * RATE]).max()
    assert first <= -20 + 10 * np.log10(1 / 3) + 0.3
    assert short_term(sound)[75] > -22.5


def test_a_ceiling_set_before_the_first_block_is_the_only_one() -> None:
    """A take that begins with its own ceiling sounds the same to the bit whichever held before it, half of it spent."""
    heard = []
    for ceilings in ((-20.0, -32.0), (-32.0, -32.0)):
        each = LoudnessGuard(RATE, 128, ceilings[0])
        each.clear(0.5)
        each.limit(ceilings[1])
        assert each.spent == pytest.approx(0.5)
        sound = noise(2, 0.3).astype(np.float64)
        for at in range(0, sound.shape[1] - 127, 128):
            piece = np.ascontiguousarray(sound[:, at : at + 128])
            each.render(piece)
            sound[:, at : at + 128] = piece
        heard.append(sound)
    assert heard[0].tobytes() == heard[1].tobytes()
