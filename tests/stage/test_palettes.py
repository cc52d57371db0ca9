"""Pads can be told apart by eyes that see few colours, or none, in every world and look; by shape in any case."""

from __future__ import annotations

import os
from itertools import combinations

os.environ.setdefault("SDL_VIDEODRIVER", "dummy")

import numpy as np
import pygame
import pytest
from numpy.typing import NDArray

from bedside.stage.picture import artwork
from bedside.stage.picture.look import Look
from bedside.stage.worlds import world
from stage.seeing import EYES, apart

# Distances ΔE*ab between any two degrees' pads; about 2.3 can just be seen side by side.
LEAST = 12.0
LEAST_GREY = 6.0

LOOKS = {"usual": Look(), "contrast": Look(contrast=True), "dim": Look(dim=True)}


def lantern(tone: world.Tone) -> NDArray[np.float64]:
    """Return the mean colour of a pad's picture, where it is not transparent."""
    pygame.display.init()
    pygame.display.set_mode((64, 64))
    drawn = artwork.lantern(tone.picture, tone.colour, 96)
    shares = pygame.surfarray.array_alpha(drawn).astype(float)[:, :, None]
    mean: NDArray[np.float64] = (pygame.surfarray.array3d(drawn) * shares).sum(axis=(0, 1)) / shares.sum()
    return mean


@pytest.mark.parametrize("look", LOOKS)
@pytest.mark.parametrize("eyes", EYES)
@pytest.mark.parametrize("name", world.names())
def test_any_two_degrees_are_told_apart_by_colour(name: str, eyes: str, look: str) -> None:
    """In simulated protanopia, deuteranopia, tritanopia and greyscale any two pads' colours differ clearly."""
    tones = LOOKS[look].world(world.find(name)).tones
    colours = [lantern(tone) for tone in tones]
    least = LEAST_GREY if eyes == "greyscale" else LEAST
    share = 0.5 if look != "usual" else 1.0
    near = {
        (tones[one].picture, tones[other].picture): round(apart(colours[one], colours[other], eyes), 1)
        for one, other in combinations(range(len(tones)), 2)
        if apart(colours[one], colours[other], eyes) < least * share
    }
    assert not near


@pytest.mark.parametrize("name", world.names())
def test_any_two_degrees_are_told_apart_by_shape(name: str) -> None:
    """No two degrees of a world share a picture or the number and point of their blooms' parts."""
    tones = world.find(name).tones
    assert len({tone.picture for tone in tones}) == len(tones)
    if world.find(name).bloom not in ("circle", "bubble"):
        assert len({(tone.petals, tone.point) for tone in tones}) == len(tones)


def test_a_palette_of_one_lightness_would_fail() -> None:
    """Red and green of the same lightness, which a deuteranope confuses, lie below the threshold."""
    assert apart(np.array([200.0, 120, 110]), np.array([130.0, 155, 95]), "greyscale") < LEAST_GREY
