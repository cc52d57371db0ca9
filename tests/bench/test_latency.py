"""From a finger on the screen to the sound card, through everything there is."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import soundfile

from bedside.music.events import NoteOn, TakeBegan, TakeEnded
from bedside.sound.engine.limiter import LOOK_AHEAD_SECONDS
from bedside.stage.worlds import world
from e2e.bed import bed, bedside, pads, spot, takes, wait_for_silence
from e2e.rig.soundcard import SoundCard
from e2e.rig.touchscreen import Touchscreen

TOUCHES = 200


@pytest.mark.parametrize("name", world.names())
def test_touch_to_sound_card(
    name: str, touchscreen: Touchscreen, card: SoundCard, tmp_path: Path, report: Callable[[str], None]
) -> None:
    """Two hundred touches at uneven times while the picture moves; each sound is found by its bits at the card.

    Counted is the time from before the touch is given to the screen until the first frame of the note is at the card.
    """
    data = tmp_path / "kept"
    chance = random.Random(2)
    places = pads(touchscreen, name)
    with bed(touchscreen, card, data, "--world", name) as program:
        program.wait_for(lambda: isinstance(takes(data)[-1][-1].event, TakeEnded), 60, "the first take to end")
        missed, late = card.missed, card.xruns
        before = card.now()
        touched = []
        for _ in range(TOUCHES):
            x, y = spot(touchscreen, chance.choice(places), chance.uniform(0.2, 0.9))
            touched.append(card.now())
            touchscreen.down(0, x, y)
            time.sleep(chance.uniform(0.03, 0.06))
            touchscreen.up(0)
            time.sleep(chance.uniform(0.02, 0.07))
        wait_for_silence(card, program)
        missed, late = card.missed - missed, card.xruns - late
        program.stop()
    out = tmp_path / "take.wav"
    assert bedside("render", "last", "--out", str(out), data=data).returncode == 0
    rendered, rate = soundfile.read(out, dtype="float32", always_2d=True)
    take = takes(data)[-1]
    began = next(p.event for p in take if isinstance(p.event, TakeBegan))
    played = [p.frame for p in take if isinstance(p.event, NoteOn)]
    assert len(played) == TOUCHES
    phase = (card.first - before) % card.block
    heard = card.heard(before)[phase:]
    where = {
        heard[at : at + card.block].tobytes(): before + phase + at
        for at in range(0, len(heard) - card.block + 1, card.block)
    }
    ahead = round(LOOK_AHEAD_SECONDS * rate)
    found = []
    for at, frame in zip(touched, played, strict=True):
        block = rendered[frame : frame + began.block].tobytes()
        if any(block) and block in where:
            found.append((where[block] + ahead - at) / rate * 1000)
    found_ms = np.array(found)
    report(
        f"{name:8}: touch to sound card, {len(found)} of {TOUCHES} touches found: median {np.median(found_ms):.1f} ms, "
        f"p95 {np.percentile(found_ms, 95):.1f} ms, longest {found_ms.max():.1f} ms; "
        f"the rig missed {missed} frames and {late} deadlines, real-time {card.realtime}"
    )
    assert len(found) > 0.9 * TOUCHES
