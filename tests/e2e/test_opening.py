"""A start at the bed: a picture and an answer to every touch long before anything can sound, even the first time."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from bedside.music.events import NoteOn
from e2e.bed import pads, playing, spot, takes, tap_until_heard
from e2e.rig.gaze import Gaze
from e2e.rig.soundcard import SoundCard
from e2e.rig.touchscreen import Touchscreen

# A place is lit once it is brighter by so many levels.
_FAINT = 8.0


def test_a_finger_that_is_felt_early_becomes_a_note(
    touchscreen: Touchscreen, card: SoundCard, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With no instrument made yet, the first picture answers a finger by a faint light; it stays, and becomes a note.

    Where the card takes its time to open, that note is recorded and not heard, so another finger is listened for. No
    sentence for staff is said: nothing is wrong.
    """
    monkeypatch.setenv("BEDSIDE_CACHE", str(tmp_path / "cache"))
    x, y = spot(touchscreen, pads(touchscreen)[3], 0.8)
    with Gaze(touchscreen) as gaze, playing(touchscreen, card, tmp_path / "data") as program:
        before = card.now()
        program.wait_for(lambda: not gaze.dark(), 60, "a picture")
        dark = gaze.around(x, y)
        touchscreen.down(1, x, y)
        program.wait_for(lambda: gaze.around(x, y) > dark + _FAINT, 20, "the touch to be answered")
        assert card.onset(before) is None, "it sounded before it was seen to be answered"
        assert tap_until_heard(touchscreen, card, program)
        touchscreen.up(1)
        program.stop()
        assert program.stderr.read_text() == ""
    notes = [each.event.key for each in takes(tmp_path / "data")[0] if isinstance(each.event, NoteOn)]
    assert notes.count(pads(touchscreen)[3].key) == 1


def test_told_to_end_while_it_starts_it_ends_at_once(touchscreen: Touchscreen, card: SoundCard, tmp_path: Path) -> None:
    """A start is ended like anything else: in order, soon, with exit code 0."""
    with Gaze(touchscreen) as gaze, playing(touchscreen, card, tmp_path / "data") as program:
        program.wait_for(lambda: not gaze.dark(), 60, "a picture")
        began = time.monotonic()
        assert program.stop(20.0) == 0
        assert time.monotonic() - began < 15.0
