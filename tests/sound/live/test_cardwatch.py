"""A card that hangs is told from a machine that stutters."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from bedside.sound.live.cardwatch import SILENT_SECONDS, CardWatch

TICK = 0.02


def block(watch: CardWatch, now: float, lasts: float) -> None:
    """Let the card ask for a block."""
    watch.last, watch.lasts = now, lasts


def test_before_a_card_plays_it_is_not_silent() -> None:
    """However long the card takes to open, nothing is lost; all that time it is quiet."""
    watch = CardWatch(TICK)
    for number in range(1000):
        assert not watch.tick(100 + number * TICK)
        assert watch.quiet


@pytest.mark.parametrize("lasts", [0.0013, 0.0027, 0.021, 0.1])
def test_a_card_that_hangs_is_silent_after_a_moment(lasts: float) -> None:
    """From its last block it takes little more than the limit, or some blocks of a card whose blocks are long."""
    watch = CardWatch(TICK)
    now = 100.0
    for number in range(100):
        now = 100.0 + number * TICK
        while watch.last + lasts <= now:
            block(watch, max(watch.last + lasts, now), lasts)
        assert not watch.tick(now)
    last = watch.last
    while not watch.tick(now := now + TICK):
        pass
    assert max(SILENT_SECONDS, 3 * lasts) < now - last <= max(SILENT_SECONDS, 3 * lasts) + 3 * TICK
    block(watch, now, lasts)
    assert not watch.tick(now + TICK)
    assert not watch.quiet


def test_a_card_that_never_begins_is_silent_too() -> None:
    """Once a card was opened its blocks are expected."""
    watch = CardWatch(TICK)
    watch.tick(100.0)
    watch.blocks_expected(100.0)
    found = next(number for number in itertools.count() if watch.tick(100.0 + number * TICK))
    assert SILENT_SECONDS < found * TICK < SILENT_SECONDS + 3 * TICK


def test_a_machine_that_stands_still_loses_no_card() -> None:
    """Where the ticks come as late as the blocks, for any time and as often as it likes, the machine is at fault."""
    chance = np.random.default_rng(5)
    watch = CardWatch(TICK)
    now = 100.0
    for _ in range(5000):
        for _ in range(int(chance.integers(1, 6))):
            block(watch, now, 0.0027)
            now += TICK
            assert not watch.tick(now)
        now += float(chance.uniform(2.5 * TICK, 2.0))
        assert not watch.tick(now)


def test_a_card_that_hangs_on_a_machine_that_stutters_is_silent_all_the_same() -> None:
    """Only the time for which the machine stood still does not count."""
    watch = CardWatch(TICK)
    watch.tick(100.0)
    block(watch, 100.0, 0.0027)
    now, steady = 100.0, 0.0
    for number in itertools.count():
        passed = TICK if number % 2 else 0.3
        now += passed
        steady += TICK * (number % 2)
        if watch.tick(now):
            break
    assert SILENT_SECONDS < steady < SILENT_SECONDS + 3 * TICK
