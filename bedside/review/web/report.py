"""The report for the team: a page to tick its parts on, and a download as one file."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Form, Query, Request
from fastapi.responses import Response

from bedside import places
from bedside.archive.store.search import TakeQuery
from bedside.archive.store.store import Store
from bedside.errors import BedsideError, Refused
from bedside.music.events import Player
from bedside.review.readings import terms
from bedside.review.readings.course import takes_of
from bedside.review.readings.proposals import proposal_kinds
from bedside.review.report import content, hearing, html, pdf
from bedside.review.web.pages import Pages
from bedside.sound.library import catalogue

router = APIRouter()

# With more takes, a report would be too long to read, and its sound too large to send.
MOST_TAKES = 12

# The parts that are ticked at first: few.
_TICKED = ("sound", "roll", "played", "choices", "curves", "measures", "moments", "remarks", "goals")
_MEASURES = ("density", "velocity_mean", "pitch_mean", "pulse_clarity")

_MOST_WITHOUT_PATIENT = 40


@router.get("/report")
def report(
    request: Request,
    patient: Annotated[str, Query(max_length=40)] = "",
    take: Annotated[str, Query(max_length=40)] = "",
) -> Response:
    """Show what can go into a report about a patient, or about takes without a patient."""
    store: Store = request.app.state.store
    casenotes = store.casenotes
    if take and not patient:
        patient = casenotes.session(store.summary(take).session).patient_id or ""
    offered = (
        takes_of(store, patient) if patient else store.search.page(TakeQuery(patient=""), 0, _MOST_WITHOUT_PATIENT)
    )
    # The newest session first, and its takes in their order.
    place = {session.id: number for number, session in enumerate(casenotes.sessions(patient or None))}
    offered = sorted(reversed(offered) if not patient else offered, key=lambda each: -place[each.session])
    # Unless a take is named, the newest session is ticked.
    newest = offered[0].session if offered else ""
    chosen = {take} if take else {each.id for each in offered if each.session == newest}
    pages: Pages = request.app.state.pages
    return pages.show(
        request,
        "report.html",
        patients=casenotes.patients(),
        patient=casenotes.patient(patient) if patient else None,
        offered=offered,
        chosen=chosen,
        parts=content.PARTS,
        ticked=_TICKED,
        measures={name: term for name, term in terms.PLAYER.items() if name != "notes"},
        usual=_MEASURES,
        most=MOST_TAKES,
    )


@router.post("/report")
def make(
    request: Request,
    takes: Annotated[list[str] | None, Form(max_length=MOST_TAKES)] = None,
    parts: Annotated[list[str] | None, Form(max_length=40)] = None,
    measures: Annotated[list[str] | None, Form(max_length=60)] = None,
    words: Annotated[str, Form(max_length=20_000)] = "",
    code: bool = Form(False),
    share: bool = Form(False),
    kind: Annotated[str, Form(pattern="^(html|pdf)$")] = "html",
) -> Response:
    """Return the report that was ticked, as a file."""
    store: Store = request.app.state.store
    if not takes:
        raise Refused("Please tick at least one take.")
    order = sorted({*takes}, key=lambda take: (store.summary(take).sequence, take))
    wish = content.ReportRequest(
        tuple(order),
        frozenset(parts or ()) & frozenset(content.PARTS),
        tuple(name for name in terms.PLAYER if name in (measures or ())),
        words,
        code,
        share,
        known_names(),
    )
    kept = content.ReportSources(store, request.app.state.takes, request.app.state.measured)
    made = content.compose(kept, wish)
    if kind == "pdf":
        return _file(pdf.write(made), "application/pdf", wish, store, "pdf")
    sounds = {take: hearing.mp3(request.app.state.listening, take) for take in order if "sound" in wish.parts}
    return _file(html.write(made, sounds), "text/html; charset=utf-8", wish, store, "html")


def known_names() -> frozenset[str]:
    """Return the names that the program itself gives to instruments, worlds, players and moments: no person's name."""
    worlds = {file.stem for file in (places.shipped("assets") / "worlds").glob("*.toml")}
    try:
        instruments = {patch.name for patch in catalogue.shipped_patches()}
    except BedsideError:
        instruments = set()
    return frozenset(worlds | instruments | {player.label for player in Player} | proposal_kinds())


def _file(body: bytes, kind: str, wish: content.ReportRequest, store: Store, ending: str) -> Response:
    """Return a report as a file; the file's name reveals nothing that the report does not."""
    name = "report"
    if not wish.share:
        patient = store.casenotes.session(store.summary(wish.takes[0]).session).patient_id
        code = store.casenotes.patient(patient).code if patient and wish.code else ""
        plain = re.sub(r"[^A-Za-z0-9_-]+", "-", code).strip("-")[:40]
        name = "-".join(filter(None, ("report", plain, f"{datetime.now().astimezone():%Y-%m-%d}")))
    headers = {"content-disposition": f'attachment; filename="{name}.{ending}"'}
    return Response(body, headers=headers, media_type=kind)
