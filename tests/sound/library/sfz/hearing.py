"""Folders of samples made for a test, and what an engine in a room without walls lets hear of them."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from unittest.mock import patch

import numpy as np
import soundfile
from numpy.typing import NDArray

from bedside.music.events import Event, NoteOff, NoteOn, Player, Source
from bedside.sound.engine.engine import Engine
from bedside.sound.engine.room import SPACES, USUAL, Space
from bedside.sound.instrument import Instrument
from bedside.sound.library import sfz

RATE = 48000
BLOCK = 64
C4 = 261.6255653

# Opcodes of a region whose level is told by nothing else.
STEADY = "amp_veltrack=0 ampeg_release=0.05 "


def key_hz(key: int) -> float:
    """Return the equal-tempered frequency of a key."""
    return 440 * 2 ** ((key - 69) / 12)


def sine(hz: float, seconds: float = 1.0, rate: int = RATE, level: float = 0.3) -> NDArray[np.float64]:
    """Return a steady sine."""
    return level * np.sin(2 * np.pi * hz * np.arange(round(seconds * rate)) / rate)


def kit(tmp_path: Path, text: str, /, rate: int = RATE, **samples: NDArray[np.floating]) -> Path:
    """Return a folder with an SFZ file and a WAV file for each sample given by name."""
    folder = tmp_path / "Kit"
    folder.mkdir(exist_ok=True)
    (folder / "kit.sfz").write_text(text)
    for name, sound in samples.items():
        soundfile.write(folder / f"{name}.wav", sound, rate, subtype="FLOAT")
    return folder


def loaded(tmp_path: Path, text: str, /, rate: int = RATE, **samples: NDArray[np.floating]) -> Instrument:
    """Return the instrument of such a folder, of which nothing is ignored."""
    instrument, ignored = sfz.load(kit(tmp_path, text, rate, **samples), RATE)
    assert ignored == []
    return instrument


def on(key: int = 60, velocity: float = 1.0, note: int = 1) -> NoteOn:
    """Return a strike."""
    return NoteOn(Player.CHILD, note, key, velocity, 0.5, Source.TOUCH)


def off(note: int = 1) -> NoteOff:
    """Return the end of a note."""
    return NoteOff(Player.CHILD, note)


def played(
    instrument: Instrument, events: Iterable[tuple[float, Event]], seconds: float, seed: int = 1
) -> NDArray[np.float64]:
    """Return what is heard, (frames, 2), of events given with the second at which each is asked."""
    with patch.dict(SPACES, {USUAL: Space(size=0.55, seconds=0.2, damping=0.5, wet=0.0)}):
        engine = Engine.of([instrument], RATE, BLOCK)
    engine.reset(seed)
    waiting = sorted(events, key=lambda event: event[0])
    blocks = []
    for block in range(round(seconds * RATE / BLOCK)):
        while waiting and waiting[0][0] * RATE <= block * BLOCK:
            engine.apply(waiting.pop(0)[1])
        out = np.empty((BLOCK, 2), np.float32)
        engine.render(out)
        blocks.append(out)
    return np.concatenate(blocks).astype(float)


def heard(
    instrument: Instrument,
    key: int = 60,
    velocity: float = 1.0,
    seconds: float = 0.5,
    until: float | None = None,
    seed: int = 1,
) -> NDArray[np.float64]:
    """Return what is heard of one strike, as one channel, let go after ``until`` seconds."""
    events = [(0.0, on(key, velocity))] + ([(until, off())] if until is not None else [])
    sound: NDArray[np.float64] = played(instrument, events, seconds, seed).sum(axis=1)
    return sound


def db(sound: NDArray[np.floating], begin: float = 0.0, end: float | None = None) -> float:
    """Return the RMS level of a stretch in dB."""
    piece = sound[round(begin * RATE) : None if end is None else round(end * RATE)]
    return float(10 * np.log10(np.mean(piece**2) + 1e-20))


def hertz(sound: NDArray[np.floating], begin: float = 0.05, end: float | None = None) -> float:
    """Return the frequency of the strongest line of a stretch."""
    piece = sound[round(begin * RATE) : None if end is None else round(end * RATE)]
    size = 2 ** int(np.ceil(np.log2(16 * piece.size)))
    level = np.log(np.abs(np.fft.rfft(piece * np.blackman(piece.size), size)) + 1e-15)
    top = int(np.argmax(level[1:-1])) + 1
    left, middle, right = level[top - 1 : top + 2]
    return float((top + 0.5 * (left - right) / (left - 2 * middle + right)) * RATE / size)


def cents(measured: float, wanted: float) -> float:
    """Return an interval in cents."""
    return 1200 * float(np.log2(measured / wanted))


def seconds(sound: NDArray[np.floating], floor_db: float = -60.0) -> float:
    """Return when a sound was last within ``floor_db`` of its loudest."""
    loud = np.flatnonzero(np.abs(sound) > np.abs(sound).max() * 10 ** (floor_db / 20))
    return float((loud[-1] + 1) / RATE)
