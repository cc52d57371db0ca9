"""A take as JSON, for its page: notes as columns, choices, and what people write about it. Times are in seconds."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Annotated, Any, Literal, Self

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response
from pydantic import BaseModel, Field, model_validator

from bedside.archive.store.casenotes import CaseNotes, Link, Marker, Remark, Verdict
from bedside.archive.store.store import Store
from bedside.errors import NotFound
from bedside.music.events import Player, Source
from bedside.review.drawings.frames import curve_frames, frames_json
from bedside.review.readings.measured import Measured
from bedside.review.readings.takes import LoadedTake, Takes
from bedside.review.web.answers import as_json
from bedside.review.web.inputs import check_inside

router = APIRouter(prefix="/api/takes/{take}")

Seconds = Annotated[float, Field(ge=0, le=25 * 3600, allow_inf_nan=False)]
IdBody = Annotated[str, Field(min_length=1, max_length=40)]
WordsBody = Annotated[str, Field(max_length=20_000)]

Kind = Literal["markers", "remarks", "verdicts", "links"]


class MarkerBody(BaseModel):
    """A marker at ``seconds``, which covers the ``before`` seconds that lead up to it."""

    seconds: Seconds
    before: Annotated[float, Field(ge=0, le=3600, allow_inf_nan=False)] = 0.0


class SpanBody(BaseModel):
    """A span of a take, in seconds; a moment where both ends are the same."""

    first: Seconds
    last: Seconds


class RemarkBody(SpanBody):
    """A remark about a span."""

    words: WordsBody


class NewWords(BaseModel):
    """New words for a remark."""

    words: WordsBody


class VerdictBody(SpanBody):
    """Whether a proposed moment of a ``kind`` is accepted."""

    kind: Annotated[str, Field(min_length=1, max_length=40)]
    accepted: bool


class LinkBody(SpanBody):
    """A link to a span, from the note of the take's session or from a goal."""

    note: bool = False
    goal: IdBody | None = None

    @model_validator(mode="after")
    def _one_owner(self) -> Self:
        if self.note == (self.goal is not None):
            raise ValueError("a link belongs to the session's note or to a goal")
        return self


@dataclass(frozen=True, slots=True)
class TakeRequest:
    """The take that a request is about, and the case notes in which people write about it."""

    read: LoadedTake
    casenotes: CaseNotes

    @property
    def id(self) -> str:
        """The take's id."""
        return self.read.summary.id

    def frames(self, first: float, last: float) -> tuple[int, int]:
        """Return a span in frames; raise Refused if it lies outside the take."""
        check_inside(max(first, last), self.read.summary.seconds)
        return self.read.frame(first), self.read.frame(last)

    def entries(self, kind: Kind) -> list[Any]:
        """Return the entries of a kind that are written about the take."""
        match kind:
            case "markers":
                return self.casenotes.markers(self.id)
            case "remarks":
                return self.casenotes.remarks(self.id)
            case "verdicts":
                return self.casenotes.verdicts(self.id)
            case "links":
                return [link for link, _ in _links(self.casenotes, self.read)]

    def entry(self, kind: Kind, entry: str) -> Any:
        """Return the take's entry of a kind with this id; raise NotFound for another id."""
        for each in self.entries(kind):
            if each.id == entry:
                return each
        raise NotFound("This take has no such entry, or no longer has it.")

    def answer(self, written: Any) -> Response:
        """Return an entry as JSON."""
        return as_json(_plain(written, self.read))


def asked(request: Request, take: str) -> TakeRequest:
    """Return the take of this id and its case notes."""
    takes: Takes = request.app.state.takes
    store: Store = request.app.state.store
    return TakeRequest(takes.read(take), store.casenotes)


AskedTake = Annotated[TakeRequest, Depends(asked)]

_TABLES = {"markers": Marker, "remarks": Remark, "verdicts": Verdict, "links": Link}


@router.get("")
def whole(request: Request, about: AskedTake) -> Response:
    """Return everything about a take but its measures."""
    read = about.read
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
            **_written(about),
        }
    )


@router.get("/measures")
def measures(request: Request, take: str) -> Response:
    """Return the curves of a take, a chart each."""
    measured: Measured = request.app.state.measured
    return as_json(frames_json(curve_frames(measured.measures(take))))


@router.get("/moments")
def moments(request: Request, take: str) -> Response:
    """Return the proposed moments, each with its evidence."""
    measured: Measured = request.app.state.measured
    return as_json({"moments": [asdict(each) for each in measured.proposals(take)]})


@router.get("/written")
def written(about: AskedTake) -> Response:
    """Return everything that people wrote about a take."""
    return as_json(_written(about))


@router.post("/markers")
def mark(about: AskedTake, body: MarkerBody) -> Response:
    """Set a marker."""
    _, frame = about.frames(body.seconds, body.seconds)
    return about.answer(about.casenotes.mark(about.id, frame, body.before))


@router.post("/remarks")
def remark(about: AskedTake, body: RemarkBody) -> Response:
    """Write a remark."""
    return about.answer(about.casenotes.remark(about.id, *about.frames(body.first, body.last), body.words))


@router.patch("/remarks/{entry}")
def reword(about: AskedTake, entry: IdBody, body: NewWords) -> Response:
    """Replace the words of a remark."""
    about.entry("remarks", entry)
    about.casenotes.reword(entry, body.words)
    return about.answer(about.entry("remarks", entry))


@router.post("/verdicts")
def judge(about: AskedTake, body: VerdictBody) -> Response:
    """Accept or dismiss a proposed moment."""
    frames = about.frames(body.first, body.last)
    return about.answer(about.casenotes.judge(about.id, body.kind, *frames, body.accepted))


@router.post("/links")
def link(about: AskedTake, body: LinkBody) -> Response:
    """Link the session's note, or a goal, to a span."""
    session = about.read.summary.session if body.note else None
    return about.answer(about.casenotes.link(about.id, *about.frames(body.first, body.last), session, body.goal))


@router.delete("/{kind}/{entry}")
def take_back(about: AskedTake, kind: Kind, entry: IdBody) -> Response:
    """Delete an entry; return it, so that it can be written again."""
    was = about.entry(kind, entry)
    about.casenotes.take_back(_TABLES[kind], entry)
    return about.answer(was)


def _plain(made: Any, read: LoadedTake) -> dict[str, Any]:
    """Return a marker, remark, verdict or link with ``first`` and ``last`` in seconds in place of frames."""
    plain = asdict(made)
    del plain["take_id"]
    if isinstance(made, Marker):
        at = read.seconds(plain.pop("frame"))
        plain |= {"first": max(at - plain.pop("seconds"), 0.0), "last": at}
    else:
        plain |= {"first": read.seconds(made.first), "last": read.seconds(made.last)}
    return {name: value.isoformat() if name in ("written", "made") else value for name, value in plain.items()}


def _written(about: TakeRequest) -> dict[str, Any]:
    casenotes, read = about.casenotes, about.read
    patient = casenotes.session(read.summary.session).patient_id
    goals = [goal for goal in casenotes.goals(patient) if goal.ended is None] if patient is not None else []
    return {
        "markers": [_plain(each, read) for each in about.entries("markers")],
        "remarks": [_plain(each, read) for each in about.entries("remarks")],
        "verdicts": [_plain(each, read) for each in about.entries("verdicts")],
        "links": [{**_plain(each, read), "to": to} for each, to in _links(casenotes, read)],
        "goals": [{"id": goal.id, "words": goal.words} for goal in goals],
    }


def _links(casenotes: CaseNotes, read: LoadedTake) -> list[tuple[Link, str]]:
    """Return the links to a take, each with the words of its owner."""
    session = read.summary.session
    found = [(link, "Session note") for link in casenotes.links(session=session)]
    patient = casenotes.session(session).patient_id
    for goal in casenotes.goals(patient) if patient is not None else []:
        found += [(link, goal.words) for link in casenotes.links(goal=goal.id)]
    return [(link, to) for link, to in found if link.take_id == read.summary.id]


def _columns(read: LoadedTake) -> dict[str, dict[str, list[Any]]]:
    """Return each player's notes as columns in order of onset; ``again`` lists the rows that a replay played."""
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
