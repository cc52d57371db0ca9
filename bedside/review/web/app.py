"""The application: every page's routes joined behind one guard."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

from fastapi import FastAPI, Request, Response
from fastapi.staticfiles import StaticFiles
from starlette.types import ASGIApp

from bedside import __version__
from bedside.archive.store.store import Store
from bedside.review.drawings import playercolours
from bedside.review.drawings.rolls import Rolls
from bedside.review.hearing.sound import Listening
from bedside.review.readings.measured import Measured
from bedside.review.readings.takes import Takes
from bedside.review.web import compare, goals, library, login, ratings, report, take, takeapi, weeks
from bedside.review.web.boundary import ErrorBoundary, answer_faults
from bedside.review.web.guard import Guard
from bedside.review.web.pages import Pages
from bedside.review.web.visits import Visits

_HERE = Path(__file__).parent

# Requests are matched in this order.
ROUTERS = (
    login.router,
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
    """Return the guarded application of a store, and the bare one, whose schema tests read.

    ``folder`` is the data folder, ``hosts`` are the addresses it is served at, ``now`` is a monotonic clock in seconds.
    Only people who know the ``invitation`` or run this program can choose the first staff code; anybody can if the
    invitation is None.
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
    answer_faults(app)
    return ErrorBoundary(Guard(app, visits, hosts, app.state.pages)), app


def _players_css(_request: Request) -> Response:
    """Return the style sheet of the players' colours."""
    return Response(playercolours.page_sheet(), media_type="text/css")
