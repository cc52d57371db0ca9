"""Motes before a backdrop move only while hands play, and slowly."""

from __future__ import annotations

import numpy as np
import pygame
import pytest

from bedside.stage.picture.look import Look
from bedside.stage.picture.parallax import Parallax
from bedside.stage.worlds import world as worlds
from bedside.stage.worlds.world import Motes
from stage.playroom import canvas
from stage.screen import Screen, motionless

SIZE = (1280, 800)

FLOATING = [name for name in worlds.names() if worlds.find(name).motes]


def parallax(*depths: float) -> Parallax:
    """Return five motes at each of some depths."""
    canvas(SIZE)
    kinds = [Motes(5, (255, 240, 200), 0.02, depth) for depth in depths]
    return Parallax(kinds, SIZE, np.random.default_rng(3))


def corners(parallax: Parallax) -> np.ndarray:
    return np.array([rect.topleft for rect in parallax.rects])


def test_without_hands_nothing_floats_away() -> None:
    """No mote moves in a minute without hands, neither before the first hand nor after the last."""
    floating = parallax(1.0)
    before = corners(floating)
    assert not any(floating.lean([], second) for second in range(60))
    assert (corners(floating) == before).all()
    for frame in range(60):
        floating.lean([(1200, 700)], 60 + frame / 60)
    moved = corners(floating)
    assert (moved != before).any()
    assert not any(floating.lean([], 61 + second) for second in range(60))
    assert (corners(floating) == moved).all()


@pytest.mark.parametrize("hand", [(1279, 400), (0, 400), (640, 799), (640, 0)])
def test_motes_move_against_the_hands(hand: tuple[float, float]) -> None:
    """All motes move away from the side where hands play."""
    floating = parallax(1.0)
    before = corners(floating)
    for frame in range(600):
        floating.lean([hand], frame / 60)
    way = corners(floating) - before
    towards = np.sign(np.array(hand) - (640, 400)) * (np.abs(np.array(hand) - (640, 400)) > 300)
    assert (way @ towards <= -5).all()


def test_motes_come_to_rest_under_a_resting_hand() -> None:
    """Under a resting hand they move by single pixels, less and less often, and then stop."""
    floating = parallax(1.0)
    places = [corners(floating)]
    for frame in range(60 * 40):
        floating.lean([(1279, 799)], frame / 60)
        places.append(corners(floating))
    steps = np.abs(np.diff(np.array(places), axis=0))
    assert steps.max() == 1
    assert steps[:600].sum() > 100
    assert steps[-600:].sum() == 0


def test_nearer_motes_move_farther() -> None:
    """Motes close to the pads move farther than motes close to the backdrop."""
    floating = parallax(0.1, 1.0)
    before = corners(floating)
    for frame in range(600):
        floating.lean([(1279, 400)], frame / 60)
    way = np.abs(corners(floating) - before)[:, 0]
    assert way[5:].min() > 2 * way[:5].max()


def test_a_long_pause_between_two_frames_is_no_leap() -> None:
    """A frame that comes late moves a mote no farther than a few pixels."""
    floating = parallax(1.0)
    floating.lean([(1279, 400)], 0.0)
    before = corners(floating)
    floating.lean([(1279, 400)], 30.0)
    assert np.abs(corners(floating) - before).max() <= 2


@pytest.mark.slow
@pytest.mark.parametrize("name", FLOATING)
def test_a_mote_that_moved_leaves_no_trail(name: str) -> None:
    """Outside its motes, a world looks like one without motes, whatever way they came."""
    screen, bare = Screen(SIZE, worlds.find(name)), Screen(SIZE, motionless(name))
    for each in (screen, bare):
        each.paint(0.0)
        each.on(0, 1.0)
        each.paint_until(1.0, 4.0, 20)
        each.off(0, 4.0)
        each.paint_until(4.0, 12.0, 5)
    there = np.zeros(SIZE, bool)
    for rect in screen.scene._mote_rects:
        clipped = rect.clip(pygame.Rect(0, 0, *SIZE))
        there[clipped.left : clipped.right, clipped.top : clipped.bottom] = True
    differs = (screen.levels() != bare.levels()).any(axis=2)
    assert differs.any()
    assert not (differs & ~there).any()
    assert screen.scene.resting


@pytest.mark.parametrize("look", [Look(still=True), Look(contrast=True)])
def test_nothing_floats_for_eyes_that_bear_no_motion(look: Look) -> None:
    """Without motion, and under strong contrast, worlds have no motes."""
    for name in FLOATING:
        assert look.world(worlds.find(name)).motes == ()
