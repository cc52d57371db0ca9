"""A patch: the physics of one instrument, written by hand as TOML, and checked only here."""

from __future__ import annotations

import functools
import itertools
import math
import tomllib
from dataclasses import dataclass
from typing import Annotated, Any

from bedside import schema
from bedside.errors import BedsideError
from bedside.schema import SchemaError, Within
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
from bedside.sound.tuning import Scaled

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

# The name of the table that holds the physics selects the model.
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
_MOST_PIECES = 32
# A quantity that halves within fewer semitones is a mistake, and would overflow.
_STEEPEST, _GREATEST = 6.0, 1e6


_Key = Annotated[int, Within(0, 127)]


@dataclass(frozen=True, slots=True)
class Piece:
    """The model that sounds on the MIDI keys ``lowest`` to ``highest`` of an instrument.

    ``release`` is the seconds in which a note decays by 60 dB once it is let go; infinite if it rings on. A piece whose
    ``group`` is not 0 is choked by any strike of a piece whose ``off_by`` is that group.
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

    Its ``pieces``, one for most instruments and several for a drum set, cover the MIDI keys from ``lowest`` to
    ``highest``, each key once. ``register`` is the key where a layout of pads begins, unless the world says otherwise.
    ``source`` cites the physics.
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
        """Whether a held note on every key sounds for as long as it is held, instead of decaying by itself."""
        return all(isinstance(piece.model, Ensemble | Choir | Pipe | Reed) for piece in self.pieces)

    def piece(self, key: int) -> Piece:
        """Return the piece that sounds on a key of the range."""
        return next(piece for piece in self.pieces if piece.lowest <= key <= piece.highest)


@dataclass(frozen=True, slots=True)
class _Header:
    """The fields of a file that describe the whole instrument."""

    name: str
    picture: str
    source: str
    register: _Key


@dataclass(frozen=True, slots=True)
class _Keys:
    """The fields of a file that describe a piece, except its model."""

    lowest: _Key
    highest: _Key
    release: Annotated[float, Within(0.02, math.inf)]
    group: _Key
    off_by: _Key


def parse(text: str, file: str) -> Patch:
    """Return the patch in a TOML text; raise BedsideError, which names ``file``, if it is not valid."""
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
        pieces = [_piece(piece, f"pieces[{number}].") for number, piece in enumerate(several)]
    else:
        raise SchemaError(f"“pieces” must be a list of 1 to {_MOST_PIECES}")
    header = schema.read(_Header, stated)
    if not (header.name.isascii() and header.name.isalpha() and len(header.name) <= _LONGEST_NAME):
        raise SchemaError(f"“name” must be 1 to {_LONGEST_NAME} plain letters")
    for piece, higher in itertools.pairwise(pieces):
        if higher.lowest != piece.highest + 1:
            raise SchemaError("each of “pieces” must begin one key above the one before")
    if not pieces[0].lowest <= header.register <= pieces[-1].highest:
        raise SchemaError("“register” must lie from “lowest” to “highest”")
    patch = Patch(
        name=header.name, picture=header.picture, source=header.source, register=header.register, pieces=tuple(pieces)
    )
    seconds = math.fsum(patch.piece(key).model.seconds(key) for key in range(patch.lowest, patch.highest + 1))
    if seconds > MOST_SECONDS:
        raise SchemaError(f"its notes last {seconds:.0f} s in all, and {MOST_SECONDS:.0f} s is the most that fits")
    return patch


def _piece(stated: Any, prefix: str) -> Piece:
    """Return the piece in a TOML table, which must hold the physics of exactly one model."""
    named = [name for name in _MODELS if isinstance(stated, dict) and name in stated]
    if len(named) != 1:
        raise SchemaError(f"it needs exactly one of the tables {', '.join(_MODELS)}")
    physics = stated.pop(named[0])
    keys = schema.read(_Keys, stated, prefix.removesuffix("."))
    if keys.lowest > keys.highest:
        raise SchemaError(f"“{prefix}lowest” must not lie above “{prefix}highest”")
    scaled = functools.partial(_scaled, ends=(keys.lowest, keys.highest))
    model = schema.read(_MODELS[named[0]], physics, f"{prefix}{named[0]}", {Scaled: scaled})
    return Piece(
        lowest=keys.lowest,
        highest=keys.highest,
        release=keys.release,
        group=keys.group,
        off_by=keys.off_by,
        model=model,
    )


def _scaled(stated: Any, path: str, within: Within | None, ends: tuple[int, int]) -> Scaled:
    """Return a quantity, stated as a number or as ``c4`` and ``halving``, that is in range at both end keys."""
    assert within is not None  # noqa: S101
    if not isinstance(stated, dict):
        return Scaled(schema.number(float, stated, path, within))
    table = schema.table(stated, ("c4", "halving"), path)
    halving = schema.number(float, table["halving"], f"{path}.halving", Within(-math.inf, math.inf))
    if abs(halving) < _STEEPEST:
        raise SchemaError(f"“{path}.halving” must be at least {_STEEPEST:g} semitones, up or down")
    scaled = Scaled(schema.number(float, table["c4"], f"{path}.c4", Within(-_GREATEST, _GREATEST)), halving)
    if not all(within.low <= scaled.at(key) <= within.high for key in ends):
        raise SchemaError(f"“{path}” must be from {within.low:g} to {within.high:g} at every key")
    return scaled
