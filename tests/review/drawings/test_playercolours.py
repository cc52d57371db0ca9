"""The players' colours stand in one table, and words in them can be read on every page."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from bedside.music.events import Player
from bedside.review.drawings import playercolours
from bedside.review.drawings.playercolours import ON_DARK, ON_EITHER, ON_LIGHT, channels
from bedside.stage.worlds.colours import luminance

REVIEW = Path(playercolours.__file__).parents[1]
SHEET = (REVIEW / "web" / "static" / "style.css").read_text("utf-8")
LIGHT, DARK = SHEET.split("@media (prefers-color-scheme: dark)", 1)


def contrast(one: str, other: str) -> float:
    """Return the contrast of two colours (WCAG 2.2)."""
    low, high = sorted(luminance(channels(each)) for each in (one, other))
    return (high + 0.05) / (low + 0.05)


def ground(sheet: str, name: str) -> str:
    found = re.search(rf"--{name}: (#[0-9a-f]{{6}});", sheet)
    assert found is not None
    return found[1]


@pytest.mark.parametrize("player", Player)
@pytest.mark.parametrize("name", ["ground", "card", "raised"])
def test_words_in_a_players_colour_can_be_read(player: Player, name: str) -> None:
    """On every ground of a page, light or dark, a strong colour has a contrast of 4.5 to 1 or more."""
    assert contrast(ON_LIGHT[player].strong, ground(LIGHT, name)) >= 4.5
    assert contrast(ON_DARK[player].strong, ground(DARK, name)) >= 4.5
    assert contrast(ON_LIGHT[player].strong, "#ffffff") >= 4.5


def test_the_colours_stand_nowhere_else() -> None:
    """No style sheet, script, template or other module repeats one of them."""
    colours = {colour for one in (ON_LIGHT, ON_DARK) for each in one.values() for colour in (each.strong, each.fill)}
    colours |= set(ON_EITHER.values())
    written = {*colours, *(", ".join(map(str, channels(colour))) for colour in colours)}
    for file in REVIEW.rglob("*.*"):
        if file.suffix in {".py", ".css", ".js", ".html"} and file != Path(playercolours.__file__):
            text = file.read_text("utf-8").lower()
            assert not [each for each in written if each in text], file


def test_pages_and_paper_name_every_colour() -> None:
    """Both style sheets name a strong colour and a fill for each player; a page names them for light and dark."""
    for player in Player:
        for name in (f"--{player.label}:", f"--{player.label}-fill:"):
            assert playercolours.page_sheet().count(name) == 2
            assert playercolours.paper_sheet().count(name) == 1
