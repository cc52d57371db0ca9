"""From a finger to a sample of sound, and back to the light on the screen: the one road that all play takes.

Read this first. Each step is the real thing: the night world, its instrument, the gestures, the wire, the performer,
the engine. Only the window and the sound card are missing, and time passes block by block.
"""

from __future__ import annotations

import numpy as np
import pygame
import pytest
from numpy.typing import NDArray

from bedside.archive.store.choices import Chosen, Marked
from bedside.music.events import Event, NoteOff, NoteOn, Performed, Player, Program, Report, Source, TakeBegan
from bedside.sound.engine.engine import Engine
from bedside.sound.engine.performer import Performer
from bedside.sound.library import loading
from bedside.sound.live import wire
from bedside.stage.bed import BLOCK, POLYPHONY, RATE
from bedside.stage.input.seats import Together
from bedside.stage.picture.bedsetup import BedSetup
from bedside.stage.picture.look import PLAIN
from bedside.stage.playground import Outside, Playground
from bedside.stage.worlds import world
from sound.listening import peak_hz
from stage.playroom import PromptWorker, canvas, offered

SIZE = (1280, 800)
FRAME_SECONDS = 1 / 60


class Bed:
    """A surface and an engine, joined as `stage.bed` joins them, but without processes: a test turns the crank."""

    def __init__(self, name: str) -> None:
        self.world = world.find(name)
        self.now = 1.0
        self.surface = canvas(SIZE)
        self.reports: list[Report] = []
        self.chosen: list[Chosen | Marked] = []
        self._asked = b""
        instruments = loading.load(RATE, names={self.world.instrument})
        self.performer = Performer(Engine.of(instruments, RATE, BLOCK, POLYPHONY), seeds=lambda: 7)
        # The stage reaches the engine and the recorder through these four, and through nothing else.
        outside = Outside(self._ask, self.performer.close, lambda: None, self.chosen.append)
        setting = BedSetup(Together.ALONE, (Player.CHILD,), 96.0, PLAIN, Player.THERAPIST, free=False)
        self.playground = Playground(self.surface, self.world, setting, offered(), outside, PromptWorker())

    def _ask(self, event: Event) -> None:
        """Send an event to the engine: what crosses to its process is a record of one fixed size."""
        self._asked += wire.pack(wire.Request(event, asked_ns=0))

    def finger(self, kind: int, x: float, y: float) -> None:
        """Report one finger at a place in pixels, as SDL does, in shares of the screen."""
        event = pygame.event.Event(kind, touch_id=1, finger_id=5, x=x / SIZE[0], y=y / SIZE[1])
        self.playground.feed(event, self.now)

    def block(self) -> NDArray[np.float32]:
        """Do what the engine's process does at each block: read what was asked, play, report; return the sound."""
        for message in wire.Unpacker().feed(self._asked):
            assert isinstance(message, wire.Request)
            self.performer.ask(message.event)
        self._asked = b""
        sound = np.empty((BLOCK, 2), np.float32)
        for report in self.performer.render(sound):
            self.reports.append(report)
            # From here on the stage knows what happened, and only from here.
            self.playground.follow(report, self.now)
        self.now += BLOCK / RATE
        return sound

    def blocks(self, seconds: float) -> NDArray[np.float32]:
        """Let time pass; return what is heard in it, (frames, 2)."""
        return np.concatenate([self.block() for _ in range(round(seconds * RATE / BLOCK))])

    def picture(self) -> NDArray[np.int64]:
        """Draw a frame and return its pixels, (width, height, 3)."""
        self.now += FRAME_SECONDS
        self.playground.tick(self.now)
        for _ in self.playground.paint(self.now):
            pass
        return pygame.surfarray.array3d(self.surface).astype(np.int64)


@pytest.mark.slow
def test_a_finger_becomes_sound_and_light() -> None:
    """A touch sounds its pad's pitch in the very next block, is reported at that frame, and lights the pad."""
    bed = Bed("night")
    pad = bed.playground.sides[0].pads[3]

    # Before the touch: exact silence, and a world at rest.
    assert not bed.blocks(0.1).any()
    at_rest = bed.picture()

    # A finger comes down in the middle of a pad. Nothing is performed yet: it is only asked.
    bed.finger(pygame.FINGERDOWN, pad.x, pad.y)
    assert not [report for report in bed.reports if isinstance(report, Performed)]

    # The next block begins a take, says how everything is set, and plays the note at its first frame.
    sound = bed.blocks(0.5)
    performed = [report for report in bed.reports if isinstance(report, Performed)]
    assert isinstance(performed[0].event, TakeBegan)
    assert Performed(0, Program(Player.CHILD, bed.world.instrument)) in performed
    (note,) = [each.event for each in performed if isinstance(each.event, NoteOn)]
    assert (note.player, note.key, note.source) == (Player.CHILD, pad.key, Source.TOUCH)
    assert sound[:BLOCK].any(), "it sounds in the block in which it is performed"

    # What is heard has the pitch of the pad.
    hz = 440 * 2 ** ((pad.key - 69) / 12)
    mono = sound[RATE // 10 :].mean(axis=1).astype(np.float64)
    assert 1200 * abs(np.log2(peak_hz(mono, RATE, hz, 0.03) / hz)) < 5, "cents"

    # What is seen lies on the pad.
    lit = np.abs(bed.picture() - at_rest).sum(axis=2)
    middle = np.unravel_index(int(lit.argmax()), lit.shape)
    assert lit.max() > 0
    assert abs(middle[0] - pad.x) < pad.width
    assert abs(middle[1] - pad.y) < pad.height

    # The finger lifts: the end is performed like everything else, and the sound dies away to exact silence.
    bed.finger(pygame.FINGERUP, pad.x, pad.y)
    bed.block()
    assert Performed(bed.performer.frame - BLOCK, NoteOff(Player.CHILD, note.note)) in bed.reports
    for _ in range(60):
        if not bed.blocks(0.5).any():
            break
    assert bed.performer.engine.silent
