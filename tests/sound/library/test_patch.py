"""A patch is checked as it is read, and the shipped ones are what the program promises."""

import re
from pathlib import Path

import pytest

from bedside import places
from bedside.errors import BedsideError
from bedside.sound.instrument import GUARD, LEAD
from bedside.sound.library import catalogue
from bedside.sound.library.patch import MOST_SECONDS, parse
from bedside.sound.physics.membrane import Membrane
from bedside.sound.physics.strings import PluckedString
from bedside.sound.tuning import Scaled, hertz

DRUM = """
name = "drum"
picture = "drum"
source = "Fletcher & Rossing"
lowest = 36
highest = 84
register = 48
release = inf

[membrane]
transpose = 0
air = 0.72
t60 = { c4 = 0.66, halving = 36 }
damping = 0.8
soft_at = 0.35
bright_at = 0.7
contact_soft = { c4 = 0.0030, halving = 24 }
contact_bright = { c4 = 0.0012, halving = 20 }
glide = 0.02
glide_seconds = 0.03
hand_hz = { c4 = 900, halving = -36 }
hand_t60 = 0.05
hand_soft_db = -16
hand_bright_db = -14
onset = 0.0015
fall_db = 66
"""
HARP = (places.shipped("sounds") / "harp.toml").read_text(encoding="utf-8")


def changed(text: str, name: str, value: str) -> str:
    """Return a patch's text with one statement replaced."""
    made, count = re.subn(rf"(?m)^{re.escape(name)} = .*$", f"{name} = {value}", text)
    assert count == 1
    return made


def test_the_shipped_instruments_come_in_their_order() -> None:
    """Seventeen instruments are shipped, struck and plucked before held, each with a picture, a source and a range."""
    patches = catalogue.shipped_patches()
    struck = ["harp", "piano", "guitar", "musicbox", "kalimba", "marimba", "glockenspiel", "handpan", "bowl", "bell"]
    held = ["pad", "choir", "flute", "organ"]
    assert [patch.name for patch in patches[:17]] == [*struck, *held, "bass", "drum", "nature"]
    assert all(patch.picture == patch.name and len(patch.source) > 20 for patch in patches)
    assert {patch.name for patch in patches if patch.sustained} == set(held)
    assert all(patch.highest - patch.lowest >= 24 for patch in patches)


def test_what_the_file_states_is_what_the_patch_holds() -> None:
    """Numbers, scaled numbers, lists and parts arrive as they are written."""
    patch = parse(changed(HARP, "pluck", "0.25"), "harp.toml")
    assert isinstance(patch.pieces[0].model, PluckedString)
    assert patch.pieces[0].model.pluck == 0.25
    assert patch.pieces[0].model.t60 == Scaled(2.9, 29.0)
    assert patch.pieces[0].model.body[1].hz == 205.0
    drum = parse(changed(DRUM, "t60", "0.5"), "drum.toml")
    assert isinstance(drum.pieces[0].model, Membrane)
    assert drum.pieces[0].model.t60.at(40) == drum.pieces[0].model.t60.at(80) == 0.5


def test_a_scaled_quantity_halves_upwards() -> None:
    """Twelve semitones of a halving of twelve halve the quantity, and a negative halving doubles it."""
    assert Scaled(2.0, 12.0).at(72) == pytest.approx(1.0)
    assert Scaled(2.0, -12.0).at(72) == pytest.approx(4.0)
    assert hertz(69) == 440.0
    assert hertz(60) == pytest.approx(261.6256, abs=1e-4)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("name = ", "not written correctly"),
        ("", "exactly one of the tables"),
        (DRUM + "\n[bar]\n", "exactly one of the tables"),
        (DRUM.replace('name = "drum"\n', ""), "“name” is missing"),
        (DRUM + "\nloudness = 11\n", "“membrane.loudness” is unknown"),
        (changed(DRUM, "name", '"a/../b"'), "plain letters"),
        (changed(DRUM, "name", '"ABCDEFGHIJKLMNOPQ"'), "plain letters"),
        (changed(DRUM, "name", "7"), "one line of text"),
        (changed(DRUM, "lowest", "-1"), "whole number"),
        (changed(DRUM, "lowest", "true"), "whole number"),
        (changed(DRUM, "register", "90"), "“register” must lie"),
        (changed(DRUM, "release", "nan"), "“release” must be a number"),
        (changed(DRUM, "air", "nan"), "“membrane.air” must be a number from 0 to 5"),
        (changed(DRUM, "air", '"much"'), "“membrane.air” must be a number"),
        (changed(DRUM, "t60", "{ c4 = 0.5 }"), "“membrane.t60.halving” is missing"),
        (changed(DRUM, "t60", "{ c4 = 0.5, halving = 0 }"), "at least 6 semitones"),
        (changed(DRUM, "t60", "{ c4 = 5.0, halving = 12 }"), "at every key"),
        (changed(DRUM, "t60", "6.0"), "is the most that fits"),
        (changed(DRUM, "t60", f"{{ c4 = 0.5, halving = {'9' * 400} }}"), "too large"),
        ('"two\\nlines" = 1\n' + DRUM, "“two?lines” is unknown"),
        ("[membrane]\nx = " + "[" * 5_000, "instrument file"),
        ("drum = 1\nmembrane = 3", "is missing"),
        (DRUM.replace("[membrane]", "[[membrane]]"), "must be a table"),
        (changed(HARP, "loop", "0.3\nbody = 3").split("body = [")[0], "must be a list"),
    ],
)
def test_a_bad_file_gets_one_plain_sentence(text: str, said: str) -> None:
    """Whatever is wrong with a file, the error is one line that names the file and says what is wrong."""
    with pytest.raises(BedsideError) as caught:
        parse(text, "mine.toml")
    sentence = str(caught.value)
    assert said in sentence
    assert "mine.toml" in sentence
    assert "\n" not in sentence
    assert sentence.endswith(".")


def test_bars_and_ensembles_state_every_part() -> None:
    """Lists that belong together have one length."""
    marimba = (places.shipped("sounds") / "marimba.toml").read_text(encoding="utf-8")
    pad = (places.shipped("sounds") / "pad.toml").read_text(encoding="utf-8")
    for text in (changed(marimba, "ratios", "[1.0, 4.0]"), changed(pad, "levels", "[0.3]")):
        with pytest.raises(BedsideError, match="needs a"):
            parse(text, "mine.toml")


def test_a_file_that_is_no_text_or_not_there_is_refused(tmp_path: Path) -> None:
    """A missing file, a folder, a huge file and one that is not text each get their sentence."""
    (tmp_path / "huge.toml").write_bytes(b"#" * 70_000)
    (tmp_path / "bytes.toml").write_bytes(b"\xff\xfe\x00name")
    (tmp_path / "folder.toml").mkdir()
    for name in ("none.toml", "huge.toml", "bytes.toml", "folder.toml"):
        with pytest.raises(BedsideError, match=name):
            catalogue.load(tmp_path / name)


def test_every_shipped_instrument_fits_in_36_mib_and_all_in_600_mb() -> None:
    """Two tables per key, guards included, take at most 36 MiB at 48 kHz, and those of all instruments 600 MB."""
    sizes = []
    for patch in catalogue.shipped_patches():
        keys = range(patch.lowest, patch.highest + 1)
        seconds = sum(patch.piece(key).model.seconds(key) for key in keys)
        sizes.append(2 * 4 * (48_000 * seconds + (LEAD + GUARD) * len(keys)))
        assert sizes[-1] <= 37 * 2**20, patch.name
        assert seconds <= MOST_SECONDS, patch.name
    assert sum(sizes) <= 600e6
