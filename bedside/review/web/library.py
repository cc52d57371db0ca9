"""The library: all takes, each with a small piano roll, with search and filters."""

from __future__ import annotations

from itertools import groupby
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Form, Query, Request
from fastapi.responses import RedirectResponse, Response

from bedside.archive.store.search import Order, TakeQuery
from bedside.archive.store.store import Store
from bedside.errors import Refused
from bedside.music.events import Player
from bedside.review.drawings.rolls import Rolls
from bedside.review.web import inputs
from bedside.review.web.pages import Pages

router = APIRouter()

PAGE = 40

# Pictures that stand for a child in place of a name; everybody can tell what they show.
PICTURES = ("moon", "sun", "star", "boat", "tree", "fish", "bird", "cat", "dog", "bear", "flower", "house")

_ORDERS = {
    Order.NEWEST: "newest first",
    Order.OLDEST: "oldest first",
    Order.LONGEST: "longest first",
    Order.FULLEST: "most notes first",
    Order.PATIENT: "by patient",
}


@router.get("/")
def library(
    request: Request,
    words: Annotated[str, Query(max_length=200)] = "",
    patient: Annotated[str, Query(max_length=40)] = "",
    player: Annotated[str, Query(max_length=20)] = "",
    starred: bool = False,
    order: Order = Order.NEWEST,
    page: Annotated[int, Query(ge=1, le=100_000)] = 1,
) -> Response:
    """Show the takes that match, a page at a time."""
    store: Store = request.app.state.store
    wanted = TakeQuery(
        words,
        None if not patient else ("" if patient == "nobody" else patient),
        inputs.player(player) if player else None,
        starred,
        order,
    )
    count = store.search.count(wanted)
    pages = max(-(-count // PAGE), 1)
    page = min(page, pages)
    takes = store.search.page(wanted, (page - 1) * PAGE, PAGE)
    asked = {"words": words, "patient": patient, "player": player, "order": str(order)}
    if starred:
        asked["starred"] = "true"

    def at(number: int) -> str:
        return "/?" + urlencode({**{name: value for name, value in asked.items() if value}, "page": number})

    shown: Pages = request.app.state.pages
    return shown.show(
        request,
        "library.html",
        takes=takes,
        sessions=[(session, list(of)) for session, of in groupby(takes, lambda take: take.session)],
        count=count,
        page=page,
        pages=pages,
        before=at(page - 1) if page > 1 else "",
        after=at(page + 1) if page < pages else "",
        asked=asked,
        starred=starred,
        looking=any(value for name, value in asked.items() if name != "order"),
        grouped=order in (Order.NEWEST, Order.OLDEST, Order.PATIENT),
        patients=store.casenotes.patients(),
        pictures=PICTURES,
        players=[each.label for each in Player],
        orders={str(each): said for each, said in _ORDERS.items()},
    )


@router.get("/rolls/{take}.svg")
def roll(request: Request, take: str) -> Response:
    """Draw a small piano roll of a take."""
    rolls: Rolls = request.app.state.rolls
    return Response(rolls.roll(take), media_type="image/svg+xml")


@router.post("/patients/{patient}/picture")
def give_picture(request: Request, patient: str, picture: Annotated[str, Form(max_length=40)] = "") -> Response:
    """Give a patient a picture."""
    store: Store = request.app.state.store
    if picture and picture not in PICTURES:
        raise Refused("There is no such picture.")
    store.casenotes.picture(patient, picture or None)
    return RedirectResponse(f"/?patient={patient}", 303)
