"""The way in and out: the staff code, set at the first visit and asked for at every other."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response

from bedside.archive.staffcode import LONGEST, SHORTEST, Gate, WaitError
from bedside.review.web.pages import Pages
from bedside.review.web.visits import COOKIE, Visits

router = APIRouter()

Code = Annotated[str, Form(max_length=4 * LONGEST)]


@router.get("/enter")
def entrance(request: Request) -> Response:
    """Ask for the staff code, or for a new one where there is none."""
    if request.state.visit is not None:
        return RedirectResponse("/", 303)
    return _asked(request)


@router.post("/enter")
def enter(request: Request, code: Code, again: Code = "") -> Response:
    """Let somebody in who knows the code; the first to come sets it, by writing it twice."""
    gate: Gate = request.app.state.gate
    if not gate.closed:
        if code != again:
            return _asked(request, "The two codes are not the same; please write it again.")
        if not SHORTEST <= len(code) <= LONGEST:
            return _asked(request, f"A staff code has {SHORTEST} to {LONGEST} characters.")
        gate.set(code)
    try:
        opens = gate.opens(code)
    except WaitError as wait:
        minutes, seconds = divmod(round(wait.seconds + 0.5), 60)
        time = f"{minutes} minutes and {seconds} seconds" if minutes else f"{seconds} seconds"
        return _asked(request, f"Too many wrong codes were tried. Please wait {time}, then try again.", 429)
    if not opens:
        return _asked(request, "That is not the staff code.", 403)
    visits: Visits = request.app.state.visits
    answer = RedirectResponse("/", 303)
    answer.set_cookie(COOKIE, visits.begin(), httponly=True, samesite="strict", path="/")
    return answer


@router.post("/leave")
def leave(request: Request) -> Response:
    """End the visit."""
    request.app.state.visits.end(request.state.token)
    answer = RedirectResponse("/enter", 303)
    answer.delete_cookie(COOKIE, path="/", httponly=True, samesite="strict")
    return answer


def _asked(request: Request, sentence: str = "", status: int = 200) -> Response:
    gate: Gate = request.app.state.gate
    pages: Pages = request.app.state.pages
    return pages.show(request, "enter.html", status, sentence=sentence, first=not gate.closed, shortest=SHORTEST)
