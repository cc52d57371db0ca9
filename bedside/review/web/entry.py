"""The way in and out: the staff code, set at the first visit and asked for at every other."""

from __future__ import annotations

import hmac
import re
from typing import Annotated

from fastapi import APIRouter, Form, Query, Request
from fastapi.responses import RedirectResponse, Response

from bedside.archive.store.staffcode import LONGEST, SHORTEST, Gate, WaitError
from bedside.errors import Refused
from bedside.review.web import peer
from bedside.review.web.pages import Pages
from bedside.review.web.visits import COOKIE, Visits

router = APIRouter()

Code = Annotated[str, Form(max_length=4 * LONGEST)]
Invitation = Annotated[str, Query(max_length=100)]
To = Annotated[str, Query(max_length=2000)]

# An address of these pages, as it follows the address of the machine.
_HERE = re.compile(r"/(?![/\\])[!-~]*")


@router.get("/enter")
def entrance(request: Request, invitation: Invitation = "", to: To = "/") -> Response:
    """Ask for the staff code, or for a new one where there is none; afterwards comes the page that was asked for."""
    if request.state.visit is not None:
        return RedirectResponse(_inside(to), 303)
    return _asked(request, invitation, to)


@router.post("/enter")
def enter(request: Request, code: Code, again: Code = "", invitation: Invitation = "", to: To = "/") -> Response:
    """Let somebody in who knows the code; whoever is asked to sets it, by writing it twice."""
    gate: Gate = request.app.state.gate
    if not gate.closed:
        if not _invited(request, invitation):
            return _asked(request, invitation, to, status=403)
        if code != again:
            return _asked(request, invitation, to, "The two codes are not the same; please write it again.", 422)
        try:
            gate.set(code)
        except Refused as refused:
            return _asked(request, invitation, to, str(refused), 422)
    try:
        opens = gate.opens(code)
    except WaitError as wait:
        seconds = round(wait.seconds + 0.5)
        sentence = f"Too many wrong codes were tried. Please wait {_time(seconds)}, then try again."
        asked = _asked(request, invitation, to, sentence, 429)
        asked.headers["retry-after"] = str(seconds)
        return asked
    if not opens:
        return _asked(request, invitation, to, "That is not the staff code.", 403)
    visits: Visits = request.app.state.visits
    # Who was somebody else until now is not any more.
    visits.end(request.state.token)
    answer = RedirectResponse(_inside(to), 303)
    answer.set_cookie(COOKIE, visits.begin(request.state.user), httponly=True, samesite="strict", path="/")
    return answer


@router.post("/leave")
def leave(request: Request) -> Response:
    """End the visit."""
    request.app.state.visits.end(request.state.token)
    answer = RedirectResponse("/enter", 303)
    answer.delete_cookie(COOKIE, path="/", httponly=True, samesite="strict")
    return answer


def _asked(request: Request, invitation: str, to: str, sentence: str = "", status: int = 200) -> Response:
    gate: Gate = request.app.state.gate
    pages: Pages = request.app.state.pages
    return pages.show(
        request,
        "enter.html",
        status,
        sentence=sentence,
        first=not gate.closed,
        invited=gate.closed or _invited(request, invitation),
        invitation=invitation,
        to=_inside(to),
        shortest=SHORTEST,
    )


def _invited(request: Request, invitation: str) -> bool:
    """Return whether somebody may choose the first staff code."""
    wanted: str | None = request.app.state.invitation
    return (
        wanted is None or peer.is_own(request.state.user) or hmac.compare_digest(invitation.encode(), wanted.encode())
    )


def _inside(to: str) -> str:
    """Return an address of these pages, whatever was asked for."""
    return to if _HERE.fullmatch(to) else "/"


def _time(seconds: int) -> str:
    """Return a time as people say it: 10 seconds, 1 minute and 20 seconds."""
    minutes, rest = divmod(seconds, 60)
    parts = [(minutes, "minute"), (rest, "second")]
    return " and ".join(f"{number} {unit}{'s' if number != 1 else ''}" for number, unit in parts if number)
