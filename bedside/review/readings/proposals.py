"""Proposed moments in words, as the page of a take shows them: label, time and evidence."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from bedside.music.events import Player
from bedside.review.measures.moments import MomentKind, ProposedMoment
from bedside.review.readings.terms import PAIR, PLAYER

# Evidence that is not a measure: its words, its unit and its digits.
_BESIDE = {
    "rest": ("Rest before it", "s", 2),
    "threshold": ("proposed from", "", 2),
    "distance": ("Distance of both", "", 2),
    "chance": ("mean of chance", "", 2),
    "exchanges": ("Turns taken up", "", 0),
    "response_latency": ("median response time", "s", 2),
    "role_density": ("In density on end for", "s", 0),
    "role_velocity": ("In loudness on end for", "s", 0),
    "role_pitch": ("In pitch height on end for", "s", 0),
    "band": ("95 % of chance up to", "s", 0),
}

# Kinds that are about the first of two players.
_ROLES = (MomentKind.DEPENDENT, MomentKind.FOLLOWER, MomentKind.PARTNER, MomentKind.LEADER, MomentKind.RESISTER)


@dataclass(frozen=True, slots=True)
class Proposal:
    """A moment in words: its ``kind``, a ``label``, its span in seconds, and its ``evidence`` in one line."""

    kind: str
    label: str
    first: float
    last: float
    evidence: str


def proposals(moments: Sequence[ProposedMoment], seconds: float) -> list[Proposal]:
    """Return the moments of a take of so many seconds in words, in order of time."""
    return [
        Proposal(
            _kind(moment),
            _label(moment),
            max(moment.start, 0.0),
            min(max(moment.end, moment.start), max(seconds, moment.start)),
            _evidence(moment),
        )
        for moment in moments
    ]


def proposal_kinds() -> frozenset[str]:
    """Return every kind of proposal."""
    others = frozenset(str(kind) for kind in MomentKind if kind not in _ROLES)
    return others | {f"{player.label} {kind}" for kind in _ROLES for player in Player}


def _kind(moment: ProposedMoment) -> str:
    """Return the kind by which a verdict knows a moment; two players may have the same role at the same time."""
    return f"{moment.players[0].label} {moment.kind}" if moment.kind in _ROLES else str(moment.kind)


def _label(moment: ProposedMoment) -> str:
    """Return the heading of a moment, with the players it is about."""
    who = [player.label for player in moment.players]
    said = str(moment.kind)
    if moment.kind is MomentKind.AFTER_REST:
        return f"{who[0]}: {said}"
    if moment.kind in _ROLES:
        return f"{who[0]} {said}, beside {who[1]}"
    return f"{said[0].upper()}{said[1:]}: {' and '.join(who)}"


def _evidence(moment: ProposedMoment) -> str:
    """Return the evidence of a moment in one line, with its number of notes."""
    said = []
    for name, value in moment.evidence.items():
        if math.isfinite(value):
            label, unit, digits = _named(name)
            said.append(f"{label} {value:.{digits}f}{' ' + unit if unit and unit[0] not in '0−' else ''}")
    notes = sum(len(each) for each in moment.notes.values())
    return ", ".join([*said, f"{notes} notes" if notes != 1 else "1 note"])


def _named(name: str) -> tuple[str, str, int]:
    """Return a number's words, its unit, and its digits."""
    if name in _BESIDE:
        return _BESIDE[name]
    if name.endswith("_chance"):
        return _BESIDE["chance"]
    if name.endswith("_band"):
        return _BESIDE["band"]
    if name.endswith("_apart"):
        return f"{_named(name.removesuffix('_apart'))[0]} apart by", "", 2
    term = PAIR.get(name) or PLAYER.get(name)
    return (term.label, term.unit, 2) if term is not None else (name.replace("_", " ").capitalize(), "", 2)
