"""An overlay fades in over a part of the screen, and out again."""

from __future__ import annotations

import numpy as np
import pygame
import pytest

from bedside.stage.picture.overlay import FADE_SECONDS, Overlay
from stage.playroom import canvas

RECT = pygame.Rect(20, 10, 40, 30)


def hung(level: float, target: float) -> Overlay:
    picture = canvas(RECT.size)
    picture.fill((200, 100, 50))
    return Overlay(picture, RECT, level, target)


def drawn(overlay: Overlay, within: pygame.Rect) -> np.ndarray:
    surface = canvas((100, 60))
    surface.fill((0, 0, 0))
    overlay.draw(surface, within)
    return pygame.surfarray.array3d(surface).astype(int)


@pytest.mark.parametrize("target", [0.0, 1.0])
def test_it_comes_and_goes_evenly(target: float) -> None:
    """At any frame rate it is half opaque after half of `FADE_SECONDS`, and opaque or gone after all of it."""
    for rate in (7, 60, 240):
        overlay = hung(1 - target, target)
        levels = []
        for frame in range(rate + 1):
            overlay.advance(5 + frame / rate)
            levels.append(overlay.level)
        assert levels[0] == 1 - target
        assert np.interp(FADE_SECONDS / 2, np.arange(rate + 1) / rate, levels) == pytest.approx(0.5, abs=0.01)
        assert levels[-1] == target
        assert not overlay.moving
        assert overlay.gone == (target == 0)


def test_one_that_is_called_back_half_way_returns_from_there() -> None:
    """Its opacity does not jump when its target changes."""
    overlay = hung(0.0, 1.0)
    overlay.advance(0.0)
    overlay.advance(FADE_SECONDS / 2)
    overlay.target = 0.0
    assert not overlay.gone
    overlay.advance(FADE_SECONDS * 0.75)
    assert overlay.level == pytest.approx(0.25)
    overlay.advance(FADE_SECONDS * 1.1)
    assert overlay.gone


def test_it_draws_itself_and_nothing_beside() -> None:
    """Within the drawn rectangle its picture is blended by its opacity; outside nothing changes."""
    for level in (0.25, 1.0):
        shown = drawn(hung(level, 1.0), pygame.Rect(0, 0, 30, 25))
        assert shown[20:30, 10:25] == pytest.approx(
            np.broadcast_to(np.array([200, 100, 50]) * level, (10, 15, 3)), abs=2
        )
        shown[20:30, 10:25] = 0
        assert not shown.any()


def test_another_picture_takes_its_place_at_once() -> None:
    """The picture that replaces another is drawn with the same opacity."""
    overlay = hung(1.0, 1.0)
    other = canvas(RECT.size)
    other.fill((10, 20, 250))
    overlay.replace(other)
    assert (drawn(overlay, RECT)[25, 15] == (10, 20, 250)).all()
