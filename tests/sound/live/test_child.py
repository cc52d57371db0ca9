"""How long an engine may take: to load, to open a card, to begin, and between two heartbeats."""

from __future__ import annotations

import pytest

from bedside.music.events import NoteOff, Player
from bedside.sound.live import wire
from bedside.sound.live.child import Phase
from sound.live.puppet import puppet


@pytest.mark.parametrize(("phase", "seconds"), [(Phase.LOADING, 60.0), (Phase.OPENING, 4.0), (Phase.PLAYING, 1.5)])
def test_what_begins_may_take_so_long(phase: Phase, seconds: float) -> None:
    """A minute to load, four seconds for a card, and then a moment until the first heartbeat."""
    with puppet(phase) as child:
        assert not child.overdue(seconds - 0.1)
        assert child.overdue(seconds + 0.1)


def test_a_spare_may_wait_for_ever() -> None:
    """An engine that is ready for its turn is never late."""
    with puppet(Phase.READY) as child:
        assert not child.overdue(1e9)


def test_a_heartbeat_is_never_older_than_a_fifth_of_a_second() -> None:
    """An engine that was heard, and then not for 200 ms, hangs; it is excused while its parent stood still too."""
    with puppet(Phase.PLAYING) as child:
        child.hear_beat(wire.Beat(0, 10 * 10**9, 0, 0.0, True))
        assert not child.overdue(10.19)
        assert child.overdue(10.21)
        child.excused = 0.2
        assert not child.overdue(10.39)
        assert child.overdue(10.41)
        child.hear_beat(wire.Beat(0, 11 * 10**9, 0, 0.0, True))
        assert child.overdue(11.21)


def test_an_engine_that_reads_nothing_hangs() -> None:
    """However lively its heartbeat, an engine that lets what it is asked pile up is late."""
    with puppet(Phase.PLAYING) as child:
        child.beat = wire.Beat(0, 10 * 10**9, 0, 0.0, True)
        for note in range(100_000):
            child.send(wire.Request(NoteOff(Player.CHILD, note), 1))
            if child.overdue(10.0):
                return
        pytest.fail("it never hung")
