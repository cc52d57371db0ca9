"""The panels of those who choose: what hangs on each, which page of it is seen, and what a touch on it means."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial

import pygame

from bedside.music.events import Player
from bedside.music.pad import Area
from bedside.stage.input.choices import Choices
from bedside.stage.input.hands import Picked, Press, Pressed
from bedside.stage.input.seats import Control, Side
from bedside.stage.picture import gallery
from bedside.stage.picture.arrangement import Offered, Setting
from bedside.stage.picture.atelier import Workshop
from bedside.stage.picture.chooser import Chooser, on_page
from bedside.stage.picture.view import View
from bedside.stage.worlds.world import World

# Before the first miniature that is drawn ahead, and between two.
_FIRST_SECONDS, _PREPARE_SECONDS = 6.0, 1.0

# Between two pages of pictures.
_TURN_SECONDS = 0.8


class Panels:
    """Panels of worlds and of sounds, made by a workshop and hung up in a view; every ``now`` is in seconds.

    ``choices`` say who chooses what, ``offered`` and ``worlds`` are all that may be chosen, by name.
    """

    def __init__(
        self,
        choices: Choices,
        view: View,
        setting: Setting,
        offered: Mapping[str, Offered],
        worlds: Mapping[str, World],
        workshop: Workshop,
    ) -> None:
        self._choices = choices
        self._view = view
        self._setting = setting
        self._offered = offered
        self._worlds = worlds
        self._workshop = workshop
        self._page: dict[Player, int] = {}
        self._leaf: dict[Player, list[int | None]] = {}
        self._turned = float("-inf")
        self._prepared: float | None = None
        self._drawn: dict[tuple[Control, str, tuple[int, int]], pygame.Surface] = {}

    def meant(self, press: Press, now: float) -> Press | None:
        """Return what was pressed, a picture by its number among all of them; None where it only turned the page."""
        match press:
            case Picked(player, int(at)):
                there = self._leaf.get(player, [])
                if at >= len(there):
                    return Picked(player, None)
                if there[at] is None:
                    self._turn(player, now)
                    return None
                return Picked(player, there[at])
            case Pressed(_, player):
                # Whoever opens a panel again sees its first page.
                self._page.pop(player, None)
        return press

    def open(self, table: Side, control: Control) -> Sequence[Area]:
        """Have a player's panel hung up once it is made; return where its pictures are touched, in their order."""
        player, page = table.seat.player, self._page.get(table.seat.player, 0)
        choices = self._choices
        names = choices.worlds if control is Control.DOOR else choices.sounds
        chooser = self._chooser(table, names)
        current = choices.world if control is Control.DOOR else choices.sound.get(player, "")
        shown = on_page(len(names), len(chooser.areas), page)
        self._leaf[player] = shown
        chosen = next((at for at, number in enumerate(shown) if number is not None and names[number] == current), None)
        ground = self._view.scene.ground

        def make() -> pygame.Surface:
            return chooser.panel(ground, [self._picture(control, names, each, chooser.size) for each in shown], chosen)

        def hang(panel: pygame.Surface) -> None:
            still = choices.choosing.get(player) is control and self._page.get(player, 0) == page
            if still and self._view.scene.ground is ground:
                self._view.hang(player, panel, chooser.rect)

        self._workshop.order(make, hang)
        return chooser.areas

    def prepare(self, table: Side, now: float) -> None:
        """Have the next of the worlds drawn in little, for a door at this table to open at once."""
        if self._prepared is None:
            # Not in the first seconds, in which everything else begins too.
            self._prepared = now + _FIRST_SECONDS
        if now < self._prepared:
            return
        self._prepared = now + _PREPARE_SECONDS
        names = self._choices.worlds
        size = self._chooser(table, names).size
        for number, name in enumerate(names):
            if (Control.DOOR, name, size) not in self._drawn:
                self._workshop.order(partial(self._picture, Control.DOOR, names, number, size), lambda _: None)
                return

    def _chooser(self, table: Side, names: Sequence[str]) -> Chooser:
        return Chooser(table.seat.play, len(names), self._setting.least)

    def _turn(self, player: Player, now: float) -> None:
        """Turn to the next page of pictures, not so often that they would flash."""
        if now - self._turned >= _TURN_SECONDS:
            self._turned = now
            self._page[player] = self._page.get(player, 0) + 1

    def _picture(
        self, control: Control, names: Sequence[str], number: int | None, size: tuple[int, int]
    ) -> pygame.Surface:
        """Return the picture of what may be chosen, or of the way to more; drawn once."""
        name = "" if number is None else names[number]
        if (control, name, size) not in self._drawn:
            look = self._setting.look
            if not name:
                made = gallery.control("more", min(size), look)
            elif control is Control.SOUND:
                made = gallery.instrument_picture(self._offered[name].picture, min(size), look)
            else:
                made = gallery.shown(self._worlds[name], size, look) or pygame.Surface((1, 1))
            self._drawn[control, name, size] = made
        return self._drawn[control, name, size]
