"""The circumstances of a take: instrument, world, access and players, so that like is compared with like.

Instruments and rooms are events of the take. The world it began in is part of how the bed was set, which older takes do
not say, but each world has a room; worlds that were entered later are recorded as choices.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, replace

from bedside.archive.store.store import Choice
from bedside.music.events import NoteOn, Performed, Player, Program, Reverb, Source
from bedside.review.measures.weeks import Description

_ACCESS = {
    Source.TOUCH: "touch",
    Source.MOUSE: "mouse",
    Source.KEYS: "computer keys",
    Source.MIDI: "MIDI keyboard",
    Source.FILE: "imported file",
}

# Scale and layout belong to the world, and the room stands for the world.
_LABELS = {"instruments": "instrument", "room": "room", "worlds": "world", "access": "access", "players": "players"}


@dataclass(frozen=True, slots=True)
class Circumstances:
    """How a player's part was played; each in order of first use, empty if the take does not tell."""

    instruments: tuple[str, ...] = ()
    room: tuple[str, ...] = ()
    worlds: tuple[str, ...] = ()
    access: tuple[str, ...] = ()
    players: tuple[str, ...] = ()

    def said(self) -> list[tuple[str, str]]:
        """Return the known circumstances with their labels: ``("instrument", "harp, bell")``."""
        return [
            (_LABELS[field.name], ", ".join(getattr(self, field.name)))
            for field in fields(self)
            if getattr(self, field.name)
        ]

    def described(self) -> Description:
        """Return the description that measures compare; the world, or else the room, stands for scale and layout."""
        world = ", ".join(sorted(self.worlds)) or ", ".join(sorted(self.room))
        return Description(
            ", ".join(sorted(self.instruments)), world, world, ", ".join(sorted(self.access)), ", ".join(self.players)
        )


def circumstances(performed: Iterable[Performed], player: Player) -> Circumstances:
    """Return the circumstances of a player's part, as far as the take itself says."""
    instrument: str | None = None
    room: str | None = None
    found: dict[str, dict[str, None]] = {field.name: {} for field in fields(Circumstances)}
    for each in performed:
        match each.event:
            case Program(who, name) if who is player:
                instrument = name
            case Reverb(name):
                room = name
            case NoteOn(source=source) as on if source is not Source.REPLAY:
                found["players"][on.player.label] = None
                if room is not None:
                    found["room"][room] = None
                if on.player is player:
                    found["access"][_ACCESS[source]] = None
                    if instrument is not None:
                        found["instruments"][instrument] = None
    # It is chance who played first.
    ordered = [each.label for each in Player if each.label in found["players"]]
    return Circumstances(
        **{name: tuple(names) for name, names in found.items() if name != "players"}, players=tuple(ordered)
    )


def with_worlds(way: Circumstances, setup: Mapping[str, str], choices: Iterable[Choice]) -> Circumstances:
    """Add the world in which a take began, where its ``setup`` says so, and those that its choices entered."""
    began = [setup["world"]] if "world" in setup else []
    worlds = dict.fromkeys([*began, *(choice.which for choice in choices if choice.what == "world")])
    return replace(way, worlds=(*way.worlds, *worlds))


def combined(several: Sequence[Circumstances]) -> Circumstances:
    """Return the circumstances of several takes as one."""
    return Circumstances(
        **{
            field.name: tuple(dict.fromkeys(name for each in several for name in getattr(each, field.name)))
            for field in fields(Circumstances)
        }
    )


def differences(one: Circumstances, others: Sequence[Circumstances]) -> list[str]:
    """Return in words how one differs from others, such as ``instrument bell, earlier harp``."""
    found = []
    for field in fields(Circumstances):
        own = getattr(one, field.name)
        ways = [getattr(other, field.name) for other in others]
        if any(set(way) != set(own) for way in ways):
            named = dict.fromkeys(name for way in ways for name in way or ("not said",))
            found.append(f"{_LABELS[field.name]} {', '.join(own) or 'not said'}, earlier {', '.join(named)}")
    return found
