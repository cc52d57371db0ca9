"""What a world's file may say, and what it is told when it says something else."""

from __future__ import annotations

import os
from pathlib import Path

os.environ.setdefault("SDL_VIDEODRIVER", "dummy")

import pytest

from bedside.errors import BedsideError
from bedside.music.events import Player
from bedside.music.scales import scale
from bedside.places import shipped
from bedside.stage import picture, world

NIGHT = shipped("assets") / "worlds" / "night.toml"


def changed(folder: Path, before: str, after: str) -> Path:
    text = NIGHT.read_text(encoding="utf-8")
    assert before in text
    path = folder / "changed.toml"
    path.write_text(text.replace(before, after, 1), encoding="utf-8")
    return path


def test_night_opens_with_ten_pads_of_a_harp_in_the_major_pentatonic() -> None:
    """The shipped world says what is played first, and has a light for every player."""
    night = world.find("night")
    assert (night.scale, night.root, night.instrument, night.room, night.pads) == (
        "major pentatonic",
        60,
        "harp",
        "hall",
        10,
    )
    assert len(night.lights) == len(Player)


@pytest.mark.parametrize("path", sorted((shipped("assets") / "worlds").glob("*.toml")), ids=lambda path: path.stem)
def test_colour_and_shape_both_tell_the_degrees_apart(path: Path) -> None:
    """In every world no two degrees share a picture or a colour, there are enough for its scale, and pictures exist."""
    made = world.load(path)
    assert len({tone.picture for tone in made.tones}) == len({tone.colour for tone in made.tones}) == len(made.tones)
    assert len(made.tones) >= len(scale(made.scale).steps)
    for tone in made.tones:
        assert (shipped("assets") / "pictures" / f"{tone.picture}.svg").is_file()


def test_warm_child_and_cool_therapist() -> None:
    """The child's light is warm and the therapist's cool, so that each sees whose hand it was."""
    lights = world.find("night").lights
    red, _, blue = lights[Player.CHILD]
    assert red > blue + 60
    red, _, blue = lights[Player.THERAPIST]
    assert blue > red + 60


@pytest.mark.parametrize(
    ("before", "after", "words"),
    [
        ('colour = "#ffd27a"', 'colour = "#ff1010"', "saturated red"),
        ('colour = "#ffd27a"', 'colour = "gold"', "a colour such as"),
        ('picture = "star"', 'picture = "../../secret"', "a name of small letters"),
        ("pads = 10", "pads = 1000", "a whole number from 1 to 24"),
        ("pads = 10", "pads = true", "a whole number from 1 to 24"),
        ("horizon = 0.68", "horizon = nan", "a number from 0.4 to 0.9"),
        ("root = 60", "", "'root' is missing"),
        ('room = "hall"', 'room = "cellar"', "one of hall"),
        ('"major pentatonic"', '"h minor"', "no scale is called"),
        ("at = 0.35", "at = 0.95", "must go down from 0 to 1"),
        ("stars = 210", "stars = 1000000000", "a whole number from 0 to 2000"),
        ("[sky]", "[sky", "is not a TOML file"),
        ("[lights]", "[lamps]", "'lights' is missing"),
    ],
)
def test_a_bad_world_is_refused_with_what_to_change(tmp_path: Path, before: str, after: str, words: str) -> None:
    """One wrong value in a world's file gives one sentence that names the file and the value."""
    with pytest.raises(BedsideError, match=words) as raised:
        world.load(changed(tmp_path, before, after))
    assert "changed.toml" in str(raised.value)
    assert str(raised.value).endswith(".")


@pytest.mark.parametrize("content", [b"\xff\xfe\x00", b"a = " + b"[" * 60_000, b"#" * 70_000, b""])
def test_a_file_that_is_no_world_is_refused(tmp_path: Path, content: bytes) -> None:
    """Bytes that are not text, nest without end, go on for too long or say nothing are refused with a sentence."""
    path = tmp_path / "odd.toml"
    path.write_bytes(content)
    with pytest.raises(BedsideError, match=r"odd\.toml"):
        world.load(path)


def test_a_world_that_is_not_there_names_those_that_are() -> None:
    """Asking for a world by a wrong name tells the right ones; a path is no name."""
    with pytest.raises(BedsideError, match="night"):
        world.find("../worlds/night")


def test_a_missing_file_is_a_sentence(tmp_path: Path) -> None:
    """A world's file that is gone is told by its name."""
    with pytest.raises(BedsideError, match=r"gone\.toml cannot be read"):
        world.load(tmp_path / "gone.toml")


def test_saturated_red_is_the_rule_of_wcag() -> None:
    """Four fifths of the linear light in red is saturated; the sum of nothing is not."""
    assert world.saturated_red((255, 0, 0))
    assert world.saturated_red((255, 100, 60))
    assert not world.saturated_red((255, 157, 184))
    assert not world.saturated_red((0, 0, 0))


def test_a_damaged_picture_is_a_sentence(tmp_path: Path) -> None:
    """A picture that no one can read is told by its name."""
    import pygame

    pygame.display.init()
    pygame.display.set_mode((64, 64))
    path = tmp_path / "torn.svg"
    path.write_text("<svg", encoding="utf-8")
    with pytest.raises(BedsideError, match=r"torn\.svg"):
        picture.tinted(path, (255, 210, 122), 32)
