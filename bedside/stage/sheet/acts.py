"""What a touch on the staff's sheet asks for, and the pages that there are."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from bedside.music.events import Player


class Page(StrEnum):
    """A page of the sheet."""

    CODE = "code"
    HOME = "home"
    PATIENT = "patient"
    NEW_PATIENT = "new patient"
    SESSION = "session"
    SEATS = "seats"
    PLAYERS = "players"
    INSTRUMENT = "instrument"
    WORLD = "world"
    PADS = "pads"
    SCALE = "scale"
    LOOK = "look"
    LOUDNESS = "loudness"
    WIPE = "wipe-down"
    MESSAGES = "messages"
    LEAVE = "leave"


class Doing(StrEnum):
    """What an act does; the first group changes only what the sheet shows."""

    TURN = "turn"
    MORE = "more"
    CLOSE = "close"
    TYPE = "type"
    ERASE = "erase"
    TRY = "try"
    ANOTHER = "another"

    PATIENT = "patient"
    PLACE = "place"
    WITH = "with"
    SEATS = "seats"
    KEYS = "keys"
    FREE = "free"
    SOUND = "sound"
    LEVEL = "level"
    WORLD = "world"
    LAYOUT = "layout"
    PADS = "pads"
    SCALE = "scale"
    ROOT = "root"
    LOOK = "look"
    PROFILE = "profile"
    MUTE = "mute"
    GO_ON = "go on"
    WIPE = "wipe-down"
    BOOKMARK = "bookmark"
    END_SESSION = "end session"
    LEAVE = "leave"


@dataclass(frozen=True, slots=True)
class Act:
    """One act: what is done, ``which`` of it, in the words of the record, and for which ``player``."""

    doing: Doing
    which: str = ""
    player: Player | None = None
