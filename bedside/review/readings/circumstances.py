"""In what way a take was played: on what, in which world, by what access and with whom, so that like meets like.

A take says with every change what its parts are played on and in which room. The world it began in is not written; the
room is its hint, and worlds that were entered later are in the ledger of choices.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
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

# Scale and layout are the world's, and the world's hint is the room.
_LABELS = {"instruments": "instrument", "room": "room", "worlds": "world", "access": "access", "players": "players"}


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What a player's part was played on and how; each in order of first use, empty where the take does not say."""

    instruments: tuple[str, ...] = ()
    room: tuple[str, ...] = ()
    worlds: tuple[str, ...] = ()
    access: tuple[str, ...] = ()
    players: tuple[str, ...] = ()

    def said(self) -> list[tuple[str, str]]:
        """Return what is known, each with its label: ``("instrument", "harp, bell")``."""
        return [
            (_LABELS[field.name], ", ".join(getattr(self, field.name)))
            for field in fields(self)
            if getattr(self, field.name)
        ]

    def described(self) -> Description:
        """Return the same as the measures compare it; the world, or else the room, stands for scale and layout."""
        world = ", ".join(sorted(self.worlds)) or ", ".join(sorted(self.room))
        return Description(
            ", ".join(sorted(self.instruments)), world, world, ", ".join(sorted(self.access)), ", ".join(self.players)
        )


def circumstances(performed: Iterable[Performed], player: Player) -> Circumstances:
    """Return in what way a player's part of a take was played, as far as the take itself says."""
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
    # Who entered first is chance.
    ordered = [each.label for each in Player if each.label in found["players"]]
    return Circumstances(
        **{name: tuple(names) for name, names in found.items() if name != "players"}, players=tuple(ordered)
    )


def entered(way: Circumstances, choices: Iterable[Choice]) -> Circumstances:
    """Return the circumstances of a take with the worlds that were entered in it by its choices."""
    worlds = dict.fromkeys(choice.which for choice in choices if choice.what == "world")
    return replace(way, worlds=(*way.worlds, *worlds))


def combined(several: Sequence[Circumstances]) -> Circumstances:
    """Return the circumstances of some takes as those of one."""
    return Circumstances(
        **{
            field.name: tuple(dict.fromkeys(name for each in several for name in getattr(each, field.name)))
            for field in fields(Circumstances)
        }
    )


def differences(one: Circumstances, others: Sequence[Circumstances]) -> list[str]:
    """Return how one differs from others, in words: ``instrument bell, earlier harp``; empty where all are alike."""
    found = []
    for field in fields(Circumstances):
        own = getattr(one, field.name)
        ways = [getattr(other, field.name) for other in others]
        if any(set(way) != set(own) for way in ways):
            named = dict.fromkeys(name for way in ways for name in way or ("not said",))
            found.append(f"{_LABELS[field.name]} {', '.join(own) or 'not said'}, earlier {', '.join(named)}")
    return found
