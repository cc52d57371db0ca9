"""The engine's process: blocks of sound for the card, and one socket to the stage.

The card's thread does everything that has to do with sound: it reads what was asked, plays, and reports, and waits for
nothing. The main thread sleeps, and looks only whether card and stage are still there. A third brings instruments that
the cache did not have at first. When the stage is gone, the process ends; when the card is gone, it plays on unheard,
so that the record goes on.
"""

from __future__ import annotations

import contextlib
import gc
import logging
import os
import random
import sys
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from bedside.children import Link
from bedside.errors import BedsideError
from bedside.music.events import NoteOn, Player, Source
from bedside.sound.engine.engine import Engine
from bedside.sound.engine.performer import Performer
from bedside.sound.library import band, catalogue
from bedside.sound.live import wire
from bedside.sound.live.arrivals import Arrivals
from bedside.sound.live.pump import Pump

if TYPE_CHECKING:
    from bedside.sound.live import card

# Between two looks for a sound card that is not there.
_AWAIT_SECONDS = 1.0

# Between two looks for instruments that are not there.
_LOOK_SECONDS = 0.5

# Between two instruments that are there the picture has its turn.
_PAUSE_SECONDS = 0.02

# The card's thread waits this long at most for one that brings an instrument to let it run, not the usual 5 ms.
_SWITCH_SECONDS = 0.0001


_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Settings:
    """What an engine's process is told once, at its start.

    It plays as soon as it has the instruments named ``first``, made by itself where the cache does not have them; by
    default the first of all. ``own`` is the user's folder of sounds, ``meanwhile`` where instruments come to lie when
    the cache cannot be written.
    """

    rate: int
    block: int
    polyphony: int
    card: str | None
    first: tuple[str, ...] = ()
    own: str | None = None
    meanwhile: str | None = None


def main(link: Link, settings: Settings) -> None:
    """Be an engine's process; ``link`` carries the records of `wire` to and from the stage."""
    own, meanwhile = (None if folder is None else Path(folder) for folder in (settings.own, settings.meanwhile))
    arrivals = Arrivals(catalogue.recipes(own), settings.rate, band.folder(), meanwhile)
    engine = Engine(arrivals.awaited, settings.rate, settings.block, settings.polyphony)
    pump = Pump(Performer(engine, lambda: random.SystemRandom().getrandbits(32)), link)
    for instrument in arrivals.at_once(settings.first):
        engine.adopt(instrument)
        pump.notice(wire.Have(instrument.name, instrument.sustained))
    _warm(engine)
    sys.setswitchinterval(_SWITCH_SECONDS)
    playing = threading.Event()
    threading.Thread(target=_bring, args=(arrivals, pump, playing), name="arrivals", daemon=True).start()
    link.sendall(wire.pack(wire.Ready()))
    how = _asked_to_open(link)
    pump.adopt_all()
    gc.collect()
    gc.freeze()
    gc.disable()
    playing.set()
    _hurry()
    _play(pump, link, settings, how)


def _warm(engine: Engine) -> None:
    """Play once, unheard, so that the first touch finds everything loaded."""
    out = np.zeros((engine.block, 2), np.float32)
    for note, key in enumerate(range(48, 72)):
        engine.apply(NoteOn(Player.CHILD, note, key, 0.5, 0.5, Source.TOUCH))
        engine.render(out)
    engine.reset(0)


def _bring(arrivals: Arrivals, pump: Pump, playing: threading.Event) -> None:
    """Bring the instruments that the engine does not have yet, until it has all; a spare leaves others their time."""
    said = False
    while True:
        for instrument in arrivals.look():
            if playing.is_set():
                _hurry()
            pump.offer(instrument)
            time.sleep(_PAUSE_SECONDS)
        if not arrivals.awaited:
            return
        if not said:
            said = True
            pump.notice(wire.Missing())
        time.sleep(_LOOK_SECONDS)


def _hurry() -> None:
    """Run before all ordinary threads: whoever else had this one wait in the midst of Python would have the card wait.

    The card's own thread comes before it. Where the system has no way, or does not allow it, it runs as it is.
    """
    if sys.platform == "linux":
        with contextlib.suppress(OSError):
            os.sched_setscheduler(0, os.SCHED_RR, os.sched_param(1))


def _asked_to_open(link: Link) -> wire.Opening:
    """Wait to be asked to play and return how; leave when the stage is gone or has had enough."""
    unpacker = wire.Unpacker()
    while True:
        piece = link.recv(wire.SIZE)
        if not piece:
            raise SystemExit(0)
        for message in unpacker.feed(piece):
            match message:
                case wire.Open(how):
                    return how
                case wire.Quit():
                    raise SystemExit(0)


def _play(pump: Pump, link: Link, settings: Settings, how: wire.Opening) -> None:
    """Play until the stage is gone or has had enough."""
    stream = None if how is wire.Opening.UNHEARD else _stream(pump, link, settings, how)
    link.setblocking(False)
    if stream is not None:
        pump.notice(wire.Opened(stream.latency, stream.name))
        while stream.alive and not pump.over:
            time.sleep(0.02)
            if pump.fault:
                _log.error("The engine failed as it played.", exc_info=pump.error)
                raise SystemExit(f"The engine failed: {pump.fault}.")
        stream.close()
    if not pump.over:
        pump.notice(wire.Opened(0.0, ""))
        pump.performer.lose()
        _play_unheard(pump, settings)


def _stream(pump: Pump, link: Link, settings: Settings, how: wire.Opening) -> card.Stream | None:
    """Return the card's stream, at once or as soon as there is one; None where the stage would not wait for it."""
    # PortAudio lists the cards the moment it is imported, so not before there is need of one.
    from bedside.sound.live import card

    while True:
        try:
            link.setblocking(False)
            return card.Stream(settings.card, settings.rate, pump.fill)
        except BedsideError:
            if how is not wire.Opening.AWAITED:
                return None
        link.settimeout(_AWAIT_SECONDS)
        try:
            link.sendall(wire.pack(wire.Ready()))
            how = _asked_to_open(link)
        except TimeoutError:
            card.look_again()
        if how is wire.Opening.UNHEARD:
            return None


def _play_unheard(pump: Pump, settings: Settings) -> None:
    """Keep the time that a card would keep, so that what is played is still performed and recorded."""
    out = np.zeros((settings.block, 2), np.float32)
    due = time.perf_counter()
    while not pump.over and not pump.fault:
        pump.fill(out, False)
        due = max(due + settings.block / settings.rate, time.perf_counter() - 0.1)
        time.sleep(max(0.0, due - time.perf_counter()))
    if pump.fault:
        _log.error("The engine failed as it played unheard.", exc_info=pump.error)
