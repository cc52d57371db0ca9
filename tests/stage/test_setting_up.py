"""A bed that is set in another way, and a window of another size, while fingers are down and notes ring on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pygame
import pytest

from bedside.errors import BedsideError
from bedside.music import scales
from bedside.music.events import Glide, NoteOff, NoteOn, Player
from bedside.stage.input.seats import LEAST_PIXELS, Control, Together
from bedside.stage.picture import arrangement
from bedside.stage.picture.look import Look
from bedside.stage.worlds import world as worlds
from stage.playroom import Playroom, PromptWorker, canvas, offered

SIZE = (1280, 800)
TURNED = (800, 1280)


class SlowWorker(PromptWorker):
    """Never finishes anything."""

    def deliver(self) -> None:
        """Hand over nothing."""


def played(room: Playroom) -> list[NoteOn]:
    return [event for event in room.performed if isinstance(event, NoteOn)]


def ended(room: Playroom) -> set[tuple[Player, int]]:
    return {(event.player, event.note) for event in room.performed if isinstance(event, NoteOff)}


def touch_pads(room: Playroom, side: int = 0) -> list[int]:
    """Touch each pad of a side in turn, and return the keys that sounded."""
    before = len(played(room))
    for number, pad in enumerate(room.playground.sides[side].pads):
        room.tap(pad.x, pad.y, 50 + number)
        room.perform(room.now + 0.05)
    return [note.key for note in played(room)[before:]]


def turn(room: Playroom, size: tuple[int, int]) -> None:
    """Give the window another size."""
    room.surface = canvas(size)
    room.size = size
    room.playground.resize(room.surface, LEAST_PIXELS)


@pytest.fixture
def room() -> Playroom:
    made = Playroom(worlds.find("night"), SIZE)
    made.paint_until(1.0)
    return made


def test_another_scale_while_a_note_is_held(room: Playroom) -> None:
    """The held note rings on and ends with its finger; the next touches play the scale that was set."""
    pad = room.playground.sides[0].pads[2]
    room.down(1, pad.x, pad.y)
    room.paint_until(1.2)
    (held,) = played(room)
    room.playground.set_up(replace(room.playground.setting, scale="blues", root=57, pads=5), "adult", room.now)
    room.paint_until(2.0)
    assert ended(room) == set()
    room.move(1, pad.x + 40, pad.y + 40)
    keys = touch_pads(room)
    assert len(keys) == 5
    steps = {(57 + step) % 12 for step in scales.scale("blues").steps}
    assert {key % 12 for key in keys} <= steps
    assert (held.player, held.note) not in ended(room)
    room.up(1, pad.x + 40, pad.y + 40)
    room.perform(room.now + 0.05)
    assert (held.player, held.note) in ended(room)
    assert [(each.what, each.which, each.by) for each in room.chosen] == [
        ("pads", "5", "adult"),
        ("scale", "blues", "adult"),
        ("root", "57", "adult"),
    ]


def test_a_take_says_how_the_bed_is_set(room: Playroom) -> None:
    """From its first frame on the record has the world, the seats, the scale, the look and the limits of loudness."""
    night = worlds.find("night")
    room.playground.set_up(replace(room.playground.setting, scale="hirajoshi", look=Look(dim=True)), "adult", room.now)
    room.paint_until(2.0)
    pad = room.playground.sides[0].pads[0]
    room.tap(pad.x, pad.y)
    room.perform(2.1)
    told = {each.what: each.which for each in room.told}
    assert {each.frame for each in room.told} == {0}
    assert told == {
        "world": "night",
        "layout": night.layout,
        "pads": str(night.pads),
        "scale": "hirajoshi",
        "root": str(night.root),
        "seats": "alone child",
        "keyboards": "therapist free",
        "look": "dim",
        "profile": "ward",
    }


def test_somebody_sits_down_and_leaves(room: Playroom) -> None:
    """Two sit face to face while the first holds a note; the notes of who leaves end, and no others."""
    pad = room.playground.sides[0].pads[0]
    room.down(1, pad.x, pad.y)
    room.paint_until(1.2)
    alone = room.playground.setting
    two = replace(alone, together=Together.FACING, players=(Player.CHILD, Player.CHILD2))
    room.playground.set_up(two, "adult", room.now)
    room.paint_until(2.0)
    assert [side.seat.player for side in room.playground.sides] == [Player.CHILD, Player.CHILD2]
    other = room.playground.sides[1].pads[0]
    room.down(2, other.x, other.y)
    room.paint_until(2.2)
    first, second = played(room)
    assert (first.player, second.player) == (Player.CHILD, Player.CHILD2)
    room.playground.set_up(alone, "adult", room.now)
    room.paint_until(3.0)
    assert ended(room) == {(second.player, second.note)}
    room.up(1, 1.0, 1.0)
    room.up(2, 1.0, 1.0)
    room.perform(3.1)
    assert ended(room) == {(first.player, first.note), (second.player, second.note)}
    seats = [each for each in room.chosen if each.what == "seats"]
    assert [(each.which, each.by) for each in seats] == [("facing child child2", "adult"), ("alone child", "adult")]


def test_whoever_stopped_and_leaves_stops_nothing(room: Playroom) -> None:
    """A stop goes with its player, and the record says so."""
    alone = room.playground.setting
    two = replace(alone, together=Together.BESIDE, players=(Player.CHILD, Player.CHILD2))
    room.playground.set_up(two, "adult", room.now)
    room.paint_until(2.0)
    room.press(Control.HAND, Player.CHILD2)
    room.paint_until(2.5)
    assert room.playground.hands.deaf, "it is stopped"
    room.playground.set_up(alone, "adult", room.now)
    room.paint_until(3.0)
    assert room.playground.choices.stopped_by(Player.CHILD2) is False
    assert ("go on", "", "adult") in [(each.what, each.which, each.by) for each in room.chosen]
    assert touch_pads(room)


def test_the_last_of_many_changes_counts(room: Playroom) -> None:
    """Changes that come faster than they can be laid out end as the last of them says."""
    for scale in ("blues", "hirajoshi", "whole tone"):
        room.playground.set_up(replace(room.playground.setting, scale=scale), "adult", room.now)
    room.playground.set_up(room.playground.setting, "adult", room.now, world="sea")
    room.paint_until(3.0)
    assert room.playground.choices.world == "sea"
    steps = {(worlds.find("sea").root + step) % 12 for step in scales.scale("whole tone").steps}
    assert {key % 12 for key in touch_pads(room)} <= steps


@pytest.mark.parametrize("sizes", [[TURNED], [TURNED, SIZE], [(640, 360), (1920, 1080), TURNED]])
def test_a_turned_screen_is_as_one_that_began_so(room: Playroom, sizes: Sequence[tuple[int, int]]) -> None:
    """After any change of size the picture is that of a fresh start, and each pad is touched where it is drawn."""
    for size in sizes:
        turn(room, size)
        room.paint_until(room.now + 0.2)
    room.paint_until(room.now + 4.0)
    fresh = Playroom(worlds.find("night"), sizes[-1])
    fresh.paint_until(4.0)
    assert room.playground.sides == fresh.playground.sides
    assert np.abs(room.levels() - fresh.levels()).max() <= 2
    assert touch_pads(room) == touch_pads(fresh)


def test_what_is_held_while_the_screen_turns_can_be_let_go(room: Playroom) -> None:
    """Ten fingers hold while the screen turns ten times; each note ends with its finger, wherever that is then."""
    pads = room.playground.sides[0].pads
    for finger in range(10):
        pad = pads[finger % len(pads)]
        room.down(finger, pad.x + finger, pad.y)
    room.paint_until(1.2)
    notes = {(note.player, note.note) for note in played(room)}
    assert len(notes) == 10
    for number in range(10):
        turn(room, TURNED if number % 2 == 0 else SIZE)
        room.paint_until(room.now + 0.1 * (number % 3))
        if number < 9:
            room.up(number, 5.0, 5.0)
            room.perform(room.now + 0.02)
            assert len(ended(room)) == number + 1
    room.paint_until(room.now + 2.0)
    room.up(9, 5.0, 5.0)
    room.perform(room.now + 0.02)
    assert ended(room) == notes


def test_until_it_is_laid_out_what_is_shown_is_what_is_touched() -> None:
    """Before the worker is done the old picture fills the window, and a pad plays where it is seen."""
    room = Playroom(worlds.find("night"), SIZE)
    room.paint_until(1.0)
    # How far the worker is, no player can tell.
    room.playground._worker = SlowWorker()
    turn(room, TURNED)
    room.paint(1.1)
    old = room.playground.sides[0].pads
    for number, pad in enumerate(old):
        room.tap(pad.x * TURNED[0] / SIZE[0], pad.y * TURNED[1] / SIZE[1], 60 + number)
        room.perform(room.now + 0.05)
    assert [note.key for note in played(room)] == [pad.key for pad in old]
    mouse = pygame.event.Event(
        pygame.MOUSEBUTTONDOWN, pos=(round(old[3].x * 800 / 1280), round(old[3].y * 1.6)), button=1
    )
    room.playground.feed(mouse, room.now)
    room.perform(room.now + 0.05)
    assert played(room)[-1].key == old[3].key
    assert room.playground.dirty == [pygame.Rect(0, 0, *TURNED)]


@pytest.mark.parametrize(
    "wrong", [{"scale": "dorian"}, {"layout": "spiral"}, {"pads": 0}, {"pads": 25}, {"root": 128}, {"players": ()}]
)
def test_what_no_bed_can_be_set_to_is_refused(room: Playroom, wrong: dict[str, Any]) -> None:
    """A scale or a layout that there is not, and seats for nobody, are refused before anything changes."""
    with pytest.raises(ValueError, match=r"scale|layout|pads|root|sit"):
        replace(room.playground.setting, **wrong)


@pytest.mark.parametrize(("world", "sustained"), [("forest", False), ("space", True)])
def test_a_finger_that_goes_on_plays_the_new_pads(world: str, sustained: bool) -> None:
    """Trembling, it holds its note; half a pad farther it strikes a struck sound, or slides a sustained one."""
    room = Playroom(worlds.find(world), SIZE)
    room.paint_until(1.0)
    sound = room.playground.choices.sound[Player.CHILD]
    assert sustained is (sound in {each.name for each in offered() if each.sustained})
    there = room.playground.sides[0].pads[0]
    room.down(1, there.x, there.y)
    room.paint_until(1.2)
    setting = replace(room.playground.setting, layout="rows", pads=6, scale="whole tone")
    room.playground.set_up(setting, "adult", room.now)
    room.paint_until(2.0)
    for step in range(10):
        room.move(1, there.x + step % 2 * 5, there.y)
        room.perform(room.now + 0.02)
    assert len(played(room)) == 1
    goal = room.playground.sides[0].pads[5]
    for step in range(1, 101):
        share = min(step / 80, 1)
        room.move(1, there.x + (goal.x - there.x) * share, there.y + (goal.y - there.y) * share)
        room.perform(room.now + 0.02)
    if sustained:
        assert len(played(room)) == 1
        glides = [event.pitch for event in room.performed if isinstance(event, Glide)]
        assert glides[-1] == pytest.approx(goal.key)
        assert abs(glides[0] - played(room)[0].key) < 1
    else:
        assert played(room)[-1].key == room.playground.hands.pads[Player.CHILD][5]
        assert len(ended(room)) == len(played(room)) - 1
    room.up(1, goal.x, goal.y)
    room.perform(room.now + 0.05)
    assert len(ended(room)) == len(played(room))


def test_a_keyboard_changes_hands_while_a_key_is_down(room: Playroom) -> None:
    """The key remains a note of whoever struck it until it is left; the next is the other player's."""
    room.key(60, 90)
    room.perform(1.1)
    room.playground.set_up(replace(room.playground.setting, keys=Player.CHILD), "adult", room.now)
    room.paint_until(2.0)
    assert ended(room) == set()
    room.key(64, 90)
    room.key(60, 0)
    room.key(64, 0)
    room.perform(2.1)
    first, second = played(room)
    assert (first.player, second.player) == (Player.THERAPIST, Player.CHILD)
    assert ended(room) == {(first.player, first.note), (second.player, second.note)}


def test_what_a_world_brings_is_recorded_and_is_no_choice(room: Playroom) -> None:
    """A child who goes through the door chose the world; its scale is told, and what staff set stays."""
    room.playground.set_up(replace(room.playground.setting, pads=3), "adult", room.now)
    room.paint_until(2.0)
    room.press(Control.DOOR)
    room.paint_until(3.0)
    room.pick(room.playground.choices.worlds.index("forest"))
    room.paint_until(5.0)
    assert room.playground.choices.world == "forest"
    assert len(room.playground.sides[0].pads) == 3
    assert [(each.what, each.which, each.by) for each in room.chosen] == [
        ("pads", "3", "adult"),
        ("world", "forest", "child"),
    ]
    told, forest = {each.what: each.which for each in room.told}, worlds.find("forest")
    assert (told["scale"], told["root"]) == (forest.scale, str(forest.root))
    assert "pads" not in told


def test_where_pictures_are_damaged_everything_stays(room: Playroom, monkeypatch: pytest.MonkeyPatch) -> None:
    """A bed that cannot be drawn so is not set so, and the record says how it stays."""
    before = room.playground.setting

    def damaged(*_: object) -> None:
        raise BedsideError("A picture is damaged.")

    with monkeypatch.context() as patched:
        patched.setattr(arrangement, "Scene", damaged)
        room.playground.set_up(replace(before, scale="blues"), "adult", room.now, world="sea")
        room.paint_until(2.0)
    assert room.playground.setting == before
    assert room.playground.choices.world == "night"
    assert {each.what: each.which for each in room.told}["scale"] == worlds.find("night").scale
    room.playground.set_up(replace(before, pads=2), "adult", room.now)
    room.paint_until(3.0)
    assert len(room.playground.sides[0].pads) == 2
