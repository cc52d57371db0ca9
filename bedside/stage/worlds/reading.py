"""Read a world's file: as `bedside.schema` does, but with names of files, and colours that are safe for eyes."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, NewType, TypeVar

from bedside import schema
from bedside.schema import SchemaError, Within
from bedside.stage.worlds.colours import Colour, saturated_red

T = TypeVar("T")

# A name of small letters, digits and hyphens.
Name = NewType("Name", str)

_HEX = re.compile(r"#([0-9a-fA-F]{2})([0-9a-fA-F]{2})([0-9a-fA-F]{2})")
_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")


def read(kind: type[T], table: Mapping[str, Any], path: str) -> T:
    """Return the dataclass ``kind`` as a table of a world's file states it; raise SchemaError."""
    return schema.read(kind, table, path, _READERS)


def read_value(hint: Any, stated: Any, path: str) -> Any:
    """Return a value of a world's file as its annotation requires; raise SchemaError."""
    return schema.value(hint, stated, path, _READERS)


def _name(stated: Any, path: str, _within: Within | None) -> str:
    if not isinstance(stated, str) or not _NAME.fullmatch(stated):
        raise SchemaError(f"“{path}” must be a name of small letters, digits and hyphens")
    return stated


def _colour(stated: Any, path: str, _within: Within | None) -> Colour:
    match = _HEX.fullmatch(stated) if isinstance(stated, str) else None
    if match is None:
        raise SchemaError(f"“{path}” must be a colour such as #ffd27a")
    red, green, blue = (int(pair, 16) for pair in match.groups())
    if saturated_red((red, green, blue)):
        raise SchemaError(
            f"“{path}” must be a softer colour than the saturated red {stated}, which can bring on a seizure"
        )
    return red, green, blue


_READERS: Mapping[Any, schema.Reader] = {Name: _name, Colour: _colour}
