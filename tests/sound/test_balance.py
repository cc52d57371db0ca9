"""All instruments at one velocity are of one loudness, and every one of them answers to the hand."""

import numpy as np
import pytest

from bedside.music.events import Level, NoteOn, Player, Program, Source
from bedside.sound.engine.engine import Engine
from bedside.sound.instrument import Instrument
from bedside.sound.library import loading
from bedside.sound.library.catalogue import shipped_patches
from bedside.sound.loudness import OFFSET_LU, momentary
from sound.tones import RATE

BLOCK = 128
NAMES = [patch.name for patch in shipped_patches()]


@pytest.fixture(scope="module")
def instruments() -> dict[str, Instrument]:
    """Return all instruments that are shipped, by name."""
    return {instrument.name: instrument for instrument in loading.load(RATE)}


def loudness(instrument: Instrument, key: int, velocity: float, seed: int = 0) -> float:
    """Return the loudest 400 ms in LUFS of one note, both sides together."""
    engine = Engine.of([instrument], RATE, BLOCK)
    engine.apply(Program(Player.CHILD, instrument.name))
    engine.apply(Level(Player.CHILD, 0.0, 0.0))
    engine.reset(seed)
    engine.apply(NoteOn(Player.CHILD, 1, key, velocity, velocity, Source.TOUCH))
    out = np.zeros((round(1.5 * RATE / BLOCK) * BLOCK, 2), np.float32)
    for at in range(0, len(out), BLOCK):
        engine.render(out[at : at + BLOCK])
    sides = momentary(out.T.astype(float), RATE)
    return float(OFFSET_LU + 10 * np.log10(np.sum(10 ** ((sides - OFFSET_LU) / 10))))


def middle(name: str) -> list[int]:
    """Return keys of the middle of an instrument's range, from its register up."""
    patch = next(patch for patch in shipped_patches() if patch.name == name)
    return [key for key in range(patch.register, patch.register + 12, 3) if key <= patch.highest]


@pytest.mark.slow
def test_all_instruments_are_equally_loud(instruments: dict[str, Instrument]) -> None:
    """At one velocity the mid-range of every instrument lies within 2 LU of that of all together."""
    levels = {
        name: float(np.mean([loudness(instruments[name], key, 0.8, seed) for seed, key in enumerate(middle(name))]))
        for name in NAMES
    }
    whole = float(np.median(list(levels.values())))
    assert {name: level for name, level in levels.items() if abs(level - whole) > 2} == {}


@pytest.mark.parametrize("name", NAMES)
def test_a_harder_touch_is_louder(instruments: dict[str, Instrument], name: str) -> None:
    """Loudness rises with every step of velocity, and by at least 20 dB from the softest to the hardest."""
    key = middle(name)[1]
    levels = [loudness(instruments[name], key, velocity) for velocity in (0.02, 0.2, 0.4, 0.6, 0.8, 1.0)]
    assert levels == sorted(levels)
    assert levels[-1] - levels[0] >= 20
