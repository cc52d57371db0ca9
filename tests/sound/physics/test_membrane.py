"""The drumhead has the modes that have been published for membranes in vacuum and in air."""

import numpy as np
import pytest
from scipy.special import jv

from bedside import places
from bedside.sound.library import catalogue
from bedside.sound.library.bake import key_tables
from bedside.sound.physics.membrane import Membrane, bessel, modes
from bedside.sound.tuning import hertz
from sound.listening import envelope, peak_hz, t60

RATE = 48_000


DRUM = catalogue.load(places.shipped("sounds") / "drum.toml")
PIECES = [piece for piece in DRUM.pieces if isinstance(piece.model, Membrane)]


def sounding(key: int) -> tuple[Membrane, float]:
    """Return the drumhead of a key, and the frequency of its lowest mode."""
    model = DRUM.piece(key).model
    assert isinstance(model, Membrane)
    return model, hertz(key) * 2 ** (model.transpose / 12)


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


@pytest.mark.parametrize("key", [piece.highest for piece in PIECES])
def test_its_sound_has_these_modes(key: int) -> None:
    """The two or more strongest modes of each piece lie within 1 % of their ratios, once the pitch has settled."""
    model, lowest = sounding(key)
    order, _, ratios = modes(model.air)
    # A blow in the middle hardly moves the modes with nodal diameters.
    listened = range(1) if model.bright_at < 0.2 else range(3)
    sound = key_tables(DRUM, key, RATE).samples[1][int(0.06 * RATE) :]
    for m in listened:
        ratio = ratios[order == m].min()
        assert peak_hz(sound, RATE, ratio * lowest, 0.03) == pytest.approx(ratio * lowest, rel=0.01), m


@pytest.mark.parametrize("key", [piece.lowest for piece in PIECES])
def test_its_lowest_mode_decays_as_the_patch_states(key: int) -> None:
    """The lowest mode of each piece falls by 60 dB in the stated time, within 20 %."""
    model, lowest = sounding(key)
    span = model.t60.at(key)
    sound = key_tables(DRUM, key, RATE).samples[0][int(0.1 * span * RATE) : int(0.7 * span * RATE)]
    assert t60(sound, RATE, lowest, 0.6 * lowest) == pytest.approx(span, rel=0.2)


def test_the_pitch_sinks_at_the_start() -> None:
    """The lowest mode of a djembe's open tone begins sharp, by more than 8 and less than 60 cents, and ends in tune."""
    _, lowest = sounding(63)
    turn = np.unwrap(np.angle(envelope(key_tables(DRUM, 63, RATE).samples[0], RATE, lowest, 0.6 * lowest)))
    sharp = np.diff(turn) * RATE / (2 * np.pi)
    early, late = np.mean(sharp[100:500]), np.mean(sharp[6_000:9_000])
    assert 8 < 1200 * np.log2(1 + early / lowest) < 60
    assert abs(1200 * np.log2(1 + late / lowest)) < 2


def test_its_bessel_functions_are_those_of_scipy() -> None:
    """Each order that is used equals scipy's from 0 to its last zero, and the stated zeros are zeros."""
    x = np.linspace(0, 16, 50)
    for order in range(6):
        np.testing.assert_allclose(bessel(np.full(x.size, order), x), jv(order, x), atol=1e-15)
    diameters, zeros, _ = modes(0.5)
    np.testing.assert_allclose(bessel(diameters, zeros), np.zeros(zeros.size), atol=4e-15)
