"""Grains fall as often as stated, ring where stated, and never all at once."""

from dataclasses import replace

import numpy as np
import pytest

from bedside import places
from bedside.sound.library import catalogue
from bedside.sound.physics.body import Resonance
from bedside.sound.physics.grains import Grains, collisions, motion, scatter

RATE = 48_000
PLAIN = Grains(
    density=400,
    rise=0.5,
    hold=2.0,
    fall=1.0,
    resonances=(Resonance(hz=2_000, q=20, gain=1),),
    spread=0,
    follow=0,
    contact_soft=0,
    contact_bright=0,
)


def test_grains_fall_as_often_as_stated() -> None:
    """While the course is at its height, grains fall at the density of the patch, within 5 %, and as by chance.

    That is: the variance of their number in 10 ms is its mean, within 10 %, as of a Poisson process.
    """
    counts = []
    for seed in range(20):
        times, _ = collisions(PLAIN, 60, np.random.default_rng(seed))
        counts.append(np.histogram(times, 200, (0.5, 2.5))[0])
    assert np.mean(counts) == pytest.approx(4, rel=0.05)
    assert np.var(counts) == pytest.approx(np.mean(counts), rel=0.1)


def test_grains_follow_the_course() -> None:
    """Grains fall rarer by the root of the course and weaker by the course itself, within 15 %."""
    early, size = [], []
    for seed in range(200):
        times, sizes = collisions(PLAIN, 60, np.random.default_rng(seed))
        assert np.all(np.diff(times) >= 0)
        early.append(np.sum(times < 0.1))
        size += list(sizes[times < 0.1] / motion(PLAIN, times[times < 0.1]))
    time = np.linspace(0, 0.1, 1_001)
    assert np.mean(early) == pytest.approx(400 * 0.1 * np.mean(np.sqrt(motion(PLAIN, time))), rel=0.15)
    assert np.mean(size) == pytest.approx(2 / 3, rel=0.05)


def test_a_grain_rings_at_its_resonance() -> None:
    """The spectrum peaks at the resonance within 2 %, and is 3 dB down half its width away, within 1.5 dB."""
    power = np.zeros(1_201)
    for seed in range(8):
        sound = scatter(PLAIN, 60, RATE, np.random.default_rng(seed)).samples[0, : 24_000 * 7]
        frames = sound.reshape(-1, 2_400) * np.hanning(2_400)
        power += np.sum(np.abs(np.fft.rfft(frames, axis=1)) ** 2, axis=0)
    hz = np.arange(1_201) * RATE / 2_400
    smooth = np.convolve(power, np.ones(3) / 3, mode="same")
    assert hz[np.argmax(smooth)] == pytest.approx(2_000, rel=0.02)
    peak = power[np.argmin(np.abs(hz - 2_000))]
    for side in (1_950, 2_050):
        assert 10 * np.log10(peak / np.interp(side, hz, smooth)) == pytest.approx(3, abs=1.5)


def test_resonances_follow_the_key() -> None:
    """With ``follow`` 1 the resonance an octave higher lies an octave higher."""
    tuned = replace(PLAIN, follow=1.0)
    centres = []
    for key in (60, 72):
        power = np.abs(np.fft.rfft(scatter(tuned, key, RATE, np.random.default_rng(3)).samples[0])) ** 2
        centres.append(power @ np.arange(power.size) / power.sum())
    assert centres[1] / centres[0] == pytest.approx(2, rel=0.1)


@pytest.mark.parametrize(("name", "key"), [("nature", 50), ("nature", 52), ("nature", 60), ("nature", 62)])
def test_a_wave_swells_and_sinks(name: str, key: int) -> None:
    """Ocean drum and rain stick last 2 to 6 s, are heard within 0.3 s, and sink for the second half of it."""
    patch = catalogue.load(places.shipped("sounds") / f"{name}.toml")
    model = patch.piece(key).model
    assert isinstance(model, Grains)
    sound = scatter(model, key, RATE, np.random.default_rng(1)).samples[1]
    assert 2 < sound.size / RATE < 6
    step = sound.size // 10
    level = 10 * np.log10(np.mean(sound[: 10 * step].reshape(10, -1) ** 2, axis=1) + 1e-20)
    assert np.mean(sound[: int(0.3 * RATE)] ** 2) > 10**-2.5 * np.mean(sound**2)
    assert level[-1] < level[-3] < level[5]
    assert 1 <= np.argmax(level) <= 6


def test_grains_need_a_resonance() -> None:
    """Without any resonance there is nothing to hear, and the patch is refused."""
    with pytest.raises(ValueError, match="resonance"):
        replace(PLAIN, resonances=())
