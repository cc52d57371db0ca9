"""The sets of drums and of nature: every piece gentle, clean and as loud as the rest, wherever a layout meets it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from bedside import places
from bedside.sound.instrument import Region
from bedside.sound.library import catalogue
from bedside.sound.library.bake import bake, key_tables
from bedside.sound.library.patch import Patch
from bedside.sound.loudness import momentary
from bedside.sound.physics.heart import Heart
from bedside.sound.physics.plate import Plate
from sound.listening import decibels

RATE = 48_000
PATCHES = {name: catalogue.load(places.shipped("sounds") / f"{name}.toml") for name in ("drum", "nature")}
ENDS = [
    (name, key) for name, patch in PATCHES.items() for key in sorted({p.lowest for p in patch.pieces} | {patch.highest})
]


@pytest.mark.parametrize(("name", "key"), ENDS)
def test_it_is_as_loud_as_the_others(name: str, key: int) -> None:
    """The loudest 400 ms of each table read −23 LUFS within 0.5 LU, and its peak is below 0.89."""
    made = key_tables(PATCHES[name], key, RATE)
    np.testing.assert_allclose(momentary(made.samples, RATE), -23, atol=0.5)
    assert np.max(np.abs(made.samples)) < 0.89


@pytest.mark.parametrize("rate", [22_050, 48_000])
@pytest.mark.parametrize(("name", "key"), ENDS)
def test_nothing_folds_back(name: str, key: int, rate: int) -> None:
    """Above 0.46 of the rate lies less than −70 dB of a table's energy."""
    for sound in key_tables(PATCHES[name], key, rate).samples:
        power = np.abs(np.fft.rfft(sound)) ** 2
        assert decibels(power[int(0.92 * power.size) :].sum(), power.sum()) < -70


@pytest.mark.parametrize(("name", "key"), ENDS)
def test_it_begins_and_ends_without_a_click(name: str, key: int) -> None:
    """A table begins at zero, bends at its start no more than later, and lies 70 dB down in its last 2 ms."""
    for sound in key_tables(PATCHES[name], key, RATE).samples:
        peak = np.max(np.abs(sound))
        assert sound[0] == 0
        assert np.max(np.abs(sound[:5])) < 0.02 * peak
        bends = np.abs(np.diff(sound, 2))
        assert np.max(bends[:24]) <= np.max(bends[24:])
        assert np.max(np.abs(sound[-96:])) < peak * 10 ** (-70 / 20)


@pytest.mark.parametrize(("name", "key"), ENDS)
def test_bright_is_brighter(name: str, key: int) -> None:
    """The middle of the bright table's energy, along frequency, lies at least 5 % above that of the soft one."""
    power = np.abs(np.fft.rfft(key_tables(PATCHES[name], key, RATE).samples)) ** 2
    centre = power @ np.arange(power.shape[1]) / power.sum(axis=1)
    assert centre[1] > 1.05 * centre[0]


@pytest.mark.parametrize("first", [48, 60])
@pytest.mark.parametrize("name", list(PATCHES))
def test_a_scale_meets_different_pieces(name: str, first: int) -> None:
    """Eight keys of a C pentatonic, from 48 or from 60, play four different things, three of nature from 60."""
    patch = PATCHES[name]
    steps = [first + 12 * octave + step for octave in (0, 1) for step in (0, 2, 4, 7, 9)][:8]
    played = {piece.model for piece in map(patch.piece, map(nearest(patch), steps))}
    assert len(played) >= (3 if (name, first) == ("nature", 60) else 4)


def nearest(patch: Patch) -> Callable[[int], int]:
    """Return how a key outside the range of a patch falls into it: as it does in an instrument."""
    return lambda key: key if key <= patch.highest else key - 12 * -(-(key - patch.highest) // 12)


def test_a_hand_stills_the_swell() -> None:
    """The muted cymbal is struck with ``off_by`` the group of the swell, in patch and instrument; nothing else is."""
    drum = PATCHES["drum"]
    swells = {piece.group for piece in drum.pieces if isinstance(piece.model, Plate) and piece.group}
    hands = {piece.off_by for piece in drum.pieces if piece.off_by}
    assert swells == hands == {1}
    (swell,), (hand,), (block,) = (bake_one(drum, key) for key in (57, 69, 55))
    assert (swell.group, swell.off_by) == (1, 0)
    assert (hand.group, hand.off_by) == (0, 1)
    assert (block.group, block.off_by) == (0, 0)


def bake_one(patch: Patch, key: int) -> tuple[Region, ...]:
    """Return the regions of one key, baked at a low rate."""
    piece = replace(patch.piece(key), lowest=key, highest=key)
    return bake(replace(patch, register=key, pieces=(piece,)), 8_000, lambda _: None).at(key)


def test_a_new_heart_stills_the_old() -> None:
    """Hearts choke each other, so that no mash of the hands beats faster than one."""
    (heart,) = [piece for piece in PATCHES["nature"].pieces if isinstance(piece.model, Heart)]
    assert heart.group == heart.off_by != 0


@pytest.mark.parametrize("name", list(PATCHES))
def test_a_set_fits(name: str) -> None:
    """All tables of a set take less than 30 MB."""
    patch = PATCHES[name]
    seconds = sum(patch.piece(key).model.seconds(key) for key in range(patch.lowest, patch.highest + 1))
    assert 2 * 4 * RATE * seconds < 30e6
    assert not patch.sustained
