"""Everything on the screen: a scene with its signs, the panels over it, and the crossfade between worlds.

What staff are told stays where it is, whatever world is behind it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import pygame

from bedside.music.events import Event, NoteOn, Player
from bedside.stage.input.seats import Control
from bedside.stage.picture.glimmer import Glimmers
from bedside.stage.picture.overlay import Overlay
from bedside.stage.picture.scene import Scene
from bedside.stage.picture.sign import Sign
from bedside.stage.picture.staffsign import StaffSign


class View:
    """A scene and its overlays. Like a scene it is painted in small steps, and ``dirty`` says what changed."""

    def __init__(self, scene: Scene, signs: Mapping[tuple[Control, Player], Sign], staff: StaffSign) -> None:
        self.scene = scene
        self.staff = staff
        self._words: Overlay | None = None
        self._panels: dict[Player, Overlay] = {}
        self._before: Overlay | None = None
        self._glimmers = Glimmers(scene.background.get_size())
        self._calm: Overlay | None = None
        self._sheet: Overlay | None = None
        self.dirty: list[pygame.Rect] = []
        self.show_scene(scene, signs)

    def show_scene(self, scene: Scene, signs: Mapping[tuple[Control, Player], Sign]) -> None:
        """Show another scene with its signs, at once."""
        self.scene = scene
        self._signs = dict(signs)
        self._put_on_top()

    def fade_in(self, shown: pygame.Surface) -> None:
        """Let the picture ``shown`` now fade out over the scene."""
        self._before = Overlay(shown.copy(), shown.get_rect(), 1.0, 0.0)

    def crossfade(self, shown: pygame.Surface, scene: Scene, signs: Mapping[tuple[Control, Player], Sign]) -> None:
        """Show another scene; the picture ``shown`` now fades out over it."""
        self._panels.clear()
        self.fade_in(shown)
        self.show_scene(scene, signs)

    def drop_overlays(self) -> None:
        """Take away what was made for a screen of another size."""
        self._panels.clear()
        self._words = self._calm = self._sheet = None

    def sign(self, control: Control, player: Player) -> Sign:
        """Return the sign of a control of a player."""
        return self._signs[control, player]

    def show_panel(self, player: Player, panel: pygame.Surface, rect: pygame.Rect) -> None:
        """Fade in a panel over a player's pads, or exchange the picture of the one that is open."""
        there = self._panels.get(player)
        if there is not None and there.rect == rect:
            there.replace(panel)
            there.target = 1.0
            self.expose()
        else:
            self._panels[player] = Overlay(panel, rect, 0.0, 1.0)

    def hide_panel(self, player: Player) -> None:
        """Fade out a player's panel, if one is open."""
        if player in self._panels:
            self._panels[player].target = 0.0

    def show_words(self, panel: pygame.Surface, rect: pygame.Rect) -> None:
        """Fade in a panel of words for staff; touches pass through it."""
        level = 0.0 if self._words is None else self._words.level
        self._words = Overlay(panel, rect, level, 1.0)

    def hide_words(self) -> None:
        """Fade out the panel of words, if it is there."""
        if self._words is not None:
            self._words.target = 0.0

    def show_calm(self, picture: pygame.Surface) -> None:
        """Fade in a picture over everything, or exchange the one that is there."""
        if self._calm is None:
            self._calm = Overlay(picture, picture.get_rect(), 0.0, 1.0)
        else:
            self._calm.replace(picture)
            self._calm.target = 1.0
        self.expose()

    def hide_calm(self) -> None:
        """Fade out the picture over everything, if it is there."""
        if self._calm is not None:
            self._calm.target = 0.0

    def show_sheet(self, page: pygame.Surface) -> None:
        """Fade in a page of the staff's sheet over everything, or exchange the one that is there."""
        if self._sheet is None or self._sheet.rect.size != page.get_size():
            self._sheet = Overlay(page, page.get_rect(), 0.0, 1.0)
        else:
            self._sheet.replace(page)
            self._sheet.target = 1.0
        self.expose()

    def hide_sheet(self) -> None:
        """Fade out the staff's sheet, if it is there."""
        if self._sheet is not None:
            self._sheet.target = 0.0

    @property
    def open_panels(self) -> set[Player]:
        """The players whose panel is open or fading in."""
        return {player for player, overlay in self._panels.items() if overlay.target}

    @property
    def resting(self) -> bool:
        """Whether the next paint can wait: nothing visible is moving."""
        return self.scene.resting and not any(overlay.moving for overlay in self._overlays())

    def follow(self, event: Event, now: float, at: tuple[float, float] | None) -> None:
        """Show a performed event; see `Scene.follow`."""
        self.scene.follow(event, now, at)
        if isinstance(event, NoteOn) and at is not None:
            self._glimmers.give_way(at, now)

    def feel(self, at: tuple[float, float], now: float) -> None:
        """Show that a touch was felt at a point, in pixels, whatever will come of it."""
        self._glimmers.feel(at, now)
        self._put_on_top()

    def expose(self) -> None:
        """Redraw everything at the next paint."""
        self.scene.expose()

    def paint(self, surface: pygame.Surface, now: float) -> Iterator[None]:
        """Draw what changed since the last paint; yield after each small step."""
        if self._glimmers.forget():
            self._put_on_top()
        moving = any(overlay.moving for overlay in self._overlays())
        for overlay in self._overlays():
            overlay.advance(now)
        if moving:
            self.scene.expose()
        yield from self.scene.paint(surface, now)
        self.dirty = self.scene.dirty
        for overlay in self._overlays():
            for rect in self.dirty:
                if overlay.rect.colliderect(rect):
                    overlay.draw(surface, rect)
                    yield
        self._panels = {player: overlay for player, overlay in self._panels.items() if not overlay.gone}
        if self._before is not None and self._before.gone:
            self._before = None
        if self._words is not None and self._words.gone:
            self._words = None
        if self._calm is not None and self._calm.gone:
            self._calm = None
        if self._sheet is not None and self._sheet.gone:
            self._sheet = None

    def _put_on_top(self) -> None:
        """Have drawn over the scene what lies on top of it: glimmers, then signs."""
        self.scene.signs = [*self._glimmers.lit, *self._signs.values(), self.staff]

    def _overlays(self) -> list[Overlay]:
        """Return the overlays from the lowest to the highest."""
        above = (self._before, self._words, self._calm, self._sheet)
        return [*self._panels.values(), *(each for each in above if each is not None)]
