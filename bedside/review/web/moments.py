"""Moments as pages show them: a link to a time, or a span, of a take's page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from bedside.archive.store.casenotes import Link
from bedside.archive.store.store import Store
from bedside.review.drawings.drawing import time_span


@dataclass(frozen=True, slots=True)
class LinkedMoment:
    """A moment as a page shows it: the id of its link, its address, and its ``words``, such as 1:05 or 1:05–1:20."""

    id: str
    address: str
    words: str


def address(take: str, first: float, last: float) -> str:
    """Return the address of a take's page at a time, or at a span, in seconds."""
    return f"/takes/{take}?at={first:.3f}" + (f"&to={last:.3f}" if last > first else "")


def moment(link: Link, rates: Mapping[str, int]) -> LinkedMoment:
    """Return a linked moment; ``rates`` are the takes' frames per second."""
    rate = rates[link.take_id]
    first, last = link.first / rate, link.last / rate
    return LinkedMoment(link.id, address(link.take_id, first, last), time_span(first, last))


def linked_moments(store: Store, links: list[Link]) -> list[LinkedMoment]:
    """Return linked moments as pages show them."""
    rates = {take: store.summary(take).rate for take in {link.take_id for link in links}}
    return [moment(link, rates) for link in links]
