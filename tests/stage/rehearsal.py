"""A playground with a real engine of small instruments behind it, in the hand of a test; time passes block by block."""

from __future__ import annotations

import os
from dataclasses import replace
from functools import cache
from itertools import count

os.environ.setdefault("SDL_VIDEODRIVER", "dummy")

import numpy as np
import pygame
from numpy.typing import NDArray

from bedside.archive.store.choices import SET, Chosen, Marked
from bedside.music.compass import Compass
from bedside.music.events import Event, NoteOn, Performed, Player, Report
from bedside.sound.engine.engine import Engine
from bedside.sound.engine.performer import Performer
from bedside.sound.instrument import Instrument
from bedside.stage.input.seats import Button, Control, Together
from bedside.stage.picture.arrangement import Offered
from bedside.stage.picture.bedsetup import BedSetup
from bedside.stage.picture.look import PLAIN
from bedside.stage.playground import Outside, Playground
from bedside.stage.worlds import world
from bedside.stage.worlds.world import World
from sound.tones import RATE, tone
from stage.playroom import PromptWorker, canvas

SIZE = (360, 240)
LEAST = 24.0
BLOCK = 512

PLAYERS = {
    Together.ALONE: (Player.CHILD,),
    Together.BESIDE: (Player.CHILD, Player.CHILD2),
    Together.FACING: (Player.CHILD, Player.THERAPIST),
}

# One that rings, and three that sound on for as long as they are held, two of these in other registers.
_BAND = {"harp": (48, 0.0), "organ": (36, 0.1), "pad": (48, 0.1), "flute": (60, 0.1)}


@cache
def band() -> tuple[Instrument, ...]:
    """Return the instruments."""
    return tuple(
        tone(name, lowest, lowest + 36, 0.15, loop, release=0.1, peak=0.1) for name, (lowest, loop) in _BAND.items()
    )


@cache
def plain_worlds() -> dict[str, World]:
    """Return worlds that are quickly painted, with other pads and instruments in each."""
    night = replace(world.find("night"), placed=(), motes=(), reflects=False)
    night = replace(night, layers=night.layers[:1])
    return {
        "night": replace(night, instrument="pad"),
        "bowls": replace(night, name="bowls", instrument="harp", layout="bubbles", pads=5, scale="blues", root=57),
        "still": replace(night, name="still", instrument="flute", layout="canvas", pads=1),
    }


class Rehearsal:
    """A playground in which any time can pass, in seconds: fingers are felt, blocks computed, and frames painted.

    ``chosen`` are the choices and ``marked`` the markers that were kept, ``sheets`` counts how often staff asked for
    their sheet, ``performed`` is all that the engine played, and ``heard`` says whether the last block held any sound.
    """

    def __init__(self, together: Together = Together.ALONE, free: bool = False) -> None:
        self.now = 1.0
        self.surface = canvas(SIZE)
        self._seeds = count(1)
        self.performer = self._performer()
        self.chosen: list[Chosen] = []
        self.told: list[Chosen] = []
        self.marked: list[Marked] = []
        self.sheets = 0
        self.performed: list[Performed] = []
        self.heard = False
        self._out = np.zeros((BLOCK, 2), np.float32)
        self._owed = 0.0
        compasses = {each.name: Compass(each.lowest, each.highest, each.lowest + 12) for each in band()}
        offered = [Offered(each.name, each.name, compasses[each.name], each.sustained) for each in band()]
        setting = BedSetup(together, PLAYERS[together], LEAST, PLAIN, Player.THERAPIST, free)
        outside = Outside(self.ask, self.close, self._frame, self.keep, self._open_sheet)
        worlds = plain_worlds()
        self.playground = Playground(self.surface, worlds["night"], setting, offered, outside, PromptWorker(), worlds)

    def _performer(self) -> Performer:
        return Performer(Engine.of(band(), RATE, BLOCK, 24), lambda: next(self._seeds))

    def keep(self, kept: Chosen | Marked) -> None:
        """Keep a choice or a marker."""
        if isinstance(kept, Chosen):
            (self.told if kept.by == SET else self.chosen).append(kept)
        else:
            self.marked.append(kept)

    def ask(self, event: Event) -> None:
        """Ask the engine for an event."""
        self.performer.ask(event)

    def close(self) -> None:
        """End the take."""
        self.performer.close()

    def render(self, out: NDArray[np.float32]) -> list[Report]:
        """Compute a block, and return what the engine reports to the stage."""
        return self.performer.render(out)

    @property
    def engine(self) -> Engine:
        """The engine that is heard."""
        return self.performer.engine

    @property
    def notes(self) -> list[NoteOn]:
        """The notes that were played so far."""
        return [each.event for each in self.performed if isinstance(each.event, NoteOn)]

    def let_pass(self, seconds: float) -> bool:
        """Let time pass, a block at a time; return whether anything was heard in it."""
        heard = False
        self._owed += seconds
        while self._owed >= BLOCK / RATE:
            self._owed -= BLOCK / RATE
            self.now += BLOCK / RATE
            self.playground.tick(self.now)
            for report in self.render(self._out):
                self.follow(report)
            self.heard = bool(self._out.any())
            heard = heard or self.heard
        return heard

    def follow(self, report: Report) -> None:
        """Let the stage take in a report."""
        if isinstance(report, Performed):
            self.performed.append(report)
        self.playground.follow(report, self.now)

    def forget(self) -> None:
        """Remember nothing of what was played, chosen and marked."""
        self.performed.clear()
        self.chosen.clear()
        self.marked.clear()

    def paint(self) -> None:
        """Draw a frame."""
        for _ in self.playground.paint(self.now):
            pass

    def touch(self, kind: int, finger: int, x: float, y: float) -> None:
        """Report of a finger, at a place in pixels."""
        event = pygame.event.Event(kind, touch_id=1, finger_id=finger, x=x / SIZE[0], y=y / SIZE[1])
        self.playground.feed(event, self.now)

    def tap(self, x: float, y: float, finger: int = 99) -> None:
        """Put a finger down and take it up again."""
        self.touch(pygame.FINGERDOWN, finger, x, y)
        self.touch(pygame.FINGERUP, finger, x, y)

    def press(self, control: Control, player: Player = Player.CHILD) -> None:
        """Touch a player's control."""
        area = self.button(control, player).area
        self.tap(area.x + area.width / 2, area.y + area.height / 2)

    def button(self, control: Control, player: Player = Player.CHILD) -> Button:
        """Return the target of a player's control."""
        buttons = [button for side in self.playground.sides for button in side.seat.buttons]
        return next(button for button in buttons if (button.control, button.player) == (control, player))

    def _open_sheet(self) -> None:
        self.sheets += 1

    def _frame(self) -> int | None:
        return self.performer.frame if self.performer.playing else None
