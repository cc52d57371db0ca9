"""The strings of one key swing together at first, and sing on when the bridge has had its share."""

import numpy as np
import pytest
from numpy.typing import NDArray

from bedside import places
from bedside.sound.library import catalogue
from bedside.sound.library.bake import key_tables
from bedside.sound.library.patch import Patch
from bedside.sound.phasors import Phasors
from bedside.sound.physics.hammer import HammeredString, coupled
from bedside.sound.tuning import hertz
from sound.listening import envelope, peak_hz, t60

RATE = 48_000


@pytest.fixture(scope="module")
def piano() -> Patch:
    return catalogue.load(places.shipped("sounds") / "piano.toml")


def plain(numbers: Phasors) -> NDArray[np.complex128]:
    """Return phasors as numpy's complex numbers."""
    return np.asarray(numbers.real + 1j * numbers.imag)


@pytest.mark.slow
@pytest.mark.parametrize("strings", [2, 3])
@pytest.mark.parametrize("apart", [0.3, 2.0])
def test_coupled_strings_obey_the_equation_of_motion(strings: int, apart: float) -> None:
    """The modes of coupled strings, swinging or not, sum to what small steps of Weinreich's equation give."""
    own, bridge, uneven = 0.7, 1.1, 0.4
    poles, amplitudes = coupled(np.array([apart]), np.array([own]), np.array([bridge]), strings, uneven)
    step, spread = 1e-5, np.linspace(-1.0, 1.0, strings)
    string = (1 + uneven * spread) / strings + 0j
    for _ in range(100_000):
        middle = string + step / 2 * ((1j * apart * spread - own) * string - bridge * string.sum())
        string = string + step * ((1j * apart * spread - own) * middle - bridge * middle.sum())
    assert np.sum(plain(amplitudes)[0] * np.exp(plain(poles)[0])) == pytest.approx(string.sum(), rel=1e-6)


@pytest.mark.parametrize("strings", [2, 3])
def test_their_poles_are_the_eigenvalues(strings: int) -> None:
    """From no mistuning to a great one, the poles are those of the equation's matrix, and what sounds at first is 1."""
    apart = np.array([0.0, 1e-6, 0.1, 0.5, 0.9, 1.1, 1.5, 2.0, 3.0, 30.0])
    own, bridge = np.linspace(0.1, 0.5, apart.size), np.ones(apart.size)
    poles, amplitudes = coupled(apart, own, bridge, strings, 0.2)
    for row, each in enumerate(apart):
        matrix = np.diag(1j * each * np.linspace(-1, 1, strings) - own[row]) - np.ones((strings, strings))
        wanted = np.linalg.eigvals(matrix)
        for pole in plain(poles)[row]:
            assert np.min(np.abs(wanted - pole)) < 1e-7
    np.testing.assert_allclose(plain(amplitudes).sum(axis=1), 1, atol=1e-9)


def test_strings_in_one_tune_lose_all_at_the_bridge() -> None:
    """Without mistuning only the common swing is excited, and it decays by the bridge's share of every string."""
    poles, amplitudes = coupled(np.array([1e-9]), np.array([0.5]), np.array([1.0]), 3, 0.0)
    assert poles.real[0, np.argmax(amplitudes.size[0])] == pytest.approx(-3.5)
    assert np.sort(amplitudes.size[0])[-2] < 1e-6


@pytest.mark.parametrize("key", [28, 45, 60, 76, 100])
def test_its_partials_are_those_of_a_stiff_string(piano: Patch, key: int) -> None:
    """Partials 1 to 5 lie within 0.1 % of n √(1 + B n²) / √(1 + B) times the fundamental."""
    assert isinstance(piano.pieces[0].model, HammeredString)
    stiffness = piano.pieces[0].model.stiffness.at(key)
    sound = key_tables(piano, key, RATE).as_played(RATE // 2, RATE)[1]
    for n in range(1, 6):
        wanted = hertz(key) * n * np.sqrt((1 + stiffness * n * n) / (1 + stiffness))
        if wanted < 0.38 * RATE:
            assert peak_hz(sound, RATE, wanted, 0.03) == pytest.approx(wanted, rel=0.001)


@pytest.mark.parametrize("key", [28, 40, 52, 64, 76, 88, 100])
def test_its_prompt_sound_decays_as_the_patch_states(piano: Patch, key: int) -> None:
    """The fundamental begins to fall with the stated T60, within 20 %."""
    assert isinstance(piano.pieces[0].model, HammeredString)
    stated = piano.pieces[0].model.t60.at(key)
    sound = key_tables(piano, key, RATE).as_played(RATE * 2, RATE)[1]
    begun = sound[int(0.05 * RATE) : int((0.05 + min(1.0, 0.2 * stated) + 4 / hertz(key)) * RATE)]
    assert t60(begun, RATE, hertz(key), hertz(key)) == pytest.approx(stated, rel=0.2)


@pytest.mark.parametrize("key", [52, 64, 76])
def test_the_aftersound_is_slow(piano: Patch, key: int) -> None:
    """Late in the sound the fundamental falls at most two thirds as fast as at first: Weinreich's double decay."""
    sound = key_tables(piano, key, RATE).as_played(RATE * 6, RATE)[1]
    early, late = (
        t60(part, RATE, hertz(key), hertz(key)) for part in (sound[2_400:24_000], sound[3 * RATE : 5 * RATE])
    )
    assert late > 1.5 * early


@pytest.mark.slow
@pytest.mark.parametrize("key", [28, 36, 44, 52, 60, 68])
def test_no_partial_falls_silent_and_returns(piano: Patch, key: int) -> None:
    """Where it is within 45 dB of the strongest, none of the first fourteen partials rises again by more than 1 dB."""
    assert isinstance(piano.pieces[0].model, HammeredString)
    stiffness = piano.pieces[0].model.stiffness.at(key)
    sound = key_tables(piano, key, RATE).as_played(RATE * 4, RATE)[1]
    levels = []
    for n in range(1, 15):
        hz = hertz(key) * n * np.sqrt((1 + stiffness * n * n) / (1 + stiffness))
        levels.append(20 * np.log10(np.abs(envelope(sound, RATE, hz, hertz(key)))[int(0.05 * RATE) :: 480]))
    top = max(level.max() for level in levels)
    for level in levels:
        risen = level - np.minimum.accumulate(level)
        assert np.all(risen[level > top - 45] < 1)
