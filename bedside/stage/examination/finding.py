"""What a probe found: a plain line for people, whether to look at it, and values for machines."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any


class Standing(StrEnum):
    """Whether what was found is good, needs a look, or is only stated."""

    GOOD = "good"
    LOOK = "look"
    STATED = "stated"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was examined.

    ``what`` names it in one or two words, ``said`` is a line of facts, ``advice`` a sentence on what to do, and
    ``values`` are the same facts for JSON.
    """

    what: str
    said: str
    standing: Standing = Standing.STATED
    advice: str = ""
    values: Mapping[str, object] = field(default_factory=dict)

    def as_json(self) -> dict[str, object]:
        """Return everything as plain values, without ``values``."""
        return {name: value for name, value in asdict(self).items() if name != "values"}


def of_json(found: Mapping[str, Any]) -> Finding:
    """Return a finding from its plain values."""
    return Finding(found["what"], found["said"], Standing(found["standing"]), found["advice"], found["values"])


@dataclass(frozen=True, slots=True)
class Scope:
    """What to examine: the data folder, a card's name or None for the machine's own, and for how long to measure."""

    data: Path
    card: str | None
    seconds: float
    probes: tuple[str, ...]
