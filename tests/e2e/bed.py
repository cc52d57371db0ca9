"""A whole bed under test: the program playing on a real screen and a real sound card, and what it recorded."""

from __future__ import annotations

import json
import random
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from bedside.archive.store.store import Store
from bedside.music.events import Event, Performed, Player, TakeEnded
from bedside.music.pad import Pad
from bedside.sound.library import catalogue
from bedside.stage.bed import least, offered
from bedside.stage.input.seats import Control, Side, Together
from bedside.stage.picture import arrangement
from bedside.stage.picture.bedsetup import BedSetup
from bedside.stage.picture.look import Look
from bedside.stage.worlds import world
from e2e.rig.program import BEDSIDE, Program
from e2e.rig.soundcard import SoundCard
from e2e.rig.touchscreen import Touchscreen

STARTING_SECONDS = 60.0


def sides(
    screen: Touchscreen,
    name: str = "night",
    together: Together = Together.ALONE,
    players: tuple[Player, ...] = (Player.CHILD,),
) -> dict[Player, Side]:
    """Return each player's side of a world on a screen."""
    return dict(_sides(screen.size, name, together, players))


@cache
def _sides(
    size: tuple[int, int], name: str, together: Together, players: tuple[Player, ...]
) -> tuple[tuple[Player, Side], ...]:
    """Return players and sides; kept, because a test that drums asks again before every touch."""
    setting = BedSetup(together, players, least(size, None), Look(), Player.THERAPIST, False)
    instruments = {each.name: each for each in map(offered, catalogue.recipes(None))}
    laid = arrangement.sides(world.find(name), setting, size, instruments)
    return tuple((side.seat.player, side) for side in laid)


def pads(screen: Touchscreen, name: str = "night") -> tuple[Pad, ...]:
    """Return the pads of a world, by default the first, on a screen that nobody shares."""
    return sides(screen, name)[Player.CHILD].pads


def button(screen: Touchscreen, side: Side, control: Control) -> tuple[float, float]:
    """Return the middle of a control at a side as shares of the screen."""
    area = next(each.area for each in side.seat.buttons if each.control is control)
    return (area.x + area.width / 2) / screen.size[0], (area.y + area.height / 2) / screen.size[1]


def spot(screen: Touchscreen, pad: Pad, lift: float = 0.5) -> tuple[float, float]:
    """Return a place in a pad as shares of the screen, ``lift`` of its height above the edge nearer to its player."""
    width, height = screen.size
    up = (0.5 - lift) * pad.height
    return pad.x / width, (pad.y + (-up if pad.turned else up)) / height


def playing(screen: Touchscreen, card: SoundCard, data: Path, *more: str) -> Program:
    """Return a program that will play on the screen and the card, recording into ``data``."""
    env = {**card.env, **{name: screen.env[name] for name in ("DISPLAY", "SDL_VIDEODRIVER")}}
    return Program("play", *more, data=data, env=env)


@contextmanager
def bed(screen: Touchscreen, card: SoundCard, data: Path, *more: str) -> Iterator[Program]:
    """Give a program that plays, its window there and the card its own; after one take, a new session begins."""
    with playing(screen, card, data, *more) as program:
        program.wait_for(card.connected, STARTING_SECONDS, "the sound card to be opened")
        assert tap_until_heard(screen, card, program)
        begin_session(screen, card, program)
        yield program


def begin_session(screen: Touchscreen, card: SoundCard, program: Program) -> None:
    """Begin a new session, as staff do for the next child: the take ends, and silence follows; worlds and sounds stay.

    A take ends by itself only 20 s after its last sound.
    """
    screen.key("n", "Control_L")
    program.wait_for(lambda: all_ended(program.data), 30.0, "all takes to end")
    wait_for_silence(card, program)


def all_ended(data: Path) -> bool:
    """Return whether there are takes and none goes on."""
    kept = takes(data)
    return bool(kept) and all(isinstance(take[-1].event, TakeEnded) for take in kept if take)


def tap_until_heard(screen: Touchscreen, card: SoundCard, program: Program) -> bool:
    """Tap the first pad until it is heard: the window is there."""
    since = card.now()
    x, y = spot(screen, pads(screen)[0])

    def heard() -> bool:
        screen.tap(0, x, y)
        time.sleep(0.1)
        return card.onset(since) is not None

    return program.wait_for(heard, STARTING_SECONDS, "a touch to be heard")


def wait_for_silence(card: SoundCard, program: Program, seconds: float = 0.2) -> None:
    """Wait until nothing at all has been heard for some time."""

    def silent() -> bool:
        lately = card.heard(max(card.first, card.end - round(seconds * card.rate)))
        return len(lately) >= round(seconds * card.rate) * 0.9 and not lately.any()

    end = card.end
    try:
        program.wait_for(silent, 30.0, "silence")
    except TimeoutError as error:
        last = np.abs(card.heard(max(card.first, card.end - card.rate))).max(initial=0.0)
        raise TimeoutError(
            f"{error}\nthe card went on for {card.end - end} frames; the last second is {last}"
        ) from None


def takes(data: Path) -> list[list[Performed]]:
    """Return all that was performed, take by take, read as the program itself reads it."""
    with Store.open(data) as store:
        return [store.performed(take.id) for take in store.takes()]


def events(data: Path) -> list[Event]:
    """Return all events that were performed, one take after the other."""
    return [performed.event for take in takes(data) for performed in take]


def until_recorded(
    program: Program, act: Callable[[], None], met: Callable[[Event], bool], what: str, seconds: float = 60.0
) -> Event:
    """Act until the record has a further event that is the one wanted, and return the event.

    Again and again, because JACK loses the MIDI of a cycle in which somebody is late.
    """
    before = len(events(program.data))
    acted = -np.inf

    def recorded() -> list[Event]:
        nonlocal acted
        if time.monotonic() - acted > 1.0:
            act()
            acted = time.monotonic()
        time.sleep(0.05)
        return [event for event in events(program.data)[before:] if met(event)]

    return program.wait_for(recorded, seconds, f"{what} to be recorded")[0]


def listen(card: SoundCard, program: Program, seconds: float, after: float = 0.0) -> np.ndarray:
    """Return so many seconds of what is heard from some seconds ``after`` now on, once they are over; (frames, 2)."""
    since = card.now() + round(after * card.rate)
    frames = round(seconds * card.rate)
    program.wait_for(lambda: card.end >= since + frames, 30.0 + after + seconds, "the card to go on")
    return card.heard(since)[:frames]


def bedside(*arguments: str, data: Path) -> subprocess.CompletedProcess[str]:
    """Run a command to its end."""
    return subprocess.run([*BEDSIDE, "--data", str(data), *arguments], capture_output=True, text=True, timeout=300)


def answer(*arguments: str, data: Path) -> Any:
    """Run a command that prints JSON and return what it printed."""
    done = bedside(*arguments, "--json", data=data)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def wait_unevenly(chance: random.Random, shortest: float, longest: float) -> None:
    """Let some time pass, as between the touches of a hand."""
    time.sleep(chance.uniform(shortest, longest))


def loudness(sound: np.ndarray, hz: float, rate: int) -> float:
    """Return the amplitude of one frequency in a mono sound."""
    window = np.hanning(len(sound))
    phase = np.exp(-2j * np.pi * hz * np.arange(len(sound)) / rate)
    return float(abs((sound * window) @ phase) * 2 / window.sum())
