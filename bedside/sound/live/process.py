"""The engine's process: it plays blocks of sound for the card, and has one socket to the stage.

The card's thread does all the work of sound: it reads requests, plays and reports, and never waits. The main thread
watches whether the card and the stage are still there; while no card asks for sound, because none is there, or it
hangs, it performs what is asked unheard, so that the record goes on. A third thread opens the card, which may hang, and
a fourth delivers instruments that the cache did not have at first. When the stage is gone, the process ends.
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
from collections.abc import Sequence
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

# The interval between two looks at whether the card still plays.
_ALIVE_SECONDS = 0.05

# A card that does not close within this time hangs.
_LEAVING_SECONDS = 0.5

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

    It is ready as soon as it has the instruments named ``first``, by default the first of the catalogue. If the cache
    lacks one, it makes only its ``keys``, those on the screen, and has it whole once the baker has made it; without
    ``keys``, it bakes it itself. ``own`` is the user's folder of sounds. ``fallback`` is where to look for instruments
    if the cache cannot be written.
    """

    rate: int
    block: int
    polyphony: int
    card: str | None
    first: tuple[str, ...] = ()
    own: str | None = None
    fallback: str | None = None
    keys: tuple[int, ...] = ()


def main(link: Socket, settings: EngineSettings) -> None:
    """Run an engine's process; ``link`` carries the records of `wire` to and from the stage."""
    own, fallback = (None if folder is None else Path(folder) for folder in (settings.own, settings.fallback))
    arrivals = Arrivals(catalogue.recipes(own), settings.rate, loading.cache_folder(), fallback)
    engine = Engine(arrivals.missing, settings.rate, settings.block, settings.polyphony)
    loaded = arrivals.load_now(settings.first, settings.keys)
    for instrument in loaded:
        engine.adopt(instrument)
    pump = Pump(Performer(engine, lambda: random.SystemRandom().getrandbits(32)), link)
    for instrument in loaded:
        pump.notice(wire.Have(instrument.name, instrument.sustained))
    _warm(engine, (*settings.keys, *range(48, 72)))
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


def _warm(engine: Engine, keys: Sequence[int]) -> None:
    """Play these keys unheard, so that everything is loaded at the first touch."""
    out = np.zeros((engine.block, 2), np.float32)
    for note, key in enumerate(keys):
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
    """Play until the stage quits or is gone; unheard, as long as there is no card."""
    link.setblocking(False)
    if how is wire.Opening.UNHEARD:
        pump.card_failed()
    hearing = threading.Thread(target=_hear, args=(pump, settings, how), name="card", daemon=True)
    if how is not wire.Opening.UNHEARD:
        hearing.start()
    while not pump.over:
        time.sleep(pump.watch(time.perf_counter()))
        if pump.fault:
            _log.error("The engine failed while playing.", exc_info=pump.error)
            raise SystemExit(f"The engine failed: {pump.fault}.")
    if hearing.is_alive():
        hearing.join(_LEAVING_SECONDS)
        if hearing.is_alive():
            # The card hangs, and PortAudio would wait for it for ever.
            os._exit(0)


def _hear(pump: Pump, settings: EngineSettings, how: wire.Opening) -> None:
    """Open the card, and stay until it is gone or nothing is left to do; any step may hang with the card."""
    stream = _stream(pump, settings, how)
    if stream is not None:
        pump.opened(stream.latency, stream.name)
        while stream.alive and not pump.over:
            time.sleep(_ALIVE_SECONDS)
        stream.close()
    pump.card_failed()


def _stream(pump: Pump, settings: EngineSettings, how: wire.Opening) -> card.Stream | None:
    """Return the card's stream, now or once a card appears; None if there is none."""
    missing = False
    try:
        # PortAudio lists the cards when it is imported, so import it only when one is needed.
        from bedside.sound.live import card
    except (ImportError, OSError):
        _log.exception("PortAudio could not be loaded; nothing is heard.")
        missing = True
    while not pump.over:
        if not missing:
            with contextlib.suppress(BedsideError):
                return card.Stream(settings.card, settings.rate, pump.fill)
        if how is not wire.Opening.AWAITED:
            return None
        pump.notice(wire.Ready())
        time.sleep(_AWAIT_SECONDS)
        if not missing:
            card.look_again()
    return None
