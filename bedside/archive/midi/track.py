"""Read one track of a Standard MIDI File as far as possible; faults are reported, not raised.

Runs of similar messages are decoded by numpy at once, so that 20 MB take less than a second and 100 MB of memory. The
usual libraries make an object of each message and reject a whole file for one bad byte.

After the MIDI 1.0 Detailed Specification, 4.2 (RP-001).
"""

from __future__ import annotations

import re
from array import array
from dataclasses import dataclass, field
from enum import IntEnum

import numpy as np

from bedside.errors import BedsideError
from bedside.music.keyboard import Controller

MAX_MESSAGES = 2_000_000

# A message outside a run costs one step, about two microseconds; a system message costs two.
_MAX_STEPS = 200_000
_STEPS_OF_RUN = 50

# Runs of messages with two data bytes, and with one: each with its delta time, with or without a status byte.
_RUNS = {
    3: re.compile(rb"(?:[\x80-\xff]{0,3}[\x00-\x7f][\x80-\xbf\xe0-\xef]?[\x00-\x7f]{2}){1,30000}+"),
    2: re.compile(rb"(?:[\x80-\xff]{0,3}[\x00-\x7f][\xc0-\xdf]?[\x00-\x7f]){1,30000}+"),
}
_SHORT_RUN = 150

# The largest tick that fits into 63 bits beside the message: half a year of the finest ticks at the default tempo.
_LAST_TICK = 2**39 - 1

_META, _SYSEX, _SYSEX_MORE = 0xFF, 0xF0, 0xF7
_META_NAME, _META_END, _META_TEMPO = 0x03, 0x2F, 0x51
_LONGEST_NAME = 200

# By the high four bits of the status: how many bytes follow it.
_CHANNEL_LENGTH = {0x8: 2, 0x9: 2, 0xA: 2, 0xB: 2, 0xC: 1, 0xD: 1, 0xE: 2}
_SYSTEM_LENGTH = {0xF1: 1, 0xF2: 2, 0xF3: 1}


class Parameter(IntEnum):
    """The controllers that select a registered parameter, such as the range of the pitch wheel, and set it."""

    VALUE = 6
    VALUE_FINE = 38
    OTHER_FINE = 98
    OTHER = 99
    NUMBER_FINE = 100
    NUMBER = 101


_KEPT_CONTROLS = frozenset((*Controller, *Parameter))
_KEPT = np.array([status < 0xF0 and (status >> 4 != 0xB) for status in range(256)])
_KEPT_CONTROL = np.array([control in _KEPT_CONTROLS for control in range(128)])
_SOSTENUTO, _SOFT = 66, 67

CUT_OFF = "is cut off at the end of the file"
OUT_OF_RANGE = "has values out of range"

CONTROLS = "controller changes without an equal here"
PEDALS = "pedals other than the sustain pedal"
SYSTEM = "system messages"


@dataclass(slots=True, eq=False)
class Track:
    """One track: its messages in order, its tempi, and everything that was ignored or wrong.

    Each of ``messages`` is a message of a channel, packed as ``tick << 24 | status << 16 | a << 8 | b``; of the
    controllers there are modulation, expression, the sustain pedal, those for the pitch wheel's range, and resets.
    ``tempi`` are pairs of tick and microseconds per beat. ``ignored`` names the kinds of messages that were passed
    over; ``faults`` says in words that follow "track N …" what is wrong.
    """

    name: str = ""
    messages: array[int] = field(default_factory=lambda: array("q"))
    tempi: list[tuple[int, int]] = field(default_factory=list)
    ignored: set[str] = field(default_factory=set)
    faults: list[str] = field(default_factory=list)
    end: int = 0


class _CutError(Exception):
    """The bytes end in the middle of something."""


@dataclass(slots=True)
class ReadingBudget:
    """How many messages and steps are left for reading a file."""

    messages: int = MAX_MESSAGES
    steps: int = _MAX_STEPS

    def take(self, messages: int, steps: int) -> None:
        """Spend messages and steps; raise BedsideError if none are left."""
        self.messages -= messages
        self.steps -= steps
        if self.messages < 0 or self.steps < 0:
            raise BedsideError("holds more than anybody could play")


def _varint(data: bytes, at: int, last: int) -> tuple[int, int]:
    if at < last and data[at] < 0x80:
        return data[at], at + 1
    value = 0
    for position in range(at, min(at + 4, last)):
        byte = data[position]
        value = value << 7 | byte & 0x7F
        if byte < 0x80:
            return value, position + 1
    raise _CutError


def _within(tick: int) -> int:
    if tick > _LAST_TICK:
        raise BedsideError("lasts longer than anybody could play")
    return tick


def _delta(data: bytes, at: int, last: int) -> tuple[int, int]:
    value, at = _varint(data, at, last)
    if at >= last:
        raise _CutError
    return value, at


def read_track(data: bytes, at: int, last: int, track: Track, room: ReadingBudget) -> None:
    """Read a track from its bytes; raise BedsideError if it exceeds the budget ``room``."""
    status = tick = 0
    # Before this offset no run is tried again.
    short = at
    try:
        while at < last:
            if at >= short and status:
                width = _CHANNEL_LENGTH[status >> 4] + 1
                run = _RUNS[width].match(data, at, last)
                short = at + 1 if run is None else run.end()
                if run is not None and run.end() - at >= _SHORT_RUN:
                    status, tick = _read_run(run[0], width, status, tick, track, room)
                    at = run.end()
                    continue
            delta, at = _delta(data, at, last)
            tick = _within(tick + delta)
            room.take(1, 1)
            if data[at] >= 0xF0:
                room.take(0, 1)
                at, ended = _read_system(data, at, last, tick, track)
                if ended:
                    break
                continue
            if data[at] >= 0x80:
                short = short if data[at] == status else at
                status = data[at]
                at += 1
            elif not status:
                track.faults.append("is damaged")
                break
            at = _read_message(data, at, last, status, tick, track)
    except _CutError:
        if CUT_OFF not in track.faults:
            track.faults.append("breaks off")
    track.end = tick


def _read_message(data: bytes, at: int, last: int, status: int, tick: int, track: Track) -> int:
    """Read the data bytes of one message of a channel; return where they end."""
    after = at + _CHANNEL_LENGTH[status >> 4]
    if after > last:
        raise _CutError
    a, b = data[at], data[after - 1]
    if a > 127 or b > 127:
        a, b = min(a, 127), min(b, 127)
        if OUT_OF_RANGE not in track.faults:
            track.faults.append(OUT_OF_RANGE)
    if _KEPT[status] or _KEPT_CONTROL[a]:
        track.messages.append(tick << 24 | status << 16 | a << 8 | b)
    else:
        track.ignored.add(_ignored(a))
    return after


def _read_run(run: bytes, width: int, status: int, tick: int, track: Track, room: ReadingBudget) -> tuple[int, int]:
    """Read a run of messages with ``width - 1`` data bytes each; return the status and tick of the last.

    Bytes below 128 come in groups of ``width``: the last of the delta time, then the data. Bytes above are the rest of
    the delta time where they stand before the group, and a status where they stand behind its first.
    """
    values = np.frombuffer(run, np.uint8)
    low = np.flatnonzero(values < 0x80)
    room.take(len(low) // width, _STEPS_OF_RUN)
    delta_at, a_at, b_at = low[0::width], low[1::width], low[width - 1 :: width]
    first = np.concatenate(([0], b_at[:-1] + 1))
    delta = values[delta_at].astype(np.int64)
    for digit in (1, 2, 3):
        longer = np.flatnonzero(delta_at - first >= digit)
        delta[longer] += (values[delta_at[longer] - digit] & 0x7F).astype(np.int64) << (7 * digit)
    new = np.where(a_at - delta_at == 2, np.arange(len(a_at)), -1)
    said = np.maximum.accumulate(new)
    statuses = np.where(said >= 0, values[delta_at[said] + 1], status).astype(np.int64)
    a, b = values[a_at].astype(np.int64), values[b_at].astype(np.int64)
    ticks = tick + np.cumsum(delta)
    _within(int(ticks[-1]))
    packed = ticks << 24 | statuses << 16 | a << 8 | b
    kept = _KEPT[statuses] | _KEPT_CONTROL[a]
    if not kept.all():
        track.ignored.update(map(_ignored, set(a[~kept].tolist())))
        packed = packed[kept]
    track.messages.frombytes(packed.tobytes())
    return int(statuses[-1]), int(ticks[-1])


def _ignored(control: int) -> str:
    return PEDALS if control in (_SOSTENUTO, _SOFT) else CONTROLS


def _read_system(data: bytes, at: int, last: int, tick: int, track: Track) -> tuple[int, bool]:
    """Read a system or meta message; return where it ends, and whether it ends the track."""
    status = data[at]
    at += 1
    if status not in (_META, _SYSEX, _SYSEX_MORE):
        track.ignored.add(SYSTEM)
        return at + _SYSTEM_LENGTH.get(status, 0), False
    kind = -1
    if status == _META:
        if at >= last:
            raise _CutError
        kind = data[at]
        at += 1
    else:
        track.ignored.add(SYSTEM)
    length, at = _varint(data, at, last)
    after = at + length
    if kind == _META_END:
        return after, True
    if after > last:
        raise _CutError
    if kind == _META_TEMPO and length == 3:
        tempo = int.from_bytes(data[at:after])
        if tempo:
            track.tempi.append((tick, tempo))
        else:
            track.faults.append("has a tempo of zero")
    elif kind == _META_NAME and not track.name:
        track.name = data[at : min(after, at + _LONGEST_NAME)].decode("utf-8", "replace")
    return after, False
