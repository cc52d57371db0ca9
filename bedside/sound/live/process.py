"""The engine's process: it plays blocks of sound for the card, and has one socket to the stage.

The card's thread does all the work of sound: it reads requests, plays and reports, and never waits. The main thread
only watches whether the card and the stage are still there. A third thread delivers instruments that the cache did not
have at first. When the stage is gone, the process ends. When the card is gone, it plays on unheard, so that the record
goes on.
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

from bedside.children import Socket
from bedside.errors import BedsideError
from bedside.music.events import NoteOn, Player, Source
from bedside.sound.engine.engine import Engine
from bedside.sound.engine.performer import Performer
from bedside.sound.library import catalogue, loading
from bedside.sound.live import wire
from bedside.sound.live.arrivals import Arrivals
from bedside.sound.live.pump import Pump

if TYPE_CHECKING:
    from bedside.sound.live import card

# The interval between two attempts to find a missing sound card.
_AWAIT_SECONDS = 1.0

# The interval between two polls for missing instruments.
_LOOK_SECONDS = 0.5

# A pause between two deliveries, which leaves the processor to the picture.
_PAUSE_SECONDS = 0.02

# The longest that the card's thread waits for the GIL; Python's default is 5 ms.
_SWITCH_SECONDS = 0.0001


_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class EngineSettings:
    """The settings of an engine's process.

    It is ready as soon as it has the instruments named ``first``, which it bakes itself if the cache lacks them; by
    default, the first of the catalogue. ``own`` is the user's folder of sounds. ``fallback`` is where to look for
    instruments if the cache cannot be written.
    """

    rate: int
    block: int
    polyphony: int
    card: str | None
    first: tuple[str, ...] = ()
    own: str | None = None
    fallback: str | None = None


def main(link: Socket, settings: EngineSettings) -> None:
    """Run an engine's process; ``link`` carries the records of `wire` to and from the stage."""
    own, fallback = (None if folder is None else Path(folder) for folder in (settings.own, settings.fallback))
    arrivals = Arrivals(catalogue.recipes(own), settings.rate, loading.cache_folder(), fallback)
    engine = Engine(arrivals.missing, settings.rate, settings.block, settings.polyphony)
    pump = Pump(Performer(engine, lambda: random.SystemRandom().getrandbits(32)), link)
    for instrument in arrivals.load_now(settings.first):
        engine.adopt(instrument)
        pump.notice(wire.Have(instrument.name, instrument.sustained))
    _warm(engine)
    sys.setswitchinterval(_SWITCH_SECONDS)
    playing = threading.Event()
    threading.Thread(target=_deliver, args=(arrivals, pump, playing), name="arrivals", daemon=True).start()
    link.sendall(wire.pack(wire.Ready()))
    how = _wait_for_open(link)
    pump.adopt_all()
    gc.collect()
    gc.freeze()
    gc.disable()
    playing.set()
    _raise_priority()
    _play(pump, link, settings, how)


def _warm(engine: Engine) -> None:
    """Play a few notes unheard, so that everything is loaded at the first touch."""
    out = np.zeros((engine.block, 2), np.float32)
    for note, key in enumerate(range(48, 72)):
        engine.apply(NoteOn(Player.CHILD, note, key, 0.5, 0.5, Source.TOUCH))
        engine.render(out)
    engine.reset(0)


def _deliver(arrivals: Arrivals, pump: Pump, playing: threading.Event) -> None:
    """Deliver missing instruments until the engine has all; run at normal priority until it plays."""
    said = False
    while True:
        for instrument in arrivals.poll():
            if playing.is_set():
                _raise_priority()
            pump.offer(instrument)
            time.sleep(_PAUSE_SECONDS)
        if not arrivals.missing:
            return
        if not said:
            said = True
            pump.notice(wire.Missing())
        time.sleep(_LOOK_SECONDS)


def _raise_priority() -> None:
    """Give the calling thread a real-time priority below the card's: preempted with the GIL, it would block the card.

    Do nothing if the system does not support or allow it.
    """
    if sys.platform == "linux":
        with contextlib.suppress(OSError):
            os.sched_setscheduler(0, os.SCHED_RR, os.sched_param(1))


def _wait_for_open(link: Socket) -> wire.Opening:
    """Wait for the request to open, and return how; exit if the stage quits or is gone."""
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


def _play(pump: Pump, link: Socket, settings: EngineSettings, how: wire.Opening) -> None:
    """Play until the stage quits or is gone."""
    stream = None if how is wire.Opening.UNHEARD else _stream(pump, link, settings, how)
    link.setblocking(False)
    if stream is not None:
        pump.notice(wire.Opened(stream.latency, stream.name))
        while stream.alive and not pump.over:
            time.sleep(0.02)
            if pump.fault:
                _log.error("The engine failed while playing.", exc_info=pump.error)
                raise SystemExit(f"The engine failed: {pump.fault}.")
        stream.close()
    if not pump.over:
        pump.notice(wire.Opened(0.0, ""))
        pump.performer.lose()
        _play_unheard(pump, settings)


def _stream(pump: Pump, link: Socket, settings: EngineSettings, how: wire.Opening) -> card.Stream | None:
    """Return the card's stream, now or once a card appears; None if the stage does not want to wait for one."""
    missing = False
    try:
        # PortAudio lists the cards when it is imported, so import it only when one is needed.
        from bedside.sound.live import card
    except (ImportError, OSError):
        _log.exception("PortAudio could not be loaded; nothing is heard.")
        missing = True
    while True:
        if not missing:
            with contextlib.suppress(BedsideError):
                link.setblocking(False)
                return card.Stream(settings.card, settings.rate, pump.fill)
        if how is not wire.Opening.AWAITED:
            return None
        link.settimeout(_AWAIT_SECONDS)
        try:
            link.sendall(wire.pack(wire.Ready()))
            how = _wait_for_open(link)
        except TimeoutError:
            if not missing:
                card.look_again()
        if how is wire.Opening.UNHEARD:
            return None


def _play_unheard(pump: Pump, settings: EngineSettings) -> None:
    """Play in real time without a card, so that events are still performed and recorded."""
    out = np.zeros((settings.block, 2), np.float32)
    due = time.perf_counter()
    while not pump.over and not pump.fault:
        pump.fill(out, False)
        due = max(due + settings.block / settings.rate, time.perf_counter() - 0.1)
        time.sleep(max(0.0, due - time.perf_counter()))
    if pump.fault:
        _log.error("The engine failed while playing unheard.", exc_info=pump.error)
