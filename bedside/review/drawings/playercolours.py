"""The players' colours on pages, on paper and in thumbnails: the one table behind every style sheet."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from bedside.music.events import Player


@dataclass(frozen=True, slots=True)
class PlayerColour:
    """A player's colour, as ``#rrggbb``: ``strong`` for words and lines, ``fill`` for areas."""

    strong: str
    fill: str


# Strong colours have a contrast of 4.5 to 1 or more with the page (WCAG 2.2, 1.4.3).
ON_LIGHT: Mapping[Player, PlayerColour] = {
    Player.CHILD: PlayerColour("#a85a00", "#f0a63a"),
    Player.CHILD2: PlayerColour("#a8366f", "#e57fae"),
    Player.THERAPIST: PlayerColour("#0b6a99", "#45a9dd"),
    Player.PARTNER: PlayerColour("#6549b5", "#9c86e0"),
}
ON_DARK: Mapping[Player, PlayerColour] = {
    Player.CHILD: PlayerColour("#ffbe62", "#e39a35"),
    Player.CHILD2: PlayerColour("#ff9fc6", "#d9709f"),
    Player.THERAPIST: PlayerColour("#79cbf5", "#3c9fd2"),
    Player.PARTNER: PlayerColour("#c3b2ff", "#8f79d6"),
}

# Thumbnails are drawn once for light and dark pages: their colours lie between both.
ON_EITHER: Mapping[Player, str] = {
    Player.CHILD: "#d98a1f",
    Player.CHILD2: "#d0669a",
    Player.THERAPIST: "#2f93c8",
    Player.PARTNER: "#8570d6",
}


def page_sheet() -> str:
    """Return the style sheet that names the colours of the pages: light, dark, and always light on paper."""
    dark = f"@media (prefers-color-scheme: dark) {{\n  :root {{ {_properties(ON_DARK)} }}\n}}\n"
    return f":root, .paper {{ {_properties(ON_LIGHT)} }}\n{dark}"


def paper_sheet() -> str:
    """Return the style sheet that names the colours of a report, which is always light."""
    return f":root {{ {_properties(ON_LIGHT)} }}\n"


def channels(colour: str) -> tuple[int, int, int]:
    """Return the red, green and blue, 0–255, of a colour ``#rrggbb``."""
    red, green, blue = bytes.fromhex(colour[1:])
    return red, green, blue


def _properties(colours: Mapping[Player, PlayerColour]) -> str:
    return " ".join(
        f"--{player.label}: {colour.strong}; --{player.label}-fill: {colour.fill};"
        for player, colour in colours.items()
    )
