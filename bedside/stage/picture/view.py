"""All that is on the screen: a scene with its signs, pictures to choose among before it, and the way between worlds."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import pygame

from bedside.music.events import Event, Player
from bedside.stage.input.seats import Control
from bedside.stage.picture.curtain import Curtain
from bedside.stage.picture.scene import Scene
from bedside.stage.picture.sign import Sign


class View:
    """A scene and what hangs before it; like a scene it is painted in small steps, and ``dirty`` says what changed."""

    def __init__(self, scene: Scene, signs: Mapping[tuple[Control, Player], Sign]) -> None:
        self.scene = scene
        self._panels: dict[Player, Curtain] = {}
        self._before: Curtain | None = None
        self.dirty: list[pygame.Rect] = []
        self.settle(scene, signs)

    def settle(self, scene: Scene, signs: Mapping[tuple[Control, Player], Sign]) -> None:
        """Show another scene at once, with these signs on it."""
        self.scene = scene
        self._signs = dict(signs)
        scene.signs = list(signs.values())

    def cross(self, shown: pygame.Surface, scene: Scene, signs: Mapping[tuple[Control, Player], Sign]) -> None:
        """Show another scene, to which what is ``shown`` now gives way."""
        self._panels.clear()
        self._before = Curtain(shown.copy(), shown.get_rect(), 1.0, 0.0)
        self.settle(scene, signs)

    def sign(self, control: Control, player: Player) -> Sign:
        """Return the sign of a control of a player."""
        return self._signs[control, player]

    def hang(self, player: Player, panel: pygame.Surface, rect: pygame.Rect) -> None:
        """Let a panel come before a player's pads."""
        there = self._panels.get(player)
        if there is not None and there.rect == rect:
            there.replace(panel)
            there.wanted = 1.0
            self.expose()
        else:
            self._panels[player] = Curtain(panel, rect, 0.0, 1.0)

    def draw_back(self, player: Player) -> None:
        """Let a player's panel go, if there is one."""
        if player in self._panels:
            self._panels[player].wanted = 0.0

    @property
    def hung(self) -> set[Player]:
        """The players before whose pads a panel hangs, or comes."""
        return {player for player, curtain in self._panels.items() if curtain.wanted}

    @property
    def resting(self) -> bool:
        """Whether another paint would change nothing that should be seen at once."""
        return self.scene.resting and not any(curtain.moving for curtain in self._curtains())

    def follow(self, event: Event, now: float, at: tuple[float, float] | None) -> None:
        """Take in what the engine played; see `Scene.follow`."""
        self.scene.follow(event, now, at)

    def expose(self) -> None:
        """Draw everything at the next paint."""
        self.scene.expose()

    def paint(self, surface: pygame.Surface, now: float) -> Iterator[None]:
        """Draw what changed since the last paint, yielding after every little of work."""
        moving = any(curtain.moving for curtain in self._curtains())
        for curtain in self._curtains():
            curtain.advance(now)
        if moving:
            self.scene.expose()
        yield from self.scene.paint(surface, now)
        self.dirty = self.scene.dirty
        for curtain in self._curtains():
            for rect in self.dirty:
                if curtain.rect.colliderect(rect):
                    curtain.draw(surface, rect)
                    yield
        self._panels = {player: curtain for player, curtain in self._panels.items() if not curtain.gone}
        if self._before is not None and self._before.gone:
            self._before = None

    def _curtains(self) -> list[Curtain]:
        return [*self._panels.values(), *([] if self._before is None else [self._before])]
