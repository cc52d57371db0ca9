"""Smoothstep goes from 0 to 1 without a corner at either end, for numbers and for arrays alike."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bedside.music.smoothstep import smoothstep


def test_it_begins_and_ends_level() -> None:
    """It is 0 at 0, a half in the middle and 1 at 1, and its slope at both ends is 0."""
    assert [smoothstep(share) for share in (0.0, 0.5, 1.0)] == [0.0, 0.5, 1.0]
    assert smoothstep(1e-6) == pytest.approx(0, abs=1e-11)
    assert smoothstep(1 - 1e-6) == pytest.approx(1, abs=1e-11)


@given(st.lists(st.floats(0, 1, width=32), min_size=1), st.floats(-100, 100))
def test_an_array_is_its_numbers(shares: list[float], rise: float) -> None:
    """An array keeps its shape and dtype; each of its values is that of its number, times the rise."""
    made = smoothstep(np.asarray(shares, np.float64), rise)
    assert made.tolist() == [smoothstep(share, rise) for share in shares]
    assert made.tolist() == pytest.approx([rise * smoothstep(share) for share in shares])
    assert smoothstep(np.asarray(shares, np.float32)).dtype == np.float32
