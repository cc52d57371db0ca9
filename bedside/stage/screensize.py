"""How large the machine's screen is in the hand: what it says of itself, where the system lets it be read."""

from __future__ import annotations

from pathlib import Path

import pygame

# Linux keeps what each screen says of itself here (EDID: VESA E-EDID Standard, release A).
_CONNECTORS = Path("/sys/class/drm")
_HEADER = b"\x00\xff\xff\xff\xff\xff\xff\x00"

# No screen at a bed is larger, and a projector says 0.
_MOST_MM = 2000.0


def screen_millimetres(connectors: Path = _CONNECTORS) -> tuple[float, float] | None:
    """Return the width and height of the only screen in millimetres; None where none, several or nothing is said."""
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
    """Return the size of the only screen in pixels; None where there are several, or before a display is there."""
    sizes = pygame.display.get_desktop_sizes() if pygame.display.get_init() else []
    return sizes[0] if len(sizes) == 1 else None


def _size(edid: bytes) -> tuple[float, float] | None:
    """Return the size in millimetres that a screen's own description states; None for what is no description."""
    if len(edid) < 128 or not edid.startswith(_HEADER):
        return None
    # The first detailed timing states millimetres; bytes 21 and 22 whole centimetres.
    width, height = edid[66] | (edid[68] >> 4) << 8, edid[67] | (edid[68] & 15) << 8
    if not (width and height):
        width, height = 10 * edid[21], 10 * edid[22]
    if not (0 < width <= _MOST_MM and 0 < height <= _MOST_MM):
        return None
    return float(width), float(height)
