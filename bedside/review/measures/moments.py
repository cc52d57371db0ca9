"""Moments found in the music, each with its evidence: proposals that the therapist accepts or dismisses."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from bedside.music.events import Player
from bedside.review.measures import descriptive, pulse
from bedside.review.measures.columns import Floats, NoteColumns
from bedside.review.measures.imitation import joint_range
from bedside.review.measures.pair import FOLLOWED, FineCurves
from bedside.review.measures.roles import Stretch, longest_stretch
from bedside.review.measures.shared_pulse import shared_pulse, shared_pulse_beside_chance
from bedside.review.measures.take import PlayedTake, lost
from bedside.review.measures.turntaking import Exchanges, Turns
from bedside.review.measures.windows import WINDOW_SECONDS, WindowedNotes, Windows

# A rest of this many seconds is long.
REST_SECONDS = 10.0

# A turn that comes later than this after the one before begins a new series, in seconds.
_ANSWER_SECONDS = 5.0

# A pulse is shared where it is at least this clear, and above the mean of chance, for this many seconds in a row. Two
# players on exactly one beat have up to 1. The threshold is shown with the proposal.
_SHARED_PULSE = 0.3
_SHARED_SECONDS = 3

# Shorter stretches of one role are not proposed, in seconds.
_ROLE_SECONDS = 10.0


class MomentKind(StrEnum):
    """The kinds of moments that are proposed."""

    AFTER_REST = "first note after a long rest"
    EXCHANGE = "longest exchange"
    SHARED_PULSE = "first shared pulse"
    ALIKE = "most alike"
    DIFFERENT = "most different"
    # The gradients of autonomy of Bruscia 1987: words for how curves moved.
    DEPENDENT = "in the role of dependent"
    FOLLOWER = "in the role of follower"
    PARTNER = "in the role of partner"
    LEADER = "in the role of leader"
    RESISTER = "in the role of resister"


@dataclass(frozen=True, slots=True)
class ProposedMoment:
    """A proposed moment: its span in seconds, its evidence by name, and its notes.

    ``players`` are the one or two whom it is about; ``notes`` are indices into each player's own part.
    """

    kind: MomentKind
    players: tuple[Player, ...]
    start: float
    end: float
    evidence: Mapping[str, float]
    notes: Mapping[Player, tuple[int, ...]]


def propose(take: PlayedTake) -> list[ProposedMoment]:
    """Return the moments found in a take, in order of time."""
    found: list[ProposedMoment] = []
    child = take.parts.get(Player.CHILD)
    if child is not None:
        found += after_rest(take, child)
        for other in take.parts:
            if other is not Player.CHILD:
                found += _between(take, other)
    return sorted(found, key=lambda moment: (moment.start, moment.kind))


def after_rest(take: PlayedTake, child: NoteColumns) -> Iterator[ProposedMoment]:
    """Yield the child's first note after their longest rest, if that is at least 10 s; lost time does not count."""
    if not len(child):
        return
    reach = np.concatenate([[0.0], np.maximum.accumulate(child.end)[:-1]])
    rest = child.onset - reach - (lost(take.gaps, child.onset) - lost(take.gaps, reach))
    note = int(np.argmax(rest))
    if rest[note] < REST_SECONDS:
        return
    evidence = {"rest": float(rest[note])}
    onset = float(child.onset[note])
    yield _moment(take, MomentKind.AFTER_REST, (Player.CHILD,), onset, onset + WINDOW_SECONDS, evidence)


def _between(take: PlayedTake, other: Player) -> Iterator[ProposedMoment]:
    both = (Player.CHILD, other)
    one, two = (take.parts[player] for player in both)
    windows = Windows.over(take.played, take.gaps)
    inside = WindowedNotes.of(one, windows), WindowedNotes.of(two, windows)
    yield from exchange(take, both, Exchanges.of(Turns.of(one), Turns.of(two)))
    yield from _shared(take, both, inside, windows)
    yield from _likeness(take, both, inside, windows)
    yield from _roles(take, both)
    yield from _roles(take, both[::-1])


def exchange(take: PlayedTake, both: tuple[Player, ...], passed: Exchanges) -> Iterator[ProposedMoment]:
    """Yield the longest series of turns that alternate, each at most 5 s after the one before."""
    latency = passed.latencies()
    near = latency <= _ANSWER_SECONDS
    if not near.any():
        return
    # A series continues while each exchange starts from the turn that ended the one before.
    goes_on = near[1:] & near[:-1] & (passed.since[1:] == passed.began[:-1])
    series = np.concatenate([[0], np.cumsum(~goes_on)])
    count = np.bincount(series[near], minlength=series[-1] + 1)
    best = int(np.argmax(count))
    some = np.flatnonzero((series == best) & near)
    start, end = float(passed.since[some[0]]), float(passed.until[some[-1]])
    evidence = {"exchanges": float(count[best]), "response_latency": float(np.median(latency[some]))}
    yield _moment(take, MomentKind.EXCHANGE, both, start, end, evidence)


def _shared(
    take: PlayedTake, both: tuple[Player, ...], inside: tuple[WindowedNotes, WindowedNotes], windows: Windows
) -> Iterator[ProposedMoment]:
    curves = [pulse.autocorrelations(each) for each in inside]
    for curve in curves:
        curve[~windows.heard] = np.nan
    chance = shared_pulse_beside_chance(curves[0], curves[1], 1.0)[0].chance
    value = shared_pulse(curves[0], curves[1])
    clear = (value >= _SHARED_PULSE) & ~(value <= chance)
    above = np.convolve(clear, np.ones(_SHARED_SECONDS), "valid") == _SHARED_SECONDS
    if len(clear) < _SHARED_SECONDS or not above.any():
        return
    place = int(np.argmax(above))
    evidence = {"shared_pulse": float(value[place]), "shared_pulse_chance": chance, "threshold": _SHARED_PULSE}
    start, end = max(float(windows.start[place]), 0.0), float(windows.end[place + _SHARED_SECONDS - 1])
    yield _moment(take, MomentKind.SHARED_PULSE, both, start, end, evidence)


def _likeness(
    take: PlayedTake, both: tuple[Player, ...], inside: tuple[WindowedNotes, WindowedNotes], windows: Windows
) -> Iterator[ProposedMoment]:
    """Yield the windows in which both players' curves, relative to their range, are nearest and farthest apart."""
    apart: dict[str, Floats] = {}
    for name, curve in {"density": descriptive.density, "velocity_mean": descriptive.velocity_mean}.items():
        one, two = curve(inside[0]), curve(inside[1])
        apart[name] = np.abs(one - two) / (joint_range(one, two) or np.nan)
    mean = np.mean(list(apart.values()), 0)
    mean[~windows.heard | (windows.start < 0)] = np.nan
    if np.isnan(mean).all():
        return
    for kind, place in ((MomentKind.ALIKE, int(np.nanargmin(mean))), (MomentKind.DIFFERENT, int(np.nanargmax(mean)))):
        evidence = {f"{name}_apart": float(share[place]) for name, share in apart.items()}
        yield _moment(take, kind, both, float(windows.start[place]), float(windows.end[place]), evidence)


def _roles(take: PlayedTake, both: tuple[Player, ...]) -> Iterator[ProposedMoment]:
    """Yield the stretch in which the first player kept one role for longer than by chance.

    Of the curves, the one counts in which it exceeds chance by most.
    """
    one, two = (FineCurves.of(take, take.parts[player], WINDOW_SECONDS) for player in both)
    best: tuple[float, str, Stretch] | None = None
    for name in FOLLOWED:
        found = longest_stretch(one.each_second(name), two.each_second(name), two.silent())
        if found is None or found.end - found.start < _ROLE_SECONDS:
            continue
        above = found.end - found.start - found.chance
        if above > 0 and (best is None or above > best[0]):
            best = above, name, found
    if best is not None:
        _, name, found = best
        evidence = {f"role_{name}": found.end - found.start, f"role_{name}_band": found.chance}
        yield _moment(take, MomentKind[found.role.upper()], both, found.start, found.end, evidence)


def _moment(
    take: PlayedTake,
    kind: MomentKind,
    players: tuple[Player, ...],
    start: float,
    end: float,
    evidence: Mapping[str, float],
) -> ProposedMoment:
    end = min(end, take.seconds)
    notes = {
        player: tuple(range(*np.searchsorted(take.parts[player].onset, [start, np.nextafter(end, np.inf)]).tolist()))
        for player in players
    }
    return ProposedMoment(kind, players, start, end, evidence, notes)
