"""The boundary for the faults of pages: the visitor gets one sentence, and a bug in the program is logged.

The status follows from the type of the fault. The text of a builtin exception is never shown and never logged: it may
hold what people wrote.
"""

from __future__ import annotations

import logging
import traceback
from pathlib import Path

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import PlainTextResponse, Response
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bedside.errors import BedsideError, NotFound, Refused
from bedside.log import Safe
from bedside.review.web.pages import Pages

MISTAKE = (
    "Something went wrong on this page. What was recorded is kept. Please go back and try again; if it happens again, "
    "tell the person who looks after bedside."
)

# Of an answer that the guard has not seen.
_BARE = {"cache-control": "no-store", "x-content-type-options": "nosniff"}

_log = logging.getLogger(__name__)
_PROGRAM = Path(__file__).parents[2]


class ErrorBoundary:
    """The outermost layer of an application; no exception of the layers inside reaches the server.

    The server would print it, including the words of people.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on; log an exception, and answer it if no page has done so."""
        began = False

        async def noticed(message: Message) -> None:
            nonlocal began
            began = True
            await send(message)

        try:
            await self._app(scope, receive, noticed)
        except Exception as mistake:
            _log.error("%s in %s", Safe(type(mistake).__name__), Safe(_place(mistake)))
            if scope["type"] == "http" and not began:
                await PlainTextResponse(MISTAKE, 500, _BARE)(scope, receive, send)


def answer_faults(app: FastAPI) -> None:
    """Make the pages of an application answer each exception with one sentence."""
    app.add_exception_handler(BedsideError, _told)
    app.add_exception_handler(RequestValidationError, _misread)
    app.add_exception_handler(HTTPException, _not_served)
    app.add_exception_handler(Exception, _mistaken)


def status(error: Exception) -> int:
    """Return the HTTP status of a fault that has a sentence."""
    match error:
        case NotFound():
            return 404
        case Refused():
            return 400
        case _:
            return 503


def _place(mistake: Exception) -> str:
    """Return where an exception was raised: the last line of the program itself that led there."""
    frames = traceback.extract_tb(mistake.__traceback__)
    own = [frame for frame in frames if Path(frame.filename).is_relative_to(_PROGRAM)]
    if not own:
        return "a library"
    return f"{Path(own[-1].filename).relative_to(_PROGRAM.parent).as_posix()}:{own[-1].lineno} ({own[-1].name})"


async def _told(request: Request, error: Exception) -> Response:
    return _answer(request, status(error), str(error))


async def _misread(request: Request, _error: Exception) -> Response:
    return _answer(request, 422, "The page sent something that was not understood. Please load it again.")


async def _not_served(request: Request, error: Exception) -> Response:
    code: int = getattr(error, "status_code", 404)
    sentence = "There is no such page." if code == 404 else "These pages do not answer that kind of request."
    answer = _answer(request, code, sentence)
    answer.headers.update(getattr(error, "headers", None) or {})
    return answer


async def _mistaken(request: Request, _mistake: Exception) -> Response:
    return _answer(request, 500, MISTAKE)


def _answer(request: Request, code: int, sentence: str) -> Response:
    pages: Pages = request.app.state.pages
    return pages.sentence(request, code, sentence)
