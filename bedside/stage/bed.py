"""The bed: set up hands, engine and recorder for play in a window, and close them afterwards."""

from __future__ import annotations

import functools
import re
import time
from collections import deque
from collections.abc import Callable
from contextlib import ExitStack, closing
from dataclasses import dataclass
from pathlib import Path
from random import SystemRandom
from typing import TYPE_CHECKING

import pygame

from bedside.errors import BedsideError
from bedside.music import scales
from bedside.music.compass import Compass, keys
from bedside.music.events import Performed, Player, Profile, Report
from bedside.sound.library import catalogue
from bedside.sound.library.recipe import Recipe
from bedside.sound.live.host import EngineHost
from bedside.sound.live.process import EngineSettings
from bedside.sound.profiles import PROFILES
from bedside.stage import screensize
from bedside.stage.ceiling import Ceiling
from bedside.stage.faultwatch import FaultWatch
from bedside.stage.input.midi import Keyboards
from bedside.stage.input.seats import LEAST_MM, LEAST_PIXELS, Together
from bedside.stage.loop import Inbox, Play
from bedside.stage.opening import OpenedWindow
from bedside.stage.picture.arrangement import Offered
from bedside.stage.picture.bedsetup import BedSetup
from bedside.stage.picture.look import Look
from bedside.stage.picture.worker import PictureWorker
from bedside.stage.playground import Outside, Playground
from bedside.stage.quiethours import QuietHours, QuietWatch
from bedside.stage.settings import Settings
from bedside.stage.sheet.errands import Errands, Office
from bedside.stage.sheet.lock import StoreLock
from bedside.stage.sheet.sheet import Behind, Sheet
from bedside.stage.sheet.words import ENGLISH, words
from bedside.stage.worlds import world as worlds

if TYPE_CHECKING:
    import pygame

    from bedside.archive.recorder import Recorder

RATE = 48000
BLOCK = 128
POLYPHONY = 64

# The smallest screen that a bed has, of 7 inches, in millimetres.
SMALLEST_MM = (155.0, 86.0)

_LEAVING_SECONDS = 5.0

# The staff's sheet shows so many of the sentences that they were told.
_MESSAGES = 6

# Codes that every file system, terminal and database keeps as they are.
_CODE = re.compile(r"[\w.\-]{1,40}")


@dataclass(frozen=True, slots=True)
class Bed:
    """The options of a start of the program.

    ``data`` is where everything is kept, ``second`` where what is played is kept while ``data`` takes nothing.
    ``screen_mm`` is the screen's size in millimetres, None to ask the system. ``players`` sit at the screen as
    ``together`` says, the first below or on the left; ``keys`` is the player at the MIDI keyboards. ``profile`` is one
    of `PROFILES`, ``quiet`` are the ward's quiet hours, ``language`` is that of the staff.
    """

    data: Path
    second: Path | None
    world: str
    patient: str | None
    screen_mm: tuple[float, float] | None
    together: Together
    players: tuple[Player, ...]
    look: Look
    card: str | None
    midi: str | None
    keys: Player
    profile: str
    snapped: bool
    quiet: QuietHours | None = None
    language: str = ENGLISH


def play(
    bed: Bed, opened: OpenedWindow, say: Callable[[str], None], backup_fault: Callable[[], str | None] = lambda: None
) -> None:
    """Play in an opened window until the staff leave, recording everything; ``say`` gets sentences for the staff.

    ``backup_fault`` returns a sentence about what keeps the second copy from being current, None if nothing does.
    Raises BedsideError if it cannot begin: no such world. No fault of the store, its key or its disk is one.
    """
    if bed.patient is not None and not _CODE.fullmatch(bed.patient):
        raise BedsideError("A patient's code has 1 to 40 letters, digits, points, hyphens or underscores.")
    if bed.profile not in PROFILES:
        raise BedsideError(f"There is no profile called {bed.profile!r}; choose one of: {', '.join(PROFILES)}.")
    with ExitStack() as leaving:
        # On the main thread, which may use the window.
        pixels = least(opened.surface.get_size(), bed.screen_mm)
        playground, loop = opened.meanwhile(lambda: _prepare(bed, opened.surface, pixels, leaving, say, backup_fault))
        playground.fade_in()
        opened.hand_over()
        loop.run()
        opened.watchdog.leave()


def _prepare(
    bed: Bed,
    surface: pygame.Surface,
    pixels: float,
    leaving: ExitStack,
    terminal: Callable[[str], None],
    backup_fault: Callable[[], str | None],
) -> tuple[Playground, Play]:
    """Return the playground of a bed and the loop that plays on it, with everything that they need started.

    ``pixels`` is the least size of a target; ``leaving`` gets what closes it all. It runs on a thread of its own.
    """
    said: deque[str] = deque(maxlen=_MESSAGES)

    def say(sentence: str) -> None:
        said.appendleft(sentence)
        terminal(sentence)

    world = worlds.find(bed.world)
    own = bed.data / "sounds"
    recipes = catalogue.recipes(own, say)
    instruments = [offered(recipe) for recipe in recipes]
    sustained = frozenset(each.name for each in instruments if each.sustained)
    listeners: list[Callable[[Report], None]] = []

    def tell(report: Report) -> None:
        for listener in listeners:
            listener(report)

    compass = next((each.compass for each in instruments if each.name == world.instrument), None)
    pads = keys(scales.scale(world.scale), world.root, world.pads, compass)
    settings = EngineSettings(RATE, BLOCK, POLYPHONY, bed.card, (world.instrument,), str(own), keys=pads)
    host = EngineHost(settings, sustained, tell)
    leaving.callback(host.stop)
    host.start()
    # Importing these takes as long as starting an engine, so both happen at once.
    from bedside.archive.recorder import Recorder
    from bedside.sound.library import provenance

    made_by = functools.cache(lambda: provenance.made_by(recipes))
    recorder = Recorder(bed.data, bed.patient, made_by, second=bed.second)
    leaving.callback(_close, recorder, say)
    # The recorder needs everything that was performed before it is closed.
    leaving.callback(host.stop)
    inbox = Inbox()

    def record(report: Report) -> None:
        if isinstance(report, Performed):
            recorder.feed(report)

    # Nothing is reported before something is asked.
    listeners += [record, inbox.put]
    worker = PictureWorker(inbox.wake, say)
    leaving.callback(worker.close, _LEAVING_SECONDS)
    quiet, ceiling = QuietWatch(bed.quiet, time.time), Ceiling(bed.profile)
    begun = quiet.turned()
    if begun and bed.quiet is not None:
        ceiling.limit(bed.quiet.profile)
    host.ask(Profile(ceiling.profile))
    keyboards = leaving.enter_context(closing(Keyboards(inbox.wake, bed.midi, say)))
    setting = BedSetup(bed.together, bed.players, pixels, bed.look, bed.keys, not bed.snapped)
    outside = Outside(
        host.ask, host.close_take, lambda: host.frame, recorder.feed, lambda: sheet.open(time.perf_counter())
    )
    others = worlds.find_all(say)
    playground = Playground(surface, world, setting, instruments, outside, worker, others, ceiling)
    if begun:
        playground.quieten(quiet.hours, 0.0)
    watch = FaultWatch(host, recorder, say, playground.tell, backup_fault)

    def renew(patient: str | None, picture: str | None) -> None:
        host.close_take()
        recorder.renew(patient, picture)

    def check() -> None:
        watch.check()
        turned = quiet.turned()
        if turned is not None:
            playground.quieten(quiet.hours if turned else None, time.perf_counter())

    def resize() -> None:
        shown = pygame.display.get_surface()
        if shown is not None:
            playground.resize(shown, least(shown.get_size(), bed.screen_mm))

    def ask_to_leave() -> None:
        playground.ask_to_leave(time.perf_counter())

    pictures = {each.name: each.picture for each in instruments}
    office = Office(renew, lambda: loop.leave(), recorder.feed, lambda: tuple(said), bed.card)
    errands = Errands(playground, office, {**others, world.name: world}, pictures, bed.patient)
    # A worker of its own: a disk that hangs must not hold up a picture.
    asking = PictureWorker(inbox.wake, say)
    lock = StoreLock(bed.data, asking)
    leaving.callback(lock.close)
    leaving.callback(asking.close, _LEAVING_SECONDS)
    # And a world that is being painted must not hold up the staff.
    drawing = PictureWorker(inbox.wake, say)
    leaving.callback(drawing.close, _LEAVING_SECONDS)
    behind = Behind(
        errands.facts,
        errands.do,
        lambda: playground.surface,
        lambda: (playground.setting.least, LEAST_MM),
        lambda page: playground.view.hide_sheet() if page is None else playground.view.show_sheet(page),
        lambda: not playground.wiping,
    )
    sheet = Sheet(behind, lock, drawing, words(bed.language), SystemRandom())
    loop = Play(playground, keyboards, inbox, errands.forget, check, say, host.alive, resize, ask_to_leave, sheet)
    return playground, loop


def _close(recorder: Recorder, say: Callable[[str], None]) -> None:
    if not recorder.close(_LEAVING_SECONDS):
        say(recorder.fault or "The last moments of play are not recorded; the disk did not answer in time.")


def quiet_hours(settings: Settings) -> QuietHours | None:
    """Return the quiet hours that settings name, None unless both their times are set."""
    begin, end = settings["quiet_hours.from"], settings["quiet_hours.to"]
    if begin is None or end is None:
        return None
    return QuietHours(begin, end, settings["quiet_hours.profile"], Look.named(settings["quiet_hours.look"]))


def offered(recipe: Recipe) -> Offered:
    """Return an instrument as it is offered to players; the compass of a folder of samples is not known beforehand."""
    patch = recipe.origin
    if isinstance(patch, Path):
        return Offered(recipe.name, recipe.name, None, recipe.sustained)
    pieces = tuple((piece.lowest + piece.highest) // 2 for piece in patch.pieces) if len(patch.pieces) > 1 else ()
    return Offered(
        recipe.name, patch.picture, Compass(patch.lowest, patch.highest, patch.register, pieces), recipe.sustained
    )


def least(size: tuple[int, int], screen_mm: tuple[float, float] | None) -> float:
    """Return the least size of a target in a window, in pixels as is ``size``, given its screen's millimetres if known.

    Else the system is asked.
    """
    known = screen_mm or screensize.screen_millimetres()
    # A window is never larger than its screen.
    return finger_pixels(size if known is None else screensize.screen_pixels() or size, known)


def finger_pixels(pixels: tuple[int, int], millimetres: tuple[float, float] | None) -> float:
    """Return how many pixels a finger needs on a screen of this size; one of unknown size may be the smallest."""
    # A tablet may be turned, so the long sides are compared.
    if millimetres is None:
        smallest = LEAST_MM * min(max(pixels) / max(SMALLEST_MM), min(pixels) / min(SMALLEST_MM))
        return min(LEAST_PIXELS, smallest)
    return LEAST_MM * max(max(pixels) / max(millimetres), min(pixels) / min(millimetres))
