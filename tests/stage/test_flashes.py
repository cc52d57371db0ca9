"""No area of the child's screen flashes, whatever is played."""

from __future__ import annotations

import numpy as np
import pygame
from numpy.typing import NDArray

from bedside.music.events import NoteOff, NoteOn, Player, Shape, Source
from bedside.stage import world
from stage.scenery import SIZES, Screen


def test_no_area_flashes_more_than_twice_a_second_in_the_worst_mash() -> None:
    """All pads struck and left 20, 5 and 1.5 times a second, anywhere in them, by hands that take turns, for 5 s."""
    for rate in (20.0, 5.0, 1.5):
        assert flashes(mash(rate), 60) <= 2, f"at {rate} strikes a second"


def test_no_area_flashes_when_an_arm_plays_a_keyboard() -> None:
    """An octave and a half of keys without pads, struck and left 20, 5 and 1.5 times a second, by turns and at once."""
    for rate in (20.0, 5.0, 1.5):
        for turn in (0.0, 0.13):
            assert flashes(cluster(rate, turn), 60) <= 2, f"at {rate} strikes a second"


def test_a_chord_does_not_add_up_to_a_blaze() -> None:
    """Twelve neighbouring keys together light no area to more than the light of two."""
    brightest = []
    for count in (2, 12):
        screen = Screen(SIZES[0])
        screen.paint(0.0)
        for key in range(36, 36 + count):
            screen.scene.performed(NoteOn(Player.THERAPIST, key, key, 1.0, 1.0, Source.MIDI), 1.0, None)
        screen.paint(2.0)
        brightest.append(luminance(screen).max())
    assert brightest[1] < 1.25 * brightest[0]


def test_the_flash_count_counts_flashes() -> None:
    """Three flashes a second are counted as three, whatever else is dark, and faint or very bright ones not at all."""
    times = np.arange(120) / 60
    square = (times * 3 % 1 < 0.5).astype(float)[:, None]
    assert flashes(0.1 + 0.2 * square, 60) == 3
    assert flashes(0.1 + 0.09 * square, 60) == 0
    assert flashes(0.85 + 0.14 * square, 60) == 0
    assert flashes(np.hstack([square * 0, square]), 60) == 3


def mash(rate: float) -> NDArray[np.float64]:
    """Return the relative luminance of areas of 32 by 32 pixels in every frame of five seconds at 60 a second."""
    chance = np.random.default_rng(1)
    screen = Screen(SIZES[0])
    held: dict[int, Player] = {}
    frames = []
    strikes = 0
    for frame in range(300):
        now = 1 + frame / 60
        for pad in screen.pads:
            down = (frame / 60 * rate) % 1 < 0.5
            if down and pad.number not in held:
                strikes += 1
                held[pad.number] = Player(strikes % 4)
                at = (pad.x + chance.uniform(-0.5, 0.5) * pad.width, pad.y + chance.uniform(-0.5, 0.5) * pad.height)
                screen.on(pad.number, now, held[pad.number], at)
                screen.scene.performed(Shape(held[pad.number], pad.number, float(chance.random())), now, None)
            elif not down and pad.number in held:
                screen.off(pad.number, now, held.pop(pad.number))
        screen.paint(now)
        frames.append(luminance(screen))
    return np.stack(frames)


def cluster(rate: float, turn: float) -> NDArray[np.float64]:
    """Return what `mash` does for three seconds of eighteen keys; each key is ``turn`` of a period after the last."""
    screen = Screen(SIZES[0])
    held: set[int] = set()
    frames = []
    for frame in range(180):
        now = 1 + frame / 60
        for key in range(36, 54):
            down = (frame / 60 * rate + turn * key) % 1 < 0.5
            if down and key not in held:
                held.add(key)
                screen.scene.performed(NoteOn(Player(key % 4), key, key, 1.0, 1.0, Source.MIDI), now, None)
            elif not down and key in held:
                held.remove(key)
                screen.scene.performed(NoteOff(Player(key % 4), key), now, None)
        screen.paint(now)
        frames.append(luminance(screen))
    return np.stack(frames)


def luminance(screen: Screen) -> NDArray[np.float64]:
    """Return the relative luminance, 0–1, of every area of 32 by 32 pixels."""
    linear = np.asarray([world.linear(level) for level in range(256)])
    pixels = pygame.surfarray.pixels3d(screen.surface)[::4, ::4].copy()
    light = linear[pixels] @ np.asarray((0.2126, 0.7152, 0.0722))
    mean: NDArray[np.float64] = light.reshape(40, 8, 25, 8).mean(axis=(1, 3)).ravel()
    return mean


def flashes(areas: NDArray[np.float64], rate: int) -> int:
    """Return the most flashes that any column has in any second: pairs of opposing changes as WCAG 2.2 (2.3.1) says.

    A change counts from 0.1 of full luminance, where the darker state is below 0.8. Rows are frames, ``rate`` a second.
    """
    worst = 0
    for area in areas.T:
        turns: list[int] = []
        low = high = area[0]
        direction = 0
        for frame, level in enumerate(area):
            low, high = min(low, level), max(high, level)
            if direction >= 0 and high - level >= 0.1 and level < 0.8:
                direction, low = -1, level
                turns.append(frame)
            elif direction <= 0 and level - low >= 0.1 and low < 0.8:
                direction, high = 1, level
                turns.append(frame)
        counts = [sum(1 for turn in turns if first <= turn < first + rate) for first in turns]
        worst = max([worst, *(count // 2 for count in counts)])
    return worst
