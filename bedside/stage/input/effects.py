"""What follows from a choice: requests to the engine, to the hands, to the picture and to the record."""

from __future__ import annotations

from dataclasses import dataclass

from bedside.music.events import Event


@dataclass(frozen=True, slots=True)
class Ask:
    """Ask the engine for an event."""

    event: Event


@dataclass(frozen=True, slots=True)
class ReleaseAll:
    """Release all notes of all hands, and end a replay."""


@dataclass(frozen=True, slots=True)
class Listen:
    """Replay the last phrase; with ``on`` False, stop the replay."""

    on: bool


@dataclass(frozen=True, slots=True)
class Enter:
    """Move everybody to another world."""

    world: str


@dataclass(frozen=True, slots=True)
class Keep:
    """Record a choice: ``what`` (stop, go on, listen, star, lead, sound, world, mute, …), ``which``, ``by`` whom."""

    what: str
    which: str
    by: str


Effect = Ask | ReleaseAll | Listen | Enter | Keep
