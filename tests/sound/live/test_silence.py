"""A card that hangs is told from a machine that stutters."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from bedside.sound.live.silence import SILENT_SECONDS, Silence

TICK = 0.02


def test_before_a_card_plays_it_is_not_silent() -> None:
    """However long the card takes to open, nothing is lost; all that time it is quiet."""
    silence = Silence(TICK)
    for number in range(1000):
        assert not silence.tick(100 + number * TICK)
        assert silence.quiet


@pytest.mark.parametrize("lasts", [0.0013, 0.0027, 0.021, 0.1])
def test_a_card_that_hangs_is_silent_after_a_moment(lasts: float) -> None:
    """From its last block it takes little more than the limit, or some blocks of a card whose blocks are long."""
    silence = Silence(TICK)
    now = 100.0
    for number in range(100):
        now = 100.0 + number * TICK
        while silence.last + lasts <= now:
            silence.block(max(silence.last + lasts, now), lasts)
        assert not silence.tick(now)
    last = silence.last
    while not silence.tick(now := now + TICK):
        pass
    assert max(SILENT_SECONDS, 3 * lasts) < now - last <= max(SILENT_SECONDS, 3 * lasts) + 3 * TICK
    silence.block(now, lasts)
    assert not silence.tick(now + TICK)
    assert not silence.quiet


def test_a_card_that_never_begins_is_silent_too() -> None:
    """Once a card was opened its blocks are expected."""
    silence = Silence(TICK)
    silence.tick(100.0)
    silence.blocks_expected(100.0)
    found = next(number for number in itertools.count() if silence.tick(100.0 + number * TICK))
    assert SILENT_SECONDS < found * TICK < SILENT_SECONDS + 3 * TICK


def test_a_machine_that_stands_still_loses_no_card() -> None:
    """Where the ticks come as late as the blocks, for any time and as often as it likes, the machine is at fault."""
    chance = np.random.default_rng(5)
    silence = Silence(TICK)
    now = 100.0
    for _ in range(5000):
        for _ in range(int(chance.integers(1, 6))):
            silence.block(now, 0.0027)
            now += TICK
            assert not silence.tick(now)
        now += float(chance.uniform(2.5 * TICK, 2.0))
        assert not silence.tick(now)


def test_a_card_that_hangs_on_a_machine_that_stutters_is_silent_all_the_same() -> None:
    """Only the time for which the machine stood still does not count."""
    silence = Silence(TICK)
    silence.tick(100.0)
    silence.block(100.0, 0.0027)
    now, steady = 100.0, 0.0
    for number in itertools.count():
        passed = TICK if number % 2 else 0.3
        now += passed
        steady += TICK * (number % 2)
        if silence.tick(now):
            break
    assert SILENT_SECONDS < steady < SILENT_SECONDS + 3 * TICK
