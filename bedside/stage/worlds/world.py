"""A world: its picture, and the sound that it starts with. An artist describes each in one TOML file.

Every colour is checked to be safe for eyes: none is a saturated red.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

from bedside.errors import BedsideError
from bedside.music import scales
from bedside.music.layout import LAYOUTS, MOST_PADS
from bedside.places import shipped
from bedside.schema import Count, SchemaError, Within, table
from bedside.sound.engine.room import SPACES
from bedside.stage.worlds import scenery
from bedside.stage.worlds.blooms import BLOOMS
from bedside.stage.worlds.colours import Colour
from bedside.stage.worlds.reading import Name, read_value

MOST_BYTES = 65_536
MOST_DEGREES = 12
MOST_LAYERS = 24

Share = Annotated[float, Within(0, 1)]


@dataclass(frozen=True, slots=True)
class Tone:
    """How one degree of the scale looks: picture and colour, and the number and slenderness of its bloom's parts."""

    picture: Name
    colour: Colour
    petals: Annotated[int, Within(2, 32)] = 6
    point: Annotated[float, Within(0.25, 8)] = 1.0


@dataclass(frozen=True, slots=True)
class Lights:
    """The colour of each player's light."""

    child: Colour
    child2: Colour
    therapist: Colour
    partner: Colour


@dataclass(frozen=True, slots=True)
class PlacedPicture:
    """A picture in the backdrop.

    The middle of its lower edge stands at ``x`` of the width and ``y`` of the height; it is a square of
    ``size`` of the shorter side. ``light`` dims it, ``flip`` turns left to right.
    """

    picture: Name
    x: Annotated[float, Within(-0.5, 1.5)]
    y: Annotated[float, Within(-0.5, 2)]
    size: Annotated[float, Within(0.01, 3)]
    light: Share = 1.0
    flip: bool = False


@dataclass(frozen=True, slots=True)
class Motes:
    """Small things that float before the backdrop and shift against it as hands play (parallax).

    ``picture`` is tinted with ``colour``; without a picture a mote is a soft glow. Motes float between ``top`` and
    ``bottom`` of the height; they measure about ``size`` of the shorter side. ``depth`` is 0 at the backdrop and 1 at
    the pads; ``light`` is their brightness.
    """

    count: Annotated[int, Within(1, 60)]
    colour: Colour
    size: Annotated[float, Within(0.002, 0.2)]
    depth: Share
    picture: Name | None = None
    top: Share = 0.0
    bottom: Share = 1.0
    light: Share = 0.6


@dataclass(frozen=True, slots=True)
class World:
    """One world: its scene, the look of its degrees, the players' lights in the order of `Player`, and its music.

    ``layers`` are painted over one another, ``placed`` pictures over them, and ``motes`` float in front. ``stray`` is
    the colour of keys outside the scale. ``bloom``, a name of `BLOOMS`, is the shape of a note; ``pace`` is 1 as usual
    and larger for slower lights; ``rings`` is the brightness of the players' rings. In a world that ``reflects``,
    lights are mirrored on the water. ``layout`` is a name of `LAYOUTS`, ``room`` one of
    `bedside.sound.engine.room.SPACES`.
    """

    name: str
    layers: tuple[scenery.Layer, ...]
    placed: tuple[PlacedPicture, ...]
    motes: tuple[Motes, ...]
    horizon: float
    seed: int
    tones: tuple[Tone, ...]
    lights: tuple[Colour, ...]
    stray: Colour
    bloom: str
    pace: float
    reflects: bool
    rings: float
    scale: str
    root: int
    instrument: str
    room: str
    layout: str
    pads: int


def names() -> list[str]:
    """Return the names of the shipped worlds in alphabetical order."""
    return [path.stem for path in sorted((shipped("assets") / "worlds").glob("*.toml"))]


def find(name: str) -> World:
    """Return a shipped world by name; raise BedsideError with the known names for any other."""
    if name not in names():
        raise BedsideError(f"There is no world called {name!r}; choose one of: {', '.join(names())}.")
    return load(shipped("assets") / "worlds" / f"{name}.toml")


def find_all(say: Callable[[str], None]) -> dict[str, World]:
    """Return all shipped worlds by name; leave out a damaged one, and ``say`` so in a sentence."""
    found = {}
    for name in names():
        try:
            found[name] = find(name)
        except BedsideError as fault:
            say(str(fault))
    return found


def load(path: Path) -> World:
    """Read a world from a TOML file.

    Raises BedsideError, with the file and what to change in it, for a file that cannot be read or is larger than
    `MOST_BYTES`, and for any value that is missing, of another kind, out of range or unsafe.
    """
    try:
        with path.open("rb") as file:
            content = file.read(MOST_BYTES + 1)
        return _world(tomllib.loads(_small(content).decode()))
    except OSError as error:
        raise BedsideError(f"The world {path.name} cannot be read: {error.strerror}.") from error
    except (UnicodeDecodeError, tomllib.TOMLDecodeError, RecursionError) as error:
        raise BedsideError(f"The world {path.name} is not a TOML file: {error}.") from error
    except SchemaError as fault:
        raise BedsideError(f"The world {path.name} cannot be shown: {fault}.") from fault


def _small(content: bytes) -> bytes:
    if len(content) > MOST_BYTES:
        raise SchemaError(f"it is larger than {MOST_BYTES // 1024} kB")
    return content


# The plain values of a world's file, by name. The other fields are read by functions of their own.
_PLAIN: Mapping[str, Any] = {
    "name": Name,
    "horizon": Annotated[float, Within(0.05, 0.95)],
    "seed": Annotated[int, Within(0, 2**32 - 1)],
    "stray": Colour,
    "bloom": str,
    "pace": Annotated[float, Within(0.5, 4)],
    "reflects": bool,
    "rings": Share,
    "scale": str,
    "root": Annotated[int, Within(0, 127)],
    "instrument": Name,
    "room": str,
    "layout": str,
    "pads": Annotated[int, Within(1, MOST_PADS)],
}
_LISTS: Mapping[str, Any] = {
    "placed": Annotated[tuple[PlacedPicture, ...], Count(0, 64)],
    "motes": Annotated[tuple[Motes, ...], Count(0, 8)],
}


def _world(stated: dict[str, Any]) -> World:
    table(stated, {*_PLAIN, "layers", "degrees", "lights"}, optional=_LISTS)
    plain = {name: read_value(hint, stated[name], name) for name, hint in _PLAIN.items()}
    _require_one_of("bloom", plain["bloom"], BLOOMS)
    _require_one_of("room", plain["room"], SPACES)
    _require_one_of("layout", plain["layout"], LAYOUTS)
    try:
        scales.scale(plain["scale"])
    except ValueError as error:
        raise SchemaError(str(error)) from error
    layers = stated["layers"]
    if not isinstance(layers, list) or not 1 <= len(layers) <= MOST_LAYERS:
        raise SchemaError(f"“layers” must be a list of 1 to {MOST_LAYERS}")
    lights: Lights = read_value(Lights, stated["lights"], "lights")
    return World(
        **plain,
        **{name: read_value(hint, stated.get(name, []), name) for name, hint in _LISTS.items()},
        layers=tuple(_layer(each, f"layers[{place}]") for place, each in enumerate(layers)),
        tones=read_value(Annotated[tuple[Tone, ...], Count(1, MOST_DEGREES)], stated["degrees"], "degrees"),
        lights=(lights.child, lights.child2, lights.therapist, lights.partner),
    )


def _layer(stated: Any, path: str) -> scenery.Layer:
    if not isinstance(stated, dict):
        raise SchemaError(f"“{path}” must be a table")
    return scenery.read_layer(stated, path)


def _require_one_of(name: str, stated: str, there: Mapping[str, object]) -> None:
    if stated not in there:
        raise SchemaError(f"“{name}” must be one of {', '.join(there)}")
