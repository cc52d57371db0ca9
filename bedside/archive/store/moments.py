"""What is kept beside the music: the choices that were made in it, and the moments that were marked."""

from __future__ import annotations

from dataclasses import dataclass

# What is chosen when somebody calls what they played their own.
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
