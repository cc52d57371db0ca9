"""Input from people and pages: parse it, or refuse it with a sentence that says what would be valid."""

from __future__ import annotations

import re
from typing import Annotated

from fastapi import Form, Request

from bedside.errors import Refused
from bedside.music.events import Player

TypedTime = Annotated[str, Form(max_length=20)]

# A moment may lie in the sound that rings on after a take's last event.
_RINGING_SECONDS = 30.0


def seconds(typed: str) -> float:
    """Return the seconds of a typed time: 83, 1:23, 1:02:03 or 1:23.5."""
    found = re.fullmatch(r"\s*(?:(?:(\d{1,2}):)?(\d{1,3}):)?(\d{1,5}(?:[.,]\d{1,3})?)\s*", typed)
    if found is None:
        raise Refused(f"Please write a time like 1:23, not “{typed[:20]}”.")
    hours, mins, secs = found.groups()
    return int(hours or 0) * 3600.0 + int(mins or 0) * 60.0 + float(secs.replace(",", "."))


def check_inside(moment: float, length: float) -> None:
    """Refuse a moment, in seconds, outside a take of this length and its reverberation."""
    if moment > length + _RINGING_SECONDS:
        raise Refused("That moment lies after the end of the take.")


def player(label: str) -> Player:
    """Return the player with this label."""
    for each in Player:
        if each.label == label:
            return each
    raise Refused(f"There is no such player. The players are {', '.join(each.label for each in Player)}.")


def rater(request: Request) -> str:
    """Return the initials under which this visit rates."""
    initials: str = request.state.visit.rater
    if not initials:
        raise Refused("Please give your initials before you rate.")
    return initials
