"""A child's goals, how far each rater saw them attained, and the notes of sessions."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Form, Query, Request
from fastapi.responses import RedirectResponse, Response

from bedside.archive.store.casenotes import LEVELS, CaseNotes, Goal, Link
from bedside.archive.store.store import Store
from bedside.errors import Refused
from bedside.review.measures.attainment import t_score
from bedside.review.readings.course import takes_of
from bedside.review.web.inputs import TypedTime, check_inside, rater, seconds
from bedside.review.web.moments import linked_moments
from bedside.review.web.pages import Pages

router = APIRouter()

IdField = Annotated[str, Form(min_length=1, max_length=40)]
LineField = Annotated[str, Form(max_length=2000)]
TextField = Annotated[str, Form(max_length=20_000)]
Owner = Annotated[str, Form(max_length=40)]

_BACK = ("/goals", "/ratings")


@router.get("/goals")
def goals(request: Request, patient: Annotated[str, Query(max_length=40)] = "") -> Response:
    """Show a patient's goals, their attainment over sessions, and the sessions with their notes."""
    store: Store = request.app.state.store
    casenotes = store.casenotes
    chosen = casenotes.patient(patient) if patient else None
    found = casenotes.goals(patient) if patient else []
    sessions = casenotes.sessions(patient) if patient else []
    played: dict[str, int] = {}
    for take in takes_of(store, patient) if patient else []:
        played[take.session] = played.get(take.session, 0) + 1
    return _pages(request).show(
        request,
        "goals.html",
        patients=casenotes.patients(),
        patient=chosen,
        goals=[_shown(store, goal) for goal in found],
        attained=_attained(casenotes, found),
        sessions=[
            {"session": each, "note": casenotes.note(each.id), "takes": played.get(each.id, 0)}
            for each in reversed(sessions)
        ],
        levels=LEVELS,
    )


@router.post("/goals")
def set_goal(
    request: Request,
    patient: IdField,
    words: TextField,
    least: LineField = "",
    less: LineField = "",
    expected: LineField = "",
    more: LineField = "",
    most: LineField = "",
    weight: Annotated[float, Form(gt=0, le=100, allow_inf_nan=False)] = 1.0,
) -> Response:
    """Set a goal with its five levels."""
    _casenotes(request).set_goal(patient, words, (least, less, expected, more, most), weight)
    return RedirectResponse(f"/goals?patient={patient}", 303)


@router.post("/goals/{goal}/end")
def end_goal(request: Request, goal: str, patient: IdField) -> Response:
    """End a goal: it is no longer pursued."""
    _casenotes(request).patient(patient)
    _casenotes(request).end_goal(goal)
    return RedirectResponse(f"/goals?patient={patient}", 303)


@router.post("/initials")
def give_initials(
    request: Request,
    initials: Annotated[str, Form(alias="rater", min_length=1, max_length=40)],
    back: Annotated[str, Form(max_length=200)] = "/goals",
) -> Response:
    """Set the initials under which this visit rates; they stay until it ends, so that blind ratings stay blind."""
    visit = request.state.visit
    said = " ".join(initials.split())
    if not said:
        raise Refused("Please write at least one letter as your initials.")
    if visit.rater and visit.rater != said:
        raise Refused(f"You are rating as {visit.rater}. To rate as another person, log out first.")
    visit.rater = said
    return RedirectResponse(back if back.startswith(_BACK) else "/goals", 303)


@router.get("/goals/sessions/{session}")
def session(request: Request, session: str) -> Response:
    """Show a session's note, its moments, and how far each goal was attained in it."""
    store: Store = request.app.state.store
    casenotes = store.casenotes
    found = casenotes.session(session)
    patient = casenotes.patient(found.patient_id) if found.patient_id else None
    open_ = [goal for goal in casenotes.goals(patient.id) if goal.ended is None] if patient else []
    takes = [take for take in takes_of(store, found.patient_id or "") if take.session == session]
    initials: str = request.state.visit.rater
    own = {
        each.goal_id: each.level
        for goal in open_
        for each in casenotes.attainments(goal.id)
        if each.session_id == session and each.rater == initials
    }
    return _pages(request).show(
        request,
        "session.html",
        session=found,
        patient=patient,
        note=casenotes.note(session),
        moments=linked_moments(store, casenotes.links(session=session)),
        goals=[_shown(store, goal) for goal in open_],
        own=own,
        rater=initials,
        takes=takes,
        levels=LEVELS,
    )


@router.post("/goals/sessions/{session}/note")
def write_note(
    request: Request,
    session: str,
    subjective: TextField = "",
    objective: TextField = "",
    assessment: TextField = "",
    plan: TextField = "",
) -> Response:
    """Write a session's note."""
    _casenotes(request).write_note(session, subjective, objective, assessment, plan)
    return RedirectResponse(f"/goals/sessions/{session}#note", 303)


@router.post("/goals/sessions/{session}/attain")
def attain(request: Request, session: str, goal: IdField, level: Annotated[int, Form(ge=-2, le=2)]) -> Response:
    """Rate a goal in a session, under this visit's initials."""
    _casenotes(request).attain(goal, session, level, rater(request))
    return RedirectResponse(f"/goals/sessions/{session}#goal-{goal}", 303)


@router.post("/goals/sessions/{session}/moments")
def link(
    request: Request,
    session: str,
    take: IdField,
    first: TypedTime,
    last: TypedTime = "",
    goal: Owner = "",
) -> Response:
    """Link the note, or a goal, to a moment in one of the session's takes."""
    store: Store = request.app.state.store
    summary = store.summary(take)
    begin = seconds(first)
    end = seconds(last) if last.strip() else begin
    check_inside(max(begin, end), summary.seconds)
    frames = round(begin * summary.rate), round(end * summary.rate)
    store.casenotes.link(take, *frames, session=None if goal else session, goal=goal or None)
    return RedirectResponse(f"/goals/sessions/{session}#moments", 303)


@router.post("/goals/sessions/{session}/moments/{link}/remove")
def unlink(request: Request, session: str, link: str) -> Response:
    """Remove a link to a moment."""
    _casenotes(request).take_back(Link, link)
    return RedirectResponse(f"/goals/sessions/{session}#moments", 303)


def _shown(store: Store, goal: Goal) -> dict[str, Any]:
    """Return a goal with its five levels, from +2 down to −2, and its moments."""
    lines = goal.levels.split("\n")
    return {
        "goal": goal,
        "lines": list(zip(reversed(LEVELS), reversed(lines), strict=False)),
        "moments": linked_moments(store, store.casenotes.links(goal=goal.id)),
    }


def _attained(casenotes: CaseNotes, goals: list[Goal]) -> dict[str, Any]:
    """Return each rater's levels in each session, and the T-score over the goals that they rated."""
    ratings: dict[str, dict[str, dict[str, int]]] = {}
    for goal in goals:
        for each in casenotes.attainments(goal.id):
            ratings.setdefault(each.session_id, {}).setdefault(each.rater, {})[goal.id] = each.level
    weights = {goal.id: goal.weight for goal in goals}
    rows = []
    rated = [each for each in casenotes.sessions() if each.id in ratings]
    for session, began, raters in ((each.id, each.began, ratings[each.id]) for each in rated):
        for initials, levels in sorted(raters.items()):
            score = t_score(list(levels.values()), [weights[goal] for goal in levels])
            rows.append({"session": session, "began": began, "rater": initials, "levels": levels, "t": score})
    return {"rows": rows, "goals": goals}


def _casenotes(request: Request) -> CaseNotes:
    store: Store = request.app.state.store
    return store.casenotes


def _pages(request: Request) -> Pages:
    pages: Pages = request.app.state.pages
    return pages
