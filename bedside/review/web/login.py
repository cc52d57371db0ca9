"""Logging in and out with the staff code, and changing it.

The first visit sets the code. Every wrong code counts, no matter where it was typed; after five, the next try must
wait.
"""

from __future__ import annotations

import hmac
import math
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

_DIFFERENT = "The two new codes are not the same. Please type them again."

# An address within these pages; never another site's.
_HERE = re.compile(r"/(?![/\\])[!-~]*")


@router.get("/enter")
def ask(request: Request, invitation: Invitation = "", to: To = "/") -> Response:
    """Ask for the staff code, or for a first one, then continue to the requested page."""
    if request.state.visit is not None:
        return RedirectResponse(_inside(to), 303)
    return _login_page(request, invitation, to)


@router.post("/enter")
def enter(request: Request, code: Code, again: Code = "", invitation: Invitation = "", to: To = "/") -> Response:
    """Log in with the code; if there is none, an invited visitor sets it by typing it twice."""
    gate: Gate = request.app.state.gate
    if not gate.closed:
        if not _invited(request, invitation):
            return _login_page(request, invitation, to, status=403)
        if code != again:
            return _login_page(request, invitation, to, _DIFFERENT, 400)
    try:
        if not gate.closed:
            gate.set(code)
        opens = gate.opens(code)
    except Refused as refused:
        return _refused(_login_page(request, invitation, to, str(refused)), refused)
    if not opens:
        return _login_page(request, invitation, to, "That is not the staff code.", 403)
    visits: Visits = request.app.state.visits
    # A browser has one visit; an older one ends.
    visits.end(request.state.token)
    answer = RedirectResponse(_inside(to), 303)
    answer.set_cookie(COOKIE, visits.begin(request.state.user), httponly=True, samesite="strict", path="/")
    return answer


@router.get("/code")
def ask_for_change(request: Request, changed: bool = False) -> Response:
    """Ask for the current staff code and a new one."""
    return _change_page(request, changed=changed)


@router.post("/code")
def change(request: Request, code: Code, new: Code, again: Code) -> Response:
    """Change the staff code for a visitor who knows it; every other visit ends."""
    if new != again:
        return _change_page(request, _DIFFERENT, 400)
    gate: Gate = request.app.state.gate
    try:
        changed = gate.change(code, new)
    except Refused as refused:
        return _refused(_change_page(request, str(refused)), refused)
    if not changed:
        return _change_page(request, "That is not the current staff code.", 403)
    visits: Visits = request.app.state.visits
    visits.end_others(request.state.token)
    return RedirectResponse("/code?changed=true", 303)


@router.post("/leave")
def leave(request: Request) -> Response:
    """End the visit."""
    request.app.state.visits.end(request.state.token)
    answer = RedirectResponse("/enter", 303)
    answer.delete_cookie(COOKIE, path="/", httponly=True, samesite="strict")
    return answer


def _login_page(request: Request, invitation: str, to: str, sentence: str = "", status: int = 200) -> Response:
    gate: Gate = request.app.state.gate
    pages: Pages = request.app.state.pages
    return pages.show(
        request,
        "login.html",
        status,
        sentence=sentence,
        first=not gate.closed,
        invited=gate.closed or _invited(request, invitation),
        invitation=invitation,
        to=_inside(to),
        shortest=SHORTEST,
    )


def _change_page(request: Request, sentence: str = "", status: int = 200, changed: bool = False) -> Response:
    pages: Pages = request.app.state.pages
    return pages.show(request, "code.html", status, sentence=sentence, changed=changed, shortest=SHORTEST)


def _refused(answer: Response, refused: Refused) -> Response:
    """Set the status of a page that refuses a code and, after too many tries, the time to wait."""
    if isinstance(refused, WaitError):
        answer.status_code = 429
        answer.headers["retry-after"] = str(math.ceil(refused.seconds))
    else:
        answer.status_code = 400
    return answer


def _invited(request: Request, invitation: str) -> bool:
    """Return whether the sender may choose the first staff code."""
    wanted: str | None = request.app.state.invitation
    return (
        wanted is None or peer.is_own(request.state.user) or hmac.compare_digest(invitation.encode(), wanted.encode())
    )


def _inside(to: str) -> str:
    """Return the address if it is within these pages, else the library's."""
    return to if _HERE.fullmatch(to) else "/"
