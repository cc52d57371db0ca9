"""What a figure says about its target, in words: a bench measures, and fails only where it could not measure."""

from __future__ import annotations


def at_least(value: float, target: float) -> str:
    """Return whether a figure that is to be large is large enough."""
    return "meets" if value >= target else f"misses by {1 - value / target:.0%}"


def at_most(value: float, target: float) -> str:
    """Return whether a figure that is to be small is small enough."""
    return "meets" if value <= target else f"misses by {value / target - 1:.0%}" if target else f"misses by {value:g}"
