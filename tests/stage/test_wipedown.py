"""What is ignored while the screen is wiped."""

from __future__ import annotations

import pygame
import pytest

from bedside.stage.wipedown import WipeDown


def finger(kind: int, number: int) -> pygame.event.Event:
    return pygame.event.Event(kind, touch_id=1, finger_id=number, x=0.1 * number, y=0.5)


def test_every_touch_is_ignored_and_counted_for_its_whole_time() -> None:
    """Ten fingers that land, move and leave all the time; keys and the mouse too."""
    wipe = WipeDown(60, 100.0)
    now = 100.0
    while now < 159.6:
        for number in range(10):
            assert wipe.feed(finger(pygame.FINGERDOWN, number), now)
            assert wipe.feed(finger(pygame.FINGERMOTION, number), now)
            assert wipe.feed(finger(pygame.FINGERUP, number), now)
        now += 0.5
    assert wipe.touches == 1200
    assert wipe.feed(pygame.event.Event(pygame.KEYDOWN, scancode=4, key=97, mod=0), 159.9)
    assert wipe.feed(pygame.event.Event(pygame.MOUSEBUTTONDOWN, button=1, pos=(3, 3)), 159.9)
    assert wipe.touches == 1202
    assert not wipe.over(159.99)
    assert wipe.over(160.0)


def test_what_is_no_input_passes() -> None:
    """The window may lose the screen, or be laid anew."""
    wipe = WipeDown(30, 0.0)
    assert not wipe.feed(pygame.event.Event(pygame.WINDOWFOCUSLOST), 1.0)
    assert wipe.touches == 0


def test_a_cloth_that_still_lies_there_plays_nothing() -> None:
    """A finger from before the end is ignored until it is lifted, however often it is reported; a new one is not."""
    wipe = WipeDown(30, 0.0)
    wipe.feed(finger(pygame.FINGERDOWN, 1), 29.0)
    wipe.feed(finger(pygame.FINGERDOWN, 1), 29.5)
    assert wipe.touches == 1
    assert wipe.feed(finger(pygame.FINGERDOWN, 1), 30.5)
    assert wipe.feed(finger(pygame.FINGERMOTION, 1), 30.5)
    assert not wipe.feed(finger(pygame.FINGERDOWN, 2), 30.6)
    there = wipe.lifted
    assert not there
    assert wipe.feed(finger(pygame.FINGERUP, 1), 31.0)
    assert not wipe.feed(finger(pygame.FINGERDOWN, 1), 31.1)
    assert (wipe.touches, wipe.lifted) == (1, True)


def test_a_finger_whose_leaving_was_not_reported_is_forgotten() -> None:
    """Else it would never play again."""
    wipe = WipeDown(30, 0.0)
    for number in (1, 2):
        wipe.feed(finger(pygame.FINGERDOWN, number), 29.0)
    wipe.release_missing({(1, 2)})
    assert not wipe.feed(finger(pygame.FINGERDOWN, 1), 31.0)
    assert wipe.feed(finger(pygame.FINGERMOTION, 2), 31.0)


def test_it_says_how_much_is_left() -> None:
    """From all to nothing, never more or less."""
    wipe = WipeDown(60, 100.0)
    assert [wipe.left(now) for now in (90.0, 100.0, 115.0, 160.0, 200.0)] == [1.0, 1.0, 0.75, 0.0, 0.0]


@pytest.mark.parametrize("seconds", [0, 29, 181, float("nan")])
def test_it_lasts_neither_too_short_nor_too_long(seconds: float) -> None:
    """Wiping takes half a minute, and no child waits for more than three."""
    with pytest.raises(ValueError, match="30 to 180"):
        WipeDown(seconds, 0.0)
