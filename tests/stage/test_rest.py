"""Nothing pushes: where nobody plays, a world keeps still and goes down to almost nothing, too slowly to be seen."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from bedside.stage.input.seats import Control
from bedside.stage.picture.dimmer import ASLEEP, REST_SECONDS, STOPPED, TURN_SECONDS, Dimmer
from bedside.stage.worlds import world as worlds
from stage.playroom import Playroom

SIZE, LEAST = (400, 240), 40.0

# At the latest so long after the last light the dimmer is down.
DOWN_SECONDS = 90.0

# By this a level may rise through rounding, as a half-transparent sign falls and the world behind it.
UNSEEN = 1


@pytest.mark.slow
@pytest.mark.parametrize("name", worlds.names())
def test_ten_minutes_without_a_hand_bring_nothing(name: str) -> None:
    """After a moment's play nothing is asked, nothing chosen, and levels only fall, by 5 at the most in half a second.

    Once the dimmer is down nothing is drawn any more, and the world has at most an eighth of its light.
    """
    room = Playroom(worlds.find(name), SIZE, least=LEAST)
    room.paint(0.0)
    room.tap(SIZE[0] / 2, SIZE[1] * 0.7)
    room.paint_until(12.0, rate=10)
    asked = spied(room)
    chosen = len(room.chosen)
    last = first = room.levels()
    for tenth in range(1, 6000):
        room.paint(12 + tenth / 10)
        if tenth > 10 * DOWN_SECONDS:
            assert room.playground.dirty == []
        elif tenth % 5 == 0:
            levels = room.levels()
            assert (last - levels).min() >= -UNSEEN
            assert (last - levels).max() <= 5
            last = levels
    assert asked == []
    assert len(room.chosen) == chosen
    assert room.playground.resting
    assert (room.levels() == last).all()
    assert pads(last).mean() < 0.125 * pads(first).mean()


def pads(levels: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the part of a picture that has no signs."""
    return levels[:, SIZE[1] // 2 :]


def spied(room: Playroom) -> list[object]:
    """Return a list that fills with everything that the engine is asked from now on."""
    asked: list[object] = []
    room.playground._outside = type(room.playground._outside)(
        asked.append, lambda: asked.append("close"), room.engine.frame, room.keep
    )
    return asked


@pytest.mark.slow
def test_the_veil_falls_in_steps_that_nobody_sees() -> None:
    """While it comes down, at ten frames a second, no level of the picture falls by more than 2 between two frames."""
    room = Playroom(worlds.find("night"), SIZE, least=LEAST)
    room.paint(0.0)
    room.paint_until(REST_SECONDS, rate=5)
    last = room.levels()
    first = last
    for tenth in range(1, 500):
        room.paint(REST_SECONDS + tenth / 10)
        levels = room.levels()
        assert (last - levels).max() <= 2
        assert (last - levels).min() >= -UNSEEN
        last = levels
    assert pads(last).mean() < 0.125 * pads(first).mean()


@pytest.mark.slow
def test_a_touch_wakes_the_world() -> None:
    """After ten minutes a strike brings back all of it, in a slope of seconds, and the controls with it."""
    room = Playroom(worlds.find("night"), SIZE, least=LEAST)
    room.paint(0.0)
    room.paint_until(3.0, rate=10)
    before = room.levels()
    room.paint_until(600.0, rate=1)
    asleep = room.levels()
    assert pads(asleep).mean() < 0.125 * pads(before).mean()
    pad = room.playground.sides[0].pads[0]
    room.tap(pad.x, pad.y)
    corner = (slice(SIZE[0] - 20, SIZE[0]), slice(SIZE[1] - 20, SIZE[1]))
    room.paint(600.1)
    assert room.levels()[corner].mean() < asleep[corner].mean() + 0.3 * before[corner].mean()
    room.paint_until(600 + TURN_SECONDS + 0.2)
    assert room.playground.view.scene.dimmer.level == 1.0
    # Where nothing ever lights up it is as it was; behind the pads the light is fading still.
    bar = (slice(0, SIZE[0]), slice(0, 30))
    assert np.abs(room.levels()[bar] - before[bar]).mean() < 3


def test_a_stopped_world_waits_half_dark_and_sleeps_too() -> None:
    """The hand dims the world halfway and alone brightens it; unattended it falls asleep like any other."""
    room = Playroom(worlds.find("night"), SIZE, least=LEAST)
    room.paint(0.0)
    dimmer = room.playground.view.scene.dimmer
    room.press(Control.HAND)
    room.paint_until(TURN_SECONDS + 0.1)
    assert dimmer.level == pytest.approx(STOPPED, abs=0.01)
    room.key(60, 100)
    room.tap(SIZE[0] / 2, SIZE[1] * 0.7)
    room.paint_until(10.0, rate=10)
    assert dimmer.level == pytest.approx(STOPPED, abs=0.01)
    room.paint_until(DOWN_SECONDS + 10, rate=2)
    assert dimmer.level == pytest.approx(ASLEEP, abs=0.01)
    room.press(Control.HAND)
    room.paint_until(room.now + 2 * TURN_SECONDS)
    assert dimmer.level == 1.0


@pytest.mark.parametrize("rate", [1, 10, 60])
def test_the_veil_is_the_same_at_any_frame_rate(rate: int) -> None:
    """However seldom it is drawn, it begins to fall after its rest and is down at the same time."""
    dimmer = Dimmer()
    levels = {}
    for frame in range(100 * rate + 1):
        dimmer.advance(frame / rate, False)
        levels[frame / rate] = dimmer.level
    assert levels[REST_SECONDS] == 1.0
    assert levels[REST_SECONDS + 20] == pytest.approx(0.5, abs=0.03)
    assert levels[REST_SECONDS + 42] == pytest.approx(ASLEEP, abs=0.01)
