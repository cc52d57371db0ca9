"""Where notes stand between left and right: low keys left, high keys right, as strings before a player."""

from __future__ import annotations

from functools import cache
from itertools import pairwise

import numpy as np
import pytest

from bedside.music.events import NoteOn, Player, Reverb, Source
from bedside.sound.engine.engine import Engine
from sound.tones import RATE, tone

BLOCK = 128
SEEDS = range(16)
TONE = tone("held", 24, 96, seconds=0.1, loop_seconds=0.1, peak=0.1)


@cache
def place(key: int) -> float:
    """Return where a key stands, −1 left to 1 right: the angle of its two levels, over several seeds."""
    angles = []
    for seed in SEEDS:
        engine = Engine.of([TONE], RATE, BLOCK)
        engine.apply(Reverb("nearby"))
        engine.reset(seed)
        engine.apply(NoteOn(Player.CHILD, 1, key, 0.8, 0.0, Source.TOUCH))
        out = np.empty((BLOCK, 2), np.float32)
        sides = np.zeros(2)
        for block in range(60):
            engine.render(out)
            if block >= 20:
                sides += np.square(out, dtype=np.float64).sum(axis=0)
        left, right = np.sqrt(sides)
        angles.append(4 / np.pi * np.arctan2(right, left) - 1)
    return float(np.mean(angles))


def test_the_middle_of_the_keyboard_stands_in_the_middle() -> None:
    """Middle C of a part that is panned nowhere is as loud on the left as on the right."""
    assert place(60) == pytest.approx(0.0, abs=0.05)


def test_three_octaves_spread_a_third_of_the_way() -> None:
    """Three octaves below the middle stand a third of the way to the left, three above it as far to the right."""
    assert place(24) == pytest.approx(-0.35, abs=0.1)
    assert place(96) == pytest.approx(0.35, abs=0.1)


def test_higher_keys_stand_further_right() -> None:
    """Octave by octave a scale walks from left to right."""
    places = [place(key) for key in range(24, 97, 12)]
    assert all(lower < higher - 0.05 for lower, higher in pairwise(places))
