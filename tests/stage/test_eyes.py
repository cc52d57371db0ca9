"""What eyes that need it otherwise see: no motion, pads that stand out, or a dim and warm night."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from bedside.music.events import Player, Shape
from bedside.stage.picture.look import PLAIN, Look
from bedside.stage.worlds import world as worlds
from stage.screen import Screen, motionless

SIZE = (800, 480)


def gained(look: Look, name: str) -> list[NDArray[np.int64]]:
    """Return the light that a pad brings at some times, while a finger strikes it aside and moves, and after it."""
    screen = Screen(SIZE, motionless(name), look=look)
    screen.paint(0.0)
    before = screen.levels()
    pad = screen.pads[0]
    screen.on(0, 1.0, at=(pad.x - 0.4 * pad.width, pad.y - 0.4 * pad.height))
    lights = []
    for frame in range(1, 45):
        now = 1 + frame / 10
        screen.scene.move(Player.CHILD, 0, pad.x + 0.4 * pad.width, pad.y + 0.4 * pad.height, now)
        if frame == 20:
            screen.scene.follow(Shape(Player.CHILD, 0, 1.0), now, None)
        if frame == 25:
            screen.off(0, now)
        screen.paint(now)
        lights.append(screen.levels() - before)
    return [light for light in lights if light.sum() > 20_000]


def centre(light: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return the column and row of the middle of light."""
    whole = light.sum(axis=2)
    columns, rows = np.indices(whole.shape)
    middle: NDArray[np.float64] = np.array([(columns * whole).sum(), (rows * whole).sum()]) / whole.sum()
    return middle


@pytest.mark.slow
@pytest.mark.parametrize("name", worlds.names())
def test_without_motion_light_only_grows_and_fades(name: str) -> None:
    """However the finger moves, the middle of a light stays where it is, and nothing that was dark lights up later."""
    lights = gained(Look(still=True), name)
    assert len(lights) > 15
    assert np.ptp([centre(light) for light in lights], axis=0).max() < 2.5
    full = max(lights, key=lambda light: int(light.sum())).sum(axis=2)
    assert all(light.sum(axis=2)[full <= 6].max() <= 30 for light in lights)


@pytest.mark.slow
@pytest.mark.parametrize("name", worlds.names())
def test_with_motion_the_same_light_moves(name: str) -> None:
    """As the artist drew it, a light follows the finger: what is measured of the look without motion is motion."""
    assert np.ptp([centre(light) for light in gained(PLAIN, name)], axis=0).max() > 5


@pytest.mark.slow
@pytest.mark.parametrize("name", worlds.names())
def test_strong_contrast_leaves_little_of_the_backdrop(name: str) -> None:
    """Above the pads, where only the backdrop is, at most a third of its usual light is left."""
    bars = []
    for look in (PLAIN, Look(contrast=True)):
        screen = Screen(SIZE, motionless(name), look=look)
        screen.paint(0.0)
        bars.append(screen.levels()[:, :60].mean())
    assert bars[1] < bars[0] / 3


@pytest.mark.slow
@pytest.mark.parametrize("name", worlds.names())
def test_the_dim_look_is_darker_and_warmer(name: str) -> None:
    """Played on at night, a world has less than 0.65 of its levels, and of blue, which keeps from sleep, still less."""
    levels = []
    for look in (PLAIN, Look(dim=True)):
        screen = Screen(SIZE, motionless(name), look=look)
        screen.paint(0.0)
        for pad in screen.pads:
            screen.on(pad.number, 1.0)
        screen.paint(1.5)
        levels.append(screen.levels().mean(axis=(0, 1)))
    share = levels[1] / levels[0]
    assert share.max() < 0.65
    assert share[2] < share[1] < share[0]
