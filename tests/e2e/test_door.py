"""The door to another world, touched on the screen: heard at the sound card, and in the ledger with who chose."""

from pathlib import Path

import numpy as np
import pytest

from bedside.music.events import NoteOn, Player, Program
from bedside.stage.input.seats import Control
from bedside.stage.worlds import world
from e2e.bed import bed, events, listen, pads, spot, takes
from e2e.control import ledger, pick, press, until_chosen
from e2e.hearing import level_db, pitch
from e2e.rig.soundcard import SoundCard
from e2e.rig.touchscreen import Touchscreen

# A held organ is now louder, now softer by so much.
STEADY_DB = 5.0


def test_another_world_is_entered_by_its_door(touchscreen: Touchscreen, card: SoundCard, tmp_path: Path) -> None:
    """What rings goes on until the choice; then the other world's pads sound its own instrument, in its own scale."""
    data = tmp_path / "kept"
    there = world.names()
    space = pads(touchscreen, "space")
    with bed(touchscreen, card, data) as program:
        touchscreen.down(0, *spot(touchscreen, pads(touchscreen)[0]))
        press(touchscreen, Control.DOOR)
        ringing = listen(card, program, 1.2, after=0.2)
        assert np.abs(ringing).max(axis=1).reshape(12, -1).max(axis=1).min() > 1e-4
        assert not [choice for choice in ledger(data) if choice.what == "world"]
        pick(touchscreen, there.index("space"), len(there))
        until_chosen(program, "world", "space", "child")
        touchscreen.up(0)
        wanted = Program(Player.CHILD, world.find("space").instrument)
        program.wait_for(lambda: wanted in [each.event for each in takes(data)[-1]], 60, "the other world")
        since = len(events(data))
        touchscreen.down(0, *spot(touchscreen, space[3]))
        first, second = listen(card, program, 0.4, after=0.8), listen(card, program, 0.4, after=2.0)
        touchscreen.up(0)
        assert program.stop() == 0
        assert program.stderr.read_text() == ""
    (on,) = (each for each in events(data)[since:] if isinstance(each, NoteOn) and each.player == Player.CHILD)
    assert on.key == space[3].key
    assert on.key not in [pad.key for pad in pads(touchscreen)]
    assert level_db(second) == pytest.approx(level_db(first), abs=STEADY_DB)
    assert pitch(second.mean(axis=1), card.rate, on.key, 0.03) == pytest.approx(on.key, abs=0.15)
    assert [(choice.what, choice.which, choice.by) for choice in ledger(data)] == [("world", "space", "child")]
