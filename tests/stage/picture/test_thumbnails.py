"""The pictures on panels and buttons: a thumbnail of every world, every instrument, every control."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace
from functools import cache

os.environ.setdefault("SDL_VIDEODRIVER", "dummy")

import numpy as np
import pygame
import pytest
from numpy.typing import NDArray

from bedside.errors import BedsideError
from bedside.places import shipped
from bedside.sound.library import catalogue
from bedside.stage import bed
from bedside.stage.input.seats import Control
from bedside.stage.picture import thumbnails
from bedside.stage.picture.look import PLAIN, Look
from bedside.stage.worlds import world

SIZE = (240, 150)
# Both hands are one picture.
CONTROLS = sorted({*Control, "sunless"} - {Control.FAR_HAND})
LOOKS = {"plain": PLAIN, "still": Look(still=True), "contrast": Look(contrast=True), "dim": Look(dim=True)}


@pytest.fixture(autouse=True)
def _display() -> Iterator[None]:
    pygame.display.init()
    pygame.display.set_mode((64, 64))
    yield


@cache
def instruments() -> tuple[str, ...]:
    return tuple(bed.offered(recipe).picture for recipe in catalogue.recipes(None))


def levels(drawn: pygame.Surface) -> NDArray[np.int64]:
    return pygame.surfarray.array3d(drawn).astype(np.int64)


def opaque(drawn: pygame.Surface) -> NDArray[np.int64]:
    return pygame.surfarray.array_alpha(drawn).astype(np.int64)


def light(drawn: pygame.Surface) -> float:
    """Return how bright a picture is, 0–255, by what is seen of it."""
    return float((levels(drawn).mean(axis=2) * opaque(drawn)).sum() / max(opaque(drawn).sum(), 1))


@pytest.mark.parametrize("look", LOOKS)
@pytest.mark.parametrize("name", world.names())
def test_every_world_has_a_thumbnail_with_round_corners(name: str, look: str) -> None:
    """In every look a thumbnail has the size asked for, is opaque except at its corners, and shows something."""
    drawn = thumbnails.world_thumbnail(world.find(name), SIZE, LOOKS[look])
    assert drawn.get_size() == SIZE
    alpha = opaque(drawn)
    assert alpha[0, 0] == alpha[-1, 0] == alpha[0, -1] == alpha[-1, -1] == 0
    assert alpha[SIZE[0] // 2, 2] == alpha[2, SIZE[1] // 2] == 255
    assert (alpha == 255).mean() > 0.9
    assert levels(drawn)[alpha == 255].std() > 3


def test_thumbnails_tell_the_worlds_apart() -> None:
    """No two worlds have similar thumbnails: their pixels differ clearly in the mean."""
    shown = {name: levels(thumbnails.world_thumbnail(world.find(name), SIZE, PLAIN)) for name in world.names()}
    for name, one in shown.items():
        for other_name, other in shown.items():
            assert name == other_name or np.abs(one - other).mean() > 6


def test_one_of_the_world_s_pads_hangs_in_its_middle() -> None:
    """A thumbnail shows the first pad in its middle: another picture for it changes only the middle."""
    night = world.find("night")
    other = replace(night, tones=(replace(night.tones[0], colour=(90, 200, 90)), *night.tones[1:]))
    before, after = (levels(thumbnails.world_thumbnail(each, SIZE, PLAIN)) for each in (night, other))
    across, down = np.nonzero(np.abs(before - after).sum(axis=2))
    side = 0.42 * SIZE[1]
    assert across.size > 50
    assert np.abs(across - SIZE[0] / 2).max() <= side / 2 + 1
    assert np.abs(down - SIZE[1] / 2).max() <= side / 2 + 1


def test_a_world_that_cannot_be_shown_is_left_out() -> None:
    """A world whose picture is missing has no thumbnail, and the child sees no error."""
    night = world.find("night")
    broken = replace(night, tones=(replace(night.tones[0], picture="nowhere"),))  # type: ignore[arg-type]
    with pytest.raises(BedsideError, match=r"nowhere\.svg"):
        thumbnails.world_thumbnail(broken, SIZE, PLAIN)
    assert thumbnails.try_world_thumbnail(broken, SIZE, PLAIN) is None
    shown = thumbnails.try_world_thumbnail(night, SIZE, PLAIN)
    assert shown is not None
    assert (levels(shown) == levels(thumbnails.world_thumbnail(night, SIZE, PLAIN))).all()


def test_every_shipped_instrument_has_a_picture_of_its_own() -> None:
    """Each instrument names an existing picture; no two pictures are the same."""
    there = {path.stem for path in (shipped("assets") / "pictures" / "instruments").glob("*.svg")}
    assert set(instruments()) <= there
    drawn = {
        name: levels(thumbnails.instrument_picture(name, 96, PLAIN)) for name in sorted({*instruments(), "folder"})
    }
    for name, one in drawn.items():
        assert [other for other in drawn if other != name and (drawn[other] == one).all()] == []


@pytest.mark.parametrize("name", ["somebody's own", "../controls/hand", ""])
def test_an_instrument_without_a_picture_is_shown_as_a_folder(name: str) -> None:
    """Samples that a user dropped in have the picture of a folder."""
    folder = thumbnails.instrument_picture("folder", 96, PLAIN)
    drawn = thumbnails.instrument_picture(name, 96, PLAIN)
    assert name.startswith("..") or (levels(drawn) == levels(folder)).all()
    assert drawn.get_size() == (96, 96)


@pytest.mark.parametrize("name", CONTROLS)
def test_every_control_has_a_picture(name: str) -> None:
    """Each control is drawn at any size, with room around it, and bright enough to be seen in the dark."""
    for size in (54, 71, 213):
        drawn = thumbnails.control_picture(name, size, PLAIN)
        assert drawn.get_size() == (size, size)
        assert 0.03 < (opaque(drawn) > 128).mean() < 0.95
        assert light(drawn) > 60


def test_no_two_controls_look_alike() -> None:
    """Every control has a shape of its own."""
    shapes = {name: opaque(thumbnails.control_picture(name, 96, PLAIN)) for name in CONTROLS}
    for name, one in shapes.items():
        for other_name, other in shapes.items():
            if name < other_name and {name, other_name} != {"sun", "sunless"}:
                assert np.abs(one - other).mean() > 8


def test_a_control_that_is_not_drawn_is_a_sentence() -> None:
    """A missing picture is told by its name."""
    with pytest.raises(BedsideError, match=r"nowhere\.svg"):
        thumbnails.control_picture("nowhere", 64, PLAIN)


@pytest.mark.parametrize("draw", [thumbnails.control_picture, thumbnails.instrument_picture])
def test_pictures_are_dim_at_night_and_bright_under_contrast(draw: object) -> None:
    """At night pictures are dimmed as all else is; under strong contrast they stay as they are, unlike the backdrop."""
    name = "hand" if draw is thumbnails.control_picture else "harp"
    plain, dim, contrast = (draw(name, 96, LOOKS[look]) for look in ("plain", "dim", "contrast"))  # type: ignore[operator]
    assert light(dim) < 0.6 * light(plain)
    assert (levels(contrast) == levels(plain)).all()
