"""The panels of players who are choosing: their pictures, their pages, and the meaning of a touch."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial

import pygame

from bedside.music.events import Player
from bedside.music.pad import Area
from bedside.stage.input.choices import Choices
from bedside.stage.input.hands import Picked, Press, Pressed
from bedside.stage.input.seats import Control, Side
from bedside.stage.picture import thumbnails
from bedside.stage.picture.arrangement import Offered
from bedside.stage.picture.bedsetup import BedSetup
from bedside.stage.picture.chooser import Chooser, on_page
from bedside.stage.picture.view import View
from bedside.stage.picture.worker import Worker
from bedside.stage.worlds.world import World

# The wait before the first thumbnail is drawn ahead, and between two.
_FIRST_SECONDS, _PREPARE_SECONDS = 6.0, 1.0

# The least time between two page turns.
_TURN_SECONDS = 0.8


class Panels:
    """The panels of worlds and of sounds: a worker draws them, a view shows them. Every ``now`` is in seconds.

    ``choices`` tells who is choosing what; ``offered`` and ``worlds`` hold everything on offer, by name.
    """

    def __init__(
        self,
        choices: Choices,
        view: View,
        setting: BedSetup,
        offered: Mapping[str, Offered],
        worlds: Mapping[str, World],
        worker: Worker,
    ) -> None:
        self._choices = choices
        self._view = view
        self._setting = setting
        self._offered = offered
        self._worlds = worlds
        self._worker = worker
        self._page: dict[Player, int] = {}
        self._on_page: dict[Player, list[int | None]] = {}
        self._turned = float("-inf")
        self._prepared: float | None = None
        self._drawn: dict[tuple[Control, str, tuple[int, int]], pygame.Surface] = {}

    def resolve(self, press: Press, now: float) -> Press | None:
        """Return a press with its picture's number among all pages; None if it only turned the page."""
        match press:
            case Picked(player, int(at)):
                there = self._on_page.get(player, [])
                if at >= len(there):
                    return Picked(player, None)
                if there[at] is None:
                    self._turn(player, now)
                    return None
                return Picked(player, there[at])
            case Pressed(_, player):
                # A panel that is opened again starts at its first page.
                self._page.pop(player, None)
        return press

    def open(self, side: Side, control: Control) -> Sequence[Area]:
        """Order a player's panel, to be shown when it is drawn; return its targets in order."""
        player, page = side.seat.player, self._page.get(side.seat.player, 0)
        choices = self._choices
        names = choices.worlds if control is Control.DOOR else choices.sounds
        chooser = self._chooser(side, names)
        current = choices.world if control is Control.DOOR else choices.sound.get(player, "")
        shown = on_page(len(names), len(chooser.areas), page)
        self._on_page[player] = shown
        chosen = next((at for at, number in enumerate(shown) if number is not None and names[number] == current), None)
        background = self._view.scene.background

        def make() -> pygame.Surface:
            return chooser.panel(
                background, [self._picture(control, names, each, chooser.size) for each in shown], chosen
            )

        def hang(panel: pygame.Surface) -> None:
            still = choices.choosing.get(player) is control and self._page.get(player, 0) == page
            if still and self._view.scene.background is background:
                self._view.show_panel(player, panel, chooser.rect)

        self._worker.submit(make, hang)
        return chooser.areas

    def prepare(self, side: Side, now: float) -> None:
        """Order the next missing thumbnail of a world, so that this side's door opens at once."""
        if self._prepared is None:
            # Not in the first seconds, when everything else starts too.
            self._prepared = now + _FIRST_SECONDS
        if now < self._prepared:
            return
        self._prepared = now + _PREPARE_SECONDS
        names = self._choices.worlds
        size = self._chooser(side, names).size
        for number, name in enumerate(names):
            if (Control.DOOR, name, size) not in self._drawn:
                self._worker.submit(partial(self._picture, Control.DOOR, names, number, size), lambda _: None)
                return

    def _chooser(self, side: Side, names: Sequence[str]) -> Chooser:
        return Chooser(side.seat.play, len(names), self._setting.least)

    def _turn(self, player: Player, now: float) -> None:
        """Turn to the next page, but not so often that the panel would flash."""
        if now - self._turned >= _TURN_SECONDS:
            self._turned = now
            self._page[player] = self._page.get(player, 0) + 1

    def _picture(
        self, control: Control, names: Sequence[str], number: int | None, size: tuple[int, int]
    ) -> pygame.Surface:
        """Return a cached picture of a choice, or of the button to the next page."""
        name = "" if number is None else names[number]
        if (control, name, size) not in self._drawn:
            look = self._setting.look
            if not name:
                made = thumbnails.control_picture("more", min(size), look)
            elif control is Control.SOUND:
                made = thumbnails.instrument_picture(self._offered[name].picture, min(size), look)
            else:
                made = thumbnails.try_world_thumbnail(self._worlds[name], size, look) or pygame.Surface((1, 1))
            self._drawn[control, name, size] = made
        return self._drawn[control, name, size]
