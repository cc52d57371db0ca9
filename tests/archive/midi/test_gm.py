from __future__ import annotations

import pytest

from bedside.archive.midi.gm import DRUM_CHANNEL, drum_key, instrument_of, program_of
from bedside.places import shipped
from bedside.sound.library import patch

OURS = [
    *["harp", "piano", "guitar", "musicbox", "kalimba", "marimba", "glockenspiel", "handpan", "bowl"],
    *["bell", "pad", "choir", "flute", "organ", "bass", "drum", "nature"],
]


def test_every_program_has_one_of_our_instruments() -> None:
    """Each of the 128 sounds of General MIDI is one of ours, and each of ours is used."""
    assert {instrument_of(program, 0) for program in range(128)} == set(OURS)


@pytest.mark.parametrize("instrument", OURS)
def test_an_instrument_written_is_the_same_when_read(instrument: str) -> None:
    """The program that is written for an instrument is read as that instrument again."""
    program = program_of(instrument)
    assert program is not None
    assert instrument_of(program, 0) == instrument


def test_an_instrument_of_a_users_own_has_no_program() -> None:
    """What General MIDI has no sound for is written without a program."""
    assert program_of("kazoo") is None


@pytest.mark.parametrize(
    ("program", "instrument"),
    [
        (0, "piano"),
        (11, "marimba"),
        (19, "organ"),
        (24, "guitar"),
        (33, "bass"),
        (40, "pad"),
        (52, "choir"),
        (73, "flute"),
    ],
)
def test_instruments_are_of_the_same_family(program: int, instrument: str) -> None:
    """The sound of a part is the nearest of ours."""
    assert instrument_of(program, 0) == instrument


@pytest.mark.parametrize("program", [0, 48])
def test_the_drum_channel_plays_drums(program: int) -> None:
    """Channel 10 plays the drums, whatever its program."""
    assert instrument_of(program, DRUM_CHANNEL) == "drum"


@pytest.mark.parametrize(
    ("keys", "model"),
    [
        ((35, 36, 38, 39, 40, 41, 43, 45, 47, 48, 50, *range(60, 67), 78, 79), "Membrane"),
        ((42, 44, 46, 54, 58, *range(69, 75)), "Grains"),
        ((37, 56, 67, 68, 75, 76, 77), "Bar"),
        ((49, 51, 52, 53, 55, 57, 59, 80, 81), "Plate"),
        ((0, 34, 82, 127), "Membrane"),
    ],
)
def test_percussion_is_the_piece_of_our_drums_that_is_most_like_it(keys: tuple[int, ...], model: str) -> None:
    """Skins are skins, rattles grains, wood a bar, metal a plate; what General MIDI does not name is an open tone."""
    file = shipped("sounds") / "drum.toml"
    drums = patch.parse(file.read_text("utf-8"), file.name)
    assert {type(drums.piece(drum_key(key)).model).__name__ for key in keys} == {model}


def test_high_and_low_percussion_stay_apart() -> None:
    """Of two drums or blocks of one kind the higher one of General MIDI is not the lower one of ours."""
    for low, high in ((36, 41), (43, 45), (45, 48), (48, 50), (64, 63), (68, 67), (77, 76)):
        assert drum_key(low) < drum_key(high)
