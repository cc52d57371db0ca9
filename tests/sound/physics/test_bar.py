"""The bar answers to its mallet: what is hard and short sounds the upper modes."""

import numpy as np
import pytest

from bedside import places
from bedside.sound.library import catalogue
from bedside.sound.library.bake import key_tables
from bedside.sound.library.patch import Patch
from bedside.sound.physics.bar import contact

RATE = 48_000


@pytest.fixture(scope="module")
def marimba() -> Patch:
    return catalogue.load(places.shipped("sounds") / "marimba.toml")


def test_a_harder_mallet_sounds_the_upper_modes(marimba: Patch) -> None:
    """The second mode is at least 6 dB stronger against the first under the hard mallet than under the soft."""
    shares = []
    for sound in key_tables(marimba, 60, RATE).samples:
        spectrum = np.abs(np.fft.rfft(sound, RATE * 4)[::4])
        shares.append(spectrum[1010:1030].max() / spectrum[255:270].max())
    assert 20 * np.log10(shares[1] / shares[0]) > 6


def test_a_long_contact_takes_away_the_high() -> None:
    """The blow passes low frequencies whole, falls with frequency, and falls more the longer it lasts."""
    hz = np.array([0.0, 100.0, 1_000.0, 10_000.0])
    assert contact(hz, 0.002)[0] == 1.0
    assert np.all(np.diff(contact(hz, 0.002)) < 0)
    assert np.all(contact(hz, 0.002)[1:] < contact(hz, 0.0005)[1:])
