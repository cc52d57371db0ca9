"""Probe the sound: its latency, and the blocks that come late while 64 voices play unheard."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Sequence

from bedside.music.events import Level, NoteOn, Player, Program, Source
from bedside.sound.live.host import EngineHost, Health
from bedside.sound.live.process import EngineSettings
from bedside.stage.bed import BLOCK, POLYPHONY, RATE
from bedside.stage.examination.finding import Finding, Scope, Standing

# A sustained instrument: its voices sound until the end.
_INSTRUMENT = "organ"
_VOICES = 64
_KEYS = range(40, 72)

# Silent, and yet every voice is computed.
_SILENT_DB = -120.0

_READY_SECONDS = 60.0
# Not a multiple of any block size, so that pings arrive at every phase of a block.
_PING_SECONDS = 0.0073

# Musicians notice more (Wessel & Wright 2002 ask for 10 ms); the card's part is as its driver states it.
_MOST_SECONDS = 0.020
# One late block is a click: more than one, and more than one in so many seconds, is heard as a fault.
_SECONDS_PER_LATE = 10.0


def probe_sound(scope: Scope) -> list[Finding]:
    """Measure for some seconds on the card: which one is heard, the latency and the late blocks. Nothing sounds."""
    settings = EngineSettings(RATE, BLOCK, POLYPHONY, scope.card, (_INSTRUMENT,))
    host = EngineHost(settings, frozenset((_INSTRUMENT,)), lambda _performed: None)
    host.start()
    try:
        answered = _until(lambda: host.ready, _READY_SECONDS)
        if answered:
            _play_unheard(host)
            before = host.health.late_blocks
            began = time.perf_counter()
            while time.perf_counter() < began + scope.seconds:
                host.ping()
                time.sleep(_PING_SECONDS)
            seconds = time.perf_counter() - began
            _until(lambda: len(host.pongs) > 1, 1.0)
        health = host.health
        pongs = host.pongs
    finally:
        host.stop()
    if not answered:
        advice = "The sound engine did not answer: see `bedside doctor --log`, and start the computer again."
        return [Finding("Sound", "not measured", Standing.LOOK, advice, _values(None, [], 0, 0))]
    blocks = round(seconds * RATE / BLOCK)
    late = health.late_blocks - before if health.late_blocks >= before else health.late_blocks
    return [
        _heard(health, scope.card, _values(health, pongs, late, blocks)),
        _latency(health, pongs),
        _late(health, late, blocks, seconds),
    ]


def _play_unheard(host: EngineHost) -> None:
    for player in Player:
        host.ask(Level(player, _SILENT_DB, 0.0))
        host.ask(Program(player, _INSTRUMENT))
    for number in range(_VOICES):
        player = Player(number % len(Player))
        host.ask(NoteOn(player, number, _KEYS[number % len(_KEYS)], 0.5, 0.5, Source.KEYS))
    # The first blocks of a stream are slow everywhere.
    time.sleep(0.5)


def _heard(health: Health, wanted: str | None, values: dict[str, object]) -> Finding:
    if health.card:
        return Finding("Sound", f"heard on {health.card}", Standing.GOOD, values=values)
    said = "no card responds" if wanted is None else f"no card called “{wanted}” responds"
    return Finding(
        "Sound",
        f"{said}; nothing will be heard",
        Standing.LOOK,
        "See “Sound cards”. Is it plugged in and switched on?",
        values,
    )


def _latency(health: Health, pongs: Sequence[float]) -> Finding:
    if not health.card or len(pongs) < 2:
        return Finding("Touch to sound", "not measured without a sound card")
    median, p95 = (seconds + health.latency_seconds for seconds in _spread(pongs))
    said = f"{1000 * median:.1f} ms, 95 of 100 within {1000 * p95:.1f} ms"
    if p95 <= _MOST_SECONDS:
        return Finding("Touch to sound", said, Standing.GOOD)
    advice = f"More than {1000 * _MOST_SECONDS:.0f} ms is felt: close other programs, or choose another card or driver."
    return Finding("Touch to sound", said, Standing.LOOK, advice)


def _late(health: Health, late: int, blocks: int, seconds: float) -> Finding:
    longest = f"longest {1000 * health.longest_block_seconds:.2f} ms of {1000 * BLOCK / RATE:.2f} ms"
    said = f"{late} of {blocks} in {seconds:.0f} s with {_VOICES} voices, {longest}"
    if health.restarts and health.card:
        advice = "The sound engine stopped and was replaced meanwhile: see `bedside doctor --log`."
        return Finding("Late blocks", said, Standing.LOOK, advice)
    if late <= max(1, seconds / _SECONDS_PER_LATE):
        return Finding("Late blocks", said, Standing.GOOD)
    advice = "Each is heard as a click: close other programs, and allow real-time priority for sound."
    return Finding("Late blocks", said, Standing.LOOK, advice)


def _values(health: Health | None, pongs: Sequence[float], late: int, blocks: int) -> dict[str, object]:
    latency = None
    if health is not None and health.card and len(pongs) > 1:
        median, p95 = (1000 * seconds for seconds in _spread(pongs))
        card = 1000 * health.latency_seconds
        latency = {
            "touch_to_block_median_ms": round(median, 3),
            "touch_to_block_p95_ms": round(p95, 3),
            "card_ms": round(card, 3),
            "median_ms": round(median + card, 3),
            "p95_ms": round(p95 + card, 3),
        }
    return {
        "heard_on": (health.card or None) if health is not None else None,
        "latency": latency,
        "late_blocks": late,
        "blocks": blocks,
        "longest_block_ms": round(1000 * health.longest_block_seconds, 3) if health is not None else 0.0,
    }


def _spread(pongs: Sequence[float]) -> tuple[float, float]:
    """Return the median and the 95th percentile."""
    return statistics.median(pongs), statistics.quantiles(pongs, n=20)[-1]


def _until(true: Callable[[], bool], seconds: float) -> bool:
    deadline = time.perf_counter() + seconds
    while not true():
        if time.perf_counter() > deadline:
            return False
        time.sleep(0.01)
    return True
