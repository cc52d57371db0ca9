"""The veil over a world: down when nobody plays or all is stopped, up again when somebody does, and never a flash."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bedside.stage.picture.veil import ASLEEP, REST_SECONDS, STOPPED, TURN_SECONDS, Veil
from effort import times

# From the last light on: how long until it is wholly down, and a moment more.
ASLEEP_SECONDS = REST_SECONDS + 40.0


def passing(veil: Veil, begin: float, seconds: float, lively: bool = False, step: float = 0.1) -> list[float]:
    """Let time pass in steps, and return the levels."""
    levels = []
    for number in range(round(seconds / step) + 1):
        veil.advance(begin + number * step, lively)
        levels.append(veil.level)
    return levels


def test_a_world_begins_in_full_light() -> None:
    """Before anything happened, and as it happens, nothing is dimmed."""
    veil = Veil()
    assert veil.level == 1
    assert not veil.moving
    assert passing(veil, 5.0, 10.0) == [1.0] * 101


def test_when_nobody_plays_it_comes_down_to_almost_nothing() -> None:
    """After a while without light the world fades, takes its time, keeps a tenth, and then stays so."""
    veil = Veil()
    levels = passing(veil, 100.0, REST_SECONDS)
    assert levels == [1.0] * len(levels)
    falling = passing(veil, 100.0 + REST_SECONDS, 40.5)
    assert all(after <= before for before, after in pairwise(falling))
    assert falling[-1] == pytest.approx(ASLEEP, abs=1 / 255)
    assert 0.4 < falling[len(falling) // 2] < 0.7
    assert set(passing(veil, 100.0 + ASLEEP_SECONDS + 1, 600.0, step=1.0)) == {falling[-1]}
    assert veil.advance(1000.0, False) is False


def test_it_hurries_no_frames_while_it_falls_asleep() -> None:
    """Its fall is so slow that it needs no frame of its own; its rise is drawn at every frame."""
    veil = Veil()
    passing(veil, 0.0, REST_SECONDS + 20.0)
    assert 0 < veil.level < 1
    assert not veil.moving
    veil.wake()
    assert veil.moving


@pytest.mark.parametrize("how", [Veil.wake, lambda veil: veil.advance(200.0, True)], ids=["woken", "lit"])
def test_whoever_plays_lifts_it(how: Callable[[Veil], object]) -> None:
    """A touch, or a light, brings the world back within a turn of the veil, and not at once."""
    veil = Veil()
    passing(veil, 1.0, 199.0)
    asleep = veil.level
    how(veil)
    veil.advance(200.1, True)
    assert asleep <= veil.level < 0.2
    passing(veil, 200.1, TURN_SECONDS, lively=True)
    assert veil.level == 1
    assert not veil.moving


def test_as_long_as_something_is_lit_it_stays_up() -> None:
    """A note that is held for minutes keeps the world awake; the rest begins with the last light."""
    veil = Veil()
    assert set(passing(veil, 0.0, 300.0, lively=True, step=0.5)) == {1.0}
    assert set(passing(veil, 300.5, REST_SECONDS - 1, step=0.5)) == {1.0}
    passing(veil, 300.0 + REST_SECONDS, 42.0)
    assert veil.level == pytest.approx(ASLEEP, abs=1 / 255)


def test_while_everything_is_stopped_it_is_half_down() -> None:
    """A stop is seen: the world dims; going on lifts it, and a touch while stopped does not."""
    veil = Veil()
    veil.advance(10.0, True)
    veil.stop(True)
    levels = passing(veil, 10.0, TURN_SECONDS)
    assert levels[-1] == pytest.approx(STOPPED, abs=1 / 255)
    assert levels[1] > 0.9
    veil.wake()
    assert passing(veil, 12.6, 3.0)[-1] == pytest.approx(STOPPED, abs=1 / 255)
    veil.stop(False)
    assert passing(veil, 15.7, TURN_SECONDS)[-1] == 1


def test_a_stopped_world_falls_asleep_too() -> None:
    """Left alone after a stop, the world fades as any other does; going on wakes it."""
    veil = Veil()
    veil.advance(0.0, True)
    veil.stop(True)
    passing(veil, 0.0, ASLEEP_SECONDS + 5)
    assert veil.level == pytest.approx(ASLEEP, abs=1 / 255)
    veil.stop(False)
    assert passing(veil, ASLEEP_SECONDS + 5.1, TURN_SECONDS)[-1] == 1


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
    veil = Veil()
    now, lively = 50.0, False
    veil.advance(now, False)
    for act, seconds in acts:
        match act:
            case "wake":
                veil.wake()
            case "stop" | "go on":
                veil.stop(act == "stop")
            case _:
                lively = act == "lit"
        for _ in range(min(round(seconds / step), 400)):
            before = veil.level
            now += step
            changed = veil.advance(now, lively)
            assert changed == (veil.level != before)
            assert abs(veil.level - before) <= step / TURN_SECONDS + 1.01 / 255
            assert ASLEEP - 1 / 255 <= veil.level <= 1


def test_a_clock_that_goes_back_moves_nothing() -> None:
    """A time before the last is taken as the last."""
    veil = Veil()
    passing(veil, 100.0, 60.0)
    level = veil.level
    veil.advance(20.0, False)
    assert veil.level == level
