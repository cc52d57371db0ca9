"""The light of one place over time."""

from __future__ import annotations

import math
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bedside.music.events import Player
from bedside.stage.picture.lamp import HOLD_SECONDS, Lamp
from effort import times

HOME = (100.0, 100.0, 50.0, 40.0)
CHILD = (Player.CHILD, 1)
THERAPIST = (Player.THERAPIST, 1)

# So long after a stop, at the least, nobody can play: see `Choices`.
DEAF_SECONDS = 0.6


def falls(times: list[float], lights: list[float]) -> list[float]:
    """Return when a light has fallen by a tenth after it had risen by a tenth."""
    low, high, rising, turns = 0.0, 0.0, False, []
    for time, light in zip(times, lights, strict=True):
        low, high = min(low, light), max(high, light)
        if rising and high - light >= 0.1:
            rising, low = False, light
            turns.append(time)
        elif not rising and light - low >= 0.1:
            rising, high = True, light
    return turns


@pytest.mark.slow
@settings(max_examples=times(100), deadline=None)
@given(
    st.lists(
        st.tuples(st.sampled_from(["strike", "release", "shape", "stop"]), st.floats(0.0, 0.4)),
        min_size=15,
        max_size=60,
    ),
    st.sampled_from((0.5, 1.0, 2.5)),
    st.booleans(),
)
def test_no_play_makes_the_light_fall_more_than_twice_in_a_second(
    play: list[tuple[str, float]], pace: float, still: bool
) -> None:
    """Whatever hands do, falls of a tenth that follow a rise of a tenth come at most twice in a second, at any pace."""
    lamp = Lamp(HOME, pace, still)
    now, stopped = 0.0, -DEAF_SECONDS
    lights, times = [0.0], [0.0]
    for what, wait in [*play, ("release", 1.0)]:
        match what:
            case "strike" if now - stopped >= DEAF_SECONDS:
                lamp.strike(CHILD, 1.0, now, None)
            case "release":
                lamp.release(CHILD, now)
            case "shape" if lamp.holds(CHILD):
                lamp.shape(CHILD, 0.6 if int(now * 10) % 2 else 1.0, now)
            case "stop" if now - stopped >= DEAF_SECONDS:
                lamp.stop(now)
                stopped = now
        for step in range(1, int(wait * 100) + 2):
            lamp.advance(now + step / 100)
            lights.append(lamp.light)
            times.append(now + step / 100)
        now = times[-1]
    turns = falls(times, lights)
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
    """However far the finger goes, the light stays within its home."""
    lamp = Lamp(HOME)
    lamp.strike(CHILD, 1.0, 0.0, (100.0, 100.0))
    lamp.follow(5000.0, -5000.0)
    lamp.advance(60.0)
    assert 100 < lamp.x <= 150
    assert 60 <= lamp.y < 100


def test_it_follows_the_finger_slowly() -> None:
    """In a second a light moves by a fifth of the shorter half of its home: petals that sweep faster would flicker."""
    lamp = Lamp(HOME)
    lamp.strike(CHILD, 1.0, 0.0, (100.0, 100.0))
    lamp.follow(5000.0, -5000.0)
    for frame in range(1, 31):
        lamp.advance(frame / 60)
    assert 2.0 < math.hypot(lamp.x - 100.0, lamp.y - 100.0) < 4.1


def test_a_trembling_hand_pulses_the_flower_once_a_second_at_the_most() -> None:
    """Of ten touches a second on a light that a hand holds, one in a second at the most moves the flower."""
    lamp = Lamp(HOME)
    lamp.strike(CHILD, 1.0, 0.0, None)
    began = []
    before = 0.0
    for frame in range(60, 360):
        if frame % 6 == 0:
            lamp.strike((Player.THERAPIST, frame), 1.0, frame / 60, None)
        lamp.advance(frame / 60)
        if lamp.openness > 0.9 >= before:
            began.append(frame / 60)
        before = lamp.openness
    assert len(began) > 2
    assert all(later - earlier > 1.0 for earlier, later in pairwise(began))


def test_two_who_touch_at_nearly_the_same_time_open_one_ring() -> None:
    """The second player's ring is there at once; only after a second does a ring open again."""
    lamp = Lamp(HOME)
    lamp.strike(CHILD, 1.0, 5.0, None)
    lamp.strike(THERAPIST, 1.0, 5.5, None)
    assert lamp.ring_openness[Player.CHILD] < 1.0
    assert lamp.ring_openness[Player.THERAPIST] == 1.0
    lamp.strike((Player.PARTNER, 1), 1.0, 6.5, None)
    assert lamp.ring_openness[Player.PARTNER] == 0.0


def test_a_slow_world_opens_and_fades_slowly() -> None:
    """At twice the pace a light takes twice the time to brighten and to fade."""
    usual, slow = Lamp(HOME), Lamp(HOME, pace=2.0)
    for lamp, pace in ((usual, 1), (slow, 2)):
        lamp.strike(CHILD, 1.0, 0.0, None)
        lamp.advance(0.08 * pace)
    assert usual.light == pytest.approx(slow.light, abs=0.02)
    assert 0.3 < usual.light < 0.9
    assert usual.openness == pytest.approx(slow.openness, abs=1e-6)
    for lamp, pace in ((usual, 1), (slow, 2)):
        lamp.advance(1.0)
        lamp.release(CHILD, 1.0)
        lamp.advance(1.0 + 1.2 * pace)
    assert usual.light == pytest.approx(slow.light, abs=0.02)
    assert 0.2 < usual.light < 0.9


def test_a_still_one_only_grows_light_and_dark() -> None:
    """For eyes that need stillness it stays at home, wholly open, with no breath, pulse or ring that opens."""
    lamp = Lamp(HOME, still=True)
    lamp.strike(CHILD, 1.0, 0.0, (140.0, 70.0))
    shown, lights = set(), []
    for frame in range(1, 600):
        lamp.follow(60.0 + frame, 90.0)
        if frame % 100 == 0:
            lamp.strike((Player.CHILD, frame), 1.0, frame / 60, (60.0, 130.0))
        lamp.advance(frame / 60)
        shown.add((lamp.x, lamp.y, lamp.openness, lamp.ring_openness[Player.CHILD]))
        lights.append(lamp.light)
    assert len(shown) == 1
    assert (lamp.x, lamp.y) == HOME[:2]
    assert lights == sorted(lights)
    assert lights[-1] == pytest.approx(1.0)
    moving = Lamp(HOME)
    moving.strike(CHILD, 1.0, 0.0, (140.0, 70.0))
    moving.advance(0.1)
    assert (moving.x, moving.y) != HOME[:2]
