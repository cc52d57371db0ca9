"""A screen's own description of itself (EDID: VESA E-EDID Standard, release A)."""

from __future__ import annotations

_HEADER = b"\x00\xff\xff\xff\xff\xff\xff\x00"

# No screen at a bed is larger, and a projector states 0.
_MOST_MM = 2000.0


def stated_millimetres(edid: bytes) -> tuple[float, float] | None:
    """Return the width and height that an EDID states, in millimetres; None for a block that is no EDID."""
    if len(edid) < 128 or not edid.startswith(_HEADER):
        return None
    # The first detailed timing states millimetres; bytes 21 and 22 whole centimetres.
    width, height = edid[66] | (edid[68] >> 4) << 8, edid[67] | (edid[68] & 15) << 8
    if not (width and height):
        width, height = 10 * edid[21], 10 * edid[22]
    return believable(width, height)


def believable(width: float, height: float) -> tuple[float, float] | None:
    """Return a size in millimetres; None if no screen at a bed has it."""
    if not (0 < width <= _MOST_MM and 0 < height <= _MOST_MM):
        return None
    return float(width), float(height)
