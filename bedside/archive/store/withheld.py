"""Spans in which nobody was allowed to sound: muted, or wiped down. They are no data, as if the sound had been lost."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from bedside.archive.store.choices import WITHHOLDING
from bedside.archive.store.store import Choice


def withheld(choices: Iterable[Choice], take: str, last: int) -> list[tuple[int, int]]:
    """Return these spans of a take, in frames, from the choices of its session.

    One that did not end within the take lasts to its ``last`` frame. A stop is none: it is somebody's own silence.
    """
    own = [each for each in choices if each.take == take and each.frame is not None]
    spans = [span for begin, end in WITHHOLDING.items() for span in _spans(own, begin, end, last)]
    return sorted(span for span in spans if span[0] < span[1])


def _spans(choices: Sequence[Choice], begin: str, end: str, last: int) -> list[tuple[int, int]]:
    found: list[tuple[int, int]] = []
    since: int | None = None
    for each in choices:
        if each.what == begin and since is None:
            since = each.frame
        elif each.what == end and since is not None:
            found.append((since, min(each.frame or 0, last)))
            since = None
    return found if since is None else [*found, (since, last)]
