"""The night is the picture that people looked at.

The pictures in ``golden`` are the scene at half size. After a change that is meant, look at every new picture and keep
it: ``BEDSIDE_GOLDEN=write python -m pytest tests/stage/test_golden.py``.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pygame
import pytest

from bedside.music.events import NoteOn, Player, Source
from bedside.stage import world
from stage.scenery import SIZES, Screen, idle, pads_of

GOLDEN = Path(__file__).parent / "golden"

# The mean difference of levels, 0–255, that another build of SDL may make in any tile of a picture.
TOLERANCE = 2.5

TILE = 20


def ten(screen: Screen, now: float) -> None:
    """Strike ten pads, one after another, by four hands, and three keys of a keyboard; paint at a later time."""
    screen.paint(0.0)
    for pad in screen.pads:
        at = (pad.x + 0.1 * pad.width, pad.y - 0.05 * pad.height)
        screen.on(pad.number, 1.0 + 0.05 * pad.number, Player(pad.number % 4), at)
    for number, key in enumerate((30, 49, 88)):
        screen.scene.performed(NoteOn(Player.THERAPIST, 90 + number, key, 0.8, 0.5, Source.MIDI), 1.45, None)
    screen.paint(1.6)
    for pad in screen.pads[::2]:
        screen.off(pad.number, 1.7, Player(pad.number % 4))
    screen.paint(now)


SCENES: dict[str, Callable[[Screen], None]] = {
    "idle": idle,
    "opening": lambda screen: ten(screen, 1.6),
    "held": lambda screen: ten(screen, 2.2),
    "fading": lambda screen: ten(screen, 3.4),
}


def half(surface: pygame.Surface) -> pygame.Surface:
    width, height = surface.get_size()
    return pygame.transform.smoothscale(surface, (width // 2, height // 2))


def difference(one: pygame.Surface, other: pygame.Surface) -> float:
    """Return the mean difference of levels in the tile that differs most; infinite for pictures of different sizes."""
    if one.get_size() != other.get_size():
        return float("inf")
    levels = [pygame.surfarray.array3d(each).astype(np.int64) for each in (one, other)]
    apart = np.abs(levels[0] - levels[1]).mean(axis=2)
    width, height = (side // TILE * TILE for side in apart.shape)
    tiles = apart[:width, :height].reshape(width // TILE, TILE, height // TILE, TILE)
    return float(tiles.mean(axis=(1, 3)).max())


def beside(made: pygame.Surface, kept: pygame.Surface, path: Path) -> Path:
    both = pygame.Surface((made.get_width() + kept.get_width() + 8, max(made.get_height(), kept.get_height())))
    both.blit(made, (0, 0))
    both.blit(kept, (made.get_width() + 8, 0))
    pygame.image.save(both, path)
    return path


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
@pytest.mark.parametrize("name", SCENES)
def test_the_scene_looks_as_it_was_approved(name: str, size: tuple[int, int], tmp_path: Path) -> None:
    """The night, idle and with ten flowers opening, held and fading, is the picture that people looked at."""
    screen = Screen(size)
    SCENES[name](screen)
    made = half(screen.surface)
    path = GOLDEN / f"night-{name}-{size[0]}x{size[1]}.png"
    if os.environ.get("BEDSIDE_GOLDEN") == "write":
        pygame.image.save(made, path)
    assert path.is_file(), f"{path.name} is missing; BEDSIDE_GOLDEN=write makes it"
    assert path.stat().st_size < 400_000
    kept = pygame.image.load(path).convert()
    apart = difference(made, kept)
    if apart > TOLERANCE:
        both = beside(made, kept, tmp_path / f"{name}.png")
        pytest.fail(f"differs by {apart:.1f}: made, left, and kept, right, are in {both}")


def test_a_moved_pad_is_seen_by_the_golden_pictures() -> None:
    """One pad moved by a fiftieth of the width is beyond the tolerance."""
    size = SIZES[0]
    pads = pads_of(world.find("night"), size)
    moved = Screen(size, (*pads[:4], replace(pads[4], x=pads[4].x + size[0] / 50), *pads[5:]))
    idle(moved)
    kept = pygame.image.load(GOLDEN / "night-idle-1280x800.png").convert()
    assert difference(half(moved.surface), kept) > 2 * TOLERANCE


def test_a_recoloured_pad_is_seen_by_the_golden_pictures() -> None:
    """One pad with the colour and picture of the next degree is beyond the tolerance."""
    size = SIZES[0]
    pads = pads_of(world.find("night"), size)
    other = Screen(size, (*pads[:4], replace(pads[4], degree=pads[4].degree - 1), *pads[5:]))
    idle(other)
    kept = pygame.image.load(GOLDEN / "night-idle-1280x800.png").convert()
    assert difference(half(other.surface), kept) > 2 * TOLERANCE
