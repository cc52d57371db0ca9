"""The sound in a report ends with the music, however its bytes arrive."""

from __future__ import annotations

import numpy as np
import pytest

from bedside.review.report.hearing import without_trailing_silence


@pytest.mark.parametrize("piece", [3, 4, 10, 4000])
def test_silence_at_the_end_is_left_out(piece: int) -> None:
    """Frames up to the last that sounds are kept, silence within them too, in pieces of any number of bytes."""
    frames = np.zeros((900, 2), "<i2")
    frames[100] = (16384, 0)
    frames[500] = (0, -32768)
    body = frames.tobytes()
    pieces = [body[begin : begin + piece] for begin in range(0, len(body), piece)]
    kept = np.concatenate(list(without_trailing_silence(iter(pieces))))
    assert kept.shape == (501, 2)
    assert (kept[100].tolist(), kept[500].tolist()) == ([0.5, 0.0], [0.0, -1.0])


def test_nothing_but_silence_is_nothing() -> None:
    """A take in which nothing sounds has no frames."""
    assert list(without_trailing_silence(iter([bytes(400)]))) == []
