"""Every baked table is in tune, at one loudness, clean at its edges and the same to the last bit."""

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.signal import lfilter

from bedside.sound.instrument import GUARD, LEAD, QUANTUM
from bedside.sound.library import bake as baking
from bedside.sound.library import catalogue
from bedside.sound.library.bake import TableShape, bake, key_tables, lay_out
from bedside.sound.library.patch import Patch
from sound.listening import cents, decibels

RATE = 48_000
PATCHES = {patch.name: patch for patch in catalogue.shipped_patches()}
NAMES = list(PATCHES)

# Those that play a pitch on every key, and where it lies for those whose lowest strong partial is not the pitch itself.
PITCHED = [name for name, patch in PATCHES.items() if len(patch.pieces) == 1]
PARTIAL = {"bell": 2.0}


def hertz(key: int) -> float:
    """Return the pitch of a key in equal temperament, A4 at 440 Hz."""
    return float(440 * 2 ** ((key - 69) / 12))


def keys(patch: Patch) -> list[int]:
    """Return every ninth key of a patch, and its highest."""
    return [*range(patch.lowest, patch.highest, 9), patch.highest]


def small(name: str) -> Patch:
    """Return a shipped patch with two keys."""
    piece = PATCHES[name].piece(max(60, PATCHES[name].lowest))
    lowest = min(max(60, piece.lowest), piece.highest - 1)
    return replace(PATCHES[name], register=lowest, pieces=(replace(piece, lowest=lowest, highest=lowest + 1),))


def pitch(sound: NDArray[np.float64], hz: float) -> float:
    """Return the mean frequency of the power within 60 cents of ``hz``, or within 4 Hz where that is more.

    Where one line is, it is that line; where lines beat or a voice trembles, it is the mean of the frequency of each
    moment, weighted by the power of that moment: no other single number treats pairs, players and tremor alike.
    """
    power = np.abs(np.fft.rfft(sound * np.blackman(sound.size), 2 * sound.size)) ** 2
    lines = np.arange(power.size) * RATE / (2 * sound.size)
    near = np.abs(lines - hz) < max(hz * (2 ** (60 / 1200) - 1), 4.0)
    return float(lines[near] @ power[near] / power[near].sum())


@pytest.mark.slow
@pytest.mark.parametrize("name", PITCHED)
def test_every_key_is_in_tune(name: str) -> None:
    """On every third key the fundamental of both tables lies within 2 cents of equal temperament, loop included.

    It is heard for as many turns of the loop as four seconds hold, what falls as if it did not.
    """
    patch, partial = PATCHES[name], PARTIAL.get(name, 1.0)
    for key in [*range(patch.lowest, patch.highest, 3), patch.highest]:
        made = replace(key_tables(patch, key, RATE), fall=0.0)
        sounds = made.as_played(4 * RATE, RATE)
        if patch.sustained:
            sounds = np.tile(made.samples[:, -made.loop :], round(4 * RATE / made.loop))
        for sound in sounds:
            assert abs(cents(pitch(sound, partial * hertz(key)), partial * hertz(key))) < 2, key


@pytest.mark.parametrize("name", NAMES)
def test_every_table_is_as_loud_as_every_other(name: str) -> None:
    """The loudest 400 ms of each table read −23 LUFS within 0.5 LU, by the published 48 kHz filter, and peak < 0.9."""
    for key in keys(PATCHES[name]):
        made = key_tables(PATCHES[name], key, RATE)
        for sound in made.as_played(made.samples.shape[1], RATE):
            weighted = lfilter(
                [1.53512485958697, -2.69169618940638, 1.19839281085285], [1, -1.69065929318241, 0.73248077421585], sound
            )
            weighted = lfilter([1, -2, 1], [1, -1.99004745483398, 0.99007225036621], weighted)
            window = int(0.4 * RATE)
            power = np.pad(weighted**2, (0, max(0, window - sound.size)))
            starts = range(0, power.size - window + 1, 480)
            loudest = max(float(power[start : start + window].mean()) for start in starts)
            assert -0.691 + 10 * np.log10(loudest) == pytest.approx(-23, abs=0.5), key
            assert np.max(np.abs(sound)) < 0.9


@pytest.mark.parametrize("name", PITCHED)
def test_no_peak_holds_an_instrument_back(name: str) -> None:
    """On no key of an instrument does the peak limit make a table quieter than the others."""
    patch = PATCHES[name]
    crowded = [patch.lowest, *range(patch.lowest + 1, patch.highest, 4)]
    for key in crowded:
        made = key_tables(patch, key, RATE)
        assert np.max(np.abs(made.as_played(made.samples.shape[1], RATE))) < 0.89, key


@pytest.mark.parametrize("name", NAMES)
def test_it_begins_and_ends_without_a_click(name: str) -> None:
    """A table begins at zero and climbs smoothly; unless it loops, its last 2 ms lie 70 dB down."""
    for key in keys(PATCHES[name]):
        made = key_tables(PATCHES[name], key, RATE)
        for sound in made.samples:
            peak = np.max(np.abs(sound))
            assert sound[0] == 0.0
            assert np.max(np.abs(sound[:5])) < 0.02 * peak
            assert np.max(np.abs(np.diff(sound[:48]))) <= np.max(np.abs(np.diff(sound)))
            if not made.loop:
                assert sound[-1] == 0.0
                assert np.max(np.abs(sound[-96:])) < peak * 10 ** (-70 / 20)


@pytest.mark.parametrize("rate", [22_050, 48_000])
@pytest.mark.parametrize("name", NAMES)
def test_no_partial_folds_back(name: str, rate: int) -> None:
    """Above 0.46 of the rate, where folding begins, there is less than −70 dB of a table's energy."""
    for key in keys(PATCHES[name]):
        made = key_tables(PATCHES[name], key, rate)
        # A loop goes on for ever and needs no window; what comes before it is cut off where the loop would follow.
        whole = made.samples * (np.hanning(2 * made.samples.shape[1])[-made.samples.shape[1] :] if made.loop else 1)
        for sound in (*whole, *made.samples[:, -made.loop :]):
            power = np.abs(np.fft.rfft(sound)) ** 2
            assert decibels(power[int(0.92 * power.size) :].sum(), power.sum()) < -70, key


@pytest.mark.parametrize("name", NAMES)
def test_no_sample_can_become_a_denormal(name: str) -> None:
    """Samples are whole multiples of 2⁻²⁴, exactly so in float32."""
    instrument = bake(small(name), RATE, lambda _: None)
    steps = instrument.pool.astype(np.float64) / QUANTUM
    np.testing.assert_array_equal(steps, np.rint(steps))
    assert instrument.pool.dtype == np.float32


@pytest.mark.parametrize("name", NAMES)
def test_baking_twice_gives_the_same_bits(name: str) -> None:
    """The same key comes out the same to the bit, alone or in the company of other keys."""
    instrument = bake(small(name), RATE, lambda _: None)
    alone = key_tables(PATCHES[name], instrument.highest, RATE).samples.astype(np.float32)
    (region,) = instrument.at(instrument.highest)
    for row, begin in enumerate((region.soft, region.bright)):
        assert instrument.pool[begin : begin + region.length].tobytes() == alone[row].tobytes()
    assert bake(small(name), RATE, lambda _: None).pool.tobytes() == instrument.pool.tobytes()


def test_other_keys_and_names_have_noise_of_their_own() -> None:
    """The hand on another key, or on a drum of another name, makes another noise."""
    drum = PATCHES["drum"]
    other = replace(drum, name="frame")
    assert key_tables(drum, 36, RATE).samples.tobytes() != key_tables(other, 36, RATE).samples.tobytes()


@pytest.mark.parametrize("name", NAMES)
def test_the_guard_goes_on_as_a_voice_expects(name: str) -> None:
    """After each table follow `GUARD` frames: the beginning of the loop, bit for bit, or silence."""
    instrument = bake(small(name), RATE, lambda _: None)
    for (region,) in instrument.regions:
        for begin in (region.soft, region.bright):
            end = begin + region.length
            guard = instrument.pool[end : end + GUARD]
            loop = region.loop
            expected = instrument.pool[end - loop : end - loop + GUARD] if loop else np.zeros(GUARD, np.float32)
            np.testing.assert_array_equal(guard, expected)
            assert not instrument.pool[begin - LEAD : begin].any()
    if instrument.sustained:
        assert all(region.loop for (region,) in instrument.regions)


@pytest.mark.parametrize("name", NAMES)
def test_soft_and_bright_mix_without_cancelling(name: str) -> None:
    """Half of each of the two tables of a key sounds as loud as either, within 1.5 dB: their phases agree."""
    for key in keys(PATCHES[name]):
        made = key_tables(PATCHES[name], key, RATE)
        soft, bright = made.as_played(made.samples.shape[1], RATE)

        def energy(sound: NDArray[np.float64]) -> float:
            return float(np.sum(sound**2))

        mean = (energy(soft) * energy(bright)) ** 0.5
        assert abs(decibels(energy((soft + bright) / 2), mean)) < 1.5, key


@pytest.mark.parametrize("name", PITCHED)
def test_bright_is_brighter_than_soft(name: str) -> None:
    """On every key tested the first half second of the bright table has more of what lies above 3.5 times the pitch."""
    for key in keys(PATCHES[name]):
        heard = key_tables(PATCHES[name], key, RATE).as_played(RATE // 2, RATE)
        power = np.abs(np.fft.rfft(heard * np.hanning(2 * heard.shape[1])[-heard.shape[1] :], RATE)) ** 2
        high = power[:, int(3.5 * hertz(key)) :].sum(axis=1)
        soft, bright = high / (power.sum(axis=1) - high)
        assert bright > 1.5 * soft, key


def test_progress_rises_to_one() -> None:
    """Progress is told after every key and ends at exactly 1."""
    heard: list[float] = []
    bake(small("drum"), RATE, heard.append)
    assert heard == [0.5, 1.0]


def test_a_wrong_layout_is_refused() -> None:
    """A pool that is not of the size that its lengths and loops ask for is no instrument."""
    made = bake(small("drum"), RATE, lambda _: None)
    one, two = (TableShape(region.length, region.loop, region.fall) for (region,) in made.regions)
    for shapes in (
        (one, replace(two, length=two.length + 1)),
        (one, replace(two, loop=two.length + 1)),
        (one, replace(two, fall=float("nan"))),
        (one,),
        (one, replace(two, length=-two.length)),
    ):
        with pytest.raises(ValueError, match="length"):
            lay_out(small("drum"), RATE, made.pool, shapes)
    with pytest.raises(ValueError, match="keys"):
        key_tables(small("drum"), 62, RATE)
    with pytest.raises(ValueError, match="rate"):
        key_tables(small("drum"), 60, 1_000)


def test_what_is_begun_has_the_same_bits() -> None:
    """Of an instrument that is begun with one key, that key is as in the whole one, and the others have no tables."""
    patch = small("harp")
    whole = bake(patch, 8_000, lambda _share: None)
    begun = baking.begin(patch, 8_000, (patch.highest, 127))
    assert (whole.finished, begun.finished) == (True, False)
    assert begun.at(patch.lowest) == ()
    (of,), (there,) = whole.at(patch.highest), begun.at(patch.highest)
    assert there == replace(of, soft=there.soft, bright=there.bright)
    for one, other in ((of.soft, there.soft), (of.bright, there.bright)):
        ends = of.length + GUARD
        assert np.array_equal(whole.pool[one - LEAD : one + ends], begun.pool[other - LEAD : other + ends])
    with pytest.raises(ValueError, match="none of the keys"):
        baking.begin(patch, 8_000, (127,))
