"""Quiet hours at the screen: loudness and look change by themselves, softly, while somebody plays."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from bedside.music.events import Player
from bedside.stage.input.seats import Control
from bedside.stage.picture.look import Look
from bedside.stage.quiethours import QuietHours, QuietWatch
from bedside.stage.worlds import world as worlds
from stage.mash import Drum, due, watch
from stage.playroom import Playroom

BERLIN = ZoneInfo("Europe/Berlin")
SIZE, LEAST = (400, 240), 40.0
NIGHT = QuietHours(time(20), time(7), "night", Look(dim=True), BERLIN)


def garden() -> Playroom:
    room = Playroom(worlds.find("garden"), SIZE, least=LEAST)
    room.paint_until(1.0)
    return room


def profile(room: Playroom) -> str:
    return room.playground.settings.profile


@pytest.mark.slow
def test_it_gets_quiet_and_dark_softly_and_day_again() -> None:
    """No frame differs much from the one before, no note ends, and by day all is as it was."""
    room = garden()
    day = room.levels()
    pad = room.playground.sides[0].pads[2]
    room.down(1, pad.x, pad.y)
    room.paint_until(3.0)
    room.playground.quieten(NIGHT, room.now)
    before, most = room.levels(), 0.0
    for _ in range(60):
        room.paint(room.now + 1 / 30)
        after = room.levels()
        most = max(most, float(np.abs(after - before).mean()))
        before = after
    assert most < 4
    assert before.mean() < 0.8 * day.mean()
    assert profile(room) == "night"
    assert (Player.CHILD, 1) in room.playground._sounding
    room.up(1, pad.x, pad.y)
    room.paint_until(12.0)
    room.playground.quieten(None, room.now)
    room.paint_until(24.0)
    assert np.abs(room.levels() - day).mean() < 3
    assert profile(room) == "ward"
    assert [(each.what, each.which, each.by) for each in room.chosen] == [
        ("profile", "night", "clock"),
        ("look", "dim", "clock"),
        ("profile", "ward", "clock"),
        ("look", "plain", "clock"),
    ]


@pytest.mark.slow
def test_evening_and_morning_harm_no_eyes() -> None:
    """Nothing flashes while pads are drummed, if they come every second and a half, far more often than ever."""
    room = garden()

    def turn(frame: int) -> None:
        if due(frame, 1 / 1.5):
            room.playground.quieten(NIGHT if room.playground.settings.profile != "night" else None, room.now)

    seen = watch(room, 8.0, Drum(room, 5.0), turn)
    assert seen.harmless, str(seen)


@pytest.mark.slow
def test_a_night_across_daylight_saving() -> None:
    """By an injected clock, in the night in which the clocks are turned back: once in the evening, once at seven."""
    room = garden()
    now = datetime(2026, 10, 24, 18, 0, tzinfo=BERLIN).timestamp()
    watch = QuietWatch(NIGHT, lambda: now)
    watch.turned()
    seen = []
    for _ in range(15 * 12):
        now += 300
        turned = watch.turned()
        if turned is not None:
            room.playground.quieten(NIGHT if turned else None, room.now)
            room.paint_until(room.now + 2.0)
            wall = datetime.fromtimestamp(now, BERLIN)
            seen.append((wall.strftime("%H:%M"), wall.utcoffset(), profile(room)))
    assert seen == [("20:00", timedelta(hours=2), "night"), ("07:00", timedelta(hours=1), "ward")]


def test_staff_are_asked_for_the_code_to_make_it_louder() -> None:
    """Louder without it changes nothing, quieter needs none; by night too."""
    room = garden()
    playground = room.playground
    assert playground.choose_profile("quiet", lambda: False, room.now)
    assert not playground.choose_profile("ward", lambda: False, room.now)
    playground.quieten(NIGHT, room.now)
    assert not playground.choose_profile("quiet", lambda: False, room.now)
    assert playground.choose_profile("quiet", lambda: True, room.now)
    room.paint(room.now + 0.1)
    assert profile(room) == "quiet"


@pytest.mark.slow
@pytest.mark.parametrize("stopped", [False, True])
def test_a_world_that_sleeps_or_is_stopped_is_not_woken(stopped: bool) -> None:
    """The evening lights no room: at no moment is the picture brighter than it was."""
    room = garden()
    if stopped:
        room.press(Control.HAND)
    room.paint_until(5.0 if stopped else 120.0, rate=4)
    level = room.playground.view.scene.dimmer.level
    assert level < 0.5
    begun = room.levels().mean()
    room.playground.quieten(NIGHT, room.now)
    for _ in range(90):
        room.paint(room.now + 1 / 30)
        assert room.levels().mean() <= begun + 0.1
    assert room.levels().mean() < 0.9 * begun
    assert room.playground.view.scene.dimmer.level == level


@pytest.mark.slow
def test_a_world_that_is_entered_at_night_is_dark_and_so_are_its_panels() -> None:
    """Quiet hours hold in every world, also in one that was on its way when they began."""
    room = garden()
    room.press(Control.DOOR)
    room.paint_until(2.0)
    number = room.playground.choices.worlds.index("sea")
    room.pick(number)
    room.playground.quieten(NIGHT, room.now)
    room.paint_until(6.0)
    assert room.playground.choices.world == "sea"
    dark, panel = room.levels().mean(), opened(room)
    room.playground.quieten(None, room.now)
    room.paint_until(room.now + 4.0)
    assert room.playground.choices.world == "sea"
    assert dark < 0.8 * room.levels().mean()
    assert panel < 0.8 * opened(room)


def opened(room: Playroom) -> float:
    """Return how bright the screen is with the sounds' panel open, and shut it."""
    room.press(Control.SOUND)
    room.paint_until(room.now + 2.0)
    found = float(room.levels().mean())
    room.press(Control.SOUND)
    room.paint_until(room.now + 2.0)
    return found


@pytest.mark.parametrize("own", [Look(), Look(still=True), Look(dim=True)])
def test_own_adaptations_stay(own: Look) -> None:
    """Who needs a still picture has a still and dim one at night, and a still one by day."""
    assert own.joined(NIGHT.look) == replace(own, dim=True)
