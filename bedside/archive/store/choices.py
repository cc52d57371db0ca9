"""Choices and markers: what the recorder is given besides performed events."""

from __future__ import annotations

from dataclasses import dataclass

# The choice by which somebody calls what they played their own.
STAR = "star"


@dataclass(frozen=True, slots=True)
class Chosen:
    """Somebody chose: ``what`` (world, sound, stop, go on, listen, star, lead), ``which``, ``by`` whom (child, adult).

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
