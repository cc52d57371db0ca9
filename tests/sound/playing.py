"""How tests play an engine and measure what they hear."""

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bedside.music.events import Event, NoteOn, Player, Reverb, Source
from bedside.sound.engine.engine import Engine
from bedside.sound.instrument import Instrument
from sound.listening import peak_hz
from sound.tones import RATE, tone

BLOCK = 128
CHILD, THERAPIST = Player.CHILD, Player.THERAPIST
HELD = tone("held", 36, 96, loop_seconds=0.4, peak=0.1)


def on(note: int, key: int = 60, velocity: float = 0.8, brightness: float = 0.0, player: Player = CHILD) -> NoteOn:
    return NoteOn(player, note, key, velocity, brightness, Source.TOUCH)


def hz(key: float) -> float:
    return 440 * 2 ** ((key - 69) / 12)


def dry(instrument: Instrument = HELD, polyphony: int = 64) -> Engine:
    """Return an engine in the driest room."""
    engine = Engine.of([instrument], RATE, BLOCK, polyphony)
    engine.apply(Reverb("nearby"))
    return engine


def play(engine: Engine, seconds: float) -> NDArray[np.float64]:
    blocks = []
    for _ in range(round(seconds * RATE / engine.block)):
        out = np.empty((engine.block, 2), np.float32)
        engine.render(out)
        blocks.append(out)
    return np.concatenate(blocks).astype(float)


def pitch(sound: NDArray[np.float64], key: float) -> float:
    return peak_hz(sound[:, 0], RATE, hz(key), 0.03)


def bend_of(sound: NDArray[np.float64]) -> float:
    return float(np.abs(np.diff(sound, n=2, axis=0)).max())


def db(sound: NDArray[np.float64]) -> float:
    return float(10 * np.log10(np.mean(sound**2) + 1e-20))


def with_regions(*changes: dict[str, Any]) -> Instrument:
    """Return an instrument each of whose keys has a region for each set of changes, of its own pitch by octaves."""
    base = tone("layers", 36, 96, 0.4, loop_seconds=0.2, peak=0.1)
    regions = tuple(
        tuple(replace(base.at(min(key + 12 * number, 96))[0], **change) for number, change in enumerate(changes))
        for key in range(36, 97)
    )
    return replace(base, regions=regions)


def heard_octaves(engine: Engine, *events: Event, octaves: int = 3) -> list[bool]:
    for event in events:
        engine.apply(event)
    sound = play(engine, 0.3)[:, 0]
    window = np.hanning(sound.size)
    spectrum = np.abs(np.fft.rfft(sound * window)) / window.sum()
    at = [round(hz(48 + 12 * octave) * sound.size / RATE) for octave in range(octaves)]
    return [bool(spectrum[line - 1 : line + 2].max() > 1e-3) for line in at]
