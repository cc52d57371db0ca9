"""Pages made from templates; every value in them is escaped."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

from fastapi import Request
from fastapi.responses import HTMLResponse, JSONResponse, Response
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from bedside.review.readings.days import day


class Pages:
    """The templates of a folder."""

    def __init__(self, folder: Path) -> None:
        self._environment = Environment(
            loader=FileSystemLoader(folder), autoescape=True, undefined=StrictUndefined, trim_blocks=True
        )
        self._environment.filters |= {"day": day, "clock": _clock, "duration": _duration}

    def show(self, request: Request, name: str, status: int = 200, **values: Any) -> HTMLResponse:
        """Return a page; its template gets the visit's ``csrf`` token and the ``path`` beside the given values."""
        visit = getattr(request.state, "visit", None)
        page = self._environment.get_template(name).render(
            csrf=visit.csrf if visit is not None else "", path=request.url.path, **values
        )
        return HTMLResponse(page, status)

    def sentence(self, request: Request, status: int, sentence: str) -> Response:
        """Answer with one sentence: as a page to a person, as JSON to a script."""
        if for_scripts(request.url.path) or request.method not in ("GET", "HEAD", "POST"):
            return JSONResponse({"sentence": sentence}, status)
        return self.show(request, "problem.html", status, sentence=sentence)


def for_scripts(path: str) -> bool:
    """Return whether a path is requested by scripts and media players, not by people."""
    return path.startswith(("/api/", "/sound/"))


def _clock(moment: datetime) -> str:
    """Return a time of day, in this machine's zone: 14:05."""
    return f"{moment.astimezone():%H:%M}"


def _duration(seconds: float) -> str:
    """Return a length of time as a player shows it: 0:07, 12:40, 1:02:03."""
    whole = max(round(seconds), 0)
    hours, rest = divmod(whole, 3600)
    minutes, seconds = divmod(rest, 60)
    return f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}"
