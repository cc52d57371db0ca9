"""Choices and markers: the recorder's input besides performed events."""

from __future__ import annotations

from dataclasses import dataclass

# The choice by which players claim a take as their own.
STAR = "star"

# What begins a span in which nothing may sound because of the ward, and what ends it.
WITHHOLDING = {"mute": "unmute", "wipe-down": "wiped"}

# The staff's bookmark between takes; within a take it is a marker.
BOOKMARK = "bookmark"

# Whose a choice is that nobody made: how the bed was set when a take began.
SET = "set"

_OF_THE_WARD = {*WITHHOLDING, *WITHHOLDING.values(), BOOKMARK}


@dataclass(frozen=True, slots=True)
class Chosen:
    """A choice: ``what`` (world, sound, stop, go on, listen, star, lead, …), ``which``, ``by`` whom.

    ``by`` is child or adult; anyone, for a gesture that does not tell; clock, for quiet hours; or `SET`, for how the
    bed was set when a take began. ``frame`` counts from the beginning of the take, and is None between takes.
    """

    frame: int | None
    what: str
    which: str
    by: str


@dataclass(frozen=True, slots=True)
class Marked:
    """The therapist marked the ``seconds`` before ``frame``, which counts from the beginning of the take."""

    frame: int
    seconds: float


def decides(what: str, by: str) -> bool:
    """Return whether a choice counts where a child's share of the decisions is told: it is about the music."""
    return by in ("child", "adult") and what not in _OF_THE_WARD
