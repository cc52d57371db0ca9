"""The bytes of a Standard MIDI File in, its tracks out; no file, no clock, and no damage behind the header stops it.

After the MIDI 1.0 Detailed Specification, 4.2 (RP-001).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from bedside.archive.midi.track import CUT_OFF, ReadingBudget, Track, read_track
from bedside.errors import BedsideError

_MAX_CHUNKS = 65_535

# Some programs put a wrapper of their own around the file.
_LOOK_FOR_HEADER = 4096


@dataclass(frozen=True, slots=True)
class MidiBytes:
    """A whole file: its format, 0 to 2, how long a tick is, and its tracks.

    ``ticks_per_beat`` counts where the file counts beats, and ``ticks_per_second`` is then None; where it counts the
    frames of a film, ``ticks_per_second`` is the numerator and denominator of their number, and tempi mean nothing.
    """

    format: int
    ticks_per_beat: int
    ticks_per_second: tuple[int, int] | None
    tracks: list[Track]
    missing: int


def parse(data: bytes) -> MidiBytes:
    """Return what stands in the bytes of a file.

    Raise BedsideError, in words that follow the name of the file, where there is no header, no length of a tick, or
    more than `MAX_MESSAGES` messages.
    """
    header = data.find(b"MThd", 0, _LOOK_FOR_HEADER)
    if header < 0:
        raise BedsideError("is empty" if not data else "is not a MIDI file")
    size = int.from_bytes(data[header + 4 : header + 8])
    if len(data) < header + 14 or size < 6:
        raise BedsideError("is cut off in its first bytes")
    format_, declared, division = (int.from_bytes(data[header + at : header + at + 2]) for at in (8, 10, 12))
    if format_ > 2:
        raise BedsideError(f"is a MIDI file of the unknown type {format_}")
    ticks_per_beat, ticks_per_second = _division(division)
    tracks: list[Track] = []
    room = ReadingBudget()
    for first, last in _chunks(data, header + 8 + size):
        track = Track()
        if last > len(data):
            track.faults.append(CUT_OFF)
        read_track(data, first, min(last, len(data)), track, room)
        tracks.append(track)
    return MidiBytes(format_, ticks_per_beat, ticks_per_second, tracks, max(declared - len(tracks), 0))


def _division(division: int) -> tuple[int, tuple[int, int] | None]:
    if not division & 0x8000:
        if division == 0:
            raise BedsideError("does not say how long a beat is")
        return division, None
    frames, ticks = 256 - (division >> 8), division & 0xFF
    if frames not in (24, 25, 29, 30) or ticks == 0:
        raise BedsideError("does not say how long a frame is")
    # 29 stands for the 30000/1001 frames a second of colour television.
    return 1, ((30000 * ticks, 1001) if frames == 29 else (frames * ticks, 1))


def _chunks(data: bytes, at: int) -> Iterator[tuple[int, int]]:
    """Yield where the bytes of each track begin and where they end, by its header, perhaps beyond the data.

    Other chunks are passed over. Where a length leads to no chunk, the next ``MTrk`` is looked for.
    """
    for _ in range(_MAX_CHUNKS):
        if not _is_chunk(data, at):
            at = data.find(b"MTrk", at)
            if at < 0 or len(data) < at + 8:
                return
        first = at + 8
        last = first + int.from_bytes(data[at + 4 : first])
        is_track = data[at : at + 4] == b"MTrk"
        if last < len(data) and not _is_chunk(data, last):
            following = data.find(b"MTrk", first)
            last = len(data) if following < 0 else following
        if is_track:
            yield first, last
        at = last


def _is_chunk(data: bytes, at: int) -> bool:
    return len(data) >= at + 8 and data[at : at + 4].isalpha()
