"""A world is what a child sees and what it sounds like at first, written by an artist in one TOML file.

Every colour of it is held to what is safe for eyes: none is a saturated red.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any, TypeVar

from bedside.errors import BedsideError
from bedside.music import scales
from bedside.music.events import Player
from bedside.music.layout import MOST_PADS
from bedside.places import shipped
from bedside.sound.room import SPACES

Colour = tuple[int, int, int]
T = TypeVar("T")

MOST_BYTES = 65_536
MOST_STARS = 2_000
MOST_DEGREES = 12
MOST_STEPS = 16
_HEX = re.compile(r"#([0-9a-fA-F]{2})([0-9a-fA-F]{2})([0-9a-fA-F]{2})")
_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")


@dataclass(frozen=True, slots=True)
class Tone:
    """How one degree of the scale looks: its picture and colour, and the petals of its flower and their slenderness."""

    picture: str
    colour: Colour
    petals: int
    point: float


@dataclass(frozen=True, slots=True)
class Sky:
    """The quiet background: ``stops`` are places from the zenith, 0, to the horizon, 1, with their colours.

    ``glow`` lies low at ``glow_at`` of the width; ``moonlight`` is what a key outside the scale is lit with;
    ``horizon`` is a share of the height; ``hills`` begin with the farthest.
    """

    stops: tuple[tuple[float, Colour], ...]
    glow: Colour
    glow_at: float
    moonlight: Colour
    horizon: float
    stars: int
    hills: tuple[Colour, ...]
    water: Colour
    seed: int


@dataclass(frozen=True, slots=True)
class World:
    """One world: its scene, how its degrees look, each player's light in the order of `Player`, and its music.

    ``room`` is what is played in, a name of `bedside.sound.room.SPACES`.
    """

    name: str
    sky: Sky
    tones: tuple[Tone, ...]
    lights: tuple[Colour, ...]
    scale: str
    root: int
    instrument: str
    room: str
    pads: int


def find(name: str) -> World:
    """Return the shipped world of this name; raise BedsideError naming those there are for any other."""
    paths = {path.stem: path for path in sorted((shipped("assets") / "worlds").glob("*.toml"))}
    if name not in paths:
        raise BedsideError(f"There is no world called {name!r}; choose one of: {', '.join(paths)}.")
    return load(paths[name])


def load(path: Path) -> World:
    """Return the world that a TOML file describes.

    Raises BedsideError, with the file and what to change in it, for a file that cannot be read or is larger than
    `MOST_BYTES`, and for any value that is missing, of another kind, out of range or unsafe.
    """
    try:
        with path.open("rb") as file:
            return _world(tomllib.loads(_small(file.read(MOST_BYTES + 1)).decode()))
    except OSError as error:
        raise BedsideError(f"The world {path.name} cannot be read: {error.strerror}.") from error
    except (UnicodeDecodeError, tomllib.TOMLDecodeError, RecursionError) as error:
        raise BedsideError(f"The world {path.name} is not a TOML file: {error}.") from error
    except _WorldError as fault:
        raise BedsideError(f"The world {path.name} cannot be shown: {fault}.") from fault


class _WorldError(Exception):
    """What is wrong in a world's file, as the end of a sentence."""


def _small(content: bytes) -> bytes:
    if len(content) > MOST_BYTES:
        raise _WorldError(f"it is larger than {MOST_BYTES // 1024} kB")
    return content


def _world(table: Mapping[str, Any]) -> World:
    sky = _take(table, "sky", _table)
    lights = _take(table, "lights", _table)
    scale = _take(table, "scale", _text)
    try:
        scales.scale(scale)
    except ValueError as error:
        raise _WorldError(str(error)) from error
    return World(
        name=_take(table, "name", _name),
        sky=Sky(
            stops=_stops(_take(sky, "stops", _list(2, MOST_STEPS, _table))),
            glow=_take(sky, "glow", _colour),
            glow_at=_take(sky, "glow_at", _number(0, 1)),
            moonlight=_take(sky, "moonlight", _colour),
            horizon=_take(sky, "horizon", _number(0.4, 0.9)),
            stars=_take(sky, "stars", _whole(0, MOST_STARS)),
            hills=tuple(_take(sky, "hills", _list(0, MOST_STEPS, _colour))),
            water=_take(sky, "water", _colour),
            seed=_take(sky, "seed", _whole(0, 2**32 - 1)),
        ),
        tones=tuple(_tone(each) for each in _take(table, "degrees", _list(1, MOST_DEGREES, _table))),
        lights=tuple(_take(lights, player.label, _colour) for player in Player),
        scale=scale,
        root=_take(table, "root", _whole(0, 127)),
        instrument=_take(table, "instrument", _name),
        room=_take(table, "room", _room),
        pads=_take(table, "pads", _whole(1, MOST_PADS)),
    )


def _room(value: Any) -> str:
    name = _name(value)
    if name not in SPACES:
        raise ValueError(f"one of {', '.join(SPACES)}")
    return name


def _tone(table: Mapping[str, Any]) -> Tone:
    return Tone(
        picture=_take(table, "picture", _name),
        colour=_take(table, "colour", _colour),
        petals=_take(table, "petals", _whole(2, 32)),
        point=_take(table, "point", _number(0.25, 8)),
    )


def _stops(tables: list[Mapping[str, Any]]) -> tuple[tuple[float, Colour], ...]:
    stops = tuple((_take(each, "at", _number(0, 1)), _take(each, "colour", _colour)) for each in tables)
    if any(before[0] >= after[0] for before, after in pairwise(stops)):
        raise _WorldError("the stops of the sky must go down from 0 to 1")
    return stops


def _take(table: Mapping[str, Any], key: str, read: Callable[[Any], T]) -> T:
    if key not in table:
        raise _WorldError(f"{key!r} is missing")
    try:
        return read(table[key])
    except (TypeError, ValueError) as error:
        raise _WorldError(f"{key!r} must be {error}") from error


def _table(value: Any) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise TypeError("a table")
    return value


def _list(fewest: int, most: int, read: Callable[[Any], T]) -> Callable[[Any], list[T]]:
    def reader(value: Any) -> list[T]:
        if not isinstance(value, list) or not fewest <= len(value) <= most:
            raise ValueError(f"a list of {fewest} to {most}")
        return [read(each) for each in value]

    return reader


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError("a text")
    return value


def _name(value: Any) -> str:
    if not isinstance(value, str) or not _NAME.fullmatch(value):
        raise ValueError("a name of small letters, digits and hyphens")
    return value


def _whole(lowest: int, highest: int) -> Callable[[Any], int]:
    def reader(value: Any) -> int:
        if type(value) is not int or not lowest <= value <= highest:
            raise ValueError(f"a whole number from {lowest} to {highest}")
        return value

    return reader


def _number(lowest: float, highest: float) -> Callable[[Any], float]:
    def reader(value: Any) -> float:
        if type(value) not in (int, float) or not lowest <= value <= highest:
            raise ValueError(f"a number from {lowest} to {highest}")
        return float(value)

    return reader


def _colour(value: Any) -> Colour:
    match = _HEX.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        raise ValueError("a colour such as #ffd27a")
    red, green, blue = (int(pair, 16) for pair in match.groups())
    if saturated_red((red, green, blue)):
        raise ValueError(f"a softer colour than the saturated red {value}, which can bring on a seizure")
    return red, green, blue


def linear(level: float) -> float:
    """Return the light of an sRGB level, 0–255, as a share of full light, 0–1 (IEC 61966-2-1)."""
    share = level / 255
    return share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4


def saturated_red(colour: Colour) -> bool:
    """Return whether a colour is a saturated red: R / (R + G + B) ≥ 0.8 in linear light (WCAG 2.2, 2.3.1)."""
    red, green, blue = (linear(level) for level in colour)
    return red + green + blue > 0 and red / (red + green + blue) >= 0.8
