"""The supported opcodes: one table with the type, the range and the default of each.

Ranges and defaults are those of the SFZ format (sfzformat.com); a number out of range is clamped.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

# The shortest release in seconds, so that nothing clicks.
SHORTEST_RELEASE = 0.02

_NUMBER = re.compile(r"[+-]?(?:\d{1,15}(?:\.\d{0,15})?|\.\d{1,15})")
_NOTE = re.compile(r"([a-g])([#b♯♭]?)(-?\d{1,2})", re.IGNORECASE)
_SEMITONES = {"c": 0, "d": 2, "e": 4, "f": 5, "g": 7, "a": 9, "b": 11}
_SHARPS = {"": 0, "#": 1, "♯": 1, "b": -1, "♭": -1}

# A region with these is triggered by a controller, or only at some of its values; here all controllers are at 0.
_WHEEL = re.compile(r"(?:on_|start_)(?:lo|hi)(?:cc|hdcc)\d{1,3}|lo(?:cc|hdcc)\d{1,3}")


@dataclass(frozen=True, slots=True)
class Opcodes:
    """The opcodes of one region.

    Levels are in dB, times in seconds, tuning in cents and semitones, frames at the sample's own rate. ``end`` and
    ``loop_end`` are inclusive; they and ``loop_start`` are None if the sample decides.
    """

    sample: str = ""
    lokey: int = 0
    hikey: int = 127
    pitch_keycenter: int = 60
    pitch_keytrack: float = 100.0
    lovel: int = 0
    hivel: int = 127
    lorand: float = 0.0
    hirand: float = 1.0
    seq_length: int = 1
    seq_position: int = 1
    trigger: str = "attack"
    group: int = 0
    off_by: int = 0
    transpose: int = 0
    tune: float = 0.0
    volume: float = 0.0
    pan: float = 0.0
    amp_veltrack: float = 100.0
    rt_decay: float = 0.0
    offset: int = 0
    end: int | None = None
    loop_mode: str = ""
    loop_start: int | None = None
    loop_end: int | None = None
    ampeg_attack: float = 0.0
    ampeg_hold: float = 0.0
    ampeg_decay: float = 0.0
    ampeg_sustain: float = 100.0
    ampeg_release: float = 0.001
    sw_last: int | None = None
    sw_default: int | None = None
    wheel: bool = False

    @property
    def struck(self) -> bool:
        """Whether any strike of a key can trigger it."""
        possible = self.lokey <= self.hikey and self.lovel <= self.hivel and self.lorand < self.hirand
        switched = self.sw_last is None or self.sw_last == self.sw_default
        return possible and switched and not self.wheel and self.seq_position <= self.seq_length


def _key(value: str) -> int:
    """Return a key, −1 to 127, by its number or its name, where c4 is 60."""
    note = _NOTE.fullmatch(value)
    if note is None:
        return _whole(-1, 127)(value)
    key = _SEMITONES[note[1].lower()] + _SHARPS[note[2].lower()] + 12 * (int(note[3]) + 1)
    if not 0 <= key <= 127:
        raise ValueError(value)
    return key


def _number(low: float, high: float) -> Callable[[str], float]:
    def read(value: str) -> float:
        number = _NUMBER.match(value)
        if number is None:
            raise ValueError(value)
        return min(max(float(number[0]), low), high)

    return read


def _whole(low: int, high: int) -> Callable[[str], int]:
    number = _number(low, high)
    return lambda value: int(number(value))


def _word(*words: str) -> Callable[[str], str]:
    def read(value: str) -> str:
        if value.lower() not in words:
            raise ValueError(value)
        return value.lower()

    return read


_FRAMES = _whole(0, 2**32)
_SECONDS = _number(0, 100)

OPCODES: dict[str, Callable[[str], Any]] = {
    "sample": str,
    "lokey": _key,
    "hikey": _key,
    "pitch_keycenter": _key,
    "pitch_keytrack": _number(-1200, 1200),
    "lovel": _whole(0, 127),
    "hivel": _whole(0, 127),
    "lorand": _number(0, 1),
    "hirand": _number(0, 1),
    "seq_length": _whole(1, 100),
    "seq_position": _whole(1, 100),
    "trigger": _word("attack", "release", "release_key"),
    "group": _whole(-(2**31), 2**32),
    "off_by": _whole(-(2**31), 2**32),
    "transpose": _whole(-127, 127),
    "tune": _number(-9600, 9600),
    "volume": _number(-144, 48),
    "pan": _number(-100, 100),
    "amp_veltrack": _number(-100, 100),
    "rt_decay": _number(0, 200),
    "offset": _FRAMES,
    "end": _whole(-1, 2**32),
    "loop_mode": _word("no_loop", "one_shot", "loop_continuous", "loop_sustain"),
    "loop_start": _FRAMES,
    "loop_end": _FRAMES,
    "ampeg_attack": _SECONDS,
    "ampeg_hold": _SECONDS,
    "ampeg_decay": _SECONDS,
    "ampeg_sustain": _number(0, 100),
    "ampeg_release": _SECONDS,
    "sw_last": _key,
    "sw_default": _key,
}

# Aliases of opcodes in older and newer files.
_ALSO = {
    "loopmode": "loop_mode",
    "loopstart": "loop_start",
    "loopend": "loop_end",
}


def is_heard(opcode: str) -> bool:
    """Return whether an opcode is supported."""
    return bool(_ALSO.get(opcode, opcode) in OPCODES or _WHEEL.fullmatch(opcode))


def read(stated: dict[str, str], ignored: Callable[[str], None]) -> Opcodes:
    """Return the opcodes of a region; an invalid value is reported to ``ignored`` and its default is used."""
    values: dict[str, Any] = {}
    for name, value in stated.items():
        if _WHEEL.fullmatch(name):
            moved = _NUMBER.match(value)
            values["wheel"] = values.get("wheel", False) or not name.startswith("lo") or bool(moved and float(moved[0]))
            continue
        opcode = _ALSO.get(name, name)
        try:
            values[opcode] = OPCODES[opcode](value)
        except ValueError:
            ignored(f"{name}={value}")
    return Opcodes(**values)
