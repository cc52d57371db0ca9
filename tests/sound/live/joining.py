"""A pump, a sound card and a stage in the hand of a test, joined as in an engine's process."""

from __future__ import annotations

import socket
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Protocol

import numpy as np

from bedside.music.events import NoteOn, Player, Source
from bedside.sound.engine.engine import Engine
from bedside.sound.engine.performer import Performer
from bedside.sound.instrument import Instrument
from bedside.sound.live.pump import Pump
from sound.link import Stage
from sound.tones import RATE, band

BAND = band()
BLOCK = 128
SEED = 7


def on(note: int, key: int = 60, player: Player = Player.CHILD, velocity: float = 0.7) -> NoteOn:
    return NoteOn(player, note, key, velocity, 0.5, Source.TOUCH)


class Card:
    """A sound card that asks for blocks of one size."""

    def __init__(self, pump: Pump, frames: int) -> None:
        self.pump = pump
        self.sound = np.empty((0, 2), np.float32)
        self._frames = frames

    def play(self, frames: int, underflow: bool = False) -> None:
        """Ask for at least so many frames."""
        pieces = [self.sound]
        for _ in range(-(-frames // self._frames)):
            out = np.full((self._frames, 2), np.nan, np.float32)
            self.pump.fill(out, underflow)
            pieces.append(out)
        self.sound = np.concatenate(pieces)


Joined = tuple[Pump, Card, Stage]


class Join(Protocol):
    """Joins a pump, a card with blocks of a size, and a stage."""

    def __call__(
        self,
        frames: int = BLOCK,
        room: int | None = None,
        instruments: Iterable[Instrument] = BAND,
        others: Iterable[str] = (),
    ) -> Joined:
        """Return the three."""


@contextmanager
def joining() -> Iterator[Join]:
    """Give a way to join a pump, a card with blocks of a size, and a stage."""
    links: list[socket.socket] = []

    def join(
        frames: int = BLOCK,
        room: int | None = None,
        instruments: Iterable[Instrument] = BAND,
        others: Iterable[str] = (),
    ) -> Joined:
        ours, theirs = socket.socketpair()
        links.extend((ours, theirs))
        theirs.setblocking(False)
        if room is not None:
            theirs.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, room)
        engine = Engine([*(instrument.name for instrument in BAND), *others], RATE, BLOCK)
        for instrument in instruments:
            engine.adopt(instrument)
        pump = Pump(Performer(engine, lambda: SEED), theirs)
        return pump, Card(pump, frames), Stage(ours)

    yield join
    for link in links:
        link.close()
