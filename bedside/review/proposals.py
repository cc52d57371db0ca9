"""Moments that the music proposes, as the page of a take shows them: what, when, and the numbers that speak for it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from bedside.review.measures.moments import Kind, Moment
from bedside.review.terms import PAIR, PLAYER

# What stands beside a measure as evidence and is no measure itself: its words and its unit.
_BESIDE = {
    "rest": ("Rest before it", "s"),
    "threshold": ("proposed from", ""),
    "distance": ("Distance of both", ""),
    "chance": ("mean of chance", ""),
}


@dataclass(frozen=True, slots=True)
class Proposal:
    """A moment in words: its ``kind``, a ``label``, its span in seconds, and its ``evidence`` in one line."""

    kind: str
    label: str
    first: float
    last: float
    evidence: str


def proposals(moments: Sequence[Moment], seconds: float) -> list[Proposal]:
    """Return the moments of a take of so many seconds in words, in order of time."""
    return [
        Proposal(
            str(moment.kind),
            _label(moment),
            max(moment.start, 0.0),
            min(max(moment.end, moment.start), max(seconds, moment.start)),
            _evidence(moment),
        )
        for moment in moments
    ]


def _label(moment: Moment) -> str:
    """Return what a moment is called, with who it is about."""
    who = " and ".join(player.label for player in moment.players)
    said = str(moment.kind)
    return f"{said[0].upper()}{said[1:]}: {who}" if moment.kind is not Kind.AFTER_REST else f"{who}: {said}"


def _evidence(moment: Moment) -> str:
    """Return the numbers that speak for a moment, and how many notes lie in it."""
    said = []
    for name, value in moment.evidence.items():
        if math.isfinite(value):
            label, unit = _named(name)
            said.append(f"{label} {value:.2f}{' ' + unit if unit and unit[0] not in '0−' else ''}")
    notes = sum(len(each) for each in moment.notes.values())
    return ", ".join([*said, f"{notes} notes" if notes != 1 else "1 note"])


def _named(name: str) -> tuple[str, str]:
    """Return a number's words and unit."""
    if name in _BESIDE:
        return _BESIDE[name]
    if name.endswith("_chance"):
        return _BESIDE["chance"]
    if name.endswith("_apart"):
        return f"{_named(name.removesuffix('_apart'))[0]} apart by", ""
    term = PAIR.get(name) or PLAYER.get(name)
    return (term.label, term.unit) if term is not None else (name.replace("_", " ").capitalize(), "")
