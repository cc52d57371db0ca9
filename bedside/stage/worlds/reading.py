"""How a table of a TOML file becomes a dataclass: each value is held to what its field's annotation allows.

Nothing is guessed: what is missing, unknown, of another kind or out of range is told in words that an artist can use.
"""

from __future__ import annotations

import re
import types
from collections.abc import Mapping
from dataclasses import MISSING, dataclass, fields, is_dataclass
from typing import Annotated, Any, NewType, TypeVar, Union, get_args, get_origin, get_type_hints

from bedside.stage.worlds.colours import Colour, saturated_red

T = TypeVar("T")

# A name of small letters, digits and hyphens.
Name = NewType("Name", str)

_HEX = re.compile(r"#([0-9a-fA-F]{2})([0-9a-fA-F]{2})([0-9a-fA-F]{2})")
_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")


@dataclass(frozen=True, slots=True)
class Within:
    """The range, ends included, in which a number must lie, or the length of a list; written in an annotation."""

    low: float
    high: float


class ReadingError(Exception):
    """What is wrong in a file, as the end of a sentence."""


def read(kind: type[T], table: Mapping[str, Any]) -> T:
    """Return the dataclass ``kind`` as a table states it; raise ReadingError for anything that does not fit."""
    hints = get_type_hints(kind, include_extras=True)
    for name in sorted(table.keys() - hints):
        raise ReadingError(f"{name[:40]!r} is unknown there")
    made = {}
    for field in fields(kind):  # type: ignore[arg-type]
        if field.name in table:
            made[field.name] = value(hints[field.name], table[field.name], field.name)
        elif field.default is MISSING:
            raise ReadingError(f"{field.name!r} is missing")
    return kind(**made)


def value(hint: Any, stated: Any, where: str) -> Any:
    """Return a stated value as an annotation wants it; ``where`` is what the file calls it."""
    kind, *extras = get_args(hint) if get_origin(hint) is Annotated else (hint,)
    if get_origin(kind) in (Union, types.UnionType):
        return value(next(each for each in get_args(kind) if each is not type(None)), stated, where)
    if kind == Colour:
        return _colour(stated, where)
    if get_origin(kind) is tuple:
        return _list(kind, extras, stated, where)
    if is_dataclass(kind) and isinstance(kind, type):
        if not isinstance(stated, dict):
            raise ReadingError(f"{where!r} must be a table")
        return read(kind, stated)
    if kind is bool:
        if not isinstance(stated, bool):
            raise ReadingError(f"{where!r} must be true or false")
        return stated
    if kind is Name:
        if not isinstance(stated, str) or not _NAME.fullmatch(stated):
            raise ReadingError(f"{where!r} must be a name of small letters, digits and hyphens")
        return stated
    if kind is str:
        if not isinstance(stated, str):
            raise ReadingError(f"{where!r} must be a text")
        return stated
    return _number(kind, extras[0], stated, where)


def _number(kind: type, within: Within, stated: Any, where: str) -> Any:
    allowed = (int,) if kind is int else (int, float)
    if type(stated) not in allowed or not within.low <= stated <= within.high:
        word = "a whole number" if kind is int else "a number"
        raise ReadingError(f"{where!r} must be {word} from {within.low:g} to {within.high:g}")
    return kind(stated)


def _list(kind: Any, extras: list[Any], stated: Any, where: str) -> tuple[Any, ...]:
    item, *rest = get_args(kind)
    if rest != [Ellipsis]:
        if not isinstance(stated, list) or len(stated) != 1 + len(rest):
            raise ReadingError(f"{where!r} must be a list of {1 + len(rest)}")
        inner = [Annotated[each, *extras] if extras else each for each in (item, *rest)]
        return tuple(value(hint, each, where) for hint, each in zip(inner, stated, strict=True))
    length = next((extra for extra in extras if isinstance(extra, Within)), Within(0, 16))
    if not isinstance(stated, list) or not length.low <= len(stated) <= length.high:
        raise ReadingError(f"{where!r} must be a list of {length.low:g} to {length.high:g}")
    return tuple(value(item, each, where) for each in stated)


def _colour(stated: Any, where: str) -> Colour:
    match = _HEX.fullmatch(stated) if isinstance(stated, str) else None
    if match is None:
        raise ReadingError(f"{where!r} must be a colour such as #ffd27a")
    red, green, blue = (int(pair, 16) for pair in match.groups())
    if saturated_red((red, green, blue)):
        raise ReadingError(
            f"{where!r} must be a softer colour than the saturated red {stated}, which can bring on a seizure"
        )
    return red, green, blue
