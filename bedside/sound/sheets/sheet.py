"""The sheet: a minute of music by which to judge an instrument, the same for every instrument.

Its passages begin from silence, at times that depend only on the number of keys in the first one.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bedside.music.events import Event, NoteOff, NoteOn, Performed, Player, Source, Stop
from bedside.sound.engine import offline
from bedside.sound.instrument import Instrument
from bedside.sound.library.patch import Patch

BLOCK = 128
_SEED = 1

# C4.
_MIDDLE_C = 60

# The length of a scale, or of a row of pieces, and the limits of its steps, in seconds.
_SCALE_SECONDS, _SCALE_STEP = 10.0, (0.25, 0.7)
_PIECES_SECONDS, _PIECE_STEP = 22.0, (1.5, 4.5)
_REPEATS, _REPEAT_STEP = 12, 0.22
_LOUDNESS_STEP = 1.2

# How long the last note of a passage rings, and the rest before the next one, in which a stop fades; in seconds.
_RING = 1.6
_CHORD_RING = 5.0
_REST = 0.5

_MEDIUM = 0.6
_HELD = 0.85

# From the softest MIDI velocity to the loudest.
VELOCITIES = (1 / 127, *(step / 8 for step in range(1, 9)))

_CHORD = (0, 4, 7, 12)
_WHITE = (0, 2, 4, 5, 7, 9, 11)
_NAMES = ("C", "C♯", "D", "D♯", "E", "F", "F♯", "G", "G♯", "A", "A♯", "B")


@dataclass(frozen=True, slots=True)
class Subject:
    """The subject of a sheet: an instrument and its description.

    ``register`` is the key from which it is usually played; ``source`` cites what it was made from. ``pieces`` are the
    key and the model of each piece of a drum set; empty for any other instrument.
    """

    instrument: Instrument
    register: int
    source: str
    pieces: tuple[tuple[int, str], ...] = ()

    @classmethod
    def of(cls, instrument: Instrument, patch: Patch | None) -> Subject:
        """Return the subject of an instrument and its patch; one without a patch is made from samples."""
        if patch is None:
            return cls(instrument, instrument.nearest(_MIDDLE_C), "Samples in a folder of the user's own")
        pieces = [((piece.lowest + piece.highest) // 2, type(piece.model).__name__.lower()) for piece in patch.pieces]
        return cls(instrument, patch.register, patch.source, tuple(pieces) if len(pieces) > 1 else ())

    @property
    def megabytes(self) -> float:
        """The size of its tables in MB, 10⁶ bytes."""
        return self.instrument.pool.nbytes / 1e6

    @property
    def manner(self) -> str:
        """``sustained`` if a held note sounds on, else ``struck``."""
        return "sustained" if self.instrument.sustained else "struck"


@dataclass(frozen=True, slots=True)
class SheetStrike:
    """One note of a sheet: its onset and duration in seconds, its key, velocity and brightness."""

    seconds: float
    held: float
    key: int
    velocity: float
    brightness: float


@dataclass(frozen=True, slots=True)
class Passage:
    """One passage of a sheet: its title, its strikes, and when it is stopped, in seconds from the beginning.

    If each strike is to be judged alone, there is a stop before each next one.
    """

    title: str
    strikes: tuple[SheetStrike, ...]
    stops: tuple[float, ...]

    @property
    def begin(self) -> float:
        """When it begins, in seconds."""
        return self.strikes[0].seconds

    @property
    def end(self) -> float:
        """When it is stopped, in seconds."""
        return self.stops[-1]


def key_name(key: int) -> str:
    """Return the name of a MIDI key, with 60 as C4."""
    return f"{_NAMES[key % 12]}{key // 12 - 1}"


def white_keys(lowest: int, highest: int) -> list[int]:
    """Return the white keys of a range, including both ends."""
    return [key for key in range(lowest, highest + 1) if key % 12 in _WHITE or key in (lowest, highest)]


def passages(subject: Subject) -> list[Passage]:
    """Return the passages: a scale or the pieces, one key repeated, a chord, and one key from soft to loud."""
    instrument, register = subject.instrument, subject.register
    if subject.pieces:
        first = _pieces([key for key, _ in subject.pieces])
    else:
        first = _scale(white_keys(instrument.lowest, instrument.highest))
    at = first.end + _REST
    strikes = [_strike(at + turn * _REPEAT_STEP, _REPEAT_STEP, register) for turn in range(_REPEATS)]
    repeated = Passage("Repeated", tuple(strikes), (strikes[-1].seconds + _RING,))
    at = repeated.end + _REST
    chord = Passage(
        "Together" if subject.pieces else "A chord",
        tuple(_strike(at, _CHORD_RING, key) for key in _together(subject)),
        (at + _CHORD_RING,),
    )
    at = chord.end + _REST
    return [first, repeated, chord, _rising(at, register)]


def perform_sheet(subject: Subject, played: Sequence[Passage]) -> list[Performed]:
    """Return the take, at the instrument's rate, in which the engine performs the passages."""
    asked: list[tuple[float, Event]] = []
    numbers = itertools.count(1)
    for part in played:
        for strike, number in zip(part.strikes, numbers, strict=False):
            on = NoteOn(Player.CHILD, number, strike.key, strike.velocity, strike.brightness, Source.FILE)
            asked += [(strike.seconds, on), (strike.seconds + strike.held, NoteOff(Player.CHILD, number))]
        asked += [(seconds, Stop()) for seconds in part.stops]
    # At equal times, notes end before others begin.
    asked.sort(key=lambda item: (item[0], isinstance(item[1], NoteOn)))
    return offline.perform(asked, [subject.instrument], subject.instrument.rate, BLOCK, _SEED)


def _scale(keys: Sequence[int]) -> Passage:
    step = min(max(_SCALE_SECONDS / len(keys), _SCALE_STEP[0]), _SCALE_STEP[1])
    strikes = [_strike(index * step, step, key) for index, key in enumerate(keys)]
    return Passage("Scale", tuple(strikes), (strikes[-1].seconds + _RING,))


def _pieces(keys: Sequence[int]) -> Passage:
    step = min(max(_PIECES_SECONDS / len(keys), _PIECE_STEP[0]), _PIECE_STEP[1])
    strikes = [_strike(index * step, step, key) for index, key in enumerate(keys)]
    return Passage("Its pieces", tuple(strikes), tuple(strike.seconds + step - _REST for strike in strikes))


def _rising(at: float, key: int) -> Passage:
    strikes = [
        SheetStrike(at + step * _LOUDNESS_STEP, _HELD * _LOUDNESS_STEP, key, velocity, velocity)
        for step, velocity in enumerate(VELOCITIES)
    ]
    # Each sounds alone, so that the tail of the one before does not change its loudness.
    stops = [strike.seconds - _REST for strike in strikes[1:]]
    return Passage("Soft to loud", tuple(strikes), (*stops, strikes[-1].seconds + 2 * _RING))


def _together(subject: Subject) -> Iterator[int]:
    """Yield the keys of the chord: a major chord from the register, in range; of a set, its first four pieces."""
    if subject.pieces:
        yield from [key for key, _ in subject.pieces[: len(_CHORD)]]
        return
    lowest, highest = subject.instrument.lowest, subject.instrument.highest
    root = max(lowest, min(subject.register, highest - _CHORD[-1]))
    yield from (root + step for step in _CHORD if root + step <= highest)


def _strike(seconds: float, step: float, key: int) -> SheetStrike:
    return SheetStrike(seconds, _HELD * step, key, _MEDIUM, _MEDIUM)
