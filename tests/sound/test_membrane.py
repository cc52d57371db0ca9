"""The drumhead has the modes that have been published for membranes in vacuum and in air."""

import numpy as np
import pytest

from bedside.sound import catalogue
from bedside.sound.bake import table
from bedside.sound.membrane import Membrane, modes
from bedside.sound.patch import Patch
from bedside.sound.tuning import hertz
from sound.listening import envelope, peak_hz, t60

RATE = 48_000


@pytest.fixture(scope="module")
def drum() -> Patch:
    return catalogue.shipped()[3]


def test_without_air_it_is_the_ideal_membrane() -> None:
    """In vacuum the first nine modes have Rayleigh's ratios, as Fletcher & Rossing print them (chapter 3)."""
    printed = [1, 1.594, 2.136, 2.296, 2.653, 2.918, 3.156, 3.501, 3.600]
    np.testing.assert_allclose(modes(0.0)[2][:9], printed, atol=0.002)


def test_with_air_it_is_the_measured_timpano() -> None:
    """A timpani head without its kettle has the measured ratios of modes (m,1) to (1,1), within 6 %.

    A head of 26 inches (Mylar, 0.19 mm: 0.262 kg/m²) rang at 1 : 1.48 : 1.92 : 2.36 : 2.78 for m = 1 to 5: Rossing,
    Percussive Notes Research Edition 19 (1982).
    """
    order, _, ratios = modes(2 * 1.2 * 0.33 / 0.262)
    lowest = [ratios[order == m].min() for m in range(1, 6)]
    np.testing.assert_allclose(np.array(lowest) / lowest[0], [1, 1.48, 1.92, 2.36, 2.78], rtol=0.06)


@pytest.mark.parametrize("key", [40, 60, 80])
def test_its_sound_has_these_modes(drum: Patch, key: int) -> None:
    """The four strongest modes measured from the slap lie within 1 % of their ratios, once the pitch has settled."""
    assert isinstance(drum.pieces[0].model, Membrane)
    order, _, ratios = modes(drum.pieces[0].model.air)
    sound = table(drum, key, RATE).samples[1][int(0.06 * RATE) :]
    for m in range(4):
        ratio = ratios[order == m].min()
        assert peak_hz(sound, RATE, ratio * hertz(key), 0.03) == pytest.approx(ratio * hertz(key), rel=0.01)


@pytest.mark.parametrize("key", [36, 60, 84])
def test_its_lowest_mode_decays_as_the_patch_states(drum: Patch, key: int) -> None:
    """The lowest mode falls by 60 dB in the stated time, within 20 %."""
    assert isinstance(drum.pieces[0].model, Membrane)
    span = drum.pieces[0].model.t60.at(key)
    sound = table(drum, key, RATE).samples[0][int(0.1 * span * RATE) : int(0.7 * span * RATE)]
    assert t60(sound, RATE, hertz(key), 0.6 * hertz(key)) == pytest.approx(span, rel=0.2)


def test_the_pitch_sinks_at_the_start(drum: Patch) -> None:
    """The lowest mode begins sharp, by more than 8 and less than 60 cents, and ends in tune."""
    turn = np.unwrap(np.angle(envelope(table(drum, 72, RATE).samples[0], RATE, hertz(72), 0.6 * hertz(72))))
    sharp = np.diff(turn) * RATE / (2 * np.pi)
    early, late = np.mean(sharp[200:700]), np.mean(sharp[9_000:12_000])
    assert 8 < 1200 * np.log2(1 + early / hertz(72)) < 60
    assert abs(1200 * np.log2(1 + late / hertz(72))) < 2
