"""Colours as light: their luminance, and which of them can trigger seizures."""

from __future__ import annotations

Colour = tuple[int, int, int]


def linear(level: float) -> float:
    """Return the light of an sRGB level, 0–255, as a share of full light, 0–1 (IEC 61966-2-1)."""
    share = level / 255
    return share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4


def luminance(colour: Colour) -> float:
    """Return the relative luminance of a colour, 0–1 (WCAG 2.2)."""
    red, green, blue = (linear(level) for level in colour)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def saturated_red(colour: Colour) -> bool:
    """Return whether a colour is a saturated red: R / (R + G + B) ≥ 0.8 in linear light (WCAG 2.2, 2.3.1)."""
    red, green, blue = (linear(level) for level in colour)
    return red + green + blue > 0 and red / (red + green + blue) >= 0.8
