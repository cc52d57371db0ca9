"""A world dims when nobody plays or all is stopped, brightens when somebody plays, and never flashes."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bedside.stage.picture.dimmer import ASLEEP, REST_SECONDS, STOPPED, TURN_SECONDS, Dimmer
from effort import times

# From the last light on: how long until it is wholly down, and a moment more.
ASLEEP_SECONDS = REST_SECONDS + 40.0


def passing(dimmer: Dimmer, begin: float, seconds: float, lit: bool = False, step: float = 0.1) -> list[float]:
    """Let time pass in steps, and return the levels."""
    levels = []
    for number in range(round(seconds / step) + 1):
        dimmer.advance(begin + number * step, lit)
        levels.append(dimmer.level)
    return levels


def test_a_world_begins_in_full_light() -> None:
    """A new world has full brightness and keeps it at first."""
    dimmer = Dimmer()
    assert dimmer.level == 1
    assert not dimmer.moving
    assert passing(dimmer, 5.0, 10.0) == [1.0] * 101


def test_when_nobody_plays_it_comes_down_to_almost_nothing() -> None:
    """After a while without light the world fades slowly to a tenth and stays there."""
    dimmer = Dimmer()
    levels = passing(dimmer, 100.0, REST_SECONDS)
    assert levels == [1.0] * len(levels)
    falling = passing(dimmer, 100.0 + REST_SECONDS, 40.5)
    assert all(after <= before for before, after in pairwise(falling))
    assert falling[-1] == pytest.approx(ASLEEP, abs=1 / 255)
    assert 0.4 < falling[len(falling) // 2] < 0.7
    assert set(passing(dimmer, 100.0 + ASLEEP_SECONDS + 1, 600.0, step=1.0)) == {falling[-1]}
    assert dimmer.advance(1000.0, False) is False


def test_it_hurries_no_frames_while_it_falls_asleep() -> None:
    """Its slow fall asks for no frames of its own; its rise is drawn at every frame."""
    dimmer = Dimmer()
    passing(dimmer, 0.0, REST_SECONDS + 20.0)
    assert 0 < dimmer.level < 1
    assert not dimmer.moving
    dimmer.wake()
    assert dimmer.moving


@pytest.mark.parametrize("how", [Dimmer.wake, lambda dimmer: dimmer.advance(200.0, True)], ids=["woken", "lit"])
def test_whoever_plays_lifts_it(how: Callable[[Dimmer], object]) -> None:
    """A touch, or a light, brightens the world within `TURN_SECONDS`, not at once."""
    dimmer = Dimmer()
    passing(dimmer, 1.0, 199.0)
    asleep = dimmer.level
    how(dimmer)
    dimmer.advance(200.1, True)
    assert asleep <= dimmer.level < 0.2
    passing(dimmer, 200.1, TURN_SECONDS, lit=True)
    assert dimmer.level == 1
    assert not dimmer.moving


def test_as_long_as_something_is_lit_it_stays_up() -> None:
    """A note held for minutes keeps the world awake; the rest begins when the last light is out."""
    dimmer = Dimmer()
    assert set(passing(dimmer, 0.0, 300.0, lit=True, step=0.5)) == {1.0}
    assert set(passing(dimmer, 300.5, REST_SECONDS - 1, step=0.5)) == {1.0}
    passing(dimmer, 300.0 + REST_SECONDS, 42.0)
    assert dimmer.level == pytest.approx(ASLEEP, abs=1 / 255)


def test_while_everything_is_stopped_it_is_half_down() -> None:
    """A stop dims the world; going on brightens it, a touch while stopped does not."""
    dimmer = Dimmer()
    dimmer.advance(10.0, True)
    dimmer.stop(True)
    levels = passing(dimmer, 10.0, TURN_SECONDS)
    assert levels[-1] == pytest.approx(STOPPED, abs=1 / 255)
    assert levels[1] > 0.9
    dimmer.wake()
    assert passing(dimmer, 12.6, 3.0)[-1] == pytest.approx(STOPPED, abs=1 / 255)
    dimmer.stop(False)
    assert passing(dimmer, 15.7, TURN_SECONDS)[-1] == 1


def test_a_stopped_world_falls_asleep_too() -> None:
    """Left alone after a stop, the world fades as any other does; going on wakes it."""
    dimmer = Dimmer()
    dimmer.advance(0.0, True)
    dimmer.stop(True)
    passing(dimmer, 0.0, ASLEEP_SECONDS + 5)
    assert dimmer.level == pytest.approx(ASLEEP, abs=1 / 255)
    dimmer.stop(False)
    assert passing(dimmer, ASLEEP_SECONDS + 5.1, TURN_SECONDS)[-1] == 1


@pytest.mark.slow
@settings(max_examples=times(100), deadline=None)
@given(
    st.lists(
        st.tuples(st.sampled_from(("wake", "stop", "go on", "lit", "dark")), st.floats(0.0, 30.0)),
        min_size=8,
        max_size=40,
    ),
    st.sampled_from((1 / 60, 0.25, 1.0)),
)
def test_nothing_makes_it_flash(acts: list[tuple[str, float]], step: float) -> None:
    """Whatever happens, it never moves faster than from end to end in a turn, and never leaves 0 to 1."""
    dimmer = Dimmer()
    now, lit = 50.0, False
    dimmer.advance(now, False)
    for act, seconds in acts:
        match act:
            case "wake":
                dimmer.wake()
            case "stop" | "go on":
                dimmer.stop(act == "stop")
            case _:
                lit = act == "lit"
        for _ in range(min(round(seconds / step), 400)):
            before = dimmer.level
            now += step
            changed = dimmer.advance(now, lit)
            assert changed == (dimmer.level != before)
            assert abs(dimmer.level - before) <= step / TURN_SECONDS + 1.01 / 255
            assert ASLEEP - 1 / 255 <= dimmer.level <= 1


def test_a_clock_that_goes_back_moves_nothing() -> None:
    """A time before the last is taken as the last."""
    dimmer = Dimmer()
    passing(dimmer, 100.0, 60.0)
    level = dimmer.level
    dimmer.advance(20.0, False)
    assert dimmer.level == level
