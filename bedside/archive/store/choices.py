"""Choices and markers: the recorder's input besides performed events."""

from __future__ import annotations

from dataclasses import dataclass

# The choice by which players claim a take as their own.
STAR = "star"


@dataclass(frozen=True, slots=True)
class Chosen:
    """A choice: ``what`` (world, sound, stop, go on, listen, star, lead), ``which``, ``by`` whom (child, adult).

    ``frame`` counts from the beginning of the take, and is None between takes.
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
