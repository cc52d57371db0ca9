"""An instrument ready to play: every note synthesised ahead of time, at its exact pitch, in one pool of samples."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from bedside.sound.exact import decibels

LONGEST_BLOCK = 512

# A note may begin anywhere in a block, so each table is preceded by a block of zeros, and the reach of interpolation.
LEAD = LONGEST_BLOCK + 4

# A voice may read this many frames past the end of a table: a block at 1.5 times the speed, and the reach of
# interpolation.
GUARD = LONGEST_BLOCK * 3 // 2 + 8

# All samples of a pool are multiples of this and less than 1: exact in float32, whole numbers in sums of products, and
# far above the denormals at any gain that a voice applies.
QUANTUM = 2.0**-24

# The default range from the softest touch to the hardest.
VELOCITY_SPAN_DB = 30.0

# Gains of velocities 0–1 in 127 equal steps.
RESPONSE: NDArray[np.float64] = decibels(-VELOCITY_SPAN_DB * (1 - np.arange(128) / 127))
RESPONSE.flags.writeable = False


@dataclass(frozen=True, slots=True)
class Region:
    """Two tables in an instrument's pool, and when and how a voice plays them.

    The soft and the bright table begin at ``soft`` and ``bright`` (equal if there is only one), and both are ``length``
    frames long. `LEAD` zeros precede each, and `GUARD` more frames follow: the continued loop, or zeros if ``loop`` is
    0. At ``length`` a voice goes back by ``loop`` frames, or ends if that is 0. It decays by ``fall`` dB a second,
    which the tables do not contain. Once let go, it decays by 60 dB in ``release`` seconds; infinite if it rings on.

    It sounds for velocities ``velocity[0] <= v <= velocity[1]`` and random numbers ``chance[0] <= c < chance[1]``, both
    0–1; and in a round robin of ``turns`` strikes of its key, at the one numbered ``turn``, from 0. ``gains`` holds the
    gain at velocities 0–1 in 127 equal steps; ``pan`` is −1 (left) to 1 (right). A voice whose ``group`` is not 0 is
    choked by any strike whose ``off_by`` is that group. With ``on_release`` it sounds when the key is let go, softer by
    ``rest`` dB for each second that the key was held.
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
            raise ValueError("a region that loops must decay, by itself or once it is let go")

    def like(self, other: Region) -> bool:
        """Return whether it plays the same role on its key as ``other`` on another key."""
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
        """Return whether it sounds at a velocity and a random number, both 0–1, on the strike numbered ``turn``."""
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

    ``pool`` holds mono float32 samples, (frames,); ``regions[i]`` belong to the key ``lowest + i``. ``sustained`` is
    whether a held note sounds for as long as it is held. One that is not ``finished`` has regions for some of its keys
    only, and the rest are still being made.
    """

    name: str
    picture: str
    lowest: int
    highest: int
    sustained: bool
    rate: int
    pool: NDArray[np.float32]
    regions: tuple[tuple[Region, ...], ...]
    finished: bool = True

    def nearest(self, key: int) -> int:
        """Return the key that sounds for a MIDI key: itself, or its nearest octave in range."""
        while key < self.lowest:
            key += 12
        while key > self.highest:
            key -= 12
        return min(max(key, self.lowest), self.highest)

    def at(self, key: int) -> tuple[Region, ...]:
        """Return the regions of a key in range."""
        return self.regions[key - self.lowest]
