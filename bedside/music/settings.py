"""All settings: which there are, their defaults, their ranges, and the order in which a take states them.

The engine, the handover between two engines, the stage and the archive all use this module, so that live and recorded
settings cannot differ.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace

from bedside.music.events import (
    AllOff,
    Awaited,
    Bend,
    Declined,
    Event,
    Expression,
    Lead,
    Level,
    PartSetting,
    Pedal,
    Performed,
    Player,
    Profile,
    Program,
    Report,
    Reverb,
    Setting,
    Settled,
    Vibrato,
)


@dataclass(frozen=True, slots=True)
class PartSettings:
    """One part's settings, by default those of a fresh part; ``instrument`` is empty until one is set.

    ``db`` and ``pan`` are those of `Level`, the others those of the events of their name.
    """

    instrument: str = ""
    db: float = 0.0
    pan: float = 0.0
    bend: float = 0.0
    vibrato: float = 0.0
    expression: float = 1.0
    pedal: bool = False

    def after(self, event: PartSetting) -> PartSettings:
        """Return these settings changed by an event, its numbers clamped to their ranges."""
        match event:
            case Program(_, instrument):
                return replace(self, instrument=instrument)
            case Level(_, db, pan):
                return replace(self, db=clamp(db, -120.0, 24.0), pan=clamp(pan, -1.0, 1.0))
            case Bend(_, semitones):
                return replace(self, bend=clamp(semitones, -24.0, 24.0))
            case Vibrato(_, depth):
                return replace(self, vibrato=clamp(depth, 0.0, 1.0))
            case Expression(_, share):
                return replace(self, expression=clamp(share, 0.0, 1.0))
            case Pedal(_, down):
                return replace(self, pedal=down)

    def every(self, player: Player) -> list[PartSetting]:
        """Return every setting as an event of ``player``, in the order in which a take states them."""
        return [
            Program(player, self.instrument),
            Level(player, self.db, self.pan),
            Bend(player, self.bend),
            Vibrato(player, self.vibrato),
            Expression(player, self.expression),
            Pedal(player, self.pedal),
        ]

    def events(self, player: Player) -> list[PartSetting]:
        """Return the events that give a fresh part these settings: instrument, level, and others that differ."""
        return [
            event
            for event, first in zip(self.every(player), PartSettings().every(player), strict=True)
            if isinstance(event, Program | Level) or event != first
        ]


@dataclass(slots=True)
class AllSettings:
    """The settings of each part, and the shared ones; ``awaited`` holds the instruments that parts wait for.

    Room, profile and instruments are empty until they are set.
    """

    room: str = ""
    profile: str = ""
    lead: Player = Player.CHILD
    parts: dict[Player, PartSettings] = field(default_factory=lambda: dict.fromkeys(Player, PartSettings()))
    awaited: dict[Player, str] = field(default_factory=dict)

    def apply(self, event: Event) -> None:
        """Apply an event that took effect; one that is not a setting changes nothing."""
        match event:
            case Reverb(room):
                self.room = room
            case Profile(profile):
                self.profile = profile
            case Lead(player):
                self.lead = player
            case AllOff(player):
                self.parts[player] = replace(self.parts[player], pedal=False)
            case Program() | Level() | Bend() | Vibrato() | Expression() | Pedal():
                self.parts[event.player] = self.parts[event.player].after(event)

    def follow(self, report: Report) -> None:
        """Apply a report of the engine."""
        match report:
            case Performed(_, event) | Settled(event):
                self.apply(event)
                if isinstance(event, Program):
                    self.awaited.pop(event.player, None)
            case Awaited(Program(player, instrument)):
                self.awaited[player] = instrument
            case Declined():
                pass

    def events(self) -> list[Setting]:
        """Return the events that give a fresh engine these settings: the beginning of a take, in that order."""
        settings: list[Setting] = [Reverb(self.room), Profile(self.profile), Lead(self.lead)]
        for player, part in self.parts.items():
            settings += part.events(player)
        return settings


# The classes of a part's settings, in the order in which a take states them.
PART_SETTINGS: tuple[type[PartSetting], ...] = tuple(type(event) for event in PartSettings().every(Player.CHILD))


def at_first(player: Player, kind: type[PartSetting]) -> PartSetting:
    """Return the event that states the default of a setting of ``player``."""
    return PartSettings().every(player)[PART_SETTINGS.index(kind)]


def clamp(value: float, low: float, high: float) -> float:
    """Return the number from ``low`` to ``high`` nearest to ``value``; one that is not finite counts as 0."""
    return min(max(value if math.isfinite(value) else 0.0, low), high)
