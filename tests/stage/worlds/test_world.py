"""What a world's file may say, what it is told when it says something else, and that every shipped world is whole."""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path

os.environ.setdefault("SDL_VIDEODRIVER", "dummy")

import pygame
import pytest

from bedside.errors import BedsideError
from bedside.music.events import Player
from bedside.music.layout import LAYOUTS
from bedside.music.scales import scale
from bedside.places import shipped
from bedside.sound.engine.room import SPACES
from bedside.sound.library import catalogue
from bedside.stage import bed
from bedside.stage.input.seats import Together
from bedside.stage.picture import artwork
from bedside.stage.picture.arrangement import Offered, sides
from bedside.stage.picture.bedsetup import BedSetup
from bedside.stage.picture.look import PLAIN
from bedside.stage.worlds import world
from bedside.stage.worlds.blooms import BLOOMS
from bedside.stage.worlds.colours import saturated_red
from bedside.stage.worlds.world import Motes, PlacedPicture, Tone

WORLDS = shipped("assets") / "worlds"
PICTURES = shipped("assets") / "pictures"
NIGHT = WORLDS / "night.toml"

# What the issue of this surface asks for: seven worlds and one almost empty.
KNOWN = {"campfire", "forest", "garden", "night", "sea", "snow", "space", "still"}


@cache
def offered() -> dict[str, Offered]:
    return {recipe.name: bed.offered(recipe) for recipe in catalogue.recipes(None)}


def changed(folder: Path, before: str, after: str) -> Path:
    text = NIGHT.read_text(encoding="utf-8")
    assert before in text
    path = folder / "changed.toml"
    path.write_text(text.replace(before, after, 1), encoding="utf-8")
    return path


def test_the_shipped_worlds_are_those_that_there_should_be() -> None:
    """All worlds are there, in the order of the alphabet, each called as its file is."""
    assert set(world.names()) >= KNOWN
    assert world.names() == sorted(world.names())
    assert [world.find(name).name for name in world.names()] == world.names()


def test_night_opens_with_ten_pads_of_a_harp_in_the_major_pentatonic() -> None:
    """The shipped world says what is played first, and has a light for every player."""
    night = world.find("night")
    assert (night.scale, night.root, night.instrument, night.room, night.layout, night.pads) == (
        "major pentatonic",
        60,
        "harp",
        "hall",
        "rows",
        10,
    )
    assert (len(night.lights), night.bloom, night.reflects) == (len(Player), "flower", True)


@pytest.mark.parametrize("name", world.names())
def test_every_world_names_what_there_is(name: str) -> None:
    """Its instrument, scale, room, layout and bloom are there, and every picture that it shows is drawn."""
    made = world.find(name)
    assert made.instrument in offered()
    assert scale(made.scale).name == made.scale
    assert made.room in SPACES
    assert made.layout in LAYOUTS
    assert made.bloom in BLOOMS
    shown: tuple[Tone | PlacedPicture | Motes, ...] = (*made.tones, *made.placed, *made.motes)
    names = [each.picture for each in shown if each.picture]
    assert [name for name in names if not (PICTURES / f"{name}.svg").is_file()] == []


@pytest.mark.parametrize("name", world.names())
def test_colour_and_shape_both_tell_the_degrees_apart(name: str) -> None:
    """In every world no two degrees share a picture or a colour, and there are enough for what is played in it."""
    made = world.find(name)
    assert len({tone.picture for tone in made.tones}) == len({tone.colour for tone in made.tones}) == len(made.tones)
    compass = offered()[made.instrument].compass
    assert compass is not None
    pieces = len(compass.pieces) or len(scale(made.scale).steps)
    assert len(made.tones) >= min(pieces, made.pads)


@pytest.mark.parametrize("together", Together)
@pytest.mark.parametrize("size", [(1280, 800), (800, 480), (2160, 3840)], ids=lambda size: "×".join(map(str, size)))
@pytest.mark.parametrize("name", world.names())
def test_every_world_has_pads_on_every_screen(name: str, size: tuple[int, int], together: Together) -> None:
    """Alone, side by side and face to face, from a Pi's screen to 4K upright: pads large enough, in the instrument."""
    made = world.find(name)
    players = (Player.CHILD,) if together is Together.ALONE else (Player.CHILD, Player.THERAPIST)
    setting = BedSetup(together, players, 96.0, PLAIN, Player.THERAPIST, False)
    compass = offered()[made.instrument].compass
    assert compass is not None
    for side in sides(made, setting, size, offered()):
        assert min(3, made.pads) <= len(side.pads) <= made.pads
        for pad in side.pads:
            assert min(pad.width, pad.height) >= 96 - 1e-6
            assert compass.lowest <= pad.key <= compass.highest
            assert side.seat.play.holds(pad.x, pad.y)
    if size == (1280, 800) and together is Together.ALONE:
        assert len(side.pads) == made.pads


@pytest.mark.parametrize("name", world.names())
def test_warm_child_and_cool_therapist(name: str) -> None:
    """In every world the child's light is warmer than the therapist's, so that each sees whose hand it was."""
    lights = world.find(name).lights
    assert len(lights) == len(set(lights)) == len(Player)

    def warmth(player: Player) -> int:
        red, _, blue = lights[player]
        return red - blue

    assert warmth(Player.CHILD) > 0 > warmth(Player.THERAPIST)
    assert warmth(Player.CHILD) > warmth(Player.THERAPIST) + 60


@pytest.mark.parametrize(
    ("before", "after", "words"),
    [
        ('colour = "#ffe08c"', 'colour = "#ff1010"', "saturated red"),
        ('colour = "#ffe08c"', 'colour = "gold"', "a colour such as"),
        ('child = "#ffcf8a"', 'child = "#f00000"', "saturated red"),
        ('stray = "#ced6ff"', 'stray = "#ff0808"', "saturated red"),
        ('picture = "star"', 'picture = "../../secret"', "a name of small letters"),
        ("petals = 5", "petals = 1", "a whole number from 2 to 32"),
        ("point = 1.6", "point = 9", "a number from 0.25 to 8"),
        ("pads = 10", "pads = 1000", "a whole number from 1 to 24"),
        ("pads = 10", "pads = true", "a whole number from 1 to 24"),
        ("horizon = 0.68", "horizon = nan", "a number from 0.05 to 0.95"),
        ("seed = 29", "seed = -1", "a whole number from 0 to 4.29497e"),
        ("root = 60", "", "“root” is missing"),
        ("root = 60", "root = 60\nstars = 3", "“stars” is unknown"),
        ('room = "hall"', 'room = "cellar"', "“room” must be one of hall"),
        ('layout = "rows"', 'layout = "spiral"', "“layout” must be one of rows"),
        ('bloom = "flower"', 'bloom = "strobe"', "“bloom” must be one of flower"),
        ("pace = 1.0", "pace = 0.1", "a number from 0.5 to 4"),
        ("reflects = true", 'reflects = "yes"', "true or false"),
        ('instrument = "harp"', 'instrument = "/etc/passwd"', "a name of small letters"),
        ('name = "night"', 'name = "Night sky"', "a name of small letters"),
        ('"major pentatonic"', '"h minor"', "no scale is called"),
        ("at = 0.35", "at = 1.35", "a number from 0 to 1"),
        ("count = 210", "count = 1000000000", "a whole number from 0 to 2000"),
        ("count = 14", "count = 61", "a whole number from 1 to 60"),
        ('kind = "stars"', 'kind = "strobe"', ".kind” must be one of"),
        ('kind = "stars"', 'kind = ["stars"]', ".kind” must be one of"),
        ("valley = 0.4", "slope = 0.4", ".slope” is unknown"),
        ("[lights]", "[lights", "is not a TOML file"),
        ("[lights]", "[lamps]", "“lamps” is unknown"),
        ('partner = "#c9b8ff"', "", "“lights.partner” is missing"),
    ],
)
def test_a_bad_world_is_refused_with_what_to_change(tmp_path: Path, before: str, after: str, words: str) -> None:
    """One wrong value in a world's file gives one sentence that names the file and the value."""
    with pytest.raises(BedsideError, match=words) as raised:
        world.load(changed(tmp_path, before, after))
    assert "changed.toml" in str(raised.value)
    assert str(raised.value).endswith(".")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("layers = []", "“layers” must be a list of 1 to 24"),
        ("layers = 3", "“layers” must be a list of 1 to 24"),
        ("layers = [3]", "“layers[0]” must be a table"),
        (f"layers = [{'{}, ' * 25}]", "“layers” must be a list of 1 to 24"),
        ("degrees = []", "“degrees” must be a list of 1 to 12"),
        ("lights = 3", "“lights” must be a table"),
        ("placed = 3", "“placed” must be a list of at most 64"),
        ("motes = [3]", "“motes[0]” must be a table"),
    ],
    ids=lambda case: case[:14],
)
def test_lists_of_another_kind_or_length_are_refused(tmp_path: Path, text: str, words: str) -> None:
    """A world has layers, degrees and lights, and no more of anything than can be painted in time."""
    name = text.split(" ", 1)[0]
    kept, skipping = [], False
    for line in NIGHT.read_text(encoding="utf-8").splitlines():
        if line.startswith("["):
            skipping = line.strip("[]") == name
        if not skipping:
            kept.append(line)
    path = tmp_path / "other.toml"
    path.write_text("\n".join([text, *kept]), encoding="utf-8")
    with pytest.raises(BedsideError) as raised:
        world.load(path)
    assert words in str(raised.value)


@pytest.mark.parametrize(
    "content", [b"\xff\xfe\x00", b"a = " + b"[" * 60_000, b"#" * 70_000, b"", b"name = 3", b"\x00" * 100]
)
def test_a_file_that_is_no_world_is_refused(tmp_path: Path, content: bytes) -> None:
    """Bytes that are not text, nest without end, go on for too long or say nothing are refused with a sentence."""
    path = tmp_path / "odd.toml"
    path.write_bytes(content)
    with pytest.raises(BedsideError, match=r"odd\.toml"):
        world.load(path)


@pytest.mark.parametrize("name", ["../worlds/night", "night.toml", "", "nowhere", "/etc/passwd"])
def test_a_world_that_is_not_there_names_those_that_are(name: str) -> None:
    """Asking for a world by a wrong name tells the right ones; a path is no name."""
    with pytest.raises(BedsideError, match=r"choose one of: .*night") as raised:
        world.find(name)
    assert repr(name) in str(raised.value)


def test_a_missing_file_is_a_sentence(tmp_path: Path) -> None:
    """A world's file that is gone is told by its name; so is one that is no file."""
    with pytest.raises(BedsideError, match=r"gone\.toml cannot be read"):
        world.load(tmp_path / "gone.toml")
    (tmp_path / "folder.toml").mkdir()
    with pytest.raises(BedsideError, match=r"folder\.toml cannot be read"):
        world.load(tmp_path / "folder.toml")


def test_saturated_red_is_the_rule_of_wcag() -> None:
    """Four fifths of the linear light in red is saturated; the sum of nothing is not."""
    assert saturated_red((255, 0, 0))
    assert saturated_red((255, 100, 60))
    assert not saturated_red((255, 157, 184))
    assert not saturated_red((0, 0, 0))


def test_a_damaged_picture_is_a_sentence(tmp_path: Path) -> None:
    """A picture that no one can read is told by its name."""
    pygame.display.init()
    pygame.display.set_mode((64, 64))
    path = tmp_path / "torn.svg"
    path.write_text("<svg", encoding="utf-8")
    with pytest.raises(BedsideError, match=r"torn\.svg"):
        artwork.tinted(path, (255, 210, 122), 32)
