"""A bed made ready: window, hands, engine and recorder joined together, and taken apart again."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from bedside import __version__
from bedside.archive.recorder import Recorder
from bedside.archive.store import Store
from bedside.errors import BedsideError
from bedside.music import layout, scales
from bedside.music.events import Performed, Player, Profile, Program, Reverb
from bedside.music.layout import Pad
from bedside.sound import catalogue
from bedside.sound.host import EngineHost
from bedside.sound.process import Settings
from bedside.sound.profiles import PROFILES
from bedside.stage import world as worlds
from bedside.stage.hands import Hands, Tuning
from bedside.stage.midi import Keyboards
from bedside.stage.play import Inbox, Play
from bedside.stage.scene import Scene
from bedside.stage.window import NoScreenError, screen, window
from bedside.stage.world import World

__all__ = ["RATE", "Bed", "NoScreenError", "play"]

RATE = 48000
BLOCK = 128
POLYPHONY = 64

_LEAVING_SECONDS = 5.0

# Without an engine for this long, the staff are told.
_SILENT_SECONDS = 5.0

# Codes that every file system, terminal and database keeps as they are.
_CODE = re.compile(r"[\w.\-]{1,40}")


@dataclass(frozen=True, slots=True)
class Bed:
    """What is chosen before play.

    ``size`` is the window's, None for the whole screen; ``profile`` is one of `PROFILES`.
    """

    data: Path
    world: str
    patient: str | None
    size: tuple[int, int] | None
    card: str | None
    midi: str | None
    keys: Player
    profile: str
    snapped: bool


def play(bed: Bed, say: Callable[[str], None]) -> None:
    """Play until the staff leave, recording everything; ``say`` is given sentences for the staff.

    Raises BedsideError for what prevents the beginning: no screen, no such world, a store that cannot be opened.
    """
    if bed.patient is not None and not _CODE.fullmatch(bed.patient):
        raise BedsideError("A patient's code has 1 to 40 letters, digits, points, hyphens or underscores.")
    if bed.profile not in PROFILES:
        raise BedsideError(f"There is no profile called {bed.profile!r}; choose one of: {', '.join(PROFILES)}.")
    world = worlds.find(bed.world)
    tones = scales.scale(world.scale)
    own = bed.data / "sounds"
    recipes = catalogue.recipes(own, say)
    sustained = frozenset(recipe.name for recipe in recipes if recipe.sustained)
    with screen(), Store.open_or_set_aside(bed.data) as store:
        if store.notice:
            say(store.notice)
        recorder = Recorder(store, bed.patient, f"bedside {__version__}")
        inbox = Inbox()

        def listener(performed: Performed) -> None:
            recorder.feed(performed)
            inbox.put(performed)

        settings = Settings(RATE, BLOCK, POLYPHONY, bed.card, (world.instrument,), str(own))
        host = EngineHost(settings, sustained, listener)
        host.start()
        keyboards = Keyboards(inbox.knock, bed.midi)
        try:
            host.ask(Profile(bed.profile))
            host.ask(Reverb(world.room))
            for player in Player:
                host.ask(Program(player, world.instrument))
            surface = window(bed.size)
            size = surface.get_size()
            pads = place(world, size)
            scene = Scene(world, pads, size)
            tuning = Tuning(bed.keys, tones if bed.snapped else None, world.root)
            hands = Hands(pads, size, tuning, [recipe.name for recipe in recipes], sustained)
            tending = _Tending(host, recorder, say)

            def renew() -> None:
                # The next child may be another one: whose session it is can only be said at the start.
                host.close_take()
                recorder.renew(None)

            Play(surface, scene, hands, keyboards, inbox, host.ask, renew, tending.look, say).run()
        finally:
            keyboards.close()
            host.stop()
            if not recorder.close(_LEAVING_SECONDS):
                say(recorder.fault or "The last moments of play are not recorded; the disk did not answer in time.")


def place(world: World, size: tuple[int, int]) -> tuple[Pad, ...]:
    """Return a world's pads on a screen of ``size`` pixels."""
    tones = scales.scale(world.scale)
    keys = [tones.key(degree, world.root) for degree in range(world.pads)]
    return layout.fit(keys, [degree % len(tones.steps) for degree in range(world.pads)], *size)


class _Tending:
    """Tells the staff, once each, what they should know while the child plays."""

    def __init__(self, host: EngineHost, recorder: Recorder, say: Callable[[str], None]) -> None:
        self._host = host
        self._recorder = recorder
        self._say = say
        self._said: set[str] = set()
        self._ready = time.monotonic()

    def look(self) -> None:
        """Say what is newly wrong."""
        now = set()
        if self._recorder.fault:
            now.add(self._recorder.fault)
        if self._host.ready:
            self._ready = time.monotonic()
        if time.monotonic() - self._ready > _SILENT_SECONDS:
            now.add("The sound has not answered for some seconds; it is tried again and again. Please restart bedside.")
        if self._host.ready and not self._host.health.card:
            now.add("No sound card answers: play goes on and is recorded, but nothing is heard. Is it plugged in?")
        for sentence in sorted(now - self._said):
            self._say(sentence)
        self._said = now
