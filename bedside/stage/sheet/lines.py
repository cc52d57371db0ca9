"""The order in which the runs of a line are drawn: pygame-ce shapes letters, but turns the digits of a line round."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

from bidi import get_display


@dataclass(frozen=True, slots=True)
class Run:
    """A part of a line that is written in one direction; its text is as it is read aloud."""

    text: str
    rightward: bool


def is_rightward(words: str) -> bool:
    """Return whether words are written from left to right, as a code is among words of any language."""
    return not any(unicodedata.bidirectional(letter) in {"R", "AL"} for letter in words)


def line_runs(line: str, rightward: bool) -> list[Run]:
    """Return the runs of a line from left to right; ``rightward`` is the direction of the whole line."""
    line = unicodedata.normalize("NFC", line)
    if rightward and is_rightward(line):
        return [Run(line, True)] if line else []
    parts: list[tuple[str, bool]] = []
    for letter in str(get_display(line, base_dir="L" if rightward else "R")):
        direction = not _leftward(letter)
        if parts and parts[-1][1] == direction:
            parts[-1] = (parts[-1][0] + letter, direction)
        else:
            parts.append((letter, direction))
    return [Run(text if direction else text[::-1], direction) for text, direction in parts]


def _leftward(letter: str) -> bool:
    """Return whether a letter, or a mark on one, is written from right to left."""
    return unicodedata.bidirectional(letter) in {"R", "AL", "NSM"}
