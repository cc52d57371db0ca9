"""The bar rings as marimba makers tune it, and as its patch states."""

import numpy as np
import pytest

from bedside.sound import catalogue
from bedside.sound.bake import table
from bedside.sound.bar import Bar, contact
from bedside.sound.patch import Patch
from bedside.sound.tuning import hertz
from sound.listening import peak_hz, t60

RATE = 48_000


@pytest.fixture(scope="module")
def marimba() -> Patch:
    return catalogue.shipped()[1]


@pytest.mark.parametrize("key", [41, 60, 79])
def test_its_modes_are_tuned_1_to_3_9_to_9_2(marimba: Patch, key: int) -> None:
    """The three modes measured from the sound lie at 1 : 3.9 : 9.2 (Fletcher & Rossing, chapter 19), within 1 %."""
    sound = table(marimba, key, RATE).samples[1]
    first = peak_hz(sound, RATE, hertz(key), 0.05)
    for ratio in (3.9, 9.2):
        assert peak_hz(sound[:12_000], RATE, ratio * hertz(key), 0.08) / first == pytest.approx(ratio, rel=0.01)


@pytest.mark.parametrize("key", [41, 60, 79])
def test_its_modes_decay_as_the_patch_states(marimba: Patch, key: int) -> None:
    """The first two modes fall by 60 dB in the stated time, within 20 %."""
    assert isinstance(marimba.pieces[0].model, Bar)
    sound = table(marimba, key, RATE).samples[1]
    for ratio, stated in list(zip(marimba.pieces[0].model.ratios, marimba.pieces[0].model.t60, strict=True))[:2]:
        span = stated.at(key)
        part = sound[int(0.1 * RATE) : int((0.1 + 0.4 * span) * RATE)]
        assert t60(part, RATE, ratio * hertz(key), hertz(key)) == pytest.approx(span, rel=0.2)


def test_a_harder_mallet_sounds_the_upper_modes(marimba: Patch) -> None:
    """The second mode is at least 6 dB stronger against the first under the hard mallet than under the soft."""
    shares = []
    for sound in table(marimba, 60, RATE).samples:
        spectrum = np.abs(np.fft.rfft(sound, RATE * 4)[::4])
        shares.append(spectrum[1010:1030].max() / spectrum[255:270].max())
    assert 20 * np.log10(shares[1] / shares[0]) > 6


def test_a_long_contact_takes_away_the_high() -> None:
    """The blow passes low frequencies whole, falls with frequency, and falls more the longer it lasts."""
    hz = np.array([0.0, 100.0, 1_000.0, 10_000.0])
    assert contact(hz, 0.002)[0] == 1.0
    assert np.all(np.diff(contact(hz, 0.002)) < 0)
    assert np.all(contact(hz, 0.002)[1:] < contact(hz, 0.0005)[1:])
