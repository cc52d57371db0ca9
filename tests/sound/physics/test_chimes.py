"""Wind chimes are tubes with free ends, struck by chance, the first at once."""

from dataclasses import replace

import numpy as np
import pytest

from bedside import places
from bedside.sound.library import catalogue
from bedside.sound.physics.chimes import FREE_RATIOS, Chimes, stir
from bedside.sound.tuning import hertz
from sound.listening import peak_hz, t60

RATE = 48_000
_model = catalogue.load(places.shipped("sounds") / "nature.toml").piece(57).model
assert isinstance(_model, Chimes)
MODEL = _model


def one(length: float) -> Chimes:
    """Return chimes of which one tube is struck once, at the pitch of the key."""
    return replace(MODEL, intervals=(0.0,), strikes=1.0, span=0.0, length=length)


def test_a_tube_rings_as_a_free_bar() -> None:
    """Its modes lie at 1 : 2.756 : 5.404 of the key (Fletcher & Rossing), within 1 %, the first within 2 cents."""
    sound = stir(one(2.0), 72, RATE, np.random.default_rng(1)).samples[1]
    for ratio in (1, 2.756, 5.404):
        assert peak_hz(sound, RATE, ratio * hertz(72), 0.03) == pytest.approx(ratio * hertz(72), rel=0.01)
    assert peak_hz(sound, RATE, hertz(72), 0.03) == pytest.approx(hertz(72), rel=0.0011)
    np.testing.assert_allclose(FREE_RATIOS, [1, 2.756, 5.404], atol=0.002)


def test_a_tube_decays_as_stated() -> None:
    """Its lowest mode falls by 60 dB in the stated time, within 20 %."""
    sound = stir(one(4.0), 72, RATE, np.random.default_rng(1)).samples[0][: int(1.2 * RATE)]
    assert t60(sound, RATE, hertz(72), 200.0) == pytest.approx(MODEL.t60.at(72), rel=0.2)


def test_chance_strikes_other_tubes_at_other_times() -> None:
    """Two breaths of air differ, both begin at once, and all tubes heard are among those stated."""
    first, second = (stir(MODEL, 57, RATE, np.random.default_rng(seed)).samples[1] for seed in (1, 2))
    assert np.max(np.abs(first - second)) > 0.1 * np.max(np.abs(first))
    for sound in (first, second):
        assert np.max(np.abs(sound[:960])) > 0.3 * np.max(np.abs(sound))
        strongest = peak_hz(sound, RATE, hertz(57 + 28), 0.6)
        assert min(abs(12 * np.log2(strongest / hertz(57)) - tube) for tube in MODEL.intervals) < 0.1
