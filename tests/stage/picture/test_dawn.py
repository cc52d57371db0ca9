"""The dawn is a dim sky, never black, whatever a world's file states, and every touch on it is answered."""

from __future__ import annotations

from pathlib import Path

import pygame
import pytest

from bedside.stage.picture import dawn
from bedside.stage.picture.dawn import Dawn
from bedside.stage.worlds import world as worlds
from stage.playroom import canvas

SIZE = (320, 200)


def finger(kind: int, number: int, x: float, y: float) -> pygame.event.Event:
    return pygame.event.Event(kind, touch_id=1, finger_id=number, x=x, y=y, dx=0.0, dy=0.0, pressure=1.0)


def brightest(surface: pygame.Surface, y: int) -> int:
    return max(surface.get_at((5, y))[:3])


@pytest.mark.parametrize("world", [*worlds.names(), "no such world", "../../pyproject", ""])
def test_a_dim_sky_is_never_black(world: str) -> None:
    """From the top to the bottom there is a little light, and nowhere much."""
    surface = canvas(SIZE)
    assert Dawn(surface, world).paint(0.0) == [surface.get_rect()]
    levels = [brightest(surface, y) for y in range(SIZE[1])]
    assert min(levels) >= 10
    assert max(levels) <= 80
    Dawn(surface, world, dim=True).paint(0.0)
    night = [brightest(surface, y) for y in range(SIZE[1])]
    assert min(night) >= 5
    assert all(dim < usual for dim, usual in zip(night, levels, strict=True))


@pytest.mark.parametrize(
    "text",
    ["", "layers = 3", "layers = [1]", "[[layers]]\nkind = 'air'\nstops = [{ at = 0, colour = 7 }]", "\x00", "="],
)
def test_a_damaged_file_has_a_sky_all_the_same(tmp_path: Path, text: str) -> None:
    """What cannot be read is left to the world's own reader, which says what is wrong with it."""
    (tmp_path / "odd.toml").write_text(text)
    assert dawn.sky("odd", tmp_path) == dawn.sky("none", tmp_path)


def test_a_finger_is_answered_and_kept_in_mind() -> None:
    """A finger glimmers where it is and leaves no trace; it is known for as long as it is down, with its last place."""
    surface = canvas(SIZE)
    shown = Dawn(surface, "night")
    shown.paint(0.0)
    before = surface.copy()
    shown.feed(finger(pygame.FINGERDOWN, 7, 0.5, 0.5), 1.0)
    shown.feed(finger(pygame.FINGERMOTION, 7, 0.6, 0.5), 1.0)
    shown.feed(finger(pygame.FINGERMOTION, 8, 0.1, 0.1), 1.0)
    shown.paint(1.0)
    (dirty,) = shown.paint(1.1)
    assert dirty.collidepoint(160, 100)
    assert sum(surface.get_at((160, 100))[:3]) > sum(before.get_at((160, 100))[:3]) + 100
    assert [(event.finger_id, event.x) for event in shown.fingers.values()] == [(7, 0.6)]
    shown.feed(finger(pygame.FINGERUP, 7, 0.6, 0.5), 1.2)
    assert shown.fingers == {}
    painted = [shown.paint(1.2 + frame / 60) for frame in range(200)]
    assert shown.resting
    assert painted[-1] == []
    assert surface.get_view("2").raw == before.get_view("2").raw
