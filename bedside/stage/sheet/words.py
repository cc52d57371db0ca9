"""The words of the staff's sheet in each language, from tables in ``assets/words``; English is complete."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from bedside.errors import BedsideError
from bedside.places import shipped

ENGLISH = "en"


@dataclass(frozen=True, slots=True)
class Wording:
    """The words of one ``language``; ``rightward`` is False where lines are written from right to left."""

    language: str
    rightward: bool
    table: MappingProxyType[str, str]

    def say(self, key: str, /, **values: object) -> str:
        """Return the words of a key, with values in their places; English, or the key's own last part, if missing."""
        table = self.table if key in self.table else words(ENGLISH).table
        said = table.get(key)
        if said is None:
            plain = key.rpartition(".")[2].replace("-", " ")
            return plain[:1].upper() + plain[1:]
        return said.format(**values)


@cache
def words(language: str) -> Wording:
    """Return the words of a language (its code, such as ``en``); raise BedsideError if there are none or damaged."""
    path = shipped("assets") / "words" / f"{language}.toml"
    try:
        read = tomllib.loads(Path(path).read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise BedsideError(f"The words of the language {language!r} cannot be read; install the program again.") from (
            error
        )
    return Wording(language, not read.pop("right_to_left", False), MappingProxyType(_flat(read)))


def languages() -> list[str]:
    """Return the codes of the languages that there are words of."""
    return sorted(path.stem for path in (shipped("assets") / "words").glob("*.toml"))


def _flat(table: dict[str, Any], above: str = "") -> dict[str, str]:
    found: dict[str, str] = {}
    for key, value in table.items():
        if isinstance(value, dict):
            found |= _flat(value, f"{above}{key}.")
        else:
            found[above + key] = str(value)
    return found
