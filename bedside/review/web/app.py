"""The application: every page's routes joined behind one guard, and how faults are told."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from fastapi.staticfiles import StaticFiles
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp

from bedside import __version__
from bedside.archive.store.staffcode import Gate
from bedside.archive.store.store import Store
from bedside.errors import BedsideError, NotFound, Refused
from bedside.review.drawings import playercolours
from bedside.review.drawings.rolls import Rolls
from bedside.review.hearing.sound import Listening
from bedside.review.readings.measured import Measured
from bedside.review.readings.takes import Takes
from bedside.review.web import compare, entry, goals, library, ratings, report, take, takeapi, weeks
from bedside.review.web.guard import Guard
from bedside.review.web.pages import Pages
from bedside.review.web.visits import Visits

_HERE = Path(__file__).parent

# One after the other, as they are added to the application.
ROUTERS = (
    entry.router,
    library.router,
    take.router,
    takeapi.router,
    weeks.router,
    compare.router,
    goals.router,
    ratings.router,
    report.router,
)


def create(
    store: Store,
    folder: Path,
    hosts: frozenset[str],
    now: Callable[[], float] = time.monotonic,
    invitation: str | None = None,
) -> tuple[ASGIApp, FastAPI]:
    """Return the guarded application on a store, and the bare one, whose description tests read.

    ``folder`` is where everything is kept, ``hosts`` the addresses it is served at, ``now`` a clock that is never set
    back. While there is no staff code, whoever knows the ``invitation`` chooses it, and whoever runs this program;
    where it is None, anybody.
    """
    app = FastAPI(title="bedside", version=__version__, docs_url=None, redoc_url=None, openapi_url=None)
    visits = Visits(now)
    app.state.store = store
    app.state.folder = folder
    app.state.takes = Takes(store)
    app.state.rolls = Rolls(store)
    app.state.measured = Measured(store, app.state.takes)
    app.state.listening = Listening(app.state.takes.performed, folder / "sounds")
    app.state.visits = visits
    app.state.gate = store.gate()
    app.state.invitation = invitation
    app.state.pages = Pages(_HERE / "templates")
    app.add_route("/static/players.css", _players_css)
    app.mount("/static", StaticFiles(directory=_HERE / "static"), name="static")
    for router in ROUTERS:
        app.include_router(router)
    app.add_exception_handler(BedsideError, _fault)
    app.add_exception_handler(NotFound, _not_found)
    app.add_exception_handler(Refused, _not_allowed)
    app.add_exception_handler(KeyError, _unknown)
    app.add_exception_handler(ValueError, _refused)
    app.add_exception_handler(RequestValidationError, _misread)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(Exception, _unforeseen)
    return Guard(app, visits, hosts, app.state.pages), app


def gate(request: Request) -> Gate:
    """Return what asks for the staff code."""
    found: Gate = request.app.state.gate
    return found


def _told(request: Request, status: int, sentence: str) -> Response:
    """Tell a sentence: as a page to a person, as JSON to a page."""
    if request.url.path.startswith(("/api/", "/sound/")) or request.method not in ("GET", "HEAD", "POST"):
        return JSONResponse({"sentence": sentence}, status)
    pages: Pages = request.app.state.pages
    return pages.show(request, "told.html", status, sentence=sentence)


def _players_css(_request: Request) -> Response:
    """Return the style sheet of the players' colours."""
    return Response(playercolours.page_sheet(), media_type="text/css")


async def _fault(request: Request, error: Exception) -> Response:
    return _told(request, 503, str(error))


async def _not_found(request: Request, error: Exception) -> Response:
    return _told(request, 404, str(error))


async def _not_allowed(request: Request, error: Exception) -> Response:
    return _told(request, 422, str(error))


async def _unknown(request: Request, _error: Exception) -> Response:
    return _told(request, 404, "That is not there, or not any more.")


async def _refused(request: Request, error: Exception) -> Response:
    return _told(request, 422, f"That could not be kept: {error}.")


async def _misread(request: Request, _error: Exception) -> Response:
    return _told(request, 422, "That was not understood; load the page again.")


async def _http(request: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else 500
    sentence = "There is no such page." if status == 404 else "That is not understood here."
    told = _told(request, status, sentence)
    told.headers.update(getattr(error, "headers", None) or {})
    return told


async def _unforeseen(request: Request, _error: Exception) -> Response:
    return _told(request, 500, "Something went wrong that bedside did not foresee; what was recorded is kept.")
