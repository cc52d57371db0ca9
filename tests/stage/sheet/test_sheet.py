"""The staff's sheet changes everything at the bed by touch alone, and the music goes on below it."""

from __future__ import annotations

import re

import pygame
import pytest

from bedside.music.events import NoteOff, NoteOn, Player
from bedside.stage.input.seats import Together
from bedside.stage.sheet.acts import Doing, Page
from bedside.stage.sheet.facts import KnownPatient
from bedside.stage.sheet.sheet import CLOSES_SECONDS
from stage.sheet.desk import CodeLock, Desk


def test_a_new_patient_takes_three_touches() -> None:
    """Patient, new patient, a picture: the session is of a code that was made up, and the wipe-down is offered."""
    desk = Desk()
    desk.open()
    desk.touch(Doing.TURN, Page.PATIENT)
    desk.touch(Doing.TURN, Page.NEW_PATIENT)
    desk.touch(Doing.PATIENT)
    [(code, picture)] = desk.renewed
    assert code is not None and re.fullmatch(r"[a-z]{4}-[a-z]{4}-\d\d", code)
    assert picture == "turtle"
    assert desk.sheet.page is Page.WIPE


def test_a_known_patient_is_chosen_by_a_touch() -> None:
    """Whoever was here before stands on the page, however many there are."""
    known = tuple(KnownPatient(f"child-{number}", None) for number in range(60))
    desk = Desk(CodeLock(known=known))
    desk.open()
    desk.touch(Doing.TURN, Page.PATIENT)
    desk.touch(Doing.PATIENT, "child-59")
    assert desk.renewed == [("child-59", None)]


@pytest.mark.slow
def test_the_bed_is_set_by_touch_and_every_change_is_an_adults() -> None:
    """Seats, world, layout, pads, scale, root, look, loudness, instrument and level: all of it, and all recorded."""
    desk = Desk()
    playground = desk.room.playground
    for page, doing, which in (
        (Page.SEATS, Doing.SEATS, "facing child therapist"),
        (Page.SEATS, Doing.KEYS, "child2"),
        (Page.SEATS, Doing.FREE, "snapped"),
        (Page.WORLD, Doing.WORLD, "campfire"),
        (Page.PADS, Doing.LAYOUT, "rows"),
        (Page.PADS, Doing.PADS, "4"),
        (Page.SCALE, Doing.SCALE, "blues"),
        (Page.SCALE, Doing.ROOT, "57"),
        (Page.LOOK, Doing.LOOK, "dim"),
        (Page.LOUDNESS, Doing.PROFILE, "quiet"),
        (Page.SESSION, Doing.PLACE, "home"),
        (Page.SESSION, Doing.WITH, "child parent"),
    ):
        if desk.sheet.page is None:
            desk.open()
        desk.touch(Doing.TURN, page)
        desk.touch(doing, which)
        desk.touch(Doing.TURN, Page.HOME)
    desk.touch(Doing.TURN, Page.PLAYERS)
    desk.touch(Doing.LEVEL, "-3")
    desk.touch(Doing.TURN, Page.INSTRUMENT)
    desk.touch(Doing.SOUND, "marimba")
    setting = playground.setting
    assert (setting.together, setting.players) == (Together.FACING, (Player.CHILD, Player.THERAPIST))
    assert (setting.keys, setting.free, setting.layout, setting.pads) == (Player.CHILD2, False, "rows", 4)
    assert (setting.scale, setting.root, setting.look.dim) == ("blues", 57, True)
    assert (playground.choices.world, playground.profile) == ("campfire", "quiet")
    settings = playground.settings.parts[Player.CHILD]
    assert (settings.db, settings.instrument) == (-3.0, "marimba")
    kept = {(chosen.what, chosen.which, chosen.by) for chosen in desk.room.chosen}
    assert {
        ("world", "campfire", "adult"),
        ("seats", "facing child therapist", "adult"),
        ("keyboards", "child2 snapped", "adult"),
        ("layout", "rows", "adult"),
        ("pads", "4", "adult"),
        ("scale", "blues", "adult"),
        ("root", "57", "adult"),
        ("look", "dim", "adult"),
        ("profile", "quiet", "adult"),
        ("place", "home", "adult"),
        ("with", "child parent", "adult"),
        ("level", "child -3", "adult"),
        ("sound", "marimba", "adult"),
    } <= kept


@pytest.mark.slow
def test_mute_bookmark_wipe_down_end_and_leave() -> None:
    """Each is one or two touches away, and a wipe-down closes the sheet."""
    desk = Desk()
    desk.open()
    desk.touch(Doing.MUTE, "on")
    muted = [desk.room.playground.choices.mute.on]
    desk.touch(Doing.MUTE, "off")
    muted.append(desk.room.playground.choices.mute.on)
    assert muted == [True, False]
    desk.touch(Doing.BOOKMARK)
    assert [chosen.what for chosen in desk.room.chosen].count("bookmark") == 1
    desk.touch(Doing.TURN, Page.LEAVE)
    desk.touch(Doing.END_SESSION)
    assert desk.renewed == [(None, None)]
    desk.touch(Doing.WIPE, "30")
    assert desk.room.playground.wiping and desk.sheet.page is None
    desk.open()
    assert desk.sheet.page is None
    desk.wait(32)
    desk.open()
    desk.touch(Doing.TURN, Page.LEAVE)
    desk.touch(Doing.LEAVE)
    assert desk.left


def test_what_lands_on_the_sheet_plays_nothing_and_what_sounded_can_be_let_go() -> None:
    """A finger that held a note when it opened ends it below; ten fingers on the sheet begin none."""
    desk = Desk()
    pad = desk.room.playground.sides[0].pads[0]
    assert not desk.finger(pygame.FINGERDOWN, 1, pad.x, pad.y)
    desk.wait(0.1)
    assert any(isinstance(event, NoteOn) for event in desk.room.performed)
    desk.open()
    desk.room.performed.clear()
    # A screen may report again that a finger is down.
    assert not desk.finger(pygame.FINGERDOWN, 1, pad.x, pad.y)
    for number in range(10, 20):
        assert desk.finger(pygame.FINGERDOWN, number, 5 + 40 * (number - 10), desk.room.size[1] - 5)
    assert not desk.finger(pygame.FINGERUP, 1, pad.x, pad.y)
    desk.wait(0.1)
    assert any(isinstance(event, NoteOff) for event in desk.room.performed)
    assert not any(isinstance(event, NoteOn) for event in desk.room.performed)
    desk.sheet.close()
    # They lie there still, and play nothing when the sheet is gone.
    assert desk.finger(pygame.FINGERMOTION, 10, pad.x, pad.y)
    assert desk.finger(pygame.FINGERUP, 10, pad.x, pad.y)
    desk.wait(1.5)
    assert not any(isinstance(event, NoteOn) for event in desk.room.performed)


@pytest.mark.slow
def test_it_closes_by_itself_after_a_minute() -> None:
    """A touch begins the minute anew."""
    desk = Desk()
    desk.open()
    desk.wait(CLOSES_SECONDS - 5)
    desk.touch(Doing.TURN, Page.LOOK)
    desk.wait(CLOSES_SECONDS - 5)
    assert desk.sheet.page is Page.LOOK
    desk.wait(6)
    assert desk.sheet.page is None


def test_the_staff_code_opens_it_by_its_own_number_pad() -> None:
    """A wrong code is counted and said; the right one opens; after it closed the code is asked again."""
    desk = Desk(CodeLock("194726"))
    desk.open()
    assert desk.sheet.page is Page.CODE
    assert {each.act.doing for each in desk.sheet.targets} == {Doing.CLOSE, Doing.TYPE, Doing.ERASE, Doing.TRY}
    for code in ("111111", "1947", "194726"):
        assert desk.sheet.page is Page.CODE
        for digit in code:
            desk.touch(Doing.TYPE, digit)
        desk.touch(Doing.TRY)
    assert desk.lock.tries == 3
    assert str(desk.sheet.page) == str(Page.HOME)
    desk.touch(Doing.CLOSE)
    desk.open()
    assert desk.sheet.page is Page.CODE


def test_f1_opens_it_and_escape_closes_it() -> None:
    """Both are the sheet's alone."""
    desk = Desk()
    assert desk.sheet.feed(pygame.event.Event(pygame.KEYDOWN, key=pygame.K_F1, mod=0, unicode=""), 0.0)
    desk.wait(1.0)
    assert desk.sheet.page is Page.HOME
    assert desk.sheet.feed(pygame.event.Event(pygame.KEYDOWN, key=pygame.K_ESCAPE, mod=0, unicode=""), desk.room.now)
    assert desk.sheet.page is None


def test_a_store_that_does_not_answer_opens_the_sheet_but_raises_no_loudness() -> None:
    """Staff can mute and wipe; a louder profile has no target."""
    desk = Desk(CodeLock("194726"))
    desk.lock.hangs = True
    desk.sheet.open(desk.room.now)
    desk.wait(4)
    assert desk.sheet.page is Page.HOME
    desk.touch(Doing.TURN, Page.LOUDNESS)
    desk.touch(Doing.PROFILE, "night")
    assert {each.act.which for each in desk.sheet.targets if each.act.doing is Doing.PROFILE} == {"night"}


def test_a_store_that_answers_late_asks_for_the_code_after_all() -> None:
    """A sheet that opened without it turns to the page of the code as soon as it is known that there is one."""
    desk = Desk(CodeLock("194726"))
    desk.lock.hangs = True
    desk.sheet.open(desk.room.now)
    desk.wait(4)
    assert desk.sheet.page is Page.HOME
    desk.lock.hangs = False
    desk.wait(1)
    assert str(desk.sheet.page) == str(Page.CODE)


@pytest.mark.slow
@pytest.mark.parametrize(("size", "least"), [((1280, 800), 96.0), ((800, 1280), 96.0), ((640, 360), 48.0)])
def test_every_target_of_every_page_is_large_enough_and_none_overlap(size: tuple[int, int], least: float) -> None:
    """Each measures 15 mm where a player's measures 20, lies on the screen, and apart from all others."""
    desk = Desk(CodeLock(known=tuple(KnownPatient(f"c-{number}", "fox") for number in range(30))), size, least)
    desk.open()
    for page in [each for each in Page if each not in {Page.CODE, Page.INSTRUMENT, Page.HOME, Page.NEW_PATIENT}]:
        desk.touch(Doing.TURN, page)
        areas = [each.area for each in desk.sheet.targets]
        for number, one in enumerate(areas):
            assert min(one.width, one.height) >= 0.75 * least - 1e-6
            assert one.x >= 0 and one.y >= 0 and one.x + one.width <= size[0] and one.y + one.height <= size[1]
            for other in areas[number + 1 :]:
                apart = one.x + one.width <= other.x + 1e-6 or other.x + other.width <= one.x + 1e-6
                assert apart or one.y + one.height <= other.y + 1e-6 or other.y + other.height <= one.y + 1e-6
        desk.touch(Doing.TURN, Page.HOME)
