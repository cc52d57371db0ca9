"""Mute, wipe-down, bookmark and the sheet's corners, as they are felt at the screen and heard."""

from __future__ import annotations

import mido
import numpy as np
import pygame
import pytest
from numpy.typing import NDArray

from bedside.archive.store.choices import Chosen, Marked
from bedside.music.events import NoteOn, Player, Program, Source
from bedside.stage.input.midi import KeyboardMessage
from bedside.stage.input.seats import Control, Together
from sound.tones import RATE
from stage.rehearsal import BLOCK, PLAYERS, SIZE, Rehearsal

CORNERS = ((3.0, 3.0), (SIZE[0] - 4.0, 3.0))
THIRD = (SIZE[0] - 3.0, SIZE[1] - 3.0)

# A mute is heard at the sound card within so many seconds; the card itself takes less than the rest of 300 ms.
MUTED_SECONDS = 0.22


def corners(room: Rehearsal, held: float = 0.1) -> None:
    """Press both upper corners for some time, and lift them."""
    for finger, at in enumerate(CORNERS):
        room.touch(pygame.FINGERDOWN, finger, *at)
    room.let_pass(held)
    for finger, at in enumerate(CORNERS):
        room.touch(pygame.FINGERUP, finger, *at)
    room.let_pass(0.02)


def key(room: Rehearsal, key: int, mod: int = 0) -> None:
    """Press a key of the computer, and leave it."""
    for kind in (pygame.KEYDOWN, pygame.KEYUP):
        scancode = pygame.KSCAN_M if key == pygame.K_m else pygame.KSCAN_B
        room.playground.feed(pygame.event.Event(kind, key=key, scancode=scancode, mod=mod), room.now)


def midi(room: Rehearsal, kind: str, **values: int) -> None:
    """Send a message of a MIDI keyboard."""
    room.playground.hear(KeyboardMessage("keys", mido.Message(kind, **values)), room.now)


def pad(room: Rehearsal, number: int = 1, side: int = 0) -> tuple[float, float]:
    there = room.playground.sides[side].pads[number]
    return there.x, there.y


def ledger(room: Rehearsal) -> list[tuple[str, str, str]]:
    return [(each.what, each.which, each.by) for each in room.chosen]


def sounding(room: Rehearsal, seconds: float) -> float:
    """Return how long something is heard from now on, within some seconds."""
    since, last = room.now, room.now
    while room.now - since < seconds:
        if room.let_pass(BLOCK / RATE):
            last = room.now
    return last - since


@pytest.mark.parametrize("together", Together)
def test_both_corners_mute_and_lift_it(together: Together) -> None:
    """One gesture silences everybody; a child's touch and its hand do not lift it, the same gesture does."""
    room = Rehearsal(together)
    room.touch(pygame.FINGERDOWN, 5, *pad(room))
    midi(room, "note_on", note=60, velocity=100)
    assert room.let_pass(0.5)
    room.touch(pygame.FINGERUP, 5, *pad(room))
    corners(room)
    assert sounding(room, 1.0) <= MUTED_SECONDS
    assert ledger(room) == [("mute", "", "anyone")]
    assert room.playground.choices.silent
    assert not room.playground.choices.stopped
    before = len(room.notes)
    room.tap(*pad(room))
    midi(room, "note_on", note=62, velocity=100)
    key(room, pygame.K_a)
    for _ in range(2):
        room.press(Control.HAND)
        room.let_pass(0.8)
    assert len(room.notes) == before
    corners(room)
    assert [what for what, _, _ in ledger(room)] == ["mute", "stop", "go on", "unmute"]
    assert not room.let_pass(1.0), "lifting it starts nothing"
    room.tap(*pad(room))
    assert room.let_pass(0.3)


@pytest.mark.parametrize("code", [pygame.K_m, 127 | 1 << 30, 262 | 1 << 30])
def test_a_key_mutes_within_a_fifth_of_a_second(code: int) -> None:
    """The letter M and both media keys, however loud it is; with Ctrl it is another key."""
    room = Rehearsal()
    for number, finger in enumerate(range(4)):
        room.touch(pygame.FINGERDOWN, finger, *pad(room, number))
    assert room.let_pass(1.0)
    key(room, code, pygame.KMOD_CTRL)
    assert room.let_pass(0.5)
    key(room, code)
    assert 0.05 < sounding(room, 1.0) <= MUTED_SECONDS
    key(room, code)
    assert ledger(room) == [("mute", "", "anyone"), ("unmute", "", "anyone")]


def test_what_staff_muted_no_gesture_lifts() -> None:
    """Corners and keys do nothing then; the sign tells staff, and goes when they lift it."""
    room = Rehearsal()
    room.playground.mute(True, room.now)
    corners(room)
    key(room, pygame.K_m)
    assert room.playground.choices.silent
    assert [trouble.picture for trouble in room.playground.view.staff.troubles] == ["muted"]
    room.playground.mute(False, room.now)
    assert room.playground.view.staff.troubles == ()
    room.tap(*pad(room))
    assert room.let_pass(0.3)
    assert ledger(room) == [("mute", "", "adult"), ("unmute", "", "adult")]


def test_a_hand_in_the_corner_stops_at_once_and_is_recorded() -> None:
    """A single touch in a corner is a stop like any other: silent at once, kept with the frame at which it was."""
    room = Rehearsal()
    room.touch(pygame.FINGERDOWN, 5, *pad(room))
    room.let_pass(0.5)
    room.touch(pygame.FINGERUP, 5, *pad(room))
    frame = room.performer.frame
    room.touch(pygame.FINGERDOWN, 0, *CORNERS[0])
    assert room.playground.choices.stopped
    assert sounding(room, 0.4) <= MUTED_SECONDS
    room.touch(pygame.FINGERUP, 0, *CORNERS[0])
    assert room.chosen == [Chosen(frame, "stop", "", "child")]
    assert room.playground.choices.stopped


def test_both_corners_that_are_no_gesture_are_a_stop() -> None:
    """Held for a second and a half they mute nothing; the hands that lie there stopped."""
    room = Rehearsal()
    corners(room, 1.5)
    assert ledger(room) == [("stop", "", "child")]
    assert room.playground.choices.stopped
    assert room.sheets == 0


def test_held_for_two_seconds_they_open_the_sheet() -> None:
    """And stop and mute nothing; whoever plays plays on."""
    room = Rehearsal(Together.BESIDE)
    for finger, at in enumerate(CORNERS):
        room.touch(pygame.FINGERDOWN, finger, *at)
    room.let_pass(1.9)
    assert room.sheets == 0
    room.let_pass(0.2)
    assert room.sheets == 1
    assert ledger(room) == []
    assert not room.playground.choices.silent
    for finger, at in enumerate(CORNERS):
        room.touch(pygame.FINGERUP, finger, *at)
    room.tap(*pad(room))
    assert room.let_pass(0.3)
    assert room.sheets == 1


@pytest.mark.parametrize("together", Together)
def test_a_gesture_does_not_lift_hands_that_lie_there(together: Together) -> None:
    """Who mutes a bed that children have stopped leaves it stopped by each of them, muted and unmuted."""
    room = Rehearsal(together)
    for player in PLAYERS[together]:
        room.press(Control.HAND, player)
    room.let_pass(2.0)
    corners(room)
    room.let_pass(1.0)
    corners(room)
    assert all(room.playground.choices.stopped_by(player) for player in PLAYERS[together])
    assert [what for what, _, _ in ledger(room)] == ["stop"] * len(PLAYERS[together]) + ["mute", "unmute"]


def test_staff_let_everything_go_on() -> None:
    """Whoever stopped; and it begins nothing."""
    room = Rehearsal(Together.FACING)
    for player in PLAYERS[Together.FACING]:
        room.press(Control.HAND, player)
        room.let_pass(0.1)
    room.playground.go_on(room.now)
    assert not room.playground.choices.stopped
    assert not room.let_pass(1.0)
    room.tap(*pad(room))
    assert room.let_pass(0.3)
    assert ledger(room)[-1] == ("go on", "", "adult")


def test_ten_fingers_are_ignored_for_the_whole_of_a_wipe_down() -> None:
    """Not a note, not a choice, not another instrument; all is counted, and afterwards everything plays."""
    room = Rehearsal(Together.BESIDE)
    room.touch(pygame.FINGERDOWN, 5, *pad(room))
    room.press(Control.DOOR, Player.CHILD2)
    midi(room, "note_on", note=60, velocity=100)
    room.let_pass(0.5)
    room.playground.wipe_down(30, room.now)
    assert sounding(room, 0.5) <= MUTED_SECONDS
    since, played = len(room.performed), 0
    world = room.playground.choices.world
    chance = np.random.default_rng(3)
    while room.now < 1.0 + 0.5 + 29.5:
        for finger in range(10):
            x, y = chance.uniform(0, SIZE[0]), chance.uniform(0, SIZE[1])
            room.touch(pygame.FINGERDOWN, finger, x, y)
            room.touch(pygame.FINGERMOTION, finger, x + 3, y)
            room.touch(pygame.FINGERUP, finger, x, y)
            played += 1
        midi(room, "note_on", note=62, velocity=100)
        midi(room, "program_change", program=2)
        key(room, pygame.K_m)
        key(room, pygame.K_b)
        played += 3
        assert not room.let_pass(0.25)
        room.paint()
    assert not any(isinstance(each.event, NoteOn | Program) for each in room.performed[since:])
    assert room.playground.choices.world == world
    room.let_pass(0.6)
    # The finger that was down at the beginning, and the door that was pressed, came before it.
    assert ledger(room) == [("wipe-down", "30", "adult"), ("wiped", str(played), "adult")]
    assert room.marked == []
    assert not room.playground.choices.silent
    room.tap(*pad(room))
    assert room.let_pass(0.3)


def test_a_cloth_that_lies_there_at_the_end_plays_nothing() -> None:
    """Until it is lifted, and only it."""
    room = Rehearsal()
    room.playground.wipe_down(30, room.now)
    room.let_pass(29.9)
    room.touch(pygame.FINGERDOWN, 1, *pad(room, 1))
    room.let_pass(0.2)
    room.touch(pygame.FINGERDOWN, 1, *pad(room, 1))
    room.touch(pygame.FINGERMOTION, 1, *pad(room, 2))
    assert room.notes == []
    room.tap(*pad(room, 3))
    room.let_pass(0.1)
    assert len(room.notes) == 1
    room.touch(pygame.FINGERUP, 1, *pad(room, 2))
    room.let_pass(0.1)
    room.touch(pygame.FINGERDOWN, 1, *pad(room, 1))
    assert room.let_pass(0.1)
    assert len(room.notes) == 2


def test_a_wipe_down_has_a_calm_picture() -> None:
    """Dark, the same everywhere but for cloth and drops, and gone afterwards."""
    room = Rehearsal()
    room.paint()
    before = levels(room)
    room.playground.wipe_down(30, room.now)
    for _ in range(20):
        room.let_pass(0.1)
        room.paint()
    calm = levels(room)
    assert calm.mean() < 40
    assert np.ptp(calm[:, :20].reshape(-1, 3), axis=0).max() == 0
    room.let_pass(26.0)
    room.paint()
    later = levels(room)
    assert 0 < np.count_nonzero((later != calm).any(axis=2)) < 0.02 * calm[:, :, 0].size
    for _ in range(40):
        room.let_pass(0.1)
        room.paint()
    assert np.abs(levels(room) - before).mean() < 4


def levels(room: Rehearsal) -> NDArray[np.int64]:
    return pygame.surfarray.array3d(room.surface).astype(np.int64)


class Played:
    """A little music, every sample and every frame of it; ``mark`` is called in the middle."""

    def __init__(self, mark: str | None) -> None:
        self.room = Rehearsal()
        self.sound: list[bytes] = []
        self.frames: list[bytes] = []
        self._spied = self.room.render

        def render(out: NDArray[np.float32]) -> list[object]:
            reports = self._spied(out)
            self.sound.append(out.tobytes())
            return list(reports)

        self.room.render = render  # type: ignore[assignment, method-assign]
        for number in range(12):
            self.room.touch(pygame.FINGERDOWN, number, *pad(self.room, number % 4))
            self._watch(0.2)
            if number == 6 and mark is not None:
                self._mark(mark)
            self._watch(0.2)
            self.room.touch(pygame.FINGERUP, number, *pad(self.room, number % 4))

    def _watch(self, seconds: float) -> None:
        for _ in range(round(seconds * 30)):
            self.room.let_pass(1 / 30)
            self.room.paint()
            self.frames.append(pygame.image.tobytes(self.room.surface, "RGB"))

    def _mark(self, way: str) -> None:
        if way == "key":
            key(self.room, pygame.K_b)
        elif way == "page":
            key(self.room, pygame.K_PAGEDOWN)
        elif way == "pedal":
            for value in (20, 90, 127, 90, 0):
                midi(self.room, "control_change", control=67, value=value)
        else:
            self.room.tap(*THIRD)


@pytest.mark.parametrize("way", ["key", "page", "pedal", "corner"])
def test_a_bookmark_changes_no_pixel_and_no_sample(way: str) -> None:
    """By key, pedal or the third corner: one marker of 15 seconds, and all is as if nobody had marked."""
    plain, marked = Played(None), Played(way)
    assert plain.room.marked == []
    (bookmark,) = marked.room.marked
    assert bookmark.seconds == 15.0
    assert abs(bookmark.frame / RATE - 2.6) < 0.2
    assert marked.room.chosen == plain.room.chosen == []
    assert marked.frames == plain.frames
    assert len(set(plain.frames)) > 20
    assert marked.sound == plain.sound
    assert any(any(block) for block in plain.sound)


def test_a_bookmark_between_takes_is_a_choice_of_an_adult() -> None:
    """There is no take to mark, and it is not lost; a pedal that bounces marks once."""
    room = Rehearsal()
    key(room, pygame.K_b)
    key(room, pygame.K_b)
    room.let_pass(1.5)
    key(room, pygame.K_b)
    assert ledger(room) == [("bookmark", "", "adult")] * 2
    assert room.marked == []


def test_keys_of_staff_play_nothing_on_any_layout() -> None:
    """Where the letter M lies among the keys that play, as on a French keyboard, it mutes and plays nothing."""
    room = Rehearsal()
    event = pygame.event.Event(pygame.KEYDOWN, key=pygame.K_m, scancode=pygame.KSCAN_SEMICOLON, mod=0)
    room.playground.feed(event, room.now)
    room.let_pass(0.1)
    assert room.notes == []
    assert room.playground.choices.silent
    assert not any(on.source is Source.KEYS for on in room.notes)


def test_a_mark_belongs_to_the_take_that_plays() -> None:
    """Its frame is the one that the take has reached."""
    room = Rehearsal()
    room.tap(*pad(room))
    room.let_pass(3.0)
    key(room, pygame.K_b)
    assert room.marked == [Marked(room.performer.frame, 15.0)]
