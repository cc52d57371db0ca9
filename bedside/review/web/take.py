"""A take's page, and its sound, which streams while it is being rendered."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import Response, StreamingResponse

from bedside.archive.store.store import Store
from bedside.errors import BedsideError, Refused
from bedside.music.events import Player
from bedside.review.hearing.sound import LOOK_SECONDS, Listening, TakeSound
from bedside.review.readings.takes import Takes
from bedside.review.web import inputs
from bedside.review.web.answers import as_json
from bedside.review.web.pages import Pages

router = APIRouter()

Labels = Annotated[str, Query(max_length=60)]


@router.get("/takes/{take}")
def page(request: Request, take: str) -> Response:
    """Show a take."""
    store: Store = request.app.state.store
    summary = store.summary(take)
    takes: Takes = request.app.state.takes
    takes.prefetch(take)
    session = store.casenotes.session(summary.session)
    patient = store.casenotes.patient(session.patient_id) if session.patient_id is not None else None
    pages: Pages = request.app.state.pages
    return pages.show(request, "take.html", summary=summary, patient=patient, setup=store.setups(take).get(take, {}))


@router.get("/api/takes/{take}/sound")
def progress(request: Request, take: str, players: Labels = "", ahead: bool = False) -> Response:
    """Return how many seconds of a take's sound are rendered; ``ahead`` starts rendering at low priority."""
    sound = _sound(request, take, players, ahead)
    return as_json({"seconds": sound.length, "rendered": sound.seconds(), "fault": sound.fault()})


@router.get("/sound/{take}.wav")
async def stream(request: Request, take: str, players: Labels = "") -> Response:
    """Stream a take's sound, or the range of bytes asked for, each part as soon as it is rendered."""
    sound = await run_in_threadpool(_sound, request, take, players)
    headers = {"accept-ranges": "bytes"}
    span = _range(request.headers.get("range", ""), sound.size)
    if span is None:
        first, last, status = 0, sound.size - 1, 200
    else:
        first, last = span
        status = 206
        if first > last:
            return Response(status_code=416, headers={**headers, "content-range": f"bytes */{sound.size}"})
        headers["content-range"] = f"bytes {first}-{last}/{sound.size}"
    headers["content-length"] = str(last - first + 1)
    return StreamingResponse(_pieces(sound, first, last), status, headers, "audio/wav")


async def _pieces(sound: TakeSound, first: int, last: int) -> AsyncIterator[bytes]:
    """Yield a sound's bytes; no thread blocks while the next ones are being rendered."""
    while first <= last:
        try:
            piece = await run_in_threadpool(sound.piece, first, last)
        except BedsideError:
            return
        if piece is None:
            await asyncio.sleep(LOOK_SECONDS)
            continue
        yield piece
        first += len(piece)


def _sound(request: Request, take: str, labels: str, ahead: bool = False) -> TakeSound:
    """Return the sound of the players with these labels in a take, by default of everybody."""
    takes: Takes = request.app.state.takes
    listening: Listening = request.app.state.listening
    there = takes.read(take).summary.players
    asked = {inputs.player(label) for label in labels.split(",")} if labels else set(there)
    wanted = tuple(player for player in there if player in asked)
    if labels and not wanted:
        raise Refused("None of these players plays in this take.")
    # A list of all players counts as everybody, so the whole is rendered only once.
    return listening.sound(take, wanted if len(wanted) < len(there) else tuple(Player), ahead)


def _range(asked: str, size: int) -> tuple[int, int] | None:
    """Return the first and last byte that a Range header asks for (RFC 9110).

    None means all bytes, also where several ranges are asked for; first > last means that the range cannot be served.
    """
    found = re.fullmatch(r"bytes=(\d{0,18})-(\d{0,18})", asked.strip())
    if found is None or found.groups() == ("", ""):
        return None
    begin, end = found.groups()
    if not begin:
        return max(size - int(end), 0), size - 1 if int(end) else -1
    first, last = int(begin), int(end) if end else size - 1
    if end and last < first:
        return None
    return (first, min(last, size - 1)) if first < size else (1, 0)
