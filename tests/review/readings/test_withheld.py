"""A span in which the ward let nothing sound is no data, wherever it is asked for."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from bedside.archive.store.choices import Chosen, decides
from bedside.archive.store.store import Choice
from bedside.archive.store.withheld import withheld
from bedside.music.events import Player
from bedside.review.readings.course import session_course
from bedside.review.readings.measured import Measured
from review.web.desk import RATE, desk, played

NOW = datetime(2026, 9, 7, tzinfo=UTC)
LAST = 1000


def choice(what: str, frame: int | None, take: str | None = "take") -> Choice:
    return Choice(take, frame, NOW, what, "", "anyone")


@pytest.mark.parametrize(
    ("choices", "spans"),
    [
        ([choice("mute", 100), choice("unmute", 300)], [(100, 300)]),
        ([choice("mute", 100)], [(100, LAST)]),
        ([choice("mute", 100), choice("unmute", None)], [(100, LAST)]),
        ([choice("mute", 100), choice("unmute", 5, "later")], [(100, LAST)]),
        ([choice("mute", 100, "other"), choice("unmute", 300, "other")], []),
        ([choice("mute", None), choice("unmute", None)], []),
        ([choice("stop", 100), choice("go on", 300)], []),
        ([choice("unmute", 50), choice("mute", 100), choice("mute", 120), choice("unmute", 130)], [(100, 130)]),
        (
            [choice("wipe-down", 500), choice("mute", 100), choice("unmute", 200), choice("wiped", 700)],
            [(100, 200), (500, 700)],
        ),
    ],
)
def test_spans_of_a_take(choices: list[Choice], spans: list[tuple[int, int]]) -> None:
    """From mute to unmute and from wipe-down to wiped, or to the end of the take; a stop is somebody's choice."""
    assert withheld(choices, "take", LAST) == spans


def test_a_mute_is_no_data_on_the_pages(tmp_path: Path) -> None:
    """Its span is a gap of the take; no curve has a value there, and the silence of it is nobody's."""
    with desk(tmp_path / "kept") as ward:
        whole = played(60)
        quiet = [each for each in whole if not 20 * RATE < each.frame < 40 * RATE]
        session = ward.session(0, quiet, quiet)
        with ward.store.writing() as writing:
            for frame, what in ((20 * RATE, "mute"), (40 * RATE, "unmute")):
                writing.choose(session, ward.takes[0], Chosen(frame, what, "", "anyone"))
        there = Measured(ward.store, ward.door.bare.state.takes)
        assert ward.door.bare.state.takes.read(ward.takes[0]).gaps == [(20.0, 40.0)]
        muted, paused = (there.measures(take).players[Player.CHILD] for take in ward.takes)
        assert all(value != value for value in muted.density.curve[21:46])
        assert muted.silence.whole < paused.silence.whole / 1.5


def test_the_ward_s_choices_are_in_no_share(tmp_path: Path) -> None:
    """What the ward, the clock or a gesture of anyone did takes nothing from the child's share of the decisions."""
    with desk(tmp_path / "kept") as ward:
        session = ward.session(0, played(10), chosen=("child", "adult"))
        with ward.store.writing() as writing:
            for what, by in (("mute", "anyone"), ("wipe-down", "adult"), ("bookmark", "adult"), ("profile", "clock")):
                assert not decides(what, by)
                writing.choose(session, ward.takes[0], Chosen(100, what, "", by))
        there = Measured(ward.store, ward.door.bare.state.takes)
        (found,) = session_course(ward.store, there, ward.patient, Player.CHILD)
        assert (found.by_child, found.choices, found.share) == (1, 2, 0.5)
