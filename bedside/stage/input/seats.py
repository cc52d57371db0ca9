"""Who sits where at one screen: one player, two side by side, or two face to face with the tablet between them.

Each player has a bar of controls at the far edge, where no palm rests, and the rest to play on.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from bedside.music.events import Player
from bedside.music.pad import Area, Pad

# The least size of a target, where the size of the screen is known and where it is not.
LEAST_MM = 20.0
LEAST_PIXELS = 96.0

# The least height of a bar, as a share of the screen's shorter side.
_BAR = 0.135


class Together(StrEnum):
    """How players share a screen."""

    ALONE = "alone"
    BESIDE = "beside"
    FACING = "facing"


class Control(StrEnum):
    """A control: one picture in the bar, for one decision besides the music."""

    HAND = "hand"
    EAR = "ear"
    STAR = "star"
    SUN = "sun"
    SOUND = "sound"
    DOOR = "door"
    FAR_HAND = "far-hand"


# Both stop: one at each end of the bar, for a child who sees or reaches only one half of the screen.
HANDS = (Control.HAND, Control.FAR_HAND)


@dataclass(frozen=True, slots=True)
class Button:
    """The target of a player's control: a rectangle in pixels."""

    control: Control
    player: Player
    area: Area


@dataclass(frozen=True, slots=True)
class Seat:
    """A player's part of the screen: the whole of it, the area to play on, and the controls."""

    player: Player
    whole: Area
    play: Area
    buttons: tuple[Button, ...]


@dataclass(frozen=True, slots=True)
class Side:
    """A seat and its pads."""

    seat: Seat
    pads: tuple[Pad, ...]


def seats(together: Together, players: Sequence[Player], size: tuple[int, int], least: float) -> tuple[Seat, ...]:
    """Return the seats at a screen of ``size`` pixels, where each target measures at least ``least``.

    The first of ``players`` sits below or on the left. Raises ValueError for a wrong number of players.
    """
    width, height = size
    match together:
        case Together.ALONE:
            wholes = [Area(0, 0, width, height)]
        case Together.BESIDE:
            wholes = [Area(0, 0, width / 2, height), Area(width / 2, 0, width / 2, height)]
        case Together.FACING:
            wholes = [Area(0, height / 2, width, height / 2), Area(0, 0, width, height / 2, turned=True)]
    if len(wholes) != len(players):
        raise ValueError(f"{len(wholes)} players sit at a screen that is shared {together}, not {len(players)}")
    bar = max(least, _BAR * min(size))
    return tuple(_seat(player, whole, bar, least) for player, whole in zip(players, wholes, strict=True))


def _seat(player: Player, whole: Area, bar: float, least: float) -> Seat:
    controls = list(Control)
    columns = min(len(controls), max(int(whole.width / least + 1e-9), 1))
    rows = -(-len(controls) // columns)
    columns = -(-len(controls) // rows)
    if columns > 1:
        controls.insert(columns - 1, controls.pop())
    tall = min(bar if rows == 1 else least, whole.height / (rows + 1))
    wide = whole.width / columns
    buttons = tuple(
        Button(control, player, _within(whole, number % columns * wide, number // columns * tall, wide, tall))
        for number, control in enumerate(controls)
    )
    return Seat(player, whole, _within(whole, 0, rows * tall, whole.width, whole.height - rows * tall), buttons)


def _within(whole: Area, x: float, y: float, width: float, height: float) -> Area:
    """Return a part of an area; its upper left corner is given as the area's player sees it."""
    one, other = whole.place(x, y), whole.place(x + width, y + height)
    return Area(min(one[0], other[0]), min(one[1], other[1]), width, height, whole.turned)
