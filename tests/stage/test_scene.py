"""What the child sees, frame by frame, on a screen that nobody looks at.

The pictures in ``golden`` are the scene at half size. After a change that is meant, look at every new picture and keep
it: ``BEDSIDE_GOLDEN=write python -m pytest tests/stage/test_scene.py``.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

os.environ.setdefault("SDL_VIDEODRIVER", "dummy")

import numpy as np
import pygame
import pytest
from numpy.typing import NDArray

from bedside.music.events import Glide, NoteOff, NoteOn, Player, Shape, Source, Stop
from bedside.music.layout import Pad, fit
from bedside.music.scales import scale
from bedside.stage import world
from bedside.stage.scene import Scene

GOLDEN = Path(__file__).parent / "golden"
SIZES = ((1280, 800), (800, 480), (800, 1280))
# The mean difference of levels, 0–255, that another build of SDL may make in any tile of a picture.
TOLERANCE = 2.5
TILE = 20


def pads_of(night: world.World, size: tuple[int, int]) -> tuple[Pad, ...]:
    steps = scale(night.scale)
    count = len(steps.steps)
    keys = [steps.key(degree, night.root) for degree in range(night.pads)]
    return fit(keys, [degree % count for degree in range(night.pads)], *size)


class Screen:
    """A scene of the night world with its surface."""

    def __init__(self, size: tuple[int, int], pads: tuple[Pad, ...] | None = None) -> None:
        pygame.display.init()
        self.surface = pygame.display.set_mode(size)
        night = world.find("night")
        self.pads = pads or pads_of(night, size)
        self.scene = Scene(night, self.pads, size)

    def paint(self, now: float) -> int:
        """Paint a whole frame and return the number of its steps."""
        return sum(1 for _ in self.scene.paint(self.surface, now))

    def on(self, note: int, now: float, player: Player = Player.CHILD, at: tuple[float, float] | None = None) -> None:
        """Play the pad of this number."""
        key = self.pads[note % len(self.pads)].key
        self.scene.performed(NoteOn(player, note, key, 0.8, 0.5, Source.TOUCH), now, at)

    def off(self, note: int, now: float, player: Player = Player.CHILD) -> None:
        """Leave the pad of this number."""
        self.scene.performed(NoteOff(player, note), now, None)

    def levels(self) -> NDArray[np.int64]:
        """Return the levels of every pixel, 0–255, by column, row and channel."""
        return pygame.surfarray.array3d(self.surface).astype(np.int64)

    def light(self, x: float, y: float, reach: int = 8) -> float:
        """Return the mean level near a point."""
        near = self.levels()[int(x) - reach : int(x) + reach, int(y) - reach : int(y) + reach]
        return float(near.mean())


def idle(screen: Screen) -> None:
    screen.paint(0.0)


def ten(screen: Screen, now: float) -> None:
    """Strike ten pads, one after another, by four hands, and three keys of a keyboard; paint at a later time."""
    screen.paint(0.0)
    for pad in screen.pads:
        at = (pad.x + 0.1 * pad.width, pad.y - 0.05 * pad.height)
        screen.on(pad.number, 1.0 + 0.05 * pad.number, Player(pad.number % 4), at)
    for number, key in enumerate((30, 49, 88)):
        screen.scene.performed(NoteOn(Player.THERAPIST, 90 + number, key, 0.8, 0.5, Source.MIDI), 1.45, None)
    screen.paint(1.6)
    for pad in screen.pads[::2]:
        screen.off(pad.number, 1.7, Player(pad.number % 4))
    screen.paint(now)


SCENES: dict[str, Callable[[Screen], None]] = {
    "idle": idle,
    "opening": lambda screen: ten(screen, 1.6),
    "held": lambda screen: ten(screen, 2.2),
    "fading": lambda screen: ten(screen, 3.4),
}


def half(surface: pygame.Surface) -> pygame.Surface:
    width, height = surface.get_size()
    return pygame.transform.smoothscale(surface, (width // 2, height // 2))


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


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
@pytest.mark.parametrize("name", SCENES)
def test_the_scene_looks_as_it_was_approved(name: str, size: tuple[int, int], tmp_path: Path) -> None:
    """The night, idle and with ten flowers opening, held and fading, is the picture that people looked at."""
    screen = Screen(size)
    SCENES[name](screen)
    made = half(screen.surface)
    path = GOLDEN / f"night-{name}-{size[0]}x{size[1]}.png"
    if os.environ.get("BEDSIDE_GOLDEN") == "write":
        pygame.image.save(made, path)
    assert path.is_file(), f"{path.name} is missing; BEDSIDE_GOLDEN=write makes it"
    assert path.stat().st_size < 400_000
    kept = pygame.image.load(path).convert()
    apart = difference(made, kept)
    if apart > TOLERANCE:
        both = beside(made, kept, tmp_path / f"{name}.png")
        pytest.fail(f"differs by {apart:.1f}: made, left, and kept, right, are in {both}")


def test_a_moved_pad_is_seen_by_the_golden_pictures() -> None:
    """One pad moved by a fiftieth of the width is beyond the tolerance."""
    size = SIZES[0]
    pads = pads_of(world.find("night"), size)
    moved = Screen(size, (*pads[:4], replace(pads[4], x=pads[4].x + size[0] / 50), *pads[5:]))
    idle(moved)
    kept = pygame.image.load(GOLDEN / "night-idle-1280x800.png").convert()
    assert difference(half(moved.surface), kept) > 2 * TOLERANCE


def test_a_recoloured_pad_is_seen_by_the_golden_pictures() -> None:
    """One pad with the colour and picture of the next degree is beyond the tolerance."""
    size = SIZES[0]
    pads = pads_of(world.find("night"), size)
    other = Screen(size, (*pads[:4], replace(pads[4], degree=pads[4].degree - 1), *pads[5:]))
    idle(other)
    kept = pygame.image.load(GOLDEN / "night-idle-1280x800.png").convert()
    assert difference(half(other.surface), kept) > 2 * TOLERANCE


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


def test_light_rises_as_a_slope() -> None:
    """A struck pad is visibly lighter after two frames, and needs at least 60 ms to its full light."""
    screen = Screen(SIZES[1])
    screen.paint(0.0)
    pad = screen.pads[0]
    dark = screen.light(pad.x, pad.y)
    screen.on(0, 1.0)
    lights = []
    for milliseconds in (33, 60, 600):
        screen.paint(1 + milliseconds / 1000)
        lights.append(screen.light(pad.x, pad.y) - dark)
    assert 5 < lights[0] < lights[1] < 0.9 * lights[2]


def test_the_flower_is_born_under_the_finger() -> None:
    """A finger at the left of a pad lights the left of it, and one at the right the right."""
    for side in (-0.35, 0.35):
        screen = Screen(SIZES[0])
        screen.paint(0.0)
        pad = screen.pads[5]
        left, right = (screen.light(pad.x + share * pad.width, pad.y) for share in (-0.35, 0.35))
        screen.on(5, 1.0, at=(pad.x + side * pad.width, pad.y))
        screen.paint(1.1)
        gained = [screen.light(pad.x + share * pad.width, pad.y) for share in (-0.35, 0.35)]
        assert (gained[0] - left > gained[1] - right + 10) == (side < 0)


def test_the_light_follows_a_finger_softly() -> None:
    """After a finger moved, the light is on its way to it, neither where it was nor there at once."""
    far = []
    for wait in (0.02, 1.5):
        screen = Screen(SIZES[0])
        pad = screen.pads[5]
        screen.on(5, 1.0, at=(pad.x, pad.y))
        screen.paint(2.0)
        before = screen.levels()
        screen.scene.move(Player.CHILD, 5, pad.x + 0.5 * pad.width, pad.y)
        screen.paint(2.0 + wait)
        right = slice(int(pad.x), int(pad.x + pad.width / 2))
        far.append(float((screen.levels() - before)[right].clip(0).sum()))
    assert far[1] > 3 * far[0]


def test_a_key_without_a_pad_blooms_on_the_horizon() -> None:
    """Keys of a keyboard light up from left to right by their pitch, and leave nothing behind."""
    screen = Screen(SIZES[0])
    screen.paint(0.0)
    before = screen.levels()
    places = []
    for note, key in enumerate((25, 58, 97)):
        screen.scene.performed(NoteOn(Player.THERAPIST, note, key, 0.8, 0.5, Source.MIDI), 10.0 * note + 1, None)
        screen.paint(10.0 * note + 2)
        gained = (screen.levels() - before).sum(axis=(1, 2))
        places.append(float((gained * np.arange(len(gained))).sum() / gained.sum()))
        screen.scene.performed(NoteOff(Player.THERAPIST, note), 10.0 * note + 2, None)
        screen.paint(10.0 * note + 9)
        assert (screen.levels() == before).all()
    assert places[0] < 0.2 * 1280 < 0.75 * 1280 < places[2]
    assert (places[1] - places[0]) / (places[2] - places[0]) == pytest.approx((58 - 25) / (97 - 25), abs=0.02)


def test_a_chord_on_a_keyboard_lights_every_key() -> None:
    """Keys that are struck at the same instant light up each at its own place."""
    screen = Screen(SIZES[0])
    screen.paint(0.0)
    before = screen.levels()
    for note, key in enumerate((25, 58, 97)):
        screen.scene.performed(NoteOn(Player.THERAPIST, note, key, 0.8, 0.5, Source.MIDI), 1.0, None)
    screen.paint(1.6)
    gained = (screen.levels() - before)[:, 500:560].mean(axis=(1, 2))
    assert all(gained[left : left + 320].max() > 20 for left in (0, 400, 880))


def test_brighter_play_is_brighter() -> None:
    """A finger that moves to the bright side of its pad makes its flower lighter, and back again darker."""
    screen = Screen(SIZES[1])
    pad = screen.pads[1]
    screen.on(1, 1.0)
    lights = []
    for second, brightness in ((3, 0.0), (6, 1.0), (9, 0.0)):
        screen.scene.performed(Shape(Player.CHILD, 1, brightness), second, None)
        screen.scene.performed(Shape(Player.THERAPIST, 1, 1 - brightness), second, None)
        screen.paint(second + 2)
        lights.append(screen.light(pad.x, pad.y - 0.3 * pad.height, 30))
    assert lights[1] > lights[0] + 1
    assert lights[1] > lights[2] + 1


@pytest.mark.parametrize("ended", ["left", "stopped"])
def test_everything_fades_to_the_untouched_night(ended: str) -> None:
    """After the hands left, or after a stop, the picture is the idle one again to the last pixel, and rests."""
    screen = Screen(SIZES[1])
    screen.paint(0.0)
    before = screen.levels()
    assert screen.scene.resting
    for pad in screen.pads:
        screen.on(pad.number, 1.0, at=(pad.x, pad.y))
    assert not screen.scene.resting
    screen.paint(2.0)
    assert np.abs(screen.levels() - before).mean() > 5
    assert not screen.scene.resting
    if ended == "left":
        for pad in screen.pads:
            screen.off(pad.number, 2.0)
    else:
        screen.scene.performed(Stop(), 2.0, None)
    screen.paint(2.5)
    assert not screen.scene.resting
    screen.paint(3.0 if ended == "stopped" else 5.0)
    assert (screen.levels() == before).all()
    assert screen.scene.resting


def test_what_moves_lies_within_the_dirty_rectangles() -> None:
    """A screen to which only the dirty rectangles are copied shows every frame as it was drawn."""
    screen = Screen(SIZES[0])
    shown = pygame.Surface(SIZES[0]).convert()
    for frame in range(40):
        now = 1 + frame * 0.1
        if frame == 3:
            screen.on(0, now, at=(screen.pads[0].x + 30, screen.pads[0].y))
        if frame == 8:
            screen.on(6, now, Player.THERAPIST)
            screen.off(0, now)
        if frame == 12:
            screen.scene.performed(Stop(), now, None)
        screen.paint(now)
        for rect in screen.scene.dirty:
            shown.blit(screen.surface, rect, rect)
        assert pygame.image.tobytes(shown, "RGB") == pygame.image.tobytes(screen.surface, "RGB")
    assert screen.scene.dirty == []


def test_a_paint_left_half_way_is_made_good() -> None:
    """When the caller drops a paint after any number of steps, the next whole one shows what it would have shown."""
    for steps in range(0, 30, 7):
        broken, whole = Screen(SIZES[1]), Screen(SIZES[1])
        for screen in (broken, whole):
            screen.paint(0.0)
            screen.on(2, 1.0)
            screen.on(7, 1.0)
            screen.paint(1.5)
        paint = broken.scene.paint(broken.surface, 1.6)
        for _ in zip(range(steps), paint, strict=False):
            pass
        paint.close()
        broken.paint(1.7)
        whole.paint(1.7)
        assert (broken.levels() == whole.levels()).all()


def test_a_repeated_note_on_leaves_no_light_behind() -> None:
    """A note that begins again on another pad without an end goes dark on the first."""
    screen = Screen(SIZES[1])
    screen.paint(0.0)
    before = screen.levels()
    screen.scene.performed(NoteOn(Player.CHILD, 1, screen.pads[0].key, 1.0, 1.0, Source.TOUCH), 1.0, None)
    screen.scene.performed(NoteOn(Player.CHILD, 1, screen.pads[9].key, 1.0, 1.0, Source.TOUCH), 1.1, None)
    screen.off(1, 1.2)
    screen.paint(1.3)
    screen.paint(6.0)
    assert (screen.levels() == before).all()
    assert screen.scene.resting


def test_more_keys_than_lights_share_them_and_all_go_dark() -> None:
    """A forearm on a keyboard lights no more than the horizon holds, and leaves nothing behind."""
    screen = Screen(SIZES[1])
    screen.paint(0.0)
    before = screen.levels()
    for key in range(128):
        screen.scene.performed(NoteOn(Player.THERAPIST, key, key, 1.0, 1.0, Source.MIDI), 1.0, None)
    assert screen.paint(1.5) < 200
    for key in range(128):
        screen.scene.performed(NoteOff(Player.THERAPIST, key), 2.0, None)
    screen.paint(3.0)
    screen.paint(6.0)
    assert (screen.levels() == before).all()


@pytest.mark.parametrize("size", [(2, 2), (320, 100), (100, 900), (1920, 1080)])
def test_any_screen_has_a_picture(size: tuple[int, int]) -> None:
    """From two pixels to a large screen a scene is built and lights up."""
    screen = Screen(size)
    idle(screen)
    before = screen.levels()
    screen.on(0, 1.0)
    screen.paint(1.5)
    assert size == (2, 2) or (screen.levels() - before).sum() > 0


def test_the_light_of_a_note_that_slides_goes_along() -> None:
    """A glide to the next pad's key lights that pad and lets the first one fade; one within the pad moves nothing."""
    screen = Screen((1280, 800))
    first, second = screen.pads[0], screen.pads[1]
    screen.paint(0.0)
    dark = screen.light(second.x, second.y)
    screen.on(0, 1.0)
    screen.paint(2.0)
    screen.scene.performed(Glide(Player.CHILD, 0, first.key + 0.3), 2.0, None)
    screen.paint(3.0)
    lit = screen.light(first.x, first.y)
    assert screen.light(second.x, second.y) < dark + 10
    screen.scene.performed(Glide(Player.CHILD, 0, second.key), 3.0, None)
    screen.paint(3.5)
    screen.paint(9.0)
    assert screen.light(second.x, second.y) > dark + 40
    assert screen.light(first.x, first.y) < lit - 40
    screen.off(0, 9.0)
    screen.paint(20.0)
    screen.paint(20.1)
    assert screen.scene.resting
