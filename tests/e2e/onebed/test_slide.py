"""A finger that slides across the pads: on what sustains it takes its note along, on what rings it strikes each pad."""

import time
from pathlib import Path

import numpy as np
import pytest

from bedside.music.events import Event, Glide, NoteOff, NoteOn, Player, Program
from bedside.music.pad import Pad
from bedside.sound.library import catalogue
from bedside.stage.input.seats import Control
from e2e.bed import events, listen, pads, spot
from e2e.control import pick, press
from e2e.hearing import pitch, pitches
from e2e.rig.program import Program as RunningProgram
from e2e.rig.soundcard import SoundCard
from e2e.rig.touchscreen import Touchscreen

NAMES = [recipe.name for recipe in catalogue.recipes(None)]

SLIDE_SECONDS = 2.5
STEP_SECONDS = 0.012

# Of one look at the pitch to the next, a fiftieth of a second later; the finger itself goes by 20 at most.
FASTEST_CENTS = 80


def lowest_row(touchscreen: Touchscreen) -> list[Pad]:
    """Return the pads of the lowest row, from left to right."""
    there = pads(touchscreen)
    return [pad for pad in there if pad.y == there[0].y]


def slide(touchscreen: Touchscreen, row: list[Pad], finger: int = 0) -> None:
    """Slide a finger that is down along a row of pads, from the middle of the first to that of the last."""
    (x0, y), (x1, _) = spot(touchscreen, row[0]), spot(touchscreen, row[-1])
    began = time.monotonic()
    while (share := (time.monotonic() - began) / SLIDE_SECONDS) < 1:
        touchscreen.move(finger, x0 + (x1 - x0) * share, y)
        time.sleep(STEP_SECONDS)
    touchscreen.move(finger, x1, y)


def recorded(data: Path, since: int) -> list[Event]:
    """Return what the child played since."""
    return [event for event in events(data)[since:] if getattr(event, "player", None) == Player.CHILD]


def test_a_slide_is_one_note_that_glides(touchscreen: Touchscreen, card: SoundCard, program: RunningProgram) -> None:
    """In the choir a finger takes its note along a whole row: one note in the record, no jump of pitch at the card."""
    row = lowest_row(touchscreen)
    press(touchscreen, Control.SOUND)
    time.sleep(0.5)
    pick(touchscreen, NAMES.index("choir"), len(NAMES))
    since = len(events(program.data))
    # The take that this touch begins has the choir.
    touchscreen.down(0, *spot(touchscreen, row[0]))
    before = listen(card, program, 0.4, after=0.4).mean(axis=1)
    start = card.now()
    slide(touchscreen, row)
    arrived = card.now()
    after = listen(card, program, 0.4, after=0.3).mean(axis=1)
    touchscreen.up(0)
    program.wait_for(lambda: isinstance(recorded(program.data, since)[-1], NoteOff), 10, "the finger to be lifted")
    gone = card.heard(start)[: arrived - start].mean(axis=1)
    played = recorded(program.data, since)
    assert Program(Player.CHILD, "choir") in played
    glides = [event.pitch for event in played if isinstance(event, Glide)]
    track = pitches(gone, card.rate, (row[0].key - 2, row[-1].key + 2))
    steps = 100 * np.abs(np.diff(track))
    print(f"{len(glides)} glides; heard from {track[0]:.2f} to {track[-1]:.2f}, largest step {steps.max():.0f} cents")
    assert [event.key for event in played if isinstance(event, NoteOn)] == [row[0].key]
    assert sum(isinstance(event, NoteOff) for event in played) == 1
    assert glides[-1] == row[-1].key
    assert (np.diff(glides) > 0).all()
    assert max(np.diff([row[0].key, *glides])) < 1.5
    assert pitch(before, card.rate, row[0].key, 0.04) == pytest.approx(row[0].key, abs=0.1)
    assert pitch(after, card.rate, row[-1].key, 0.04) == pytest.approx(row[-1].key, abs=0.1)
    # All pitches between were heard.
    for between in np.arange(row[0].key + 0.5, row[-1].key, 0.5):
        assert np.abs(track - between).min() < 0.5
    assert steps.max() < FASTEST_CENTS


def test_a_slide_on_the_harp_strikes_each_string(
    touchscreen: Touchscreen, card: SoundCard, program: RunningProgram
) -> None:
    """On the harp the same finger strikes the pads one by one, each a note of its own that is heard."""
    row = lowest_row(touchscreen)
    since = len(events(program.data))
    start = card.now()
    touchscreen.down(0, *spot(touchscreen, row[0]))
    slide(touchscreen, row)
    touchscreen.up(0)
    program.wait_for(lambda: isinstance(recorded(program.data, since)[-1], NoteOff), 10, "the finger to be lifted")
    heard = card.heard(start).mean(axis=1)
    played = recorded(program.data, since)
    assert [event.key for event in played if isinstance(event, NoteOn)] == [pad.key for pad in row]
    assert not [event for event in played if isinstance(event, Glide)]
    for pad in row:
        assert pitch(heard, card.rate, pad.key, 0.02) == pytest.approx(pad.key, abs=0.1)
