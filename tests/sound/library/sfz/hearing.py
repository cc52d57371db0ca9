"""Folders of samples made for a test, and what an engine in a room without walls lets hear of them."""

from __future__ import annotations

from unittest.mock import patch

import numpy as np
import soundfile

from bedside.music.events import NoteOff, NoteOn, Player, Source
from bedside.sound.engine.engine import Engine
from bedside.sound.engine.room import SPACES, USUAL, Space
from bedside.sound.library import sfz

RATE = 48000
BLOCK = 64
C4 = 261.6255653

# Opcodes of a region whose level is told by nothing else.
STEADY = "amp_veltrack=0 ampeg_release=0.05 "


def key_hz(key):
    """Return the equal-tempered frequency of a key."""
    return 440 * 2 ** ((key - 69) / 12)


def sine(hz, seconds=1.0, rate=RATE, level=0.3):
    """Return a steady sine."""
    return level * np.sin(2 * np.pi * hz * np.arange(round(seconds * rate)) / rate)


def kit(tmp_path, text, /, rate=RATE, **samples):
    """Return a folder with an SFZ file and a WAV file for each sample given by name."""
    folder = tmp_path / "Kit"
    folder.mkdir(exist_ok=True)
    (folder / "kit.sfz").write_text(text)
    for name, sound in samples.items():
        soundfile.write(folder / f"{name}.wav", sound, rate, subtype="FLOAT")
    return folder


def loaded(tmp_path, text, /, rate=RATE, **samples):
    """Return the instrument of such a folder, of which nothing is ignored."""
    instrument, ignored = sfz.load(kit(tmp_path, text, rate, **samples), RATE)
    assert ignored == []
    return instrument


def on(key=60, velocity=1.0, note=1):
    """Return a strike."""
    return NoteOn(Player.CHILD, note, key, velocity, 0.5, Source.TOUCH)


def off(note=1):
    """Return the end of a note."""
    return NoteOff(Player.CHILD, note)


def played(instrument, events, seconds, seed=1):
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


def heard(instrument, key=60, velocity=1.0, seconds=0.5, until=None, seed=1):
    """Return what is heard of one strike, as one channel, let go after ``until`` seconds."""
    events = [(0.0, on(key, velocity))] + ([(until, off())] if until is not None else [])
    return played(instrument, events, seconds, seed).sum(axis=1)


def db(sound, begin=0.0, end=None):
    """Return the RMS level of a stretch in dB."""
    piece = sound[round(begin * RATE) : None if end is None else round(end * RATE)]
    return 10 * np.log10(np.mean(piece**2) + 1e-20)


def hertz(sound, begin=0.05, end=None):
    """Return the frequency of the strongest line of a stretch."""
    piece = sound[round(begin * RATE) : None if end is None else round(end * RATE)]
    size = 2 ** int(np.ceil(np.log2(16 * piece.size)))
    level = np.log(np.abs(np.fft.rfft(piece * np.blackman(piece.size), size)) + 1e-15)
    top = int(np.argmax(level[1:-1])) + 1
    left, middle, right = level[top - 1 : top + 2]
    return float((top + 0.5 * (left - right) / (left - 2 * middle + right)) * RATE / size)


def cents(measured, wanted):
    """Return an interval in cents."""
    return 1200 * float(np.log2(measured / wanted))


def seconds(sound, floor_db=-60.0):
    """Return when a sound was last within ``floor_db`` of its loudest."""
    loud = np.flatnonzero(np.abs(sound) > np.abs(sound).max() * 10 ** (floor_db / 20))
    return (loud[-1] + 1) / RATE
