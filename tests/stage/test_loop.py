"""The loop at the bed: it looks for lost fingers, outlives a picture that fails, and leaves no finger down."""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Iterator
from typing import cast

os.environ.setdefault("SDL_VIDEODRIVER", "dummy")

import pygame
import pytest

from bedside.stage import loop
from bedside.stage.input.hands import Finger
from bedside.stage.input.midi import Keyboards
from bedside.stage.loop import Inbox, Play
from bedside.stage.playground import Playground
from stage.playroom import canvas

CLOSED = pygame.event.Event(pygame.QUIT)
TERMINATED = pygame.event.Event(pygame.APP_TERMINATING)
CONTROL_Q = pygame.event.Event(pygame.KEYDOWN, key=pygame.K_q, mod=pygame.KMOD_LCTRL, scancode=0, unicode="")


class Recorded:
    """A playground and keyboards that only keep what the loop does with them."""

    resting = False
    next_due = float("inf")
    dirty: tuple[pygame.Rect, ...] = ()

    def __init__(self) -> None:
        self.done: list[str] = []
        self.there: list[set[Finger]] = []
        self.failing = False
        self.ticks = 0

    def paint(self, _now: float) -> Iterator[None]:
        """Draw, or fail once."""
        if self.failing:
            self.failing = False
            raise ValueError("no such picture")
        yield

    def release_missing(self, there: set[Finger]) -> None:
        """Keep which fingers are there."""
        self.there.append(there)

    def lift(self) -> None:
        """Keep that all fingers were lifted."""
        self.done.append("lift")

    def expose(self) -> None:
        """Keep that all is drawn again; leave."""
        self.done.append("expose")
        pygame.event.post(CONTROL_Q)

    def tick(self, _now: float) -> None:
        """Do nothing; a loop that goes on for long should have ended."""
        self.ticks += 1
        if self.ticks > 20:
            pytest.fail("it never ends")

    def feed(self, _event: pygame.event.Event, _now: float) -> None:
        """Do nothing."""

    def played(self) -> Iterator[None]:
        """Return that no keyboard played."""
        return iter(())


@pytest.fixture(autouse=True)
def machine(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Give a screen that nobody looks at and two fingers on it; afterwards the interpreter is as it was."""
    canvas((64, 64))
    pygame.event.clear()
    monkeypatch.setattr(loop, "fingers", lambda: {(1, 1), (1, 2)})
    before = sys.getswitchinterval()
    yield
    sys.setswitchinterval(before)
    gc.unfreeze()
    pygame.event.clear()


def play(on: Recorded, said: list[str] | None = None) -> Play:
    """Return the loop of a playground."""
    sentences = [] if said is None else said
    playground, keyboards = cast("Playground", on), cast("Keyboards", on)
    return Play(playground, keyboards, Inbox(), lambda: None, lambda: None, sentences.append)


def test_fingers_that_left_unreported_are_looked_for_about_once_a_second() -> None:
    """The playground is told which fingers are on the panel, and not again at the next frame."""
    on = Recorded()
    each = play(on)
    each._turn()
    each._turn()
    assert on.there == [{(1, 1), (1, 2)}]
    each._checked -= 1.1
    each._turn()
    assert len(on.there) == 2


@pytest.mark.parametrize("end", [TERMINATED, CONTROL_Q], ids=["the system", "Ctrl and Q"])
def test_whoever_ends_it_leaves_no_finger_down(end: pygame.event.Event) -> None:
    """It ends when the system ends it or Ctrl and Q are pressed; then every finger is lifted."""
    on = Recorded()
    pygame.event.post(end)
    play(on).run()
    assert on.done == ["lift"]


def test_whoever_closes_the_window_is_asked_and_ends_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """A window that is closed, by its button or Alt+F4, goes on; the sheet that asks may end it later."""
    on, asked = Recorded(), list[int]()
    each: Play

    def ask() -> None:
        asked.append(on.ticks)
        if len(asked) == 2:
            each.leave()

    playground, keyboards = cast("Playground", on), cast("Keyboards", on)
    each = Play(
        playground, keyboards, Inbox(), lambda: None, lambda: None, lambda _: None, lambda: None, ask_to_leave=ask
    )
    monkeypatch.setattr(loop, "covers_screen", lambda: True)
    pygame.event.post(CLOSED)
    each._turn()
    assert (asked, on.done) == ([0], [])
    pygame.event.post(CLOSED)
    each.run()
    assert len(asked) == 2
    assert on.done == ["lift"]


def test_a_window_that_is_minimised_comes_back(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever hides the window, by a swipe or a key, does not hide it from the child."""
    back: list[None] = []
    monkeypatch.setattr(loop, "uncover", lambda: back.append(None))
    pygame.event.post(pygame.event.Event(pygame.WINDOWMINIMIZED))
    play(Recorded())._turn()
    assert back == [None]


def test_a_picture_that_fails_is_drawn_again_and_the_staff_are_told() -> None:
    """One frame that cannot be drawn ends nothing."""
    on, said = Recorded(), list[str]()
    on.failing = True
    play(on, said).run()
    assert on.done == ["expose", "lift"]
    assert said == ["The picture had to be drawn again (ValueError); the music went on."]


def test_every_turn_is_a_sign_of_life() -> None:
    """Also one whose picture fails: the loop lives, and so do the hands that it listens to."""
    on, lives = Recorded(), list[None]()
    playground, keyboards = cast("Playground", on), cast("Keyboards", on)
    each = Play(playground, keyboards, Inbox(), lambda: None, lambda: None, lambda _: None, lambda: lives.append(None))
    for count in range(1, 4):
        each._turn()
        assert len(lives) == count
