"""What staff ask for in the corners, and what they do not ask for."""

from __future__ import annotations

import pygame
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bedside.stage.input.corners import CornerGesture, Corners

SIZE = (1280, 800)
LEAST = 100.0

LEFT, RIGHT, THIRD, MIDDLE = (20.0, 30.0), (1260.0, 10.0), (1270.0, 790.0), (640.0, 400.0)


class Panel:
    """The corners of a screen in the hand of a test; ``passed`` are the events that players were given."""

    def __init__(self) -> None:
        self.corners = Corners(SIZE, LEAST)
        self.passed: list[int] = []

    def down(self, finger: int, at: tuple[float, float], now: float) -> None:
        """Put a finger down."""
        self._feed(pygame.FINGERDOWN, finger, at, now)

    def move(self, finger: int, at: tuple[float, float], now: float) -> None:
        """Move a finger."""
        self._feed(pygame.FINGERMOTION, finger, at, now)

    def up(self, finger: int, at: tuple[float, float], now: float) -> list[CornerGesture]:
        """Take a finger up; return what was asked."""
        self._feed(pygame.FINGERUP, finger, at, now)
        return self.corners.gestures(now)

    def _feed(self, kind: int, finger: int, at: tuple[float, float], now: float) -> None:
        event = pygame.event.Event(kind, touch_id=1, finger_id=finger, x=at[0] / SIZE[0], y=at[1] / SIZE[1])
        passed = self.corners.feed(event, now)
        self.passed += [] if passed is None else [passed.type]


@pytest.mark.parametrize("apart", [0.0, 0.15, 0.29])
@pytest.mark.parametrize("held", [0.05, 0.9])
def test_both_upper_corners_pressed_and_lifted_mute(apart: float, held: float) -> None:
    """One gesture of two hands; its fingers are claimed as soon as both are there."""
    panel = Panel()
    panel.down(1, LEFT, 10.0)
    assert panel.corners.claimed() == []
    assert panel.corners.forming(10.0)
    panel.down(2, RIGHT, 10.0 + apart)
    assert panel.corners.claimed() == [(1, 1), (1, 2)]
    assert panel.up(1, LEFT, 10.0 + apart + held) == []
    assert panel.corners.forming(10.0 + apart + held)
    assert panel.up(2, RIGHT, 10.05 + apart + held) == [CornerGesture.MUTE]
    assert not panel.corners.forming(10.05 + apart + held)
    # And again.
    panel.down(2, RIGHT, 20.0)
    panel.down(1, LEFT, 20.1)
    panel.up(2, RIGHT, 20.2)
    assert panel.up(1, LEFT, 20.3) == [CornerGesture.MUTE]


def test_held_for_two_seconds_they_open_the_sheet_once() -> None:
    """Before that and afterwards nothing is asked, and lifting them does not mute."""
    panel = Panel()
    panel.down(1, LEFT, 10.0)
    panel.down(2, RIGHT, 10.2)
    assert panel.corners.gestures(12.1) == []
    assert panel.corners.forming(12.1)
    assert panel.corners.gestures(12.2) == [CornerGesture.SHEET]
    assert panel.corners.gestures(15.0) == []
    assert panel.up(1, LEFT, 16.0) == []
    assert panel.up(2, RIGHT, 16.1) == []


def test_between_the_two_nothing_is_asked() -> None:
    """Lifted after more than a second and before two, they mean nothing."""
    panel = Panel()
    panel.down(1, LEFT, 10.0)
    panel.down(2, RIGHT, 10.0)
    assert panel.up(1, LEFT, 11.5) == []
    assert not panel.corners.forming(11.5)
    assert panel.up(2, RIGHT, 11.6) == []
    assert panel.corners.gestures(13.0) == []


def test_too_far_apart_in_time_they_are_two_touches() -> None:
    """A second corner after 0.3 seconds is a touch like any other."""
    panel = Panel()
    panel.down(1, LEFT, 10.0)
    assert not panel.corners.forming(10.31)
    panel.down(2, RIGHT, 10.31)
    assert panel.corners.claimed() == []
    panel.up(1, LEFT, 10.4)
    assert panel.up(2, RIGHT, 10.5) == []


def test_one_corner_after_the_other_is_no_gesture() -> None:
    """Both lie there at once, or it is nothing."""
    panel = Panel()
    panel.down(1, LEFT, 10.0)
    assert panel.up(1, LEFT, 10.05) == []
    panel.down(2, RIGHT, 10.1)
    assert panel.up(2, RIGHT, 10.2) == []


@pytest.mark.parametrize("when", [9.0, 10.05, 10.2, 10.35])
@pytest.mark.parametrize("where", [MIDDLE, THIRD, LEFT])
def test_while_anything_else_is_touched_nothing_is_asked(when: float, where: tuple[float, float]) -> None:
    """A child whose hands are on the screen asks for nothing, before, between or after the corners."""
    panel = Panel()
    acts = [(10.0, 1, LEFT), (10.1, 2, RIGHT), (when, 3, where)]
    for now, finger, at in sorted(acts):
        panel.down(finger, at, now)
    assert panel.up(1, LEFT, 10.4) == []
    assert panel.up(2, RIGHT, 10.5) == []
    assert panel.corners.gestures(13.0) == []
    # Nor before every finger has left.
    panel.down(1, LEFT, 14.0)
    panel.down(2, RIGHT, 14.0)
    panel.up(1, LEFT, 14.1)
    assert panel.up(2, RIGHT, 14.1) == []
    panel.up(3, where, 15.5)
    panel.down(1, LEFT, 16.0)
    panel.down(2, RIGHT, 16.0)
    panel.up(1, LEFT, 16.1)
    assert panel.up(2, RIGHT, 16.1) == [CornerGesture.MUTE]


def test_fingers_that_leave_their_corners_ask_nothing() -> None:
    """Two fingers that sweep over the screen began a gesture by chance; a tremor in the corner is none."""
    panel = Panel()
    panel.down(1, LEFT, 10.0)
    panel.down(2, RIGHT, 10.0)
    panel.move(1, (40.0, 60.0), 10.2)
    assert panel.corners.forming(10.2)
    panel.move(1, (400.0, 60.0), 10.3)
    assert not panel.corners.forming(10.3)
    panel.up(1, (400.0, 60.0), 10.4)
    assert panel.up(2, RIGHT, 10.5) == []


def test_a_finger_that_was_lost_asks_nothing() -> None:
    """A panel that forgot to report a leaving finger mutes nothing, and the next gesture counts."""
    panel = Panel()
    panel.down(1, LEFT, 10.0)
    panel.down(2, RIGHT, 10.0)
    panel.corners.release_missing({(1, 2)})
    assert panel.up(2, RIGHT, 10.5) == []
    panel.down(1, LEFT, 11.0)
    panel.down(2, RIGHT, 11.0)
    panel.up(1, LEFT, 11.1)
    assert panel.up(2, RIGHT, 11.1) == [CornerGesture.MUTE]


def test_what_is_touched_while_the_screen_changes_asks_nothing() -> None:
    """A finger that was down is still down: beside it no gesture counts, and the corners are the new ones."""
    panel = Panel()
    panel.down(1, LEFT, 10.0)
    panel.down(2, RIGHT, 10.0)
    panel.corners.resize((800, 1280), LEAST)
    assert panel.up(1, LEFT, 10.2) == []
    panel.down(1, LEFT, 10.3)
    assert panel.up(2, RIGHT, 10.4) == []
    assert panel.up(1, LEFT, 10.4) == []
    panel.down(1, LEFT, 11.0)
    panel.down(2, RIGHT, 11.0)
    panel.up(1, LEFT, 11.1)
    assert panel.up(2, RIGHT, 11.1) == [CornerGesture.MUTE]


def test_the_third_corner_marks_and_players_hear_nothing_of_it() -> None:
    """A tap in the lower right corner is the staff's, also while others play; one that rests there is nothing."""
    panel = Panel()
    panel.down(5, MIDDLE, 9.0)
    panel.passed.clear()
    panel.down(1, THIRD, 10.0)
    panel.move(1, (1275.0, 795.0), 10.1)
    assert panel.up(1, THIRD, 10.2) == [CornerGesture.BOOKMARK]
    panel.down(1, THIRD, 11.0)
    assert panel.up(1, THIRD, 13.0) == []
    assert panel.passed == []


def test_a_finger_from_the_third_corner_plays_once_it_leaves_it() -> None:
    """It lands for the players where it comes out, and marks nothing."""
    panel = Panel()
    panel.down(1, THIRD, 10.0)
    panel.move(1, (1200.0, 700.0), 10.1)
    panel.move(1, (1190.0, 700.0), 10.2)
    assert panel.up(1, (1190.0, 700.0), 10.3) == []
    assert panel.passed == [pygame.FINGERDOWN, pygame.FINGERMOTION, pygame.FINGERUP]


_PLACES = st.sampled_from((LEFT, RIGHT, THIRD, MIDDLE))


@given(st.lists(st.tuples(st.integers(0, 3), _PLACES, st.sampled_from("dmu"), st.floats(0, 0.5)), max_size=60))
def test_only_two_corners_alone_mute_or_open(acts: list[tuple[int, tuple[float, float], str, float]]) -> None:
    """Whatever is touched: a mute or a sheet is asked for only if nobody touched anything else since all were free."""
    panel = Panel()
    now = 0.0
    since: list[tuple[float, float]] = []
    down: set[int] = set()
    for finger, at, act, seconds in acts:
        now += seconds
        asked = panel.corners.gestures(now)
        if act == "d":
            since += [] if finger in down else [at]
            down.add(finger)
            panel.down(finger, at, now)
        elif act == "m" and finger in down:
            panel.move(finger, at, now)
        elif act == "u" and finger in down:
            down.discard(finger)
            asked += panel.up(finger, at, now)
        if {CornerGesture.MUTE, CornerGesture.SHEET} & set(asked):
            assert sorted(since) == sorted((LEFT, RIGHT))
        if not down:
            since = []
