"""Events: the requests to the engine, and its reports.

Events are values. A hand asks for them, the engine performs them, the recorder writes them and a replay renders them
again, all with the same classes; only `Performed` adds a time.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

# Frames in a second of a take that came from a file. A flick divides every audio rate and keeps a file's times to about
# a nanosecond (facebookarchive/Flicks).
FLICKS = 705_600_000


class Player(IntEnum):
    """The player of a part."""

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
    """The device that a note was played on; a replayed note was played earlier and is heard again."""

    TOUCH = 0
    MOUSE = 1
    KEYS = 2
    MIDI = 3
    FILE = 4
    REPLAY = 5


@dataclass(frozen=True, slots=True)
class NoteOn:
    """A note begins: MIDI key 0–127, velocity over 0 to 1, brightness 0–1.

    ``note``, below 2³², identifies it among the sounding notes of its player.
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
class Glide:
    """The hand slides a held note to another pitch, in fractional MIDI keys, 0–127."""

    player: Player
    note: int
    pitch: float


@dataclass(frozen=True, slots=True)
class Bend:
    """A part's pitch wheel: all its notes, held and to come, sound this many semitones higher, −24 to 24."""

    player: Player
    semitones: float


@dataclass(frozen=True, slots=True)
class Vibrato:
    """A part's modulation wheel: the depth of its vibrato, 0–1."""

    player: Player
    depth: float


@dataclass(frozen=True, slots=True)
class Expression:
    """A part's expression pedal, from 0, silent, to 1, the level that `Level` sets."""

    player: Player
    share: float


@dataclass(frozen=True, slots=True)
class Pedal:
    """A part's sustain pedal: while it is down, released notes sound as if they were held."""

    player: Player
    down: bool


@dataclass(frozen=True, slots=True)
class AllOff:
    """The hands leave all notes of a part at once, and its pedal is up."""

    player: Player


@dataclass(frozen=True, slots=True)
class Program:
    """A part takes another instrument; notes already sounding keep theirs."""

    player: Player
    instrument: str


@dataclass(frozen=True, slots=True)
class Level:
    """A part's level in dB (0 leaves the instrument as it is, −60 and below is silent) and pan, −1 left to 1 right."""

    player: Player
    db: float
    pan: float


@dataclass(frozen=True, slots=True)
class Reverb:
    """Everybody plays in this room from here on: a name of `bedside.sound.engine.room`."""

    room: str


@dataclass(frozen=True, slots=True)
class Profile:
    """How loud and how sudden the sound may be from here on: a name of `bedside.sound.profiles`."""

    profile: str


@dataclass(frozen=True, slots=True)
class Lead:
    """A player has the lead from here on."""

    player: Player


@dataclass(frozen=True, slots=True)
class Stop:
    """All sound fades to exact silence, and every note ends."""


@dataclass(frozen=True, slots=True)
class Tempo:
    """Beats from here on last this many seconds; it comes from imported files and is not heard."""

    seconds: float


@dataclass(frozen=True, slots=True)
class TakeBegan:
    """A take begins from exact silence; its events alone determine its sound.

    ``seed`` lies below 2³²; ``rate`` is the number of frames in a second, ``block`` the number that the engine computes
    at once, and ``spent``, 0–1, the share of the loudness budget of three seconds that was spent when it began.
    """

    seed: int
    rate: int
    block: int
    spent: float = 0.0


@dataclass(frozen=True, slots=True)
class TakeEnded:
    """The take is over."""


@dataclass(frozen=True, slots=True)
class Lost:
    """The sound was lost: until `Resumed` nothing was heard.

    What was asked meanwhile is performed all the same, at the frame at which it was asked.
    """


@dataclass(frozen=True, slots=True)
class Resumed:
    """The sound is back, from exact silence; ``spent`` is as in `TakeBegan`."""

    spent: float = 0.0


@dataclass(frozen=True, slots=True)
class StillHeld:
    """The keyboard says that a note's key or pedal is still down: it is held for as long again as any note may be."""

    player: Player
    note: int


Event = (
    NoteOn
    | NoteOff
    | Shape
    | Glide
    | Bend
    | Vibrato
    | Expression
    | Pedal
    | AllOff
    | Program
    | Level
    | Reverb
    | Profile
    | Lead
    | Stop
    | Tempo
    | TakeBegan
    | TakeEnded
    | Lost
    | Resumed
    | StillHeld
)


# Settings that a player makes at an instrument or keyboard; those together with the mixing desk's; and those that all
# players share. A setting holds until it is changed. For how settings are kept and reported, see
# `bedside.music.settings`.
PlayerSetting = Program | Bend | Vibrato | Expression | Pedal
PartSetting = PlayerSetting | Level
CommonSetting = Reverb | Profile | Lead
Setting = PartSetting | CommonSetting


@dataclass(frozen=True, slots=True)
class Performed:
    """An event that took effect at ``frame``, counted from the beginning of its take."""

    frame: int
    event: Event


@dataclass(frozen=True, slots=True)
class Settled:
    """A setting that took effect between two takes; the next take begins by stating all settings."""

    event: Setting


@dataclass(frozen=True, slots=True)
class Awaited:
    """A part takes an instrument as soon as it is ready; until then it plays its present one."""

    program: Program


@dataclass(frozen=True, slots=True)
class Declined:
    """An instrument that the engine does not know was asked for; nothing changed."""

    program: Program


# Everything that the engine reports about requests. Only performed events are music and are recorded. A report of a
# part's `Program` ends its wait for an instrument, unless `Awaited` follows.
Report = Performed | Settled | Awaited | Declined
