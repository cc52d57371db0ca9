"""What the card got against what a rendering of the same take gives, block by block and bit by bit."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from e2e.rig.soundcard import SoundCard


@dataclass(frozen=True, slots=True)
class Comparison:
    """How many blocks a rendering has that sound, and of those that were heard: how many are missing in it.

    ``again`` were heard a second time, ``strange`` are none of the rendering's. ``whole`` says that all of it was
    heard in one piece, with nothing after it.
    """

    blocks: int
    lost: int
    again: int
    strange: int
    whole: bool

    @staticmethod
    def late(card: SoundCard) -> int:
        """Return how many blocks a card has had late, or the rig has missed, since it was plugged in."""
        return card.missed // card.block + card.xruns

    def require(self, late: int) -> None:
        """Hold every block to the rendering, but for those that were ``late``.

        A machine that is shared is late for a block now and then; that block is lost, an old one is heard again, or
        parts of both, and the rig counts it. All other blocks are those of the rendering, each once and in order.
        """
        assert late or self.whole
        assert self.again + self.strange <= late
        assert self.lost <= 2 * late
        assert self.lost < 0.2 * self.blocks


def compare(heard: NDArray[np.float32], rendered: NDArray[np.float32], phase: int, block: int) -> Comparison:
    """Compare what was heard, whose blocks begin at frame ``phase``, with a rendering."""
    there = {each.tobytes(): number for number, each in enumerate(_blocks(rendered, block)) if each.any()}
    sounded = [each for each in _blocks(heard[phase:], block) if each.any()]
    known = [there[each.tobytes()] for each in sounded if each.tobytes() in there]
    sounding = np.flatnonzero(rendered.any(axis=1))
    first = int(np.flatnonzero(heard.any(axis=1))[0]) - int(sounding[0])
    lasting = int(sounding[-1]) + 1
    piece = heard[max(first, 0) : first + lasting]
    whole = first >= 0 and piece.tobytes() == rendered[:lasting].tobytes() and not heard[first + lasting :].any()
    return Comparison(
        blocks=len(there),
        lost=len(there) - len(set(known)),
        again=sum(b <= a for a, b in pairwise(known)),
        strange=len(sounded) - len(known),
        whole=whole,
    )


def _blocks(sound: NDArray[np.float32], frames: int) -> list[NDArray[np.float32]]:
    return [sound[start : start + frames] for start in range(0, len(sound) - frames + 1, frames)]
