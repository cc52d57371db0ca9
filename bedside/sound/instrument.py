"""An instrument ready to play: every note of it synthesised ahead, at its exact pitch, in one pool of samples."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

LONGEST_BLOCK = 512

# A note may begin anywhere within a block: as many zeros stand before each table, and the reach of an interpolation.
LEAD = LONGEST_BLOCK + 4

# A voice may read this many frames past the end of a table: a block, read half as fast again, and the reach of an
# interpolation.
GUARD = LONGEST_BLOCK * 3 // 2 + 8

# From the softest touch to the hardest, where an instrument does not say otherwise.
VELOCITY_SPAN_DB = 30.0

# Gains of velocities 0–1 in 127 equal steps.
RESPONSE: NDArray[np.float64] = 10 ** (-VELOCITY_SPAN_DB / 20 * (1 - np.arange(128) / 127))
RESPONSE.flags.writeable = False


@dataclass(frozen=True, slots=True)
class Region:
    """Two tables of an instrument's pool, and when and how a voice plays them.

    The soft and the bright table begin at ``soft`` and ``bright`` (the same where there is but one) and are both
    ``length`` frames long; `LEAD` zeros stand before each, and `GUARD` more frames follow: zeros where ``loop`` is 0,
    else the continuation of the loop. A voice that reaches ``length`` is over where ``loop`` is 0, else goes back by
    ``loop`` frames. All the while it falls by ``fall`` dB a second, which the tables themselves do not; once let go it
    falls by 60 dB in ``release`` seconds, infinite where it rings on as it was struck.

    It sounds for velocities ``velocity[0] <= v <= velocity[1]`` and for chances ``chance[0] <= c < chance[1]``, both
    0–1, and of every ``turns`` strikes of its key for the one numbered ``turn``, from 0. ``gains`` holds its gain at
    velocities 0–1 in 127 equal steps, ``pan`` moves it by −1 (left) to 1 (right). A voice of a ``group`` other than 0
    is choked by any strike whose ``off_by`` is that group. With ``on_release`` it sounds when the key is let go,
    softer by ``rest`` dB for each second that the key was held.
    """

    soft: int
    bright: int
    length: int
    loop: int = 0
    fall: float = 0.0
    release: float = float("inf")
    velocity: tuple[float, float] = (0.0, 1.0)
    chance: tuple[float, float] = (0.0, 1.0)
    turn: int = 0
    turns: int = 1
    gains: NDArray[np.float64] = field(default_factory=lambda: RESPONSE)
    pan: float = 0.0
    group: int = 0
    off_by: int = 0
    on_release: bool = False
    rest: float = 0.0

    def __post_init__(self) -> None:
        if self.loop and not self.fall and self.release == float("inf"):
            raise ValueError("a region that loops must fall, by itself or once it is let go")

    def like(self, other: Region) -> bool:
        """Return whether it is what ``other`` is to another key."""
        mine = (self.velocity, self.chance, self.turn, self.turns, self.group, self.on_release, bool(self.loop))
        theirs = (
            other.velocity,
            other.chance,
            other.turn,
            other.turns,
            other.group,
            other.on_release,
            bool(other.loop),
        )
        return mine == theirs

    def suits(self, velocity: float, chance: float, turn: int) -> bool:
        """Return whether it sounds for a velocity and a chance, both 0–1, and this number of its key's strikes."""
        return (
            self.velocity[0] <= velocity <= self.velocity[1]
            and self.chance[0] <= chance < self.chance[1]
            and turn % self.turns == self.turn
        )

    def gain(self, velocity: float) -> float:
        """Return the gain of a velocity, 0–1."""
        at = min(max(velocity, 0.0), 1.0) * 127
        step = min(int(at), 126)
        low: float = self.gains.item(step)
        high: float = self.gains.item(step + 1)
        return low + (high - low) * (at - step)


@dataclass(frozen=True, slots=True)
class Instrument:
    """The baked tables of one patch, or of a folder of samples, at one sample rate.

    ``pool`` is one row of float32 samples, mono; ``regions[i]`` are those of the key ``lowest + i``. ``sustained`` says
    whether a held note sounds for as long as it is held.
    """

    name: str
    picture: str
    lowest: int
    highest: int
    sustained: bool
    rate: int
    pool: NDArray[np.float32]
    regions: tuple[tuple[Region, ...], ...]

    def nearest(self, key: int) -> int:
        """Return the key that sounds for a MIDI key: itself, or the nearest octave of it within the range."""
        while key < self.lowest:
            key += 12
        while key > self.highest:
            key -= 12
        return min(max(key, self.lowest), self.highest)

    def at(self, key: int) -> tuple[Region, ...]:
        """Return the regions of a key of its range."""
        return self.regions[key - self.lowest]
