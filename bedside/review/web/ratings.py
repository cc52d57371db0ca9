"""Blind ratings: two raters put spans of a take into categories; neither sees the other's until both are done."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response

from bedside.archive.store.casenotes import CaseNotes, Finished, Rating
from bedside.archive.store.store import Store
from bedside.errors import NotFound, Refused
from bedside.review.drawings.drawing import time_span
from bedside.review.measures.agreement import kappa, overlap_f1
from bedside.review.web.inputs import TypedTime, check_inside, rater, seconds
from bedside.review.web.moments import address
from bedside.review.web.pages import Pages

router = APIRouter(prefix="/ratings/{take}")

# Suggested categories; raters may agree on others.
SUGGESTED = ("alone", "together", "taking turns", "imitation", "shared pulse", "rest")


@dataclass(frozen=True, slots=True)
class Rated:
    """A rated span as the page shows it."""

    id: str
    rater: str
    category: str
    address: str
    words: str
    first: float
    last: float


@router.get("")
def ratings(request: Request, take: str) -> Response:
    """Show the rater's own spans; once two raters are done, show both raters' spans and their agreement."""
    store: Store = request.app.state.store
    casenotes = store.casenotes
    summary = store.summary(take)
    initials: str = request.state.visit.rater
    done = [each.rater for each in casenotes.finished(take)]
    everything = casenotes.ratings(take)
    open_ = is_open(casenotes, take)
    visible = [each for each in everything if each.rater == initials or (open_ and each.rater in done)]
    pages: Pages = request.app.state.pages
    return pages.show(
        request,
        "ratings.html",
        take=summary,
        rater=initials,
        spans=[_rated(each, summary.rate) for each in visible],
        done=done,
        others=[each for each in done if each != initials],
        open=open_,
        agreed=_agreed(everything, done, summary.rate, summary.seconds) if open_ else [],
        suggested=SUGGESTED,
    )


@router.post("")
def rate(
    request: Request,
    take: str,
    category: Annotated[str, Form(min_length=1, max_length=80)],
    first: TypedTime,
    last: TypedTime,
) -> Response:
    """Put a span into a category, under this visit's initials."""
    store: Store = request.app.state.store
    summary = store.summary(take)
    initials = rater(request)
    _check_open(store.casenotes, take, initials)
    begin, end = seconds(first), seconds(last)
    check_inside(end, summary.seconds)
    if begin >= end:
        raise Refused("A span must end after it begins.")
    frames = round(begin * summary.rate), round(end * summary.rate)
    store.casenotes.rate(take, initials, " ".join(category.split()), *frames)
    return RedirectResponse(f"/ratings/{take}#spans", 303)


@router.post("/{rating}/remove")
def take_back(request: Request, take: str, rating: str) -> Response:
    """Take back one of the rater's own spans."""
    store: Store = request.app.state.store
    initials = rater(request)
    _check_open(store.casenotes, take, initials)
    if rating not in [each.id for each in store.casenotes.ratings(take, initials)]:
        raise NotFound("You have no such span in this take, or no longer have it.")
    store.casenotes.take_back(Rating, rating)
    return RedirectResponse(f"/ratings/{take}#spans", 303)


@router.post("/done")
def finish(request: Request, take: str) -> Response:
    """Mark the rater's own ratings of a take as done."""
    store: Store = request.app.state.store
    store.summary(take)
    store.casenotes.finish(take, rater(request))
    return RedirectResponse(f"/ratings/{take}", 303)


@router.post("/again")
def reopen(request: Request, take: str) -> Response:
    """Reopen the rater's ratings; refused once the other rater's spans are shown."""
    store: Store = request.app.state.store
    initials = rater(request)
    if is_open(store.casenotes, take):
        raise Refused("Two raters are done and have seen each other's spans; the ratings stay as they are.")
    for said in store.casenotes.finished(take):
        if said.rater == initials:
            store.casenotes.take_back(Finished, said.id)
    return RedirectResponse(f"/ratings/{take}", 303)


def is_open(casenotes: CaseNotes, take: str) -> bool:
    """Return whether two raters have declared that they are done."""
    return len(casenotes.finished(take)) > 1


def _check_open(casenotes: CaseNotes, take: str, initials: str) -> None:
    """Refuse a change by a rater who is done, and any change after two raters are done."""
    if initials in [each.rater for each in casenotes.finished(take)]:
        raise Refused("You said that you are done with this take. Press “Go on rating” first.")
    if is_open(casenotes, take):
        raise Refused("Two raters are done with this take; its ratings are closed.")


def _rated(rating: Rating, rate: int) -> Rated:
    first, last = rating.first / rate, rating.last / rate
    where = address(rating.take_id, first, last)
    return Rated(rating.id, rating.rater, rating.category, where, time_span(first, last), first, last)


def _agreed(everything: list[Rating], done: list[str], rate: int, length: float) -> list[dict[str, object]]:
    """Return the agreement of each pair of raters on each category that either used."""
    found: list[dict[str, object]] = []
    for raters in combinations(done, 2):
        theirs = [each for each in everything if each.rater in raters]
        for category in sorted({each.category for each in theirs}):
            one, other = (
                [(each.first / rate, each.last / rate) for each in theirs if (each.rater, each.category) == wanted]
                for wanted in ((rater, category) for rater in raters)
            )
            found.append(
                {
                    "raters": " and ".join(raters),
                    "category": category,
                    "kappa": kappa(one, other, length),
                    "f1": overlap_f1(one, other),
                }
            )
    return found
