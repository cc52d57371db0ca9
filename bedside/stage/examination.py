"""Examine a machine: its devices, and the latency of its engine. Nothing sounds, nothing is recorded."""

from __future__ import annotations

import platform
import statistics
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

import pygame
from pygame._sdl2 import touch

from bedside import __version__
from bedside.archive.store import key
from bedside.errors import BedsideError
from bedside.sound.live.card import Card, cards
from bedside.sound.live.host import EngineHost
from bedside.sound.live.process import EngineSettings
from bedside.stage.bed import BLOCK, POLYPHONY, RATE
from bedside.stage.input import midi
from bedside.stage.window import screen

__all__ = ["RATE", "Examination", "examine"]

_PINGS = 200
_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class Screen:
    """A screen's size in pixels and the number of its touch panels."""

    width: int
    height: int
    touch_panels: int


@dataclass(frozen=True, slots=True)
class Latency:
    """Latencies in seconds: from an asked event to its block, and from there to the ear as the card's driver states."""

    median: float
    p95: float
    card: float


@dataclass(frozen=True, slots=True)
class Examination:
    """The findings; None for what the machine lacks."""

    version: str
    python: str
    system: str
    screen: Screen | None
    cards: list[Card]
    midi: list[str]
    key_store: str
    heard_on: str | None
    latency: Latency | None
    late_blocks: int
    blocks: int
    longest_block_seconds: float

    def as_json(self) -> dict[str, object]:
        """Return everything as plain values; times in milliseconds."""
        found = asdict(self)
        if self.latency is not None:
            found["latency"] = {
                "touch_to_block_median_ms": round(1000 * self.latency.median, 3),
                "touch_to_block_p95_ms": round(1000 * self.latency.p95, 3),
                "card_ms": round(1000 * self.latency.card, 3),
                "median_ms": round(1000 * (self.latency.median + self.latency.card), 3),
                "p95_ms": round(1000 * (self.latency.p95 + self.latency.card), 3),
            }
        found["longest_block_ms"] = round(1000 * found.pop("longest_block_seconds"), 3)
        return found

    def lines(self) -> list[str]:
        """Return everything as lines for people."""
        shown = self.screen
        lines = [
            f"bedside {self.version}, Python {self.python}, {self.system}",
            "Screen: none" if shown is None else f"Screen: {shown.width} × {shown.height}, {_touch(shown)}",
            f"Sound card: {self.heard_on or 'none responds; nothing will be heard'}",
            *(f"  {'*' if card.default else ' '} {card.name} ({card.driver})" for card in self.cards),
            f"MIDI keyboards: {', '.join(self.midi) or 'none'}",
            f"Key of the recordings: {self.key_store}",
        ]
        if self.latency is not None:
            answer = self.as_json()["latency"]
            assert isinstance(answer, dict)  # noqa: S101
            lines.append(f"Touch to sound: {answer['median_ms']} ms, 95 of 100 within {answer['p95_ms']} ms")
        lines.append(
            f"Late blocks: {self.late_blocks} of {self.blocks}; longest {1000 * self.longest_block_seconds:.2f} ms "
            f"of {1000 * BLOCK / RATE:.2f} ms"
        )
        return lines


def examine(data: Path, card: str | None) -> Examination:
    """Examine this machine; measure for some seconds on a sound card, by default the machine's own."""
    host = EngineHost(EngineSettings(RATE, BLOCK, POLYPHONY, card), frozenset(), lambda _performed: None)
    host.start()
    try:
        began = time.perf_counter()
        answered = _until(lambda: host.ready, began + _SECONDS)
        playing = time.perf_counter()
        for _ in range(_PINGS if answered else 0):
            host.ping()
            # Not a multiple of any block size, so that pings arrive at every phase of a block.
            time.sleep(0.0073)
        _until(lambda: len(host.pongs) >= _PINGS or not answered, time.perf_counter() + 1.0)
        health = host.health
        blocks = round((time.perf_counter() - playing) * RATE / BLOCK) if answered else 0
        pongs = host.pongs
    finally:
        host.stop()
    latency = None
    if health.card and len(pongs) > 1:
        latency = Latency(statistics.median(pongs), statistics.quantiles(pongs, n=20)[-1], health.latency_seconds)
    return Examination(
        version=__version__,
        python=platform.python_version(),
        system=f"{platform.system()} {platform.machine()}",
        screen=_screen(),
        cards=cards(),
        midi=midi.ports(),
        key_store=key.describe_place(data),
        heard_on=health.card or None,
        latency=latency,
        late_blocks=health.late_blocks,
        blocks=blocks,
        longest_block_seconds=health.longest_block_seconds,
    )


def _until(true: Callable[[], bool], deadline: float) -> bool:
    while not true():
        if time.perf_counter() > deadline:
            return False
        time.sleep(0.01)
    return True


def _screen() -> Screen | None:
    try:
        with screen():
            width, height = pygame.display.get_desktop_sizes()[0]
            return Screen(width, height, touch.get_num_devices())
    except (BedsideError, pygame.error, IndexError):
        return None


def _touch(shown: Screen) -> str:
    match shown.touch_panels:
        case 0:
            return "no touch panel"
        case 1:
            return "a touch panel"
        case many:
            return f"{many} touch panels"
