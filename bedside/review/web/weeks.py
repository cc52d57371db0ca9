"""Every measure over a child's sessions, against the child's own earlier ones; different ways of playing are named."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import combinations
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from bedside.archive.store.store import Store
from bedside.errors import Refused
from bedside.music.events import Player
from bedside.review.drawings.charts import Point, course_chart
from bedside.review.drawings.svg import svg
from bedside.review.measures.values import Pair
from bedside.review.measures.weeks import LEAST_SESSIONS, TOO_FEW
from bedside.review.readings import terms
from bedside.review.readings.course import BesideEarlier, CourseSession, beside_earlier, session_course
from bedside.review.readings.days import short
from bedside.review.readings.measured import Measured
from bedside.review.web.pages import Pages

router = APIRouter()


# The players and pairs whose measures can be shown, by their names in addresses.
_WHOSE: dict[str, Player | Pair] = {
    **{player.label: player for player in Player},
    **{pair.label: pair for pair in (Pair(a, b) for a, b in combinations(Player, 2))},
}


@router.get("/weeks")
def weeks(
    request: Request,
    patient: Annotated[str, Query(max_length=40)] = "",
    whose: Annotated[str, Query(max_length=40)] = "child",
    measure: Annotated[str, Query(max_length=60)] = "",
) -> Response:
    """Show a patient's sessions: the usual measures side by side, or one measure."""
    store: Store = request.app.state.store
    measured: Measured = request.app.state.measured
    who = _WHOSE.get(whose)
    if who is None:
        raise Refused("There is no such player, and no such pair of players.")
    offered = terms.PAIR if isinstance(who, Pair) else terms.PLAYER
    shown = [measure] if measure in offered else [name for name in terms.USUAL if name in offered] or list(offered)[:6]
    found = session_course(store, measured, patient, who) if patient else []
    pages: Pages = request.app.state.pages
    return pages.show(
        request,
        "weeks.html",
        patients=store.casenotes.patients(),
        patient=store.casenotes.patient(patient) if patient else None,
        whose=whose,
        players=[player.label for player in Player],
        pairs=[each for each in _WHOSE.values() if isinstance(each, Pair)],
        offered=offered,
        measure=measure if measure in offered else "",
        single=len(shown) == 1,
        sessions=found,
        days=[short(each.session.began) for each in found],
        least=LEAST_SESSIONS,
        charts=[measure_chart(found, name, who, len(shown) == 1) for name in shown] if found else [],
        choices=choices(found) if found else None,
        figure=terms.figure,
    )


def measure_chart(found: Sequence[CourseSession], name: str, whose: Player | Pair, large: bool) -> dict[str, Any]:
    """Return a measure over sessions, as a chart and as numbers."""
    stand = beside_earlier(found, name)
    points = [
        Point(_day(each), one.value, one.chance, one.median, one.mad, not one.differs)
        for each, one in zip(found, stand, strict=True)
    ]
    said = terms.term(name)
    known = [one.value for one in stand if math.isfinite(one.value)]
    span = f" from {terms.figure(min(known), name)} to {terms.figure(max(known), name)}" if known else ", no data"
    words = f"{said.label} of {whose.label} in {len(found)} sessions{span}; the numbers are in the table."
    width, height = (860.0, 320.0) if large else (400.0, 200.0)
    player = whose.a if isinstance(whose, Pair) else whose
    return {
        "name": name,
        "term": said,
        "picture": svg(course_chart(points, player.label, words, width, height)),
        "standings": stand,
        "where": [where(one) for one in stand],
    }


def choices(found: Sequence[CourseSession]) -> dict[str, Any]:
    """Return a chart of the share of choices that were a child's."""
    points = [Point(_day(each), each.share) for each in found]
    known = [each.share for each in found if each.choices]
    words = (
        f"Share of choices that were the child's, in {len(known)} sessions with choices; the numbers are in the table."
    )
    return {"picture": svg(course_chart(points, "child", words, whole=(0.0, 1.0))), "any": bool(known)}


def where(one: BesideEarlier) -> str:
    """Return where a value lies relative to the band; the words name a place and judge nothing."""
    if not math.isfinite(one.value):
        return "no data"
    if not math.isfinite(one.median):
        return TOO_FEW
    # Means of equal values may differ in their last bits; they still lie on a band of no height.
    rounding = 1e-9 * max(abs(one.value), abs(one.median))
    if one.value > one.median + one.mad + rounding:
        return "above the band"
    return "below the band" if one.value < one.median - one.mad - rounding else "in the band"


def _day(session: CourseSession) -> str:
    return short(session.session.began, year=False)
