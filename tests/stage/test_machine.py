"""Whatever hands do, in whatever order: nothing raises, nothing hangs, and a stop is a stop."""

from __future__ import annotations

import mido
import pygame
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from bedside.music.events import Player, Program
from bedside.stage.midi import Played
from bedside.stage.seats import Control, Together
from stage.rehearsal import SIZE, Rehearsal

# From the touch of the hand to silence.
STOP_SECONDS = 0.3

# A replay is so long at most, and rings so long; a room so long.
LISTENING_SECONDS = 36.0
RINGING_SECONDS = 20.0

_FINGERS = st.integers(0, 9)
_X, _Y = st.integers(-5, SIZE[0] + 5), st.integers(-5, SIZE[1] + 5)
_KEYBOARDS = st.sampled_from(("one", "two"))
_LETTERS = st.sampled_from((pygame.KSCAN_A, pygame.KSCAN_S, pygame.KSCAN_D, pygame.KSCAN_Q))
_MESSAGES = st.one_of(
    st.builds(
        lambda kind, note, velocity: mido.Message(kind, note=note, velocity=velocity),
        st.sampled_from(("note_on", "note_on", "note_off")),
        st.integers(58, 63),
        st.sampled_from((0, 1, 70, 127)),
    ),
    st.builds(
        lambda control, value: mido.Message("control_change", control=control, value=value),
        st.sampled_from((1, 11, 64, 64, 120, 121, 123)),
        st.sampled_from((0, 70, 127)),
    ),
    st.builds(lambda program: mido.Message("program_change", program=program), st.integers(0, 5)),
    st.builds(lambda pitch: mido.Message("pitchwheel", pitch=pitch), st.sampled_from((-8192, 0, 8191))),
    st.builds(lambda value: mido.Message("aftertouch", value=value), st.integers(0, 127)),
    st.just(mido.Message("reset")),
)


class Bed(RuleBasedStateMachine):
    """A bed in which hands do anything; what is truly on the panel is known to it and not always reported."""

    def __init__(self) -> None:
        super().__init__()
        self.there: set[int] = set()
        self.stopped_at: float | None = None
        self.room: Rehearsal

    @initialize(together=st.sampled_from(Together), free=st.booleans())
    def begin(self, together: Together, free: bool) -> None:
        """Sit down at the screen in one of the ways there are."""
        self.room = Rehearsal(together, free)

    @property
    def players(self) -> list[Player]:
        """Return who sits at the screen."""
        return [table.seat.player for table in self.room.playground.pads]

    @rule(finger=_FINGERS, x=_X, y=_Y)
    def down(self, finger: int, x: int, y: int) -> None:
        """Land a finger anywhere; one that is there already is reported again."""
        self.there.add(finger)
        self.room.touch(pygame.FINGERDOWN, finger, x, y)

    @rule(finger=_FINGERS, seat=st.integers(0, 1), pad=st.integers(0, 9), lift=st.floats(0, 1))
    def strike(self, finger: int, seat: int, pad: int, lift: float) -> None:
        """Land a finger on a pad."""
        tables = self.room.playground.pads
        pads = tables[seat % len(tables)].pads
        at = pads[pad % len(pads)]
        self.down(finger, at.x, at.y + (0.5 - lift) * at.height)

    @rule(finger=_FINGERS, x=_X, y=_Y)
    def move(self, finger: int, x: int, y: int) -> None:
        """Report that a finger moves, also one that is not there."""
        self.room.touch(pygame.FINGERMOTION, finger, x, y)

    @rule(finger=_FINGERS, x=_X, y=_Y)
    def up(self, finger: int, x: int, y: int) -> None:
        """Report that a finger leaves, also one that is not there."""
        self.there.discard(finger)
        self.room.touch(pygame.FINGERUP, finger, x, y)

    @rule(finger=_FINGERS)
    def leave_unseen(self, finger: int) -> None:
        """Take a finger away, and say nothing."""
        self.there.discard(finger)

    @rule()
    def look_for_fingers(self) -> None:
        """Ask the panel which fingers are on it."""
        self.room.playground.miss({(1, finger) for finger in self.there})

    @rule(kind=st.sampled_from((pygame.MOUSEBUTTONDOWN, pygame.MOUSEMOTION, pygame.MOUSEBUTTONUP)), x=_X, y=_Y)
    def mouse(self, kind: int, x: int, y: int) -> None:
        """Press, move or release the mouse."""
        self.room.playground.feed(pygame.event.Event(kind, pos=(x, y), button=1), self.room.now)

    @rule(kind=st.sampled_from((pygame.KEYDOWN, pygame.KEYUP)), scancode=_LETTERS)
    def letter(self, kind: int, scancode: int) -> None:
        """Press or let go a letter."""
        event = pygame.event.Event(kind, scancode=scancode, key=pygame.K_a, mod=0)
        self.room.playground.feed(event, self.room.now)

    @rule(number=st.integers(0, 6), mod=st.sampled_from((0, pygame.KMOD_SHIFT)))
    def function_key(self, number: int, mod: int) -> None:
        """Choose an instrument, as the staff do."""
        event = pygame.event.Event(pygame.KEYDOWN, scancode=0, key=pygame.K_F1 + number, mod=mod)
        self.room.playground.feed(event, self.room.now)

    @rule(keyboard=_KEYBOARDS, message=st.lists(_MESSAGES, min_size=1, max_size=3))
    def midi(self, keyboard: str, message: list[mido.Message]) -> None:
        """Play a keyboard: keys, wheels, pedals, programs."""
        for each in message:
            self.room.playground.hear(Played(keyboard, each), self.room.now)

    @rule(keyboard=_KEYBOARDS)
    def unplug(self, keyboard: str) -> None:
        """Pull a keyboard's cable while one of its keys is down."""
        self.room.playground.hear(Played(keyboard, mido.Message("note_on", note=60)), self.room.now)
        self.room.playground.hear(Played(keyboard, None), self.room.now)

    @rule(control=st.sampled_from(Control), seat=st.integers(0, 1))
    def press(self, control: Control, seat: int) -> None:
        """Touch a control."""
        self.room.press(control, self.players[seat % len(self.players)])

    @rule(control=st.sampled_from((Control.HAND, Control.EAR)))
    def press_the_quick_ones(self, control: Control) -> None:
        """Touch what ends or begins the most."""
        self.room.press(control)

    @precondition(lambda self: self.room.playground.hands.choosing)
    @rule(number=st.integers(0, 5))
    def pick(self, number: int) -> None:
        """Choose a picture, or nothing, where pictures hang."""
        for player, areas in list(self.room.playground.hands.choosing.items()):
            table = next(table for table in self.room.playground.pads if table.seat.player == player)
            if number < len(areas):
                self.room.tap(areas[number].x + areas[number].width / 2, areas[number].y + areas[number].height / 2)
            else:
                self.room.tap(table.seat.play.x + 1, table.seat.play.y + 1)

    @rule()
    def look_away(self) -> None:
        """Let the window lose the screen."""
        self.room.playground.feed(pygame.event.Event(pygame.WINDOWFOCUSLOST), self.room.now)

    @rule(renewed=st.integers(0, 3))
    def paint(self, renewed: int) -> None:
        """Draw a frame; now and then after the staff has begun with the next child."""
        if renewed == 0:
            self.room.playground.renew()
        self.room.paint()

    @rule(seconds=st.sampled_from((0.011, 0.022, 0.06, 0.15, 0.4, 0.7, 2.5)))
    def wait(self, seconds: float) -> None:
        """Let time pass; from 0.3 s after a stop on it is silent."""
        if self.stopped_at is None:
            self.room.let_pass(seconds)
            return
        # Whole blocks only: the one in which the time is up may still sound.
        self.room.let_pass(max(0.0, min(seconds, self.stopped_at + STOP_SECONDS - self.room.now)))
        rest = self.room.now
        if self.room.now >= self.stopped_at + STOP_SECONDS - 0.011:
            assert not self.room.let_pass(seconds), f"sound {self.room.now - rest:.2f} s after a stop"
            assert self.room.engine.silent

    @invariant()
    def follow(self) -> None:
        """Take in whether everything is stopped, and since when."""
        stopped = self.room.playground.choices.stopped if hasattr(self, "room") else False
        if not stopped:
            self.stopped_at = None
        elif self.stopped_at is None:
            self.stopped_at = self.room.now

    def teardown(self) -> None:
        """Require, once all hands have left: no voice is held, it falls silent, and all lights go out."""
        if not hasattr(self, "room"):
            return
        room = self.room
        self.let_go()
        waited = 0.0
        while (room.playground.choices.listening or room.performer.engine.holding) and waited < LISTENING_SECONDS:
            room.let_pass(0.5)
            waited += 0.5
        assert not room.playground.choices.listening
        assert not room.engine.holding, "a voice is held, and no hand holds it"
        waited = 0.0
        while not room.engine.silent and waited < RINGING_SECONDS:
            room.let_pass(0.5)
            waited += 0.5
        assert room.engine.silent
        for _ in range(200):
            room.let_pass(0.1)
            room.paint()
            if room.playground.resting:
                break
        assert room.playground.resting, "a light is held, and no hand holds it"

    def let_go(self) -> None:
        """Let every finger, key and pedal go."""
        room, now = self.room, self.room.now
        for finger in range(10):
            if finger in self.there:
                room.touch(pygame.FINGERUP, finger, 0, 0)
        room.playground.miss(set())
        room.playground.feed(pygame.event.Event(pygame.MOUSEBUTTONUP, pos=(-1, -1), button=1), now)
        for scancode in (pygame.KSCAN_A, pygame.KSCAN_S, pygame.KSCAN_D, pygame.KSCAN_Q):
            room.playground.feed(pygame.event.Event(pygame.KEYUP, scancode=scancode, key=0, mod=0), now)
        for name in ("one", "two"):
            for note in range(50, 70):
                room.playground.hear(Played(name, mido.Message("note_off", note=note)), now)
            room.playground.hear(Played(name, mido.Message("control_change", control=64, value=0)), now)


TestBed = Bed.TestCase
TestBed.settings = settings(
    max_examples=25, stateful_step_count=50, deadline=None, suppress_health_check=list(HealthCheck)
)


def test_a_stop_overtakes_a_note_that_waits_for_a_take_to_end() -> None:
    """Ear, pad and hand at nearly the same time: the note that waited never begins, and it is silent in time."""
    room = Rehearsal()
    pad = room.playground.pads[0].pads[3]
    room.tap(pad.x, pad.y)
    room.let_pass(0.5)
    room.press(Control.EAR)
    room.let_pass(0.03)
    room.touch(pygame.FINGERDOWN, 1, pad.x, pad.y)
    room.let_pass(0.02)
    room.press(Control.HAND)
    room.let_pass(STOP_SECONDS)
    assert not room.let_pass(3.0)
    assert len(room.notes) == 1


def test_a_sound_chosen_while_something_is_heard_again_stays_chosen() -> None:
    """The replay brings back what it changed itself, and not what the child has chosen meanwhile."""
    room = Rehearsal()
    pad = room.playground.pads[0].pads[3]
    room.tap(pad.x, pad.y)
    room.let_pass(0.5)
    room.press(Control.EAR)
    room.let_pass(0.3)
    assert room.playground.choices.listening
    room.press(Control.SOUND)
    area = room.playground.hands.choosing[Player.CHILD][2]
    room.tap(area.x + area.width / 2, area.y + area.height / 2)
    room.let_pass(LISTENING_SECONDS)
    assert not room.playground.choices.listening
    room.tap(pad.x, pad.y)
    room.let_pass(0.5)
    played = [each.event for each in room.performed if isinstance(each.event, Program) and each.event.player == 0]
    assert played[-1] == Program(Player.CHILD, "pad")
