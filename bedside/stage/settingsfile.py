"""One file of settings, in TOML: what it states, in which line, and how one of them is written without touching others.

It is flat: a setting in a table has the table's name before its own, with a point between.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bedside.errors import BedsideError
from bedside.files import reason, replacing

Value = str | int | bool

_MOST_BYTES = 65_536

_TABLE = re.compile(r"\s*\[\s*([^\[\]]+?)\s*\]")
_KEY = re.compile(r"""\s*([\w."' -]+?)\s*=""")


@dataclass(frozen=True, slots=True)
class Content:
    """What a file states, by name, and ``faults``, a sentence if it cannot be read; empty if it is not there."""

    stated: Mapping[str, Any]
    lines: Mapping[str, int]
    faults: tuple[str, ...] = ()

    def line(self, name: str) -> int:
        """Return the line, from 1, in which a name is stated."""
        return self.lines.get(name) or self.lines.get(name.partition(".")[0]) or 1


def read(path: Path) -> Content:
    """Return what a file states; no fault of it is raised."""
    try:
        text = _text(path)
        stated = dict(_flat(tomllib.loads(text)))
    except (FileNotFoundError, NotADirectoryError):
        return Content({}, {})
    except OSError as error:
        return _unread(path, f"it cannot be read: {reason(error)}")
    except UnicodeDecodeError:
        return _unread(path, "it is no text in UTF-8")
    except tomllib.TOMLDecodeError as error:
        return _unread(path, f"line {_fault_line(text, error)} is no TOML")
    except (ValueError, RecursionError):
        return _unread(path, "it is no file of settings")
    return Content(stated, _lines(text))


def write(path: Path, name: str, stated: Value | None, mode: int = 0o600) -> None:
    """Write one setting, None to remove it; comments and all else stay. Raise BedsideError if that fails.

    ``mode`` says who may read a new file.
    """
    # Only here: reading needs the standard library alone, and is quicker.
    import tomlkit
    from tomlkit.exceptions import TOMLKitError

    table, _, key = name.rpartition(".")
    try:
        try:
            document = tomlkit.parse(_text(path))
        except FileNotFoundError:
            document = tomlkit.document()
        place: Any = document
        if table:
            if table not in document and stated is None:
                return
            place = document.setdefault(table, tomlkit.table())
        if stated is None:
            place.pop(key, None)
        else:
            place[key] = stated
        changed = tomlkit.dumps(document)
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise BedsideError(f"{path} could not be written: {reason(error)}.") from error
    except (ValueError, TOMLKitError, RecursionError, AttributeError, TypeError) as error:
        raise BedsideError(
            f"{path} could not be written: what is there is no file of settings; mend it first."
        ) from error
    if path.exists():
        mode = path.stat().st_mode & 0o777
    with replacing(path) as file:
        file.write(changed.encode())
    path.chmod(mode)


def as_toml(stated: Value) -> str:
    """Return a value as a file states it."""
    return json.dumps(stated, ensure_ascii=False)


def _text(path: Path) -> str:
    """Return the text of a file; raise OSError, or ValueError for what is no small file of text."""
    if path.exists() and not path.is_file():
        raise ValueError("no file")
    with path.open("rb") as file:
        content = file.read(_MOST_BYTES + 1)
    if len(content) > _MOST_BYTES:
        raise ValueError("too large")
    return content.decode().replace("\r\n", "\n").removeprefix("\ufeff")


def _unread(path: Path, why: str) -> Content:
    return Content({}, {}, (f"{path}: {why}. None of its settings are used.",))


def _flat(table: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Yield the names and values of a table, and of the tables right in it."""
    for name, stated in table.items():
        if isinstance(stated, dict) and stated:
            yield from ((f"{name}.{inner}", value) for inner, value in stated.items())
        elif not isinstance(stated, dict):
            yield name, stated


def _lines(text: str) -> dict[str, int]:
    """Return the line of each name, and of each table."""
    found: dict[str, int] = {}
    table = ""
    for number, line in enumerate(text.split("\n"), 1):
        if header := _TABLE.match(line):
            table = _bare(header[1])
            found.setdefault(table, number)
        elif key := _KEY.match(line):
            found.setdefault(f"{table}.{_bare(key[1])}" if table else _bare(key[1]), number)
    return found


def _bare(name: str) -> str:
    """Return a name without quotation marks and spaces."""
    return ".".join(part.strip().strip("\"'") for part in name.split("."))


def _fault_line(text: str, error: tomllib.TOMLDecodeError) -> int:
    """Return the line of a fault, which Python names in its words; at the end of the text it is the last one."""
    named = re.search(r"at line (\d+)", str(error))
    return int(named[1]) if named else text.rstrip("\n").count("\n") + 1
