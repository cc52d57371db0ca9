"""How everything is set: which settings there are, where they stand at first, their ranges, and the order to say them.

The engine, the handover between two engines, the stage and the archive all keep settings here, so that what is live and
what is recorded cannot differ.
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
    """One part's settings, as it stands at first where nothing else is given; ``instrument`` is empty until one is set.

    ``db`` and ``pan`` are those of `Level`, the others those of the events of their name.
    """

    instrument: str = ""
    db: float = 0.0
    pan: float = 0.0
    bend: float = 0.0
    vibrato: float = 0.0
    expression: float = 1.0
    pedal: bool = False

    @property
    def gain(self) -> float:
        """The part's gain; expression attenuates by its square, as controller 11 does in General MIDI 2."""
        return float(10 ** (self.db / 20) * self.expression**2)

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
        """Return every setting as an event of ``player``, in the order in which a take says them."""
        return [
            Program(player, self.instrument),
            Level(player, self.db, self.pan),
            Bend(player, self.bend),
            Vibrato(player, self.vibrato),
            Expression(player, self.expression),
            Pedal(player, self.pedal),
        ]

    def events(self, player: Player) -> list[PartSetting]:
        """Return the events that set a fresh part like this one: always instrument and level, else what differs."""
        return [
            event
            for event, first in zip(self.every(player), PartSettings().every(player), strict=True)
            if isinstance(event, Program | Level) or event != first
        ]


@dataclass(slots=True)
class AllSettings:
    """The settings of all parts, and those that are everybody's; ``awaited`` are the instruments that parts wait for.

    Room and profile are empty, and instruments as well, where nothing was said of them yet.
    """

    room: str = ""
    profile: str = ""
    lead: Player = Player.CHILD
    parts: dict[Player, PartSettings] = field(default_factory=lambda: dict.fromkeys(Player, PartSettings()))
    awaited: dict[Player, str] = field(default_factory=dict)

    def apply(self, event: Event) -> None:
        """Take in an event that took effect; one that sets nothing changes nothing."""
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
        """Take in what the engine said."""
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
        """Return the events that set a fresh engine like this: what a take says at its beginning, in that order."""
        settings: list[Setting] = [Reverb(self.room), Profile(self.profile), Lead(self.lead)]
        for player, part in self.parts.items():
            settings += part.events(player)
        return settings


# The classes of a part's settings, in the order in which a take says them.
PART_SETTINGS: tuple[type[PartSetting], ...] = tuple(type(event) for event in PartSettings().every(Player.CHILD))


def at_first(player: Player, kind: type[PartSetting]) -> PartSetting:
    """Return a setting as a fresh part of ``player`` has it."""
    return PartSettings().every(player)[PART_SETTINGS.index(kind)]


def clamp(value: float, low: float, high: float) -> float:
    """Return the number from ``low`` to ``high`` nearest to ``value``; one that is not finite counts as 0."""
    return min(max(value if math.isfinite(value) else 0.0, low), high)
