"""A patch is the physics of one instrument, written by hand as TOML; what it says is checked here and nowhere else."""

from __future__ import annotations

import itertools
import math
import tomllib
from dataclasses import dataclass, fields, is_dataclass
from typing import Annotated, Any, get_args, get_origin, get_type_hints

from bedside.errors import BedsideError
from bedside.sound.physics.bar import Bar
from bedside.sound.physics.chimes import Chimes
from bedside.sound.physics.choir import Choir
from bedside.sound.physics.ensemble import Ensemble
from bedside.sound.physics.grains import Grains
from bedside.sound.physics.hammer import HammeredString
from bedside.sound.physics.heart import Heart
from bedside.sound.physics.membrane import Membrane
from bedside.sound.physics.pipe import Pipe
from bedside.sound.physics.plate import Plate
from bedside.sound.physics.reed import Reed
from bedside.sound.physics.shell import Shell
from bedside.sound.physics.strings import PluckedString
from bedside.sound.physics.tine import Tine
from bedside.sound.tuning import Scaled, Within

Model = (
    PluckedString
    | HammeredString
    | Bar
    | Tine
    | Shell
    | Membrane
    | Ensemble
    | Choir
    | Pipe
    | Reed
    | Grains
    | Plate
    | Chimes
    | Heart
)

# The table of a file that holds the physics says by its name which model it is.
_MODELS: dict[str, type[Model]] = {
    "string": PluckedString,
    "hammer": HammeredString,
    "bar": Bar,
    "tine": Tine,
    "shell": Shell,
    "membrane": Membrane,
    "ensemble": Ensemble,
    "heart": Heart,
    "chimes": Chimes,
    "plate": Plate,
    "grains": Grains,
    "reed": Reed,
    "pipe": Pipe,
    "choir": Choir,
}

# 36 MiB of float32 at 48 kHz, in two tables per key.
MOST_SECONDS = 36 * 2**20 / 4 / 48_000 / 2

_LONGEST_NAME = 16
_LONGEST_TEXT = 400
_MOST_PARTS = 16
_MOST_PIECES = 32
# Steeper scaling than an octave in six semitones is a slip of the pen, and overflows.
_STEEPEST, _GREATEST = 6.0, 1e6


@dataclass(frozen=True, slots=True)
class Piece:
    """What sounds on the MIDI keys ``lowest`` to ``highest`` of an instrument.

    ``release`` is the time in seconds in which a note falls by 60 dB once the hand leaves it, infinite where it rings
    on. A piece of a ``group`` other than 0 is choked by any strike of a piece whose ``off_by`` is that group.
    """

    lowest: int
    highest: int
    release: float
    group: int
    off_by: int
    model: Model


@dataclass(frozen=True, slots=True)
class Patch:
    """An instrument as its file states it.

    Its ``pieces``, one for most instruments and several for a set of drums, cover the MIDI keys from ``lowest`` to
    ``highest``, each key once. ``register`` is the key where a layout of pads begins unless the world says otherwise.
    ``source`` says where the physics was taken from.
    """

    name: str
    picture: str
    source: str
    register: int
    pieces: tuple[Piece, ...]

    @property
    def lowest(self) -> int:
        """The lowest key."""
        return self.pieces[0].lowest

    @property
    def highest(self) -> int:
        """The highest key."""
        return self.pieces[-1].highest

    @property
    def sustained(self) -> bool:
        """Whether a held note sounds for as long as it is held, on every key: what fades by itself is struck."""
        return all(isinstance(piece.model, Ensemble | Choir | Pipe | Reed) for piece in self.pieces)

    def piece(self, key: int) -> Piece:
        """Return what sounds on a key of the range."""
        return next(piece for piece in self.pieces if piece.lowest <= key <= piece.highest)


def parse(text: str, file: str) -> Patch:
    """Return the patch that a TOML text states; ``file`` is the name that an error calls it by."""
    try:
        stated = tomllib.loads(text)
        return _patch(stated)
    except (ValueError, OverflowError, RecursionError) as fault:
        raise BedsideError(f"The instrument file “{file}” cannot be used: {_plain(fault)}.") from fault


def _plain(fault: Exception) -> str:
    if isinstance(fault, tomllib.TOMLDecodeError):
        return f"it is not written correctly ({fault})"
    if isinstance(fault, OverflowError):
        return "one of its numbers is too large"
    if isinstance(fault, RecursionError):
        return "it is nested too deeply"
    return str(fault)


def _patch(stated: dict[str, Any]) -> Patch:
    several = stated.pop("pieces", None)
    if several is None:
        inner = {name: stated.pop(name) for name in ("lowest", "highest", "release", *_MODELS) if name in stated}
        pieces = [_piece({"group": 0, "off_by": 0} | inner, "")]
    elif isinstance(several, list) and 0 < len(several) <= _MOST_PIECES:
        pieces = [_piece(piece, f"pieces[{number}]") for number, piece in enumerate(several)]
    else:
        raise ValueError(f"“pieces” must be a list of 1 to {_MOST_PIECES}")
    _same(stated, {field.name for field in fields(Patch)} - {"pieces"}, "")
    name, picture, source = (_text(stated[key], key) for key in ("name", "picture", "source"))
    if not (name.isascii() and name.isalpha() and len(name) <= _LONGEST_NAME):
        raise ValueError(f"“name” must be 1 to {_LONGEST_NAME} plain letters")
    for piece, higher in itertools.pairwise(pieces):
        if higher.lowest != piece.highest + 1:
            raise ValueError("each of “pieces” must begin one key above the one before")
    register = _whole(stated["register"], "register")
    if not pieces[0].lowest <= register <= pieces[-1].highest:
        raise ValueError("“register” must lie from “lowest” to “highest”")
    patch = Patch(name=name, picture=picture, source=source, register=register, pieces=tuple(pieces))
    seconds = sum(patch.piece(key).model.seconds(key) for key in range(patch.lowest, patch.highest + 1))
    if seconds > MOST_SECONDS:
        raise ValueError(f"its notes last {seconds:.0f} s in all, and {MOST_SECONDS:.0f} s is the most that fits")
    return patch


def _piece(stated: Any, where: str) -> Piece:
    """Return a piece as a TOML table states it, in exactly one model's words."""
    named = [name for name in _MODELS if isinstance(stated, dict) and name in stated]
    if len(named) != 1:
        raise ValueError(f"it needs exactly one of the tables {', '.join(_MODELS)}")
    physics = stated.pop(named[0])
    _same(stated, {field.name for field in fields(Piece)} - {"model"}, where)
    prefix = f"{where}." if where else ""
    lowest, highest, group, off_by = (
        _whole(stated[name], f"{prefix}{name}") for name in ("lowest", "highest", "group", "off_by")
    )
    if lowest > highest:
        raise ValueError(f"“{prefix}lowest” must not lie above “{prefix}highest”")
    release = _number(stated["release"], f"{prefix}release", Within(0.02, math.inf))
    model = _model(_MODELS[named[0]], physics, f"{prefix}{named[0]}", (lowest, highest))
    return Piece(lowest=lowest, highest=highest, release=release, group=group, off_by=off_by, model=model)


def _same(stated: Any, wanted: set[str], where: str) -> dict[str, Any]:
    """Return a TOML table that has exactly the wanted names."""
    table = stated if isinstance(stated, dict) else None
    if table is None:
        raise ValueError(f"“{where}” must be a table")
    prefix = f"{where}." if where else ""
    for name in sorted(wanted - table.keys()):
        raise ValueError(f"“{prefix}{name}” is missing")
    for name in sorted(table.keys() - wanted):
        shown = "".join(sign if sign.isprintable() else "?" for sign in name[:40])
        raise ValueError(f"“{prefix}{shown}” is unknown")
    return table


def _text(value: Any, where: str) -> str:
    if not isinstance(value, str) or not 0 < len(value) <= _LONGEST_TEXT or not value.isprintable():
        raise ValueError(f"“{where}” must be one line of text")
    return value


def _whole(value: Any, where: str) -> int:
    if type(value) is not int or not 0 <= value <= 127:
        raise ValueError(f"“{where}” must be a whole number from 0 to 127")
    return value


def _number(value: Any, where: str, within: Within) -> float:
    if type(value) not in (int, float) or not within.low <= value <= within.high:
        raise ValueError(f"“{where}” must be a number from {within.low:g} to {within.high:g}")
    return float(value)


def _scaled(value: Any, where: str, within: Within, ends: tuple[int, int]) -> Scaled:
    if not isinstance(value, dict):
        return Scaled(_number(value, where, within))
    table = _same(value, {"c4", "halving"}, where)
    halving = _number(table["halving"], f"{where}.halving", Within(-math.inf, math.inf))
    if abs(halving) < _STEEPEST:
        raise ValueError(f"“{where}.halving” must be at least {_STEEPEST:g} semitones, up or down")
    scaled = Scaled(_number(table["c4"], f"{where}.c4", Within(-_GREATEST, _GREATEST)), halving)
    if not all(within.low <= scaled.at(key) <= within.high for key in ends):
        raise ValueError(f"“{where}” must be from {within.low:g} to {within.high:g} at every key")
    return scaled


def _model(kind: Any, stated: Any, where: str, ends: tuple[int, int]) -> Any:
    """Return the dataclass ``kind`` as a TOML table states it, each parameter within the range that it declares."""
    hints = get_type_hints(kind, include_extras=True)
    table = _same(stated, set(hints), where)
    return kind(**{name: _value(hint, table[name], f"{where}.{name}", ends) for name, hint in hints.items()})


def _value(hint: Any, value: Any, where: str, ends: tuple[int, int]) -> Any:
    """Return a parameter as its annotation wants it: a number, a scaled one, a part, or a tuple of any of these."""
    kind, *extras = get_args(hint) if get_origin(hint) is Annotated else (hint,)
    if get_origin(kind) is tuple:
        item = Annotated[get_args(kind)[0], *extras] if extras else get_args(kind)[0]
        if not isinstance(value, list) or len(value) > _MOST_PARTS:
            raise ValueError(f"“{where}” must be a list of at most {_MOST_PARTS}")
        return tuple(_value(item, part, f"{where}[{number}]", ends) for number, part in enumerate(value))
    if is_dataclass(kind) and kind is not Scaled:
        return _model(kind, value, where, ends)
    return _scaled(value, where, extras[0], ends) if kind is Scaled else _number(value, where, extras[0])
