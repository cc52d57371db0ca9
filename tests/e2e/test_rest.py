"""When nobody touches anything the bed keeps still: no sound, no motion, and a dimmer too slow to be seen moving."""

import time
from itertools import pairwise
from pathlib import Path

import numpy as np
import pygame
from numpy.typing import NDArray

from bedside.stage.picture import dimmer
from e2e.bed import bed, pads, spot, wait_for_silence
from e2e.rig.eye import Eye
from e2e.rig.soundcard import SoundCard
from e2e.rig.touchscreen import Touchscreen

# The light of the last touch is gone after this at the most.
FADED_SECONDS = 15.0

# It is watched so long after the touch: the world stands still until the dimmer comes, and then it grows darker.
REST_SECONDS = 60.0

# The dimmer is drawn no more often than this in a second, of which no one sees a step.
VEILS_A_SECOND = 12
STEP = 4


def look(screen: Touchscreen, folder: Path) -> NDArray[np.int_]:
    """Return the levels of every pixel of the screen."""
    path = folder / "look.bmp"
    screen.screenshot(path)
    return pygame.surfarray.array3d(pygame.image.load(path)).astype(int)


def test_rest_is_rest(touchscreen: Touchscreen, card: SoundCard, tmp_path: Path) -> None:
    """A minute without a touch: exact silence, nothing drawn until the world dims, and then it only darkens.

    The next touch sounds at once all the same.
    """
    with bed(touchscreen, card, tmp_path / "kept") as program, Eye(touchscreen) as eye:
        for finger, pad in enumerate(pads(touchscreen)[:5]):
            touchscreen.tap(finger, *spot(touchscreen, pad), 0.2)
        touched = time.monotonic()
        wait_for_silence(card, program)
        program.wait_for(lambda: faded(eye), FADED_SECONDS, "the light to fade")
        began, since = time.monotonic(), card.now()
        before = look(touchscreen, tmp_path)
        stands = touched + dimmer.REST_SECONDS - 1.0
        looks = [before]
        while time.monotonic() < touched + REST_SECONDS:
            time.sleep(0.5)
            if time.monotonic() > stands:
                looks.append(look(touchscreen, tmp_path))
        until = time.monotonic()
        drawn = [at for at in list(eye.drawn) if began < at < until]
        program.wait_for(lambda: card.end > since + (until - began) * card.rate, 30, "the card to go on")
        assert not card.heard(since).any()
        # Nothing is drawn before the dimmer comes.
        assert not [at for at in drawn if at < stands]
        assert drawn
        assert len(drawn) < VEILS_A_SECOND * (until - stands)
        steps = [after - earlier for earlier, after in pairwise(looks)]
        print(
            f"still for {min(drawn) - began:.0f} s, then drawn on {len(drawn) / (until - stands):.1f} times a second; "
            f"the picture went from {looks[0].mean():.1f} to {looks[-1].mean():.1f}"
        )
        # It grows darker, by steps that are not seen, and nowhere brighter.
        assert looks[-1].mean() < 0.9 * looks[0].mean()
        assert max(int(step.max()) for step in steps) <= 1
        assert np.abs(looks[-1] - looks[0]).max() > STEP
        assert max(float(np.abs(step).mean()) for step in steps) < STEP
        since = card.now()
        touchscreen.tap(0, *spot(touchscreen, pads(touchscreen)[0]))
        program.wait_for(lambda: card.onset(since), 10, "a touch to be heard")
        assert program.stop() == 0
        assert program.stderr.read_text() == ""


def faded(eye: Eye) -> bool:
    """Say whether nothing was drawn for two seconds."""
    return time.monotonic() - eye.drawn[-1] > 2.0
