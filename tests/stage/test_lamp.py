"""The light of one place over time."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bedside.music.events import Player
from bedside.stage.lamp import HOLD_SECONDS, Lamp

HOME = (100.0, 100.0, 50.0, 40.0)
CHILD = (Player.CHILD, 1)
THERAPIST = (Player.THERAPIST, 1)


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(["strike", "release", "shape", "stop"]), st.floats(0.0, 0.4)), max_size=60))
def test_no_play_makes_the_light_fall_more_than_twice_in_a_second(play: list[tuple[str, float]]) -> None:
    """Whatever hands do, falls of a tenth that follow a rise of a tenth lie further apart than a third of a second."""
    lamp = Lamp(HOME)
    now = 0.0
    lights, times = [0.0], [0.0]
    for what, wait in [*play, ("release", 1.0)]:
        match what:
            case "strike":
                lamp.strike(CHILD, 1.0, now, None)
            case "release":
                lamp.release(CHILD, now)
            case "shape" if lamp.holds(CHILD):
                lamp.shape(CHILD, 0.6 if int(now * 10) % 2 else 1.0, now)
            case "stop":
                lamp.stop(now)
        for step in range(1, int(wait * 100) + 2):
            lamp.advance(now + step / 100)
            lights.append(lamp.light)
            times.append(now + step / 100)
        now = times[-1]
    low, high, rising, turns = 0.0, 0.0, False, []
    for time, light in zip(times, lights, strict=True):
        low, high = min(low, light), max(high, light)
        if rising and high - light >= 0.1:
            rising, low = False, light
            turns.append(time)
        elif not rising and light - low >= 0.1:
            rising, high = True, light
    assert all(third - first > 1.0 for first, third in zip(turns, turns[2:], strict=False))


@pytest.mark.parametrize("rate", [30, 60, 7])
def test_the_light_is_the_same_at_any_frame_rate(rate: int) -> None:
    """A tap and a long fade reach the same light whether it was drawn often or seldom."""
    often, once = Lamp(HOME), Lamp(HOME)
    for lamp in (often, once):
        lamp.strike(CHILD, 0.9, 10.0, None)
        lamp.release(CHILD, 10.03)
    for frame in range(rate * 2):
        often.advance(10.03 + (frame + 1) / rate)
    once.advance(10.03 + 2.0)
    assert often.light == pytest.approx(once.light, abs=1e-6)
    assert 0 < once.light < 0.7


def test_a_short_tap_opens_the_whole_flower() -> None:
    """A touch of a thirtieth of a second gives full light, and holds it for `HOLD_SECONDS`."""
    lamp = Lamp(HOME)
    lamp.strike(CHILD, 1.0, 5.0, None)
    lamp.release(CHILD, 5.033)
    lamp.advance(5.0 + HOLD_SECONDS)
    assert lamp.light == pytest.approx(1.0)


def test_it_stays_lit_until_the_last_hand_leaves() -> None:
    """Two players hold one pad; when one of them leaves, only that one's ring fades."""
    lamp = Lamp(HOME)
    lamp.strike(CHILD, 1.0, 0.0, None)
    lamp.strike(THERAPIST, 1.0, 0.5, None)
    lamp.release(CHILD, 1.0)
    lamp.advance(3.0)
    assert lamp.light > 0.85
    assert lamp.ring_levels[Player.CHILD] == 0.0
    assert lamp.ring_levels[Player.THERAPIST] == 1.0
    lamp.release(THERAPIST, 3.0)
    lamp.advance(6.0)
    assert lamp.dark


def test_it_follows_the_finger_within_its_home() -> None:
    """However far the finger goes, the light stays in its place's home."""
    lamp = Lamp(HOME)
    lamp.strike(CHILD, 1.0, 0.0, (100.0, 100.0))
    lamp.follow(5000.0, -5000.0)
    lamp.advance(60.0)
    assert 100 < lamp.x <= 150
    assert 60 <= lamp.y < 100
