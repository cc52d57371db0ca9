"""How a voice begins."""

from __future__ import annotations

from dataclasses import dataclass

from bedside.sound.instrument import Region


@dataclass(frozen=True, slots=True)
class Strike:
    """A voice's owner, what it plays and at which gain, brightness 0–1, and the gain of either side.

    ``slot`` is the instrument's place in the bank; ``region`` is number ``layer`` of those that it has for ``key``;
    ``pitch`` is the key that is heard, with what lies between two keys, and lies ``fold`` below what was asked. The
    voice comes up within ``attack`` seconds.
    """

    player: int
    note: int
    slot: int
    layer: int
    region: Region
    key: int
    pitch: float
    gain: float
    brightness: float
    left: float
    right: float
    fold: int = 0
    attack: float = 0.0
