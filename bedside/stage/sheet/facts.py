"""What the staff's sheet shows: how the bed is now, as plain values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from bedside.music.events import Player
from bedside.music.settings import PartSettings
from bedside.stage.picture.bedsetup import BedSetup
from bedside.stage.worlds.world import World


@dataclass(frozen=True, slots=True)
class KnownPatient:
    """A patient as the sheet shows them: a code, and the name of a picture, None if they have none."""

    code: str
    picture: str | None


@dataclass(frozen=True, slots=True)
class Facts:
    """How the bed is now.

    ``setting`` and ``world`` say what is played on, ``shipped`` what else there is; ``sounds`` are the instruments with
    their pictures. ``raisable`` is whether the loudness may be raised.
    """

    setting: BedSetup
    world: World
    shipped: tuple[str, ...]
    sounds: Mapping[str, str]
    parts: Mapping[Player, PartSettings]
    profile: str
    muted: bool = False
    stopped: bool = False
    patient: KnownPatient | None = None
    known: tuple[KnownPatient, ...] = ()
    place: str = ""
    company: str = ""
    raisable: bool = True
    messages: tuple[str, ...] = ()
    battery: int | None = None
    card: str | None = None
