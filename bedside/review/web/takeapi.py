"""A take for its page: notes as columns, what was chosen, and what people write about it; times are seconds."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any, Self

from fastapi import APIRouter, Request
from fastapi.responses import Response
from pydantic import BaseModel, Field, model_validator

from bedside.archive.store.journal import Journal, Link, Marker, Remark, Verdict
from bedside.archive.store.store import Store
from bedside.music.events import Player, Source
from bedside.review.drawings.frames import curve_frames, frames_json
from bedside.review.readings.measured import Measured
from bedside.review.readings.takes import Read, Takes
from bedside.review.web.answers import as_json

router = APIRouter(prefix="/api/takes/{take}")

Seconds = Annotated[float, Field(ge=0, le=25 * 3600, allow_inf_nan=False)]
Id = Annotated[str, Field(min_length=1, max_length=40)]
Words = Annotated[str, Field(max_length=20_000)]

# A moment may lie in what rings on after the last event.
_RINGING_SECONDS = 30.0


class Mark(BaseModel):
    """A marker at ``seconds``, of the ``before`` seconds that lead there."""

    seconds: Seconds
    before: Annotated[float, Field(ge=0, le=3600, allow_inf_nan=False)] = 0.0


class Span(BaseModel):
    """A span of a take, in seconds; a moment where both ends are the same."""

    first: Seconds
    last: Seconds


class Written(Span):
    """Words about a span."""

    words: Words


class Rewritten(BaseModel):
    """Other words."""

    words: Words


class Judged(Span):
    """Whether a proposed moment of a ``kind`` is accepted."""

    kind: Annotated[str, Field(min_length=1, max_length=40)]
    accepted: bool


class Linked(Span):
    """What points to a span: the note of the take's session, or a goal."""

    note: bool = False
    goal: Id | None = None

    @model_validator(mode="after")
    def _one(self) -> Self:
        if self.note == (self.goal is not None):
            raise ValueError("a link belongs to the session's note or to a goal")
        return self


@router.get("")
def whole(request: Request, take: str) -> Response:
    """Return all there is of a take but its measures."""
    read = _read(request, take)
    store: Store = request.app.state.store
    summary = read.summary
    return as_json(
        {
            "id": summary.id,
            "session": summary.session,
            "seconds": summary.seconds,
            "players": [player.label for player in Player if player in summary.players],
            "notes": _columns(read),
            "gaps": read.gaps,
            "choices": [
                {"seconds": read.seconds(each.frame or 0), "what": each.what, "which": each.which, "by": each.by}
                for each in store.choices(summary.session)
                if each.take == summary.id and each.frame is not None
            ],
            **_written(store.journal, read),
        }
    )


@router.get("/measures")
def measures(request: Request, take: str) -> Response:
    """Return the curves of a take as frames to be drawn."""
    measured: Measured = request.app.state.measured
    return as_json(frames_json(curve_frames(measured.measures(take))))


@router.get("/moments")
def moments(request: Request, take: str) -> Response:
    """Return the moments that are proposed, each with its evidence."""
    measured: Measured = request.app.state.measured
    return as_json({"moments": [asdict(each) for each in measured.proposals(take)]})


@router.get("/written")
def written(request: Request, take: str) -> Response:
    """Return what people wrote about a take."""
    store: Store = request.app.state.store
    return as_json(_written(store.journal, _read(request, take)))


@router.post("/markers")
def mark(request: Request, take: str, given: Mark) -> Response:
    """Set a marker."""
    read = _read(request, take)
    _inside(read, given.seconds)
    return _done(_journal(request).mark(take, read.frame(given.seconds), given.before), read)


@router.delete("/markers/{which}")
def unmark(request: Request, take: str, which: Id) -> Response:
    """Take a marker back."""
    return _gone(request, take, Marker, _journal(request).markers(take), which)


@router.post("/remarks")
def remark(request: Request, take: str, given: Written) -> Response:
    """Write a remark."""
    read = _read(request, take)
    _inside(read, given.last)
    return _done(_journal(request).remark(take, read.frame(given.first), read.frame(given.last), given.words), read)


@router.patch("/remarks/{which}")
def reword(request: Request, take: str, which: Id, given: Rewritten) -> Response:
    """Write a remark's words anew."""
    journal = _journal(request)
    _known(journal.remarks(take), which)
    journal.reword(which, given.words)
    return _done(_known(journal.remarks(take), which), _read(request, take))


@router.delete("/remarks/{which}")
def unremark(request: Request, take: str, which: Id) -> Response:
    """Take a remark back."""
    return _gone(request, take, Remark, _journal(request).remarks(take), which)


@router.post("/verdicts")
def judge(request: Request, take: str, given: Judged) -> Response:
    """Accept or dismiss a proposed moment."""
    read = _read(request, take)
    _inside(read, given.last)
    made = _journal(request).judge(take, given.kind, read.frame(given.first), read.frame(given.last), given.accepted)
    return _done(made, read)


@router.delete("/verdicts/{which}")
def unjudge(request: Request, take: str, which: Id) -> Response:
    """Take a verdict back; the moment is a proposal again."""
    return _gone(request, take, Verdict, _journal(request).verdicts(take), which)


@router.post("/links")
def link(request: Request, take: str, given: Linked) -> Response:
    """Let the session's note, or a goal, point to a span."""
    read = _read(request, take)
    _inside(read, given.last)
    session = read.summary.session if given.note else None
    first, last = read.frame(given.first), read.frame(given.last)
    return _done(_journal(request).link(take, first, last, session, given.goal), read)


@router.delete("/links/{which}")
def unlink(request: Request, take: str, which: Id) -> Response:
    """Take a link back."""
    read = _read(request, take)
    journal = _journal(request)
    return _gone(request, take, Link, [each for each, _ in _links(journal, read)], which)


def _read(request: Request, take: str) -> Read:
    takes: Takes = request.app.state.takes
    return takes.read(take)


def _journal(request: Request) -> Journal:
    store: Store = request.app.state.store
    return store.journal


def _inside(read: Read, seconds: float) -> None:
    if seconds > read.summary.seconds + _RINGING_SECONDS:
        raise ValueError("a moment lies in its take")


def _known(found: list[Any], which: str) -> Any:
    for each in found:
        if each.id == which:
            return each
    raise KeyError(which)


def _gone(request: Request, take: str, kind: type[Any], found: list[Any], which: str) -> Response:
    """Take something back that belongs to this take, and return what it was, so that it can be written again."""
    was = _known(found, which)
    _journal(request).take_back(kind, which)
    return _done(was, _read(request, take))


def _done(made: Any, read: Read) -> Response:
    return as_json(_plain(made, read))


def _plain(made: Any, read: Read) -> dict[str, Any]:
    """Return a marker, remark, verdict or link with its frames as ``first`` and ``last`` in seconds."""
    plain = asdict(made)
    del plain["take_id"]
    if isinstance(made, Marker):
        at = read.seconds(plain.pop("frame"))
        plain |= {"first": max(at - plain.pop("seconds"), 0.0), "last": at}
    else:
        plain |= {"first": read.seconds(made.first), "last": read.seconds(made.last)}
    return {name: value.isoformat() if name in ("written", "made") else value for name, value in plain.items()}


def _written(journal: Journal, read: Read) -> dict[str, Any]:
    take = read.summary.id
    patient = journal.session(read.summary.session).patient_id
    goals = [goal for goal in journal.goals(patient) if goal.ended is None] if patient is not None else []
    return {
        "markers": [_plain(each, read) for each in journal.markers(take)],
        "remarks": [_plain(each, read) for each in journal.remarks(take)],
        "verdicts": [_plain(each, read) for each in journal.verdicts(take)],
        "links": [{**_plain(each, read), "to": to} for each, to in _links(journal, read)],
        "goals": [{"id": goal.id, "words": goal.words} for goal in goals],
    }


def _links(journal: Journal, read: Read) -> list[tuple[Link, str]]:
    """Return the links that point into a take, each with the words of what they belong to."""
    session = read.summary.session
    found = [(link, "Session note") for link in journal.links(session=session)]
    patient = journal.session(session).patient_id
    for goal in journal.goals(patient) if patient is not None else []:
        found += [(link, goal.words) for link in journal.links(goal=goal.id)]
    return [(link, to) for link, to in found if link.take_id == read.summary.id]


def _columns(read: Read) -> dict[str, dict[str, list[Any]]]:
    """Return the notes of each player as columns in order of onset; ``again`` are the rows that a replay sounded."""
    columns: dict[str, dict[str, list[Any]]] = {
        player.label: {"onset": [], "duration": [], "key": [], "velocity": [], "again": []}
        for player in read.summary.players
    }
    for note in read.notes:
        of = columns[note.player.label]
        if note.source is Source.REPLAY:
            of["again"].append(len(of["onset"]))
        of["onset"].append(round(note.onset, 5))
        of["duration"].append(round(note.duration, 5))
        of["key"].append(note.key)
        of["velocity"].append(round(note.velocity, 4))
    return columns
