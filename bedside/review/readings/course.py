"""A child's sessions one after the other: what was measured in each, how it was played, and whose choices were made."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from bedside.archive.store.journal import Session
from bedside.archive.store.search import FoundTake, Order, TakeQuery
from bedside.archive.store.store import Store
from bedside.music.events import Player
from bedside.review.measures.values import Pair
from bedside.review.measures.weeks import MeasuredSession as Compared
from bedside.review.measures.weeks import among
from bedside.review.readings.circumstances import Circumstances, combined, differences, entered
from bedside.review.readings.measured import Measured, Numbers, weighted

# More takes of one child than anybody has.
_MOST_TAKES = 5000


@dataclass(frozen=True, slots=True)
class Meeting:
    """A session with its takes in order of time, its numbers by player or pair, and of ``choices`` those of a child."""

    session: Session
    takes: tuple[FoundTake, ...]
    numbers: Numbers
    circumstances: Circumstances
    by_child: int
    choices: int

    @property
    def share(self) -> float:
        """The share of the choices that were a child's; NaN where none was made."""
        return self.by_child / self.choices if self.choices else math.nan


@dataclass(frozen=True, slots=True)
class BesideEarlier:
    """A session's value of a measure beside the median and MAD of earlier ones; NaN where these are too few.

    ``earlier`` is how many they are; ``differs`` how the session was played otherwise than they were.
    """

    value: float
    chance: float
    median: float
    mad: float
    earlier: int
    differs: tuple[str, ...]


def takes_of(store: Store, patient: str) -> list[FoundTake]:
    """Return a patient's takes in order of time; those of nobody where the id is empty."""
    return store.search.page(TakeQuery(patient=patient, order=Order.OLDEST), 0, _MOST_TAKES)


def meetings(store: Store, measured: Measured, patient: str, whose: Player | Pair) -> list[Meeting]:
    """Return a patient's sessions that have takes, in order of time.

    The numbers are of a player or of a pair; how a pair played is told of the first of the two.
    """
    player = whose.a if isinstance(whose, Pair) else whose
    kept: dict[str, list[FoundTake]] = {}
    for take in takes_of(store, patient):
        kept.setdefault(take.session, []).append(take)
    found = []
    for session in store.journal.sessions(patient):
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
            way = measured.ways(take.id).get(player)
            if way is not None:
                ways.append(entered(way, [choice for choice in choices if choice.take == take.id]))
        found.append(
            Meeting(
                session,
                tuple(several),
                weighted(values),
                combined(ways),
                sum(choice.by == "child" for choice in choices),
                len(choices),
            )
        )
    return found


def beside_earlier(several: Sequence[Meeting], name: str) -> list[BesideEarlier]:
    """Return where each session's value of a measure stands among those of earlier sessions, as `among` says."""
    found = []
    for number, each in enumerate(several):
        earlier = several[:number]
        stand = among(_session(each), [_session(other) for other in earlier], name)
        # Where all earlier ones count, and not those alone that were played alike, the difference is named.
        unlike = [other.circumstances for other in earlier if stand.differences and name in other.numbers.values]
        chance = each.numbers.chance.get(name, math.nan)
        differs = tuple(differences(each.circumstances, unlike))
        found.append(BesideEarlier(stand.value, chance, stand.median, stand.mad, stand.sessions, differs))
    return found


def _session(meeting: Meeting) -> Compared:
    return Compared(meeting.circumstances.described(), meeting.numbers.values)
