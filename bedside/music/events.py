"""What can be asked of the engine, and what it says that it played.

Events are values. The same classes are asked by a hand, performed by the engine, written by the recorder and rendered
again by a replay; only `Performed` adds a time to them.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

# Frames in a second of a take that came from a file. A flick divides every audio rate and keeps a file's times to about
# a nanosecond (facebookarchive/Flicks).
FLICKS = 705_600_000


class Player(IntEnum):
    """Who plays a part."""

    CHILD = 0
    CHILD2 = 1
    THERAPIST = 2
    PARTNER = 3

    @property
    def label(self) -> str:
        """The player's name as people and files write it: ``child``, ``child2``, ``therapist``, ``partner``."""
        return self.name.lower()

    @classmethod
    def named(cls, label: str) -> Player:
        """Return the player with this label; raise ValueError naming the labels for any other."""
        for player in cls:
            if player.label == label:
                return player
        raise ValueError(f"no player is called {label!r}; the players are {', '.join(p.label for p in cls)}")


class Source(IntEnum):
    """What a note was played on."""

    TOUCH = 0
    MOUSE = 1
    KEYS = 2
    MIDI = 3
    FILE = 4


@dataclass(frozen=True, slots=True)
class NoteOn:
    """A note begins: MIDI key 0–127, velocity over 0 to 1, brightness 0–1.

    ``note``, below 2³², tells it from all others of its player that sound.
    """

    player: Player
    note: int
    key: int
    velocity: float
    brightness: float
    source: Source


@dataclass(frozen=True, slots=True)
class NoteOff:
    """The hand leaves a note."""

    player: Player
    note: int


@dataclass(frozen=True, slots=True)
class Shape:
    """The hand moves on a held note: its brightness, 0–1, changes."""

    player: Player
    note: int
    brightness: float


@dataclass(frozen=True, slots=True)
class Program:
    """A part takes another instrument; notes already sounding keep theirs."""

    player: Player
    instrument: str


@dataclass(frozen=True, slots=True)
class Level:
    """A part's level in dB (0 is as made, −60 and below is silent) and its pan, −1 left to 1 right."""

    player: Player
    db: float
    pan: float


@dataclass(frozen=True, slots=True)
class Stop:
    """Everything sounding fades to exact silence, and no note is left."""


@dataclass(frozen=True, slots=True)
class Tempo:
    """Beats from here on last this many seconds; said by imported files, unheard."""

    seconds: float


@dataclass(frozen=True, slots=True)
class TakeBegan:
    """An improvisation begins from exact silence; its seed (below 2³²), rate and block determine its sound.

    ``rate`` is the number of the take's frames in a second, ``block`` the frames that the engine computes at once.
    """

    seed: int
    rate: int
    block: int


@dataclass(frozen=True, slots=True)
class TakeEnded:
    """The improvisation is over."""


@dataclass(frozen=True, slots=True)
class Lost:
    """The sound was lost at this frame: until `Resumed` nothing was heard."""


@dataclass(frozen=True, slots=True)
class Resumed:
    """The sound is back, from exact silence."""


Event = NoteOn | NoteOff | Shape | Program | Level | Stop | Tempo | TakeBegan | TakeEnded | Lost | Resumed


@dataclass(frozen=True, slots=True)
class Performed:
    """An event that took effect at ``frame``, counted from the beginning of its take."""

    frame: int
    event: Event
