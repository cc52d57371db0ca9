"""A whole playground on a picture that nobody looks at, with a sound that is silent, in the hand of a test."""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import cache
from typing import TypeVar

os.environ.setdefault("SDL_VIDEODRIVER", "dummy")

import mido
import numpy as np
import pygame
from numpy.typing import NDArray

from bedside.archive.store.choices import SET, Chosen, Marked
from bedside.music.events import Event, NoteOn, Performed, Player, Report, Setting, Settled, Stop, TakeBegan, TakeEnded
from bedside.sound.library import catalogue
from bedside.stage import bed
from bedside.stage.input.midi import KeyboardMessage
from bedside.stage.input.seats import LEAST_PIXELS, Button, Control, Together
from bedside.stage.picture.arrangement import Offered
from bedside.stage.picture.bedsetup import BedSetup
from bedside.stage.picture.look import PLAIN, Look
from bedside.stage.playground import Outside, Playground
from bedside.stage.worlds.world import World

T = TypeVar("T")

RATE = 48000

PLAYERS = {
    Together.ALONE: (Player.CHILD,),
    Together.BESIDE: (Player.CHILD, Player.THERAPIST),
    Together.FACING: (Player.CHILD, Player.THERAPIST),
}


@cache
def offered() -> tuple[Offered, ...]:
    """Return the shipped instruments as players are offered them."""
    return tuple(bed.offered(recipe) for recipe in catalogue.recipes(None))


def canvas(size: tuple[int, int]) -> pygame.Surface:
    """Return a picture of ``size`` pixels, as a display would have it."""
    pygame.display.init()
    if pygame.display.get_surface() is None:
        pygame.display.set_mode((64, 64))
    return pygame.Surface(size).convert()


class PromptWorker:
    """Makes what is ordered at once; like the real one it hands it over when the loop collects."""

    def __init__(self) -> None:
        self._ready: list[Callable[[], None]] = []

    def submit(self, make: Callable[[], T], take: Callable[[T], None]) -> None:
        """Make something now; ``take`` is given it at the next collection."""
        made = make()
        self._ready.append(lambda: take(made))

    def deliver(self) -> None:
        """Hand over what was made."""
        ready, self._ready = self._ready, []
        for each in ready:
            each()


class SilentEngine:
    """Performs whatever is asked; a take begins with a note, and ends when it is closed; it has every instrument."""

    def __init__(self) -> None:
        self.now = 0.0
        self.playing = False
        self._began = 0.0
        self._asked: list[Event | None] = []

    def ask(self, event: Event) -> None:
        """Ask for an event."""
        self._asked.append(event)

    def close_take(self) -> None:
        """End the take once all that was asked is performed."""
        self._asked.append(None)

    def frame(self) -> int | None:
        """Return how far the take has come."""
        return round((self.now - self._began) * RATE) if self.playing else None

    def reports(self) -> list[Report]:
        """Return what is reported since the last call."""
        asked, self._asked = self._asked, []
        said: list[Report] = []
        for event in asked:
            if isinstance(event, NoteOn) and not self.playing:
                self.playing, self._began = True, self.now
                said.append(Performed(0, TakeBegan(1, RATE, 128)))
            frame = self.frame()
            if frame is None:
                if isinstance(event, Setting):
                    said.append(Settled(event))
                continue
            if event is None:
                said += [Performed(frame, Stop()), Performed(frame, TakeEnded())]
                self.playing = False
            else:
                said.append(Performed(frame, event))
        return said


class Playroom:
    """A playground in one world; whatever hands do is performed at once, and `paint` draws a frame."""

    def __init__(
        self,
        world: World,
        size: tuple[int, int],
        together: Together = Together.ALONE,
        look: Look = PLAIN,
        least: float = LEAST_PIXELS,
    ) -> None:
        self.size = size
        self.surface = canvas(size)
        self.engine = SilentEngine()
        self.chosen: list[Chosen] = []
        self.told: list[Chosen] = []
        self.marked: list[Marked] = []
        self.sheets = 0
        self.performed: list[Event] = []
        self.now = 0.0
        setting = BedSetup(together, PLAYERS[together], least, look, Player.THERAPIST, free=True)
        outside = Outside(self.engine.ask, self.engine.close_take, self.engine.frame, self.keep, self._open_sheet)
        self.playground = Playground(self.surface, world, setting, offered(), outside, PromptWorker())

    def keep(self, kept: Chosen | Marked) -> None:
        """Keep a choice or a marker."""
        if isinstance(kept, Chosen):
            (self.told if kept.by == SET else self.chosen).append(kept)
        else:
            self.marked.append(kept)

    def down(self, finger: int, x: float, y: float) -> None:
        """Put a finger on the screen, at a place in pixels."""
        self._touch(pygame.FINGERDOWN, finger, x, y)

    def move(self, finger: int, x: float, y: float) -> None:
        """Move a finger that is on the screen."""
        self._touch(pygame.FINGERMOTION, finger, x, y)

    def up(self, finger: int, x: float, y: float) -> None:
        """Take a finger from the screen."""
        self._touch(pygame.FINGERUP, finger, x, y)

    def tap(self, x: float, y: float, finger: int = 99) -> None:
        """Put a finger down and take it up again."""
        self.down(finger, x, y)
        self.up(finger, x, y)

    def press(self, control: Control, player: Player = Player.CHILD) -> None:
        """Touch a player's control."""
        self.tap(*middle(self.button(control, player)))

    def pick(self, number: int, player: Player = Player.CHILD) -> None:
        """Touch the picture of this number among those that a player chooses among."""
        area = self.playground.hands.choosing[player][number]
        self.tap(area.x + area.width / 2, area.y + area.height / 2)

    def button(self, control: Control, player: Player = Player.CHILD) -> Button:
        """Return the target of a player's control."""
        buttons = [button for side in self.playground.sides for button in side.seat.buttons]
        return next(button for button in buttons if (button.control, button.player) == (control, player))

    def key(self, number: int, velocity: int) -> None:
        """Play a key of a MIDI keyboard; a velocity of 0 leaves it."""
        kind = "note_on" if velocity else "note_off"
        self.playground.hear(KeyboardMessage("keys", mido.Message(kind, note=number, velocity=velocity)), self.now)

    def perform(self, now: float) -> None:
        """Perform what was asked, at a time in seconds."""
        self.now = self.engine.now = now
        self.playground.tick(now)
        for report in self.engine.reports():
            if isinstance(report, Performed):
                self.performed.append(report.event)
            self.playground.follow(report, now)

    def paint(self, now: float) -> int:
        """Perform what was asked, draw the frame of this time, and return in how many steps."""
        self.perform(now)
        return sum(1 for _ in self.playground.paint(now))

    def paint_until(self, now: float, rate: int = 30) -> None:
        """Draw frames, ``rate`` in a second, up to a time."""
        begin = self.now
        for frame in range(1, max(round((now - begin) * rate), 1)):
            self.paint(begin + frame / rate)
        self.paint(now)

    def levels(self) -> NDArray[np.int64]:
        """Return the levels of every pixel, 0–255, by column, row and channel."""
        return pygame.surfarray.array3d(self.surface).astype(np.int64)

    def _open_sheet(self) -> None:
        self.sheets += 1

    def _touch(self, kind: int, finger: int, x: float, y: float) -> None:
        width, height = self.size
        event = pygame.event.Event(kind, touch_id=1, finger_id=finger, x=x / width, y=y / height)
        self.playground.feed(event, self.now)


def middle(button: Button) -> tuple[float, float]:
    """Return the middle of a target, in pixels."""
    area = button.area
    return area.x + area.width / 2, area.y + area.height / 2
