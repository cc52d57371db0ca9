"""Moments as people type them and as pages link to them: minutes and seconds, and the address of a take at a time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from bedside.archive.store.journal import Link
from bedside.archive.store.store import Store
from bedside.review.drawings.drawing import minutes


@dataclass(frozen=True, slots=True)
class LinkedMoment:
    """A moment as it is shown: its link's id, where it leads, and its ``words``: 1:05 or 1:05–1:20."""

    id: str
    address: str
    words: str


def address(take: str, first: float, last: float) -> str:
    """Return the address of a take's page at a time, or at a span."""
    return f"/takes/{take}?at={first:.3f}" + (f"&to={last:.3f}" if last > first else "")


def span(first: float, last: float) -> str:
    """Return a moment, or a span, as it is read: 1:05 or 1:05–1:20."""
    return minutes(first) if last <= first else f"{minutes(first)}–{minutes(last)}"


def moment(link: Link, rates: Mapping[str, int]) -> LinkedMoment:
    """Return a linked moment; ``rates`` are the frames in a second of each take."""
    rate = rates[link.take_id]
    first, last = link.first / rate, link.last / rate
    return LinkedMoment(link.id, address(link.take_id, first, last), span(first, last))


def linked_moments(store: Store, links: list[Link]) -> list[LinkedMoment]:
    """Return linked moments as they are shown."""
    rates = {take: store.summary(take).rate for take in {link.take_id for link in links}}
    return [moment(link, rates) for link in links]
