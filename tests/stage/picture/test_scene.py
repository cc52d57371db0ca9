"""What the child sees, frame by frame, on a screen that nobody looks at."""

from __future__ import annotations

from collections.abc import Generator

import numpy as np
import pygame
import pytest

from bedside.music.events import Glide, NoteOff, NoteOn, Player, Shape, Source, Stop
from stage.screen import SIZES, Screen, motionless


def test_light_rises_as_a_slope() -> None:
    """A struck pad is visibly lighter after two frames, and needs at least 60 ms to its full light."""
    screen = Screen(SIZES[1])
    screen.paint(0.0)
    pad = screen.pads[0]
    dark = screen.light(pad.x, pad.y)
    screen.on(0, 1.0)
    lights = []
    for milliseconds in (33, 60, 600):
        screen.paint(1 + milliseconds / 1000)
        lights.append(screen.light(pad.x, pad.y) - dark)
    assert 5 < lights[0] < lights[1] < 0.9 * lights[2]


@pytest.mark.slow
def test_the_flower_is_born_under_the_finger() -> None:
    """A finger at the left of a pad lights the left of it, and one at the right the right."""
    for side in (-0.35, 0.35):
        screen = Screen(SIZES[0])
        screen.paint(0.0)
        pad = screen.pads[5]
        left, right = (screen.light(pad.x + share * pad.width, pad.y) for share in (-0.35, 0.35))
        screen.on(5, 1.0, at=(pad.x + side * pad.width, pad.y))
        screen.paint(1.1)
        gained = [screen.light(pad.x + share * pad.width, pad.y) for share in (-0.35, 0.35)]
        assert (gained[0] - left > gained[1] - right + 10) == (side < 0)


def test_the_light_follows_a_finger_softly() -> None:
    """After a finger moved, the light is on its way to it, neither where it was nor there at once."""
    far = []
    for wait in (0.02, 1.5):
        screen = Screen(SIZES[0], motionless())
        pad = screen.pads[5]
        screen.on(5, 1.0, at=(pad.x, pad.y))
        screen.paint(2.0)
        before = screen.levels()
        screen.scene.move(Player.CHILD, 5, pad.x + 0.5 * pad.width, pad.y, 2.0)
        screen.paint(2.0 + wait)
        right = slice(int(pad.x), int(pad.x + pad.width / 2))
        far.append(float((screen.levels() - before)[right].clip(0).sum()))
    assert far[1] > 3 * far[0]


def test_a_key_without_a_pad_blooms_on_the_horizon() -> None:
    """Keys of a keyboard light up from left to right by their pitch, and leave nothing behind."""
    screen = Screen(SIZES[0], motionless())
    screen.paint(0.0)
    before = screen.levels()
    places = []
    for note, key in enumerate((25, 58, 97)):
        screen.scene.follow(NoteOn(Player.THERAPIST, note, key, 0.8, 0.5, Source.MIDI), 10.0 * note + 1, None)
        screen.paint(10.0 * note + 2)
        gained = (screen.levels() - before).sum(axis=(1, 2))
        places.append(float((gained * np.arange(len(gained))).sum() / gained.sum()))
        screen.scene.follow(NoteOff(Player.THERAPIST, note), 10.0 * note + 2, None)
        screen.paint(10.0 * note + 9)
        assert (screen.levels() == before).all()
    assert places[0] < 0.2 * 1280 < 0.75 * 1280 < places[2]
    assert (places[1] - places[0]) / (places[2] - places[0]) == pytest.approx((58 - 25) / (97 - 25), abs=0.02)


def test_a_chord_on_a_keyboard_lights_every_key() -> None:
    """Keys that are struck at the same instant light up each at its own place."""
    screen = Screen(SIZES[0])
    screen.paint(0.0)
    before = screen.levels()
    for note, key in enumerate((25, 58, 97)):
        screen.scene.follow(NoteOn(Player.THERAPIST, note, key, 0.8, 0.5, Source.MIDI), 1.0, None)
    screen.paint(1.6)
    gained = (screen.levels() - before)[:, 500:560].mean(axis=(1, 2))
    assert all(gained[left : left + 320].max() > 20 for left in (0, 400, 880))


def test_brighter_play_is_brighter() -> None:
    """A finger that moves to the bright side of its pad makes its flower lighter, and back again darker."""
    screen = Screen(SIZES[1])
    pad = screen.pads[1]
    screen.on(1, 1.0)
    lights = []
    for second, brightness in ((3, 0.0), (6, 1.0), (9, 0.0)):
        screen.scene.follow(Shape(Player.CHILD, 1, brightness), second, None)
        screen.scene.follow(Shape(Player.THERAPIST, 1, 1 - brightness), second, None)
        screen.paint(second + 2)
        lights.append(screen.light(pad.x, pad.y - 0.3 * pad.height, 30))
    assert lights[1] > lights[0] + 1
    assert lights[1] > lights[2] + 1


@pytest.mark.parametrize("ended", ["left", "stopped"])
def test_everything_fades_to_the_untouched_night(ended: str) -> None:
    """After the hands left, or after a stop, the picture is the idle one again to the last pixel, and rests."""
    screen = Screen(SIZES[1], motionless())
    screen.paint(0.0)
    before = screen.levels()
    rests = screen.scene.resting
    assert rests
    for pad in screen.pads:
        screen.on(pad.number, 1.0, at=(pad.x, pad.y))
    rests = screen.scene.resting
    assert not rests
    screen.paint(2.0)
    assert np.abs(screen.levels() - before).mean() > 5
    assert not screen.scene.resting
    if ended == "left":
        for pad in screen.pads:
            screen.off(pad.number, 2.0)
    else:
        screen.scene.follow(Stop(), 2.0, None)
    screen.paint(2.5)
    assert not screen.scene.resting
    screen.paint(3.0 if ended == "stopped" else 5.0)
    assert (screen.levels() == before).all()
    assert screen.scene.resting


def test_what_moves_lies_within_the_dirty_rectangles() -> None:
    """A screen to which only the dirty rectangles are copied shows every frame as it was drawn."""
    screen = Screen(SIZES[0])
    shown = pygame.Surface(SIZES[0]).convert()
    for frame in range(40):
        now = 1 + frame * 0.1
        if frame == 3:
            screen.on(0, now, at=(screen.pads[0].x + 30, screen.pads[0].y))
        if frame == 8:
            screen.on(6, now, Player.THERAPIST)
            screen.off(0, now)
        if frame == 12:
            screen.scene.follow(Stop(), now, None)
        screen.paint(now)
        for rect in screen.scene.dirty:
            shown.blit(screen.surface, rect, rect)
        assert pygame.image.tobytes(shown, "RGB") == pygame.image.tobytes(screen.surface, "RGB")
    assert screen.scene.dirty == []


@pytest.mark.slow
def test_a_paint_left_half_way_is_made_good() -> None:
    """When the caller drops a paint after any number of steps, the next whole one shows what it would have shown."""
    for steps in range(0, 30, 7):
        broken, whole = Screen(SIZES[1], motionless()), Screen(SIZES[1], motionless())
        for screen in (broken, whole):
            screen.paint(0.0)
            screen.on(2, 1.0)
            screen.on(7, 1.0)
            screen.paint(1.5)
        paint = broken.scene.paint(broken.surface, 1.6)
        for _ in zip(range(steps), paint, strict=False):
            pass
        assert isinstance(paint, Generator)
        paint.close()
        broken.paint(1.7)
        whole.paint(1.7)
        assert (broken.levels() == whole.levels()).all()


def test_a_repeated_note_on_leaves_no_light_behind() -> None:
    """A note that begins again on another pad without an end goes dark on the first."""
    screen = Screen(SIZES[1], motionless())
    screen.paint(0.0)
    before = screen.levels()
    screen.scene.follow(NoteOn(Player.CHILD, 1, screen.pads[0].key, 1.0, 1.0, Source.TOUCH), 1.0, None)
    screen.scene.follow(NoteOn(Player.CHILD, 1, screen.pads[9].key, 1.0, 1.0, Source.TOUCH), 1.1, None)
    screen.off(1, 1.2)
    screen.paint(1.3)
    screen.paint(6.0)
    assert (screen.levels() == before).all()
    assert screen.scene.resting


def test_more_keys_than_lights_share_them_and_all_go_dark() -> None:
    """A forearm on a keyboard lights no more than the horizon holds, and leaves nothing behind."""
    screen = Screen(SIZES[1], motionless())
    screen.paint(0.0)
    before = screen.levels()
    for key in range(128):
        screen.scene.follow(NoteOn(Player.THERAPIST, key, key, 1.0, 1.0, Source.MIDI), 1.0, None)
    assert screen.paint(1.5) < 200
    for key in range(128):
        screen.scene.follow(NoteOff(Player.THERAPIST, key), 2.0, None)
    screen.paint(3.0)
    screen.paint(6.0)
    assert (screen.levels() == before).all()


@pytest.mark.slow
@pytest.mark.parametrize("size", [(2, 2), (320, 100), (100, 900), (1920, 1080)])
def test_any_screen_has_a_picture(size: tuple[int, int]) -> None:
    """From two pixels to a large screen a scene is built and lights up."""
    screen = Screen(size)
    screen.paint(0.0)
    before = screen.levels()
    screen.on(0, 1.0)
    screen.paint(1.5)
    assert size == (2, 2) or (screen.levels() - before).sum() > 0


def test_the_light_of_a_note_that_slides_goes_along() -> None:
    """A glide to the next pad's key lights that pad and lets the first one fade; one within the pad moves nothing."""
    screen = Screen((1280, 800), motionless())
    first, second = screen.pads[0], screen.pads[1]
    screen.paint(0.0)
    dark, unlit = screen.light(second.x, second.y), screen.light(first.x, first.y)
    screen.on(0, 1.0)
    screen.paint(2.0)
    screen.scene.follow(Glide(Player.CHILD, 0, first.key + 0.3), 2.0, None)
    screen.paint(3.0)
    assert screen.light(first.x, first.y) > unlit + 20
    assert screen.light(second.x, second.y) < dark + 10
    screen.scene.follow(Glide(Player.CHILD, 0, second.key), 3.0, None)
    screen.paint(3.5)
    screen.paint(9.0)
    assert screen.light(second.x, second.y) > dark + 40
    assert screen.light(first.x, first.y) == unlit
    screen.off(0, 9.0)
    screen.paint(20.0)
    screen.paint(20.1)
    assert screen.scene.resting
