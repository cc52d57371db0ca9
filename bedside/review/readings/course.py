"""A child's sessions in order of time: the measures, circumstances and choices of each."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from bedside.archive.store.casenotes import Session
from bedside.archive.store.choices import decides
from bedside.archive.store.search import FoundTake, Order, TakeQuery
from bedside.archive.store.store import Store
from bedside.music.events import Player
from bedside.review.measures.values import Pair
from bedside.review.measures.weeks import MeasuredSession as Compared
from bedside.review.measures.weeks import compare_with_earlier
from bedside.review.readings.circumstances import Circumstances, combined, differences, with_worlds
from bedside.review.readings.measured import Measured, Numbers, weighted

# More takes than any child has.
_MOST_TAKES = 5000


@dataclass(frozen=True, slots=True)
class CourseSession:
    """A session: its takes in order of time, its numbers, its ``choices`` about music, of them those ``by_child``."""

    session: Session
    takes: tuple[FoundTake, ...]
    numbers: Numbers
    circumstances: Circumstances
    by_child: int
    choices: int

    @property
    def share(self) -> float:
        """The share of choices that a child made; NaN where none was made."""
        return self.by_child / self.choices if self.choices else math.nan


@dataclass(frozen=True, slots=True)
class BesideEarlier:
    """A session's value of a measure, and the median and MAD of earlier ones; NaN where these are too few.

    ``earlier`` counts them; ``differs`` says how this session's circumstances differ from theirs.
    """

    value: float
    chance: float
    median: float
    mad: float
    earlier: int
    differs: tuple[str, ...]


def takes_of(store: Store, patient: str) -> list[FoundTake]:
    """Return a patient's takes in order of time; for an empty id, those without a patient."""
    return store.search.page(TakeQuery(patient=patient, order=Order.OLDEST), 0, _MOST_TAKES)


def session_course(store: Store, measured: Measured, patient: str, whose: Player | Pair) -> list[CourseSession]:
    """Return a patient's sessions that have takes, in order of time.

    Numbers are of a player or of a pair; the circumstances of a pair are those of its first player.
    """
    player = whose.a if isinstance(whose, Pair) else whose
    setups = store.setups()
    kept: dict[str, list[FoundTake]] = {}
    for take in takes_of(store, patient):
        kept.setdefault(take.session, []).append(take)
    found = []
    for session in store.casenotes.sessions(patient):
        several = kept.get(session.id, [])
        if not several:
            continue
        choices = store.choices(session.id)
        values: list[tuple[float, Numbers]] = []
        ways = []
        for take in several:
            if isinstance(whose, Pair):
                numbers = measured.pairs(take.id).get(whose, Numbers({}))
            else:
                numbers = measured.players(take.id).get(whose, Numbers({}))
            values.append((take.seconds, numbers))
            way = measured.circumstances(take.id).get(player)
            if way is not None:
                own = [choice for choice in choices if choice.take == take.id]
                ways.append(with_worlds(way, setups.get(take.id, {}), own))
        found.append(
            CourseSession(
                session,
                tuple(several),
                weighted(values),
                combined(ways),
                sum(choice.by == "child" for choice in choices),
                sum(decides(choice.what, choice.by) for choice in choices),
            )
        )
    return found


def beside_earlier(several: Sequence[CourseSession], name: str) -> list[BesideEarlier]:
    """Compare each session's value of a measure with those of the sessions before it."""
    found = []
    for number, each in enumerate(several):
        earlier = several[:number]
        stand = compare_with_earlier(_session(each), [_session(other) for other in earlier], name)
        # Differences are named only if the comparison includes unlike sessions.
        unlike = [other.circumstances for other in earlier if stand.differences and name in other.numbers.values]
        chance = each.numbers.chance.get(name, math.nan)
        differs = tuple(differences(each.circumstances, unlike))
        found.append(BesideEarlier(stand.value, chance, stand.median, stand.mad, stand.sessions, differs))
    return found


def _session(session: CourseSession) -> Compared:
    return Compared(session.circumstances.described(), session.numbers.values)
