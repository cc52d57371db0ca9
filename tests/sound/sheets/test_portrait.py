"""The portrait of an instrument is a picture of the stated size, with something in each of its panels."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from matplotlib import image

from bedside.errors import BedsideError
from bedside.sound.sheets import export
from bedside.sound.sheets.portrait import PIXELS
from bedside.sound.sheets.sheet import Subject
from sound.tones import tone

STRUCK = Subject(tone("struck", 55, 66, 0.2), 60, "Nobody, of a $ource & none_")
HELD = Subject(tone("held", 55, 66, loop_seconds=0.2), 60, "Nobody")
SET = Subject(tone("set", 60, 66, 0.2), 60, "Nobody", ((60, "skin"), (63, "wood"), (66, "metal")))

# Where things are drawn, as left, top, right and bottom in parts of the page.
PANELS = {
    "title": (0.04, 0.02, 0.2, 0.085),
    "facts": (0.5, 0.03, 0.96, 0.08),
    "waveform": (0.06, 0.155, 0.94, 0.245),
    "spectrogram": (0.06, 0.265, 0.94, 0.525),
    "decays": (0.06, 0.63, 0.34, 0.89),
    "second": (0.49, 0.63, 0.6, 0.89),
    "third": (0.665, 0.63, 0.77, 0.89),
    "loudness": (0.84, 0.63, 0.94, 0.89),
}


def colours(picture: np.ndarray, place: tuple[float, float, float, float]) -> int:
    """Return how many colours a part of a picture has."""
    left, top, right, bottom = place
    height, width = picture.shape[:2]
    part = picture[round(top * height) : round(bottom * height), round(left * width) : round(right * width), :3]
    return len(np.unique((part * 255).round().astype(np.uint8).reshape(-1, 3), axis=0))


@pytest.mark.slow
@pytest.mark.parametrize("subject", [STRUCK, HELD, SET], ids=["struck", "held", "set"])
def test_a_portrait_shows_something_in_every_panel(subject: Subject, tmp_path: Path) -> None:
    """The picture decodes, is 1920 × 1200 and dark at its edge, and no panel of it is blank."""
    _, path = export.write(subject, tmp_path)
    picture = image.imread(path)
    assert picture.shape[:2] == (PIXELS[1], PIXELS[0]) == (1200, 1920)
    assert picture[0, :, :3].max() < 0.2
    empty = colours(picture, (0.0, 0.965, 0.04, 1.0))
    assert empty == 1
    for panel, place in PANELS.items():
        assert colours(picture, place) > 12, panel
    assert colours(picture, PANELS["spectrogram"]) > 1000


@pytest.mark.slow
def test_a_portrait_is_the_same_each_time(tmp_path: Path) -> None:
    """Made again, sound and picture are the same, byte for byte; another instrument's differ."""
    (tmp_path / "again").mkdir()
    first, second = export.write(STRUCK, tmp_path), export.write(STRUCK, tmp_path / "again")
    assert [path.read_bytes() for path in first] == [path.read_bytes() for path in second]
    assert export.write(HELD, tmp_path)[1].read_bytes() != first[1].read_bytes()


@pytest.mark.slow
def test_a_sheet_that_cannot_be_written_is_a_sentence(tmp_path: Path) -> None:
    """A folder that is not there ends in one plain sentence."""
    with pytest.raises(BedsideError, match=r"could not be written in .*: it is not there\.$"):
        export.write(STRUCK, tmp_path / "missing")


@pytest.mark.slow
def test_progress_comes_to_the_whole(tmp_path: Path) -> None:
    """The shares that are told while a sheet is made come to 1, within a tenth, and none is less than nothing."""
    shares: list[float] = []
    export.write(STRUCK, tmp_path, shares.append)
    assert min(shares) >= 0
    assert sum(shares) == pytest.approx(1, abs=0.1)
