"""The plucked string rings as Fletcher & Rossing say that it does, and as its patch states."""

from dataclasses import replace

import numpy as np
import pytest

from bedside import places
from bedside.sound.library import catalogue
from bedside.sound.library.bake import key_tables
from bedside.sound.library.patch import Patch
from bedside.sound.physics.strings import PluckedString, excitation
from bedside.sound.tuning import hertz
from sound.listening import peak_hz, t60

RATE = 48_000


@pytest.fixture(scope="module")
def harp() -> Patch:
    return catalogue.load(places.shipped("sounds") / "harp.toml")


@pytest.mark.parametrize("key", [40, 60, 80])
def test_its_partials_are_those_of_a_stiff_string(harp: Patch, key: int) -> None:
    """Partials 1 to 5 lie within 0.1 % of n √(1 + B n²) / √(1 + B) times the fundamental."""
    assert isinstance(harp.pieces[0].model, PluckedString)
    stiffness = harp.pieces[0].model.stiffness.at(key)
    sound = key_tables(harp, key, RATE).samples[1]
    for n in range(1, 6):
        wanted = hertz(key) * n * np.sqrt((1 + stiffness * n * n) / (1 + stiffness))
        assert peak_hz(sound, RATE, wanted, 0.03) == pytest.approx(wanted, rel=0.001)


def test_higher_partials_die_sooner(harp: Patch) -> None:
    """At middle C the eighth partial decays faster than the second, and the second than the first."""
    sound = key_tables(harp, 60, RATE).as_played(36_000, RATE)[1][2_400:]
    decays = [t60(sound, RATE, peak_hz(sound, RATE, n * hertz(60), 0.02), hertz(60)) for n in (1, 2, 8)]
    assert decays[0] > decays[1] > decays[2]


def test_the_decay_is_double(harp: Patch) -> None:
    """The fundamental falls more slowly late than early: the second polarisation outlives the first."""
    sound = key_tables(harp, 60, RATE).as_played(3 * RATE, RATE)[0]
    early, late = (t60(part, RATE, hertz(60), hertz(60)) for part in (sound[2_400:26_000], sound[RATE:]))
    assert isinstance(harp.pieces[0].model, PluckedString)
    assert late > 1.2 * early > 1.2 * harp.pieces[0].model.t60.at(60)


def test_a_pluck_in_the_middle_leaves_out_even_partials(harp: Patch) -> None:
    """Plucked at half its length a string has no even partials; a wide finger has weaker high ones than a narrow."""
    assert isinstance(harp.pieces[0].model, PluckedString)
    middle = excitation(replace(harp.pieces[0].model, pluck=0.5), 60, 0.01, 12)
    assert np.max(np.abs(middle[1::2])) < 1e-12 < np.min(np.abs(middle[::2]))
    wide, narrow = excitation(harp.pieces[0].model, 60, 0.03, 12), excitation(harp.pieces[0].model, 60, 0.005, 12)
    assert np.all(np.diff(np.abs(wide / narrow)) < 0)
