"""A start at the bed: a picture and an answer to every touch long before anything can sound, even the first time."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from e2e.bed import pads, playing, spot, takes, wait_for_silence
from e2e.rig.gaze import Gaze
from e2e.rig.soundcard import SoundCard
from e2e.rig.touchscreen import Touchscreen


def test_a_finger_that_is_felt_early_sounds_as_soon_as_anything_can(
    touchscreen: Touchscreen, card: SoundCard, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With no instrument made yet, the first picture answers a finger with light; it stays, and is heard and recorded.

    No sentence for staff is said: nothing is wrong.
    """
    monkeypatch.setenv("BEDSIDE_CACHE", str(tmp_path / "cache"))
    x, y = spot(touchscreen, pads(touchscreen)[3])
    with Gaze(touchscreen) as gaze, playing(touchscreen, card, tmp_path / "data") as program:
        before = card.now()
        program.wait_for(lambda: not gaze.dark(), 60, "a picture")
        dark = gaze.around(x, y)
        touchscreen.down(1, x, y)
        program.wait_for(lambda: gaze.around(x, y) > dark + 8, 20, "the touch to be answered")
        assert card.onset(before) is None, "it sounded before it could be answered: the light was the engine's"
        program.wait_for(lambda: card.onset(before), 60, "the finger to be heard")
        touchscreen.up(1)
        wait_for_silence(card, program)
        # The world has faded in over the first picture, and is lit no more.
        program.stop()
        assert program.stderr.read_text() == ""
    (take,) = takes(tmp_path / "data")
    notes = [performed.event for performed in take if type(performed.event).__name__ == "NoteOn"]
    assert len(notes) == 1


def test_told_to_end_while_it_starts_it_ends_at_once(touchscreen: Touchscreen, card: SoundCard, tmp_path: Path) -> None:
    """A start is ended like anything else: in order, soon, with exit code 0."""
    with Gaze(touchscreen) as gaze, playing(touchscreen, card, tmp_path / "data") as program:
        program.wait_for(lambda: not gaze.dark(), 60, "a picture")
        began = time.monotonic()
        assert program.stop(20.0) == 0
        assert time.monotonic() - began < 15.0
