"""Every world, in every variant and size, is the picture that people looked at.

The pictures in ``golden`` show, small, one world in one variant, played on, at all `SIZES`. After a change that is
meant, look at every new picture (``make pictures``) and keep it: ``BEDSIDE_GOLDEN=write python -m pytest
tests/stage/test_golden.py``.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pygame
import pytest

from bedside.music.pad import Pad
from bedside.stage.input.seats import Side
from bedside.stage.picture import arrangement
from bedside.stage.picture.look import PLAIN
from bedside.stage.worlds import world as worlds
from stage.playroom import canvas
from stage.variants import SIZES, VARIANTS, Size, played

GOLDEN = Path(__file__).parent / "golden"

# The mean difference of levels, 0–255, that another build of SDL may make in any tile of a picture.
TOLERANCE = 3.0

TILE = 8

# Where in a golden picture each size lies, and how large it is there.
PLACES = {(1280, 800): (0, 0, 288, 180), (800, 480): (0, 180, 288, 173), (2160, 3840): (288, 0, 198, 352)}

MOST_BYTES = 260_000

# The largest size takes as long to paint as four of the others. A look changes colours, the same on every size; so a
# world in another look is painted at the largest size in these worlds only.
LARGEST, LARGEST_IN = SIZES[2], worlds.names()[::4]

WRITE = os.environ.get("BEDSIDE_GOLDEN") == "write"


def sizes(name: str, variant: str) -> tuple[Size, ...]:
    """Return the sizes at which a world is painted in a variant."""
    whole = WRITE or VARIANTS[variant][1] == PLAIN or name in LARGEST_IN
    return SIZES if whole else SIZES[: SIZES.index(LARGEST)]


def golden(name: str, variant: str) -> pygame.Surface:
    """Return a world in a variant at each of its sizes, small, on one picture."""
    made = canvas((486, 353))
    made.fill(0)
    for size in sizes(name, variant):
        x, y, *shown = PLACES[size]
        made.blit(pygame.transform.smoothscale(played(name, variant, size), shown), (x, y))
    return made


def kept(name: str, variant: str) -> pygame.Surface:
    path = GOLDEN / f"{name}-{variant}.png"
    assert path.is_file(), f"{path.name} is missing; BEDSIDE_GOLDEN=write makes it"
    assert path.stat().st_size < MOST_BYTES
    return pygame.image.load(path).convert()


def difference(one: pygame.Surface, other: pygame.Surface) -> float:
    """Return the mean difference of levels in the tile that differs most; infinite for pictures of different sizes."""
    if one.get_size() != other.get_size():
        return float("inf")
    levels = [pygame.surfarray.array3d(each).astype(np.int64) for each in (one, other)]
    apart = np.abs(levels[0] - levels[1]).mean(axis=2)
    width, height = (side // TILE * TILE for side in apart.shape)
    tiles = apart[:width, :height].reshape(width // TILE, TILE, height // TILE, TILE)
    return float(tiles.mean(axis=(1, 3)).max())


def beside(made: pygame.Surface, kept: pygame.Surface, path: Path) -> Path:
    both = pygame.Surface((made.get_width() + kept.get_width() + 8, max(made.get_height(), kept.get_height())))
    both.blit(made, (0, 0))
    both.blit(kept, (made.get_width() + 8, 0))
    pygame.image.save(both, path)
    return path


@pytest.mark.slow
@pytest.mark.parametrize("variant", VARIANTS)
@pytest.mark.parametrize("name", worlds.names())
def test_the_world_looks_as_it_was_approved(name: str, variant: str, tmp_path: Path) -> None:
    """A world that is played on, in each variant at its sizes, is the picture that people looked at."""
    made = golden(name, variant)
    if WRITE:
        GOLDEN.mkdir(exist_ok=True)
        pygame.image.save(made, GOLDEN / f"{name}-{variant}.png")
    approved = kept(name, variant)
    if LARGEST not in sizes(name, variant):
        approved.fill(0, PLACES[LARGEST])
    apart = difference(made, approved)
    if apart > TOLERANCE:
        both = beside(made, approved, tmp_path / f"{name}-{variant}.png")
        pytest.fail(f"differs by {apart:.1f}: made, left, and kept, right, are in {both}")


def test_every_golden_picture_shows_a_world_that_there_is() -> None:
    """No picture stays behind when its world goes, and all together are small."""
    files = list(GOLDEN.glob("*.png"))
    there = {f"{name}-{variant}" for name in worlds.names() for variant in VARIANTS}
    assert {file.stem for file in files} == there
    assert sum(file.stat().st_size for file in files) < 8_000_000


@pytest.mark.slow
@pytest.mark.parametrize(
    "changed",
    [
        pytest.param(lambda pad: replace(pad, x=pad.x + 1280 / 50), id="moved"),
        pytest.param(lambda pad: replace(pad, degree=pad.degree - 1), id="recoloured"),
    ],
)
@pytest.mark.parametrize("name", worlds.names()[::2])
def test_a_changed_pad_is_seen(name: str, changed: Callable[[Pad], Pad], monkeypatch: pytest.MonkeyPatch) -> None:
    """One pad of those not played, moved by a fiftieth of the width or like its neighbour, is beyond the tolerance."""
    laid = arrangement.sides

    def sides(*asked: object) -> tuple[Side, ...]:
        return tuple(
            replace(side, pads=tuple(changed(pad) if pad.number == 3 else pad for pad in side.pads))
            for side in laid(*asked)  # type: ignore[arg-type]
        )

    monkeypatch.setattr(arrangement, "sides", sides)
    x, y, *shown = PLACES[SIZES[0]]
    small = pygame.transform.smoothscale(played(name, "alone", SIZES[0]), shown)
    approved = kept(name, "alone").subsurface((x, y, *shown))
    assert difference(small, approved) > 2 * TOLERANCE
