"""Judge SQLite's write-ahead log by its own checksums, before SQLite opens it and forgets what it cannot follow.

SQLite reads a log up to its first wrong frame and takes the rest for a torn end; the next write then overwrites it.
Here each frame is judged by itself, so that whole frames behind a wrong one are seen. The format is described in
https://sqlite.org/walformat.html.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from pathlib import Path

import numpy as np
import numpy.typing as npt

_HEADER = 32
_FRAME_HEADER = 24
# The last bit of the mark says whether the checksums are of big-endian words.
_MARK = 0x377F0682
_PAGES = {1 << power for power in range(9, 17)}

_Words = npt.NDArray[np.uint32]


class LogState(Enum):
    """What a log is: EMPTY (or none), WHOLE, TORN (only its last commit is wrong, as after a power cut) or DAMAGED.

    HEADLESS is a log whose header is wrong, of which SQLite reads nothing: it is damaged, or the power was cut when it
    began anew.
    """

    EMPTY = "empty"
    WHOLE = "whole"
    TORN = "torn"
    HEADLESS = "headless"
    DAMAGED = "damaged"


@dataclass(frozen=True, slots=True)
class JudgedLog:
    """A log: its state, and how many of its frames SQLite would read (those up to the last whole commit)."""

    state: LogState
    readable: int


def judge_log(path: Path) -> JudgedLog:
    """Judge the write-ahead log at ``path``; raise OSError if it is there and cannot be read."""
    try:
        return judge(path.read_bytes())
    except FileNotFoundError:
        return JudgedLog(LogState.EMPTY, 0)


def judge(content: bytes) -> JudgedLog:
    """Judge the content of a log.

    Behind the frames of the present round lie those of an earlier one, told apart by their salt; they are no damage.
    Nor are whole frames behind a wrong one, if all belong to one commit: before the next, SQLite syncs the log, and of
    what is not synced a power cut keeps any part.
    """
    if not content:
        return JudgedLog(LogState.EMPTY, 0)
    if len(content) < _HEADER:
        return JudgedLog(LogState.TORN, 0)
    header = np.frombuffer(content, ">u4", _HEADER // 4)
    mark, page = int(header[0]), int(header[2])
    if mark & ~1 != _MARK or page not in _PAGES:
        return JudgedLog(LogState.HEADLESS, 0)
    words = ">u4" if mark & 1 else "<u4"
    start = header[6:8].astype(np.uint32)
    if not np.array_equal(_sums(np.frombuffer(content, words, 6)[None, :], np.zeros((1, 2), np.uint32))[0], start):
        return JudgedLog(LogState.HEADLESS, 0)
    size = _FRAME_HEADER + page
    count = (len(content) - _HEADER) // size
    frames = np.frombuffer(content, np.uint8, count * size, _HEADER).reshape(count, size)
    heads = frames[:, :_FRAME_HEADER].copy().view(">u4").astype(np.uint32)
    present = (heads[:, 2:4] == header[4:6].astype(np.uint32)).all(axis=1)
    before = np.concatenate((start[None, :], heads[:, 4:6]))[:count]
    right = present & (_checked(frames, words, before) == heads[:, 4:6]).all(axis=1)
    wrong = np.flatnonzero(~right)
    until = int(wrong[0]) if len(wrong) else count
    commits = np.flatnonzero(heads[:until, 1])
    readable = int(commits[-1]) + 1 if len(commits) else 0
    if _is_committed(right[until:], heads[until:, 1]):
        state = LogState.DAMAGED
    elif present[until:].any() or readable < until or _cut(content, count, size, until):
        state = LogState.TORN
    else:
        state = LogState.WHOLE
    return JudgedLog(state, readable)


def _is_committed(right: npt.NDArray[np.bool_], commits: npt.NDArray[np.uint32]) -> bool:
    """Return whether there are right frames of another commit behind the first that ends among these frames.

    A commit may end with copies of its last frame, which fill a sector.
    """
    ends = np.flatnonzero(right & (commits != 0))
    return bool(len(ends)) and bool((right & (commits == 0))[ends[0] :].any())


def _cut(content: bytes, count: int, size: int, until: int) -> bool:
    """Return whether the log ends in the middle of a frame of the present round."""
    return until == count and _HEADER + count * size < len(content)


def _checked(frames: npt.NDArray[np.uint8], words: str, before: _Words) -> _Words:
    """Return the checksum of each frame, given the checksums stored in the frames before them."""
    heads = frames[:, :8].copy().view(words)
    pages = frames[:, _FRAME_HEADER:].copy().view(words)
    return _sums(pages, _sums(heads, before))


def _sums(words: npt.NDArray[np.uint32], before: _Words) -> _Words:
    """Return both sums after the words of each row, from those ``before``; all rows go forward together."""
    columns = np.ascontiguousarray(words.T).astype(np.uint32)
    first, second = before[:, 0].copy(), before[:, 1].copy()
    for even, odd in zip(columns[::2], columns[1::2], strict=True):
        first += even + second
        second += odd + first
    return np.stack((first, second), axis=1)
