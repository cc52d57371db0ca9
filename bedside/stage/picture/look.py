"""How a world is shown to eyes that need it otherwise: without motion, with more contrast, or dim at night."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from bedside.stage.worlds.colours import Colour
from bedside.stage.worlds.scenery.field import Floats
from bedside.stage.worlds.world import Lights, World

# Of the backdrop, what is left beside strong contrast, and at night.
_BACKDROP_CONTRAST = 0.16
_BACKDROP_DIM = (0.40, 0.33, 0.26)
# Of lights and pads at night: less blue, which keeps from sleep.
_LIGHT_DIM = (0.62, 0.54, 0.42)
# Under strong contrast colours are drawn so far towards white.
_PALER_CONTRAST = 0.12


@dataclass(frozen=True, slots=True)
class Look:
    """What eyes at this bed need: ``still`` no motion, ``contrast`` what is played stands out, ``dim`` at night."""

    still: bool = False
    contrast: bool = False
    dim: bool = False

    def backdrop(self, levels: Floats) -> Floats:
        """Return a backdrop's levels, (rows, columns, 3), as they are to be shown."""
        shown = levels
        if self.contrast:
            grey = levels @ np.asarray((0.2126, 0.7152, 0.0722), np.float32)
            shown = np.asarray(_BACKDROP_CONTRAST * (0.5 * levels + 0.5 * grey[:, :, None]), np.float32)
        if self.dim:
            shown = np.asarray(shown * np.asarray(_BACKDROP_DIM, np.float32), np.float32)
        return shown

    def picture(self, levels: Floats) -> Floats:
        """Return the levels of a picture that is to be found at once, (columns, rows, 3), as they are to be shown."""
        return np.asarray(levels * np.asarray(_LIGHT_DIM, np.float32), np.float32) if self.dim else levels

    def colour(self, colour: Colour) -> Colour:
        """Return a light's or a pad's colour as it is to be shown."""
        shown: tuple[float, float, float] = colour
        if self.contrast:
            shown = _lifted(colour)
        if self.dim:
            shown = tuple(level * share for level, share in zip(shown, _LIGHT_DIM, strict=True))  # type: ignore[assignment]
        return round(shown[0]), round(shown[1]), round(shown[2])

    def world(self, world: World) -> World:
        """Return a world whose colours are as they are to be shown; its layers are left to `backdrop`."""
        lights = Lights(*world.lights)
        return replace(
            world,
            tones=tuple(replace(tone, colour=self.colour(tone.colour)) for tone in world.tones),
            lights=tuple(self.colour(each) for each in (lights.child, lights.child2, lights.therapist, lights.partner)),
            stray=self.colour(world.stray),
            motes=() if self.still or self.contrast else world.motes,
        )


# As the artist drew it.
PLAIN = Look()


def _lifted(colour: Colour) -> tuple[float, float, float]:
    """Return a colour as bright as its hue can be, and a little paler."""
    bright = [level * 255 / max(*colour, 1) for level in colour]
    red, green, blue = (level + (255 - level) * _PALER_CONTRAST for level in bright)
    # What was darker stays a little darker: lightness alone must tell pads apart where colours cannot.
    share = 0.72 + 0.28 * max(colour) / 255
    return red * share, green * share, blue * share
