"""The size of the machine's screen in millimetres and pixels, as far as the system knows it."""

from __future__ import annotations

from pathlib import Path

import pygame

# Linux keeps each screen's own description here (EDID: VESA E-EDID Standard, release A).
_CONNECTORS = Path("/sys/class/drm")
_HEADER = b"\x00\xff\xff\xff\xff\xff\xff\x00"

# No screen at a bed is larger, and a projector states 0.
_MOST_MM = 2000.0


def screen_millimetres(connectors: Path = _CONNECTORS) -> tuple[float, float] | None:
    """Return the width and height of the only screen in millimetres; None for none, several or an unknown size."""
    found = []
    for path in sorted(connectors.glob("card*-*/edid")):
        try:
            size = _size(path.read_bytes())
        except OSError:
            continue
        if size is not None:
            found.append(size)
    return found[0] if len(found) == 1 else None


def screen_pixels() -> tuple[int, int] | None:
    """Return the size of the only screen in pixels; None for several, or before the display is initialised."""
    sizes = pygame.display.get_desktop_sizes() if pygame.display.get_init() else []
    return sizes[0] if len(sizes) == 1 else None


def _size(edid: bytes) -> tuple[float, float] | None:
    """Return the size in millimetres that an EDID states; None for a block that is no EDID."""
    if len(edid) < 128 or not edid.startswith(_HEADER):
        return None
    # The first detailed timing states millimetres; bytes 21 and 22 whole centimetres.
    width, height = edid[66] | (edid[68] >> 4) << 8, edid[67] | (edid[68] & 15) << 8
    if not (width and height):
        width, height = 10 * edid[21], 10 * edid[22]
    if not (0 < width <= _MOST_MM and 0 < height <= _MOST_MM):
        return None
    return float(width), float(height)
