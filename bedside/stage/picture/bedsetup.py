"""How a bed is set: who sits where, what their pads play, and how it looks; one value, changed as a whole."""

from __future__ import annotations

from dataclasses import dataclass, replace

from bedside.music.events import Player
from bedside.music.layout import LAYOUTS, MOST_PADS
from bedside.music.scales import scale
from bedside.stage.input.seats import Together
from bedside.stage.picture.look import Look
from bedside.stage.worlds.world import World


@dataclass(frozen=True, slots=True)
class BedSetup:
    """How a bed is set, besides the world.

    ``players`` share the screen as ``together`` says, the first below or on the left; ``least`` is the least size of a
    target in pixels. ``keys`` is the player at the MIDI keyboards, which are not snapped to the scale if they are
    ``free``. ``layout``, ``pads`` (1 to `bedside.music.layout.MOST_PADS`), ``scale`` and ``root`` (a MIDI key) are None
    for the world's own. Raises ValueError for a layout or a scale that there is not, and other numbers.
    """

    together: Together
    players: tuple[Player, ...]
    least: float
    look: Look
    keys: Player
    free: bool
    layout: str | None = None
    pads: int | None = None
    scale: str | None = None
    root: int | None = None

    def __post_init__(self) -> None:
        if self.layout is not None and self.layout not in LAYOUTS:
            raise ValueError(f"no layout is called {self.layout!r}; the layouts are {', '.join(LAYOUTS)}")
        if self.pads is not None and not 1 <= self.pads <= MOST_PADS:
            raise ValueError(f"there are 1 to {MOST_PADS} pads, not {self.pads}")
        if self.scale is not None:
            scale(self.scale)
        if self.root is not None and not 0 <= self.root <= 127:
            raise ValueError(f"a root is a MIDI key, 0 to 127, not {self.root}")
        if len(self.players) != (1 if self.together is Together.ALONE else 2):
            raise ValueError(f"{len(self.players)} players do not sit {self.together}")

    def of(self, world: World) -> World:
        """Return a world with the layout, the pads, the scale and the root that are set."""
        return replace(
            world,
            layout=world.layout if self.layout is None else self.layout,
            pads=world.pads if self.pads is None else self.pads,
            scale=world.scale if self.scale is None else self.scale,
            root=world.root if self.root is None else self.root,
        )

    def told(self, world: World) -> dict[str, str]:
        """Return what the record says of a bed that is set so in a world: each aspect by its name, in words."""
        shown = self.of(world)
        look = [name for name in ("still", "contrast", "dim") if getattr(self.look, name)]
        return {
            "world": shown.name,
            "layout": shown.layout,
            "pads": str(shown.pads),
            "scale": shown.scale,
            "root": str(shown.root),
            "seats": " ".join([self.together.value, *(player.label for player in self.players)]),
            "keyboards": f"{self.keys.label} {'free' if self.free else 'snapped'}",
            "look": " ".join(look) or "plain",
        }
