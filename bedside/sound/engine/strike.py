"""The start of a voice."""

from __future__ import annotations

from dataclasses import dataclass

from bedside.sound.instrument import Region


@dataclass(frozen=True, slots=True)
class Strike:
    """A voice's player and note, its region and gain, its brightness 0–1, and the gains of left and right.

    ``slot`` is the instrument's place in the bank; ``region`` is number ``layer`` of its regions for ``key``. ``pitch``
    is heard, in fractional keys, and lies ``fold`` below what was asked for. The voice fades in within ``attack``
    seconds.
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
