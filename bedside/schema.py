"""Read a table of a TOML file into a dataclass; each value is checked against its field's annotation.

Pure, and nothing is guessed. A value that is missing, unknown, of the wrong kind or out of range raises `SchemaError`;
its words complete a sentence and name the value by its full path, such as “pieces[2].membrane.air”.
"""

from __future__ import annotations

import functools
import types
from collections.abc import Callable, Collection, Mapping
from dataclasses import MISSING, dataclass, fields, is_dataclass
from typing import Annotated, Any, TypeVar, Union, get_args, get_origin, get_type_hints

T = TypeVar("T")

# Reads a value of one type: what is stated, its path, and the range that the annotation allows, if it names one.
Reader = Callable[[Any, str, "Within | None"], Any]

_LONGEST_TEXT = 400
_LONGEST_SHOWN = 40


@dataclass(frozen=True, slots=True)
class Within:
    """The range, ends included, of a number or of each number in a list; written in an annotation."""

    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Count:
    """How many items a list may have; written in an annotation."""

    least: int
    most: int


_USUAL_COUNT = Count(0, 16)


class SchemaError(ValueError):
    """A file states something invalid; the words complete a sentence."""


def read(kind: type[T], stated: Any, path: str = "", readers: Mapping[Any, Reader] | None = None) -> T:
    """Return the dataclass ``kind`` as a table states it; a field that has a default may be missing.

    ``path`` is what the file calls the table. ``readers`` read the types that only this kind of file knows. Raises
    SchemaError.
    """
    hints = _hints(kind)  # type: ignore[arg-type]
    needed = [field.name for field in fields(kind) if field.default is MISSING]  # type: ignore[arg-type]
    found = table(stated, needed, path, hints.keys() - set(needed))
    return kind(
        **{name: value(hints[name], found[name], _inner(path, name), readers) for name in hints if name in found}
    )


@functools.cache
def _hints(kind: type[Any]) -> dict[str, Any]:
    """Return the annotations of a dataclass: a file may hold many of one kind."""
    return get_type_hints(kind, include_extras=True)


def table(stated: Any, needed: Collection[str], path: str = "", optional: Collection[str] = ()) -> dict[str, Any]:
    """Return a stated table that has all needed names, and optional ones, but no others; raise SchemaError."""
    if not isinstance(stated, dict):
        raise SchemaError(f"“{path}” must be a table")
    missing = [name for name in sorted(needed) if name not in stated]
    unknown = [_shown(name) for name in sorted(stated.keys() - {*needed, *optional})]
    # A misspelt name is reported both as missing and as unknown.
    faults = [f"“{_inner(path, name)}” is missing" for name in missing[:1]]
    faults += [f"“{_inner(path, name)}” is unknown" for name in unknown[:1]]
    if faults:
        raise SchemaError(" and ".join(faults))
    return stated


def value(hint: Any, stated: Any, path: str, readers: Mapping[Any, Reader] | None = None) -> Any:
    """Return a stated value as its annotation requires; raise SchemaError."""
    kind, *extras = get_args(hint) if get_origin(hint) is Annotated else (hint,)
    within = next((extra for extra in extras if isinstance(extra, Within)), None)
    if get_origin(kind) in (Union, types.UnionType):
        (kind,) = (each for each in get_args(kind) if each is not types.NoneType)
        return value(Annotated[kind, *extras] if extras else kind, stated, path, readers)
    if readers and kind in readers:
        return readers[kind](stated, path, within)
    if get_origin(kind) is tuple:
        return _list(get_args(kind), extras, stated, path, readers)
    if is_dataclass(kind) and isinstance(kind, type):
        return read(kind, stated, path, readers)
    if kind is bool:
        if not isinstance(stated, bool):
            raise SchemaError(f"“{path}” must be true or false")
        return stated
    if kind is str:
        if not isinstance(stated, str) or not 0 < len(stated) <= _LONGEST_TEXT or not stated.isprintable():
            raise SchemaError(f"“{path}” must be one line of text")
        return stated
    if within is None:
        raise TypeError(f"the annotation of {path} names no range")
    return number(kind, stated, path, within)


def number(kind: type[Any], stated: Any, path: str, within: Within) -> Any:
    """Return a stated number as ``kind``, int or float; raise SchemaError for one out of range, and for nan."""
    allowed = (int,) if kind is int else (int, float)
    if type(stated) not in allowed or not within.low <= stated <= within.high:
        words = "a whole number" if kind is int else "a number"
        raise SchemaError(f"“{path}” must be {words} from {within.low:g} to {within.high:g}")
    return kind(stated)


def _list(
    items: tuple[Any, ...], extras: list[Any], stated: Any, path: str, readers: Mapping[Any, Reader] | None
) -> tuple[Any, ...]:
    """Return a list as a tuple: of any length that its `Count` allows, or of one item for each that is annotated."""
    count = next((extra for extra in extras if isinstance(extra, Count)), _USUAL_COUNT)
    if items[-1] is not Ellipsis:
        count = Count(len(items), len(items))
    if not isinstance(stated, list) or not count.least <= len(stated) <= count.most:
        raise SchemaError(f"“{path}” must be a list of {_span(count)}")
    hints = items[:1] * len(stated) if items[-1] is Ellipsis else items
    if ranges := [extra for extra in extras if isinstance(extra, Within)]:
        hints = tuple(Annotated[hint, *ranges] for hint in hints)
    each = zip(hints, stated, strict=True)
    return tuple(value(hint, item, f"{path}[{place}]", readers) for place, (hint, item) in enumerate(each))


def _span(count: Count) -> str:
    if count.least == count.most:
        return str(count.most)
    return f"{count.least} to {count.most}" if count.least else f"at most {count.most}"


def _shown(name: str) -> str:
    return "".join(sign if sign.isprintable() else "?" for sign in name[:_LONGEST_SHOWN])


def _inner(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name
