"""The pictures of controls: always seen, never covered, never startling."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pygame
import pytest

from bedside.stage.picture.sign import OFF, ON, TURN_SECONDS, WAITING, Sign
from stage.playroom import canvas
from stage.screen import Screen, motionless

SIZE = (800, 480)


def sign_at(x: float, y: float, size: int = 60) -> Sign:
    """Return a sign with two discs for pictures around a point: a white one, which is shown, and a grey one."""
    canvas((8, 8))
    pictures = {}
    for name, level in (("white", 255), ("grey", 120)):
        pictures[name] = pygame.Surface((size, size), pygame.SRCALPHA)
        pygame.draw.circle(pictures[name], (level, level, level, 255), (size // 2, size // 2), size // 2)
    return Sign(pygame.Rect(round(x - size / 2), round(y - size / 2), size, size), pictures, "white")


def shown(sign: Sign) -> int:
    """Return the level of the middle of a sign on black."""
    surface = canvas((200, 200))
    surface.fill((0, 0, 0))
    sign.draw(surface)
    return surface.get_at(sign.rect.center).r


def test_it_lights_up_and_goes_down_as_a_slope() -> None:
    """Turned on, it brightens evenly within most of a second; turned off, it dims again."""
    sign = sign_at(100, 100)
    sign.advance(10.0, 1.0)
    assert shown(sign) == pytest.approx(255 * OFF, abs=2)
    for on, begin, end in ((True, OFF, ON), (False, ON, OFF)):
        sign.light(on)
        before = sign._now
        whole = (ON - OFF) * TURN_SECONDS
        for share in (0.25, 0.5, 0.75):
            sign.advance(before + share * whole, 1.0)
            assert shown(sign) == pytest.approx(255 * (begin + share * (end - begin)), abs=2)
            assert sign.moving
        sign.advance(before + whole + 0.01, 1.0)
        assert shown(sign) == pytest.approx(255 * end, abs=2)
        assert not sign.moving


def test_it_is_dim_while_what_it_shows_is_not_ready() -> None:
    """It dims as a slope, so that nothing flashes, is bright if it is on, and comes back as a slope."""
    sign = sign_at(100, 100)
    sign.advance(1.0, 1.0)
    sign.wait(True)
    now, levels = 1.0, [shown(sign)]
    for wanted, on, waiting in (
        (WAITING, False, True),
        (ON, True, True),
        (WAITING, False, True),
        (OFF, False, False),
    ):
        sign.light(on)
        sign.wait(waiting)
        while sign.moving:
            now += 1 / 30
            sign.advance(now, 1.0)
            levels.append(shown(sign))
        assert shown(sign) == pytest.approx(255 * wanted, abs=2)
    assert max(abs(one - other) for one, other in pairwise(levels)) < 255 * 0.05


def test_it_dims_with_the_world_but_never_goes_out() -> None:
    """In the darkest world a sign keeps more than a quarter of its light."""
    sign = sign_at(100, 100)
    levels = []
    for world in (1.0, 0.5, 0.0):
        sign.advance(1.0, world)
        assert sign.changed
        levels.append(shown(sign))
    assert levels[0] > levels[1] > levels[2] > 60


def test_it_shows_one_of_its_pictures() -> None:
    """Another picture shows at the next drawing; an unknown one, or the current one, changes nothing."""
    sign = sign_at(100, 100)
    assert sign.changed
    white = shown(sign)
    for name in ("white", "violet"):
        sign.show(name)
        assert not sign.changed
    sign.show("grey")
    assert sign.changed
    assert shown(sign) < 0.6 * white
    assert not sign.changed


def lit(signs: bool) -> tuple[Screen, list[Sign]]:
    """Return a screen, with signs at pads' edges if so, and the signs that there are or would be."""
    screen = Screen(SIZE, motionless())
    there = [sign_at(pad.x + 0.3 * pad.width, pad.y - 0.3 * pad.height) for pad in screen.pads[::3]]
    screen.scene.signs = [*there] if signs else []
    screen.paint(0.0)
    return screen, there


@pytest.mark.slow
def test_nothing_is_drawn_over_a_sign() -> None:
    """While lights fall on signs, go over them and fade, each frame is the one without signs, then the signs on it."""
    with_signs, there = lit(signs=True)
    without, _ = lit(signs=False)
    for frame in range(60):
        now = 1 + frame / 12
        for screen in (with_signs, without):
            for pad in screen.pads:
                if frame % 20 == pad.number:
                    screen.on(pad.number, now, at=(pad.x + 0.4 * pad.width, pad.y - 0.4 * pad.height))
                if frame % 20 == pad.number + 6:
                    screen.off(pad.number, now)
            if frame == 30:
                there[0].light(True)
                there[1].show("grey")
            screen.paint(now)
        expected = without.surface.copy()
        for sign in there:
            sign.draw(expected)
        assert np.array_equal(pygame.surfarray.array3d(expected), with_signs.levels()), f"frame {frame}"


@pytest.mark.parametrize("pads", [1, 10])
def test_a_sign_is_untouched_after_lights_fell_on_it(pads: int) -> None:
    """When one light or all have faded, the picture with its signs is the one before, to the last pixel, and rests."""
    screen, _ = lit(signs=True)
    before = screen.levels()
    assert screen.scene.resting
    for pad in screen.pads[:pads]:
        screen.on(pad.number, 1.0)
    screen.paint_until(1.0, 2.0)
    assert (screen.levels() != before).any()
    for pad in screen.pads[:pads]:
        screen.off(pad.number, 2.0)
    screen.paint_until(2.0, 6.0, 10)
    assert (screen.levels() == before).all()
    assert screen.scene.resting


@pytest.mark.slow
def test_what_changes_of_a_sign_lies_within_the_dirty_rectangles() -> None:
    """A screen to which only the dirty rectangles are copied shows each sign as it is."""
    screen, there = lit(signs=True)
    copy = screen.surface.copy()
    there[0].light(True)
    there[2].show("grey")
    for frame in range(60):
        screen.paint(1 + frame / 30)
        for rect in screen.scene.dirty:
            copy.blit(screen.surface, rect, rect)
        assert np.array_equal(pygame.surfarray.array3d(copy), screen.levels())
    assert screen.scene.dirty == []
    assert screen.scene.resting
