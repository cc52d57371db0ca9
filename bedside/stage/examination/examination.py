"""Examine a machine: its devices, and the latency of its engine. Nothing sounds, nothing is recorded."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from bedside.stage.examination import prober
from bedside.stage.examination.finding import Finding, Scope, Standing

# What is left to the page of a ward: it takes minutes, or is long.
_OF_A_WARD = ("sameness", "libraries")

_SECONDS = 3.0
_WARD_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class Examination:
    """The findings, in the order of the page."""

    findings: tuple[Finding, ...]

    @property
    def looks(self) -> list[Finding]:
        """What somebody should look at."""
        return [each for each in self.findings if each.standing is Standing.LOOK]

    def as_json(self) -> dict[str, object]:
        """Return all values by name, None for what the machine lacks, and the findings as people read them."""
        values = {name: value for each in self.findings for name, value in each.values.items()}
        return {**values, "good": not self.looks, "findings": [each.as_json() for each in self.findings]}

    def lines(self) -> list[str]:
        """Return the findings as lines for people, each with what to do about it."""
        lines = []
        for each in self.findings:
            lines.append(f"{each.what}: {each.said}")
            if each.advice:
                lines.append(f"  {each.advice}")
        return lines


def examine(data: Path, card: str | None, began: Callable[[str], None]) -> Examination:
    """Examine this machine for some seconds, on a sound card, by default the machine's own.

    ``began`` gets what is about to be examined.
    """
    names = tuple(name for name in prober.PROBES if name not in _OF_A_WARD)
    return Examination(tuple(prober.run_all(Scope(data, card, _SECONDS, names), began)))


def examine_for_ward(data: Path, card: str | None, began: Callable[[str], None]) -> Examination:
    """Examine this machine as a ward does before it is used; takes a minute, and more if instruments must be made."""
    return Examination(tuple(prober.run_all(Scope(data, card, _WARD_SECONDS, tuple(prober.PROBES)), began)))
