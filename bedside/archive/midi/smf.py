"""Parse the bytes of a Standard MIDI File into tracks; damage after the header is reported, never fatal.

After the MIDI 1.0 Detailed Specification, 4.2 (RP-001).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from bedside.archive.midi.track import CUT_OFF, ReadingBudget, Track, read_track
from bedside.errors import BedsideError

_MAX_CHUNKS = 65_535

# Some programs wrap the file in a container; the header is searched in so many bytes.
_LOOK_FOR_HEADER = 4096


@dataclass(frozen=True, slots=True)
class MidiBytes:
    """A whole file: its format, 0 to 2, the length of a tick, its tracks, and how many tracks are ``missing``.

    A file that counts beats has ``ticks_per_beat``, and ``ticks_per_second`` is None. One that counts film frames
    (SMPTE) has ``ticks_per_second`` as numerator and denominator, and its tempi mean nothing.
    """

    format: int
    ticks_per_beat: int
    ticks_per_second: tuple[int, int] | None
    tracks: list[Track]
    missing: int


def parse(data: bytes) -> MidiBytes:
    """Return the parsed bytes of a file.

    Raise BedsideError, in words that follow the file's name, for a missing header, an invalid length of a tick, or more
    than `MAX_MESSAGES` messages.
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
    """Yield the first and last offset of each track, as its header states it; the last may lie beyond the data.

    Other chunks are skipped. Where a length leads to no chunk, the search goes on at the next ``MTrk``.
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
