"""Looks, adaptations for eyes that need them: no motion, more contrast, or a dim picture at night."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace

import numpy as np

from bedside.stage.worlds.colours import Colour
from bedside.stage.worlds.scenery.canvas import Floats
from bedside.stage.worlds.world import Lights, World

# How much of the backdrop is left with strong contrast, and at night, by channel.
_BACKDROP_CONTRAST = 0.16
_BACKDROP_DIM = (0.40, 0.33, 0.26)
# How much of lights and pads is left at night: less blue, which keeps people awake.
_LIGHT_DIM = (0.62, 0.54, 0.42)
# With strong contrast, colours move this far towards white.
_PALER_CONTRAST = 0.12


@dataclass(frozen=True, slots=True)
class Look:
    """The look at this bed: ``still`` for no motion, ``contrast`` for notes that stand out, ``dim`` for the night."""

    still: bool = False
    contrast: bool = False
    dim: bool = False

    @classmethod
    def named(cls, names: Collection[str]) -> Look:
        """Return the look with these adaptations, by the names of its fields; raise TypeError for another name."""
        return cls(**dict.fromkeys(names, True))

    def joined(self, other: Look) -> Look:
        """Return a look with the adaptations of both."""
        return Look(self.still or other.still, self.contrast or other.contrast, self.dim or other.dim)

    def backdrop(self, levels: Floats) -> Floats:
        """Return a backdrop's levels, (rows, columns, 3), adapted."""
        shown = levels
        if self.contrast:
            grey = levels @ np.asarray((0.2126, 0.7152, 0.0722), np.float32)
            shown = np.asarray(_BACKDROP_CONTRAST * (0.5 * levels + 0.5 * grey[:, :, None]), np.float32)
        if self.dim:
            shown = np.asarray(shown * np.asarray(_BACKDROP_DIM, np.float32), np.float32)
        return shown

    def picture(self, levels: Floats) -> Floats:
        """Return the levels of a control's picture, (columns, rows, 3), adapted; it stays easy to find."""
        return np.asarray(levels * np.asarray(_LIGHT_DIM, np.float32), np.float32) if self.dim else levels

    def colour(self, colour: Colour) -> Colour:
        """Return the colour of a light or a pad, adapted."""
        shown: tuple[float, float, float] = colour
        if self.contrast:
            shown = _lifted(colour)
        if self.dim:
            shown = tuple(level * share for level, share in zip(shown, _LIGHT_DIM, strict=True))  # type: ignore[assignment]
        return round(shown[0]), round(shown[1]), round(shown[2])

    def world(self, world: World) -> World:
        """Return a world with its colours adapted; `backdrop` adapts its layers once they are painted."""
        lights = Lights(*world.lights)
        return replace(
            world,
            tones=tuple(replace(tone, colour=self.colour(tone.colour)) for tone in world.tones),
            lights=tuple(self.colour(each) for each in (lights.child, lights.child2, lights.therapist, lights.partner)),
            stray=self.colour(world.stray),
            motes=() if self.still or self.contrast else world.motes,
        )


# Everything as the artist drew it.
PLAIN = Look()


def _lifted(colour: Colour) -> tuple[float, float, float]:
    """Return a colour at the full brightness of its hue, and a little paler."""
    bright = [level * 255 / max(*colour, 1) for level in colour]
    red, green, blue = (level + (255 - level) * _PALER_CONTRAST for level in bright)
    # Darker colours stay a little darker: lightness must tell pads apart for those who cannot see the hue.
    share = 0.72 + 0.28 * max(colour) / 255
    return red * share, green * share, blue * share
