"""Whatever hands do, in whatever order: nothing raises, nothing hangs, and a stop is a stop."""

from __future__ import annotations

import mido
import pygame
import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from bedside.music.events import AllOff, NoteOff, NoteOn, Player, Source, Stop
from bedside.stage.input.midi import KeyboardMessage
from bedside.stage.input.seats import Control, Together
from effort import times
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
        # What was reported as down: fingers, and keys of keyboards, letters and the mouse.
        self.reported: set[tuple[object, ...]] = set()
        self.sounding: dict[tuple[Player, int], Source] = {}
        self.followed = 0
        self.stopped_at: float | None = None
        self.room: Rehearsal

    @initialize(together=st.sampled_from(Together), free=st.booleans())
    def begin(self, together: Together, free: bool) -> None:
        """Sit down at the screen in one of the ways there are."""
        self.room = Rehearsal(together, free)

    @property
    def players(self) -> list[Player]:
        """Return who sits at the screen."""
        return [side.seat.player for side in self.room.playground.sides]

    @rule(finger=_FINGERS, x=_X, y=_Y)
    def down(self, finger: int, x: float, y: float) -> None:
        """Land a finger anywhere; one that is there already is reported again."""
        self.there.add(finger)
        self.reported.add((Source.TOUCH, finger))
        self.room.touch(pygame.FINGERDOWN, finger, x, y)

    @rule(fingers=st.sets(_FINGERS, min_size=1, max_size=4), seat=st.integers(0, 1), pad=st.integers(0, 9))
    def strike(self, fingers: set[int], seat: int, pad: int) -> None:
        """Land fingers on neighbouring pads, and let them be heard."""
        sides = self.room.playground.sides
        pads = sides[seat % len(sides)].pads
        for number, finger in enumerate(sorted(fingers)):
            at = pads[(pad + number) % len(pads)]
            self.down(finger, at.x, at.y)
        self.wait(0.022)

    @rule(finger=_FINGERS, x=_X, y=_Y)
    def move(self, finger: int, x: int, y: int) -> None:
        """Report that a finger moves, also one that is not there."""
        self.room.touch(pygame.FINGERMOTION, finger, x, y)

    @rule(finger=_FINGERS, x=_X, y=_Y)
    def up(self, finger: int, x: int, y: int) -> None:
        """Report that a finger leaves, also one that is not there."""
        self.there.discard(finger)
        self.reported.discard((Source.TOUCH, finger))
        self.room.touch(pygame.FINGERUP, finger, x, y)

    @precondition(lambda self: self.there)
    @rule(number=st.integers(0, 9))
    def leave_unseen(self, number: int) -> None:
        """Take a finger away, and say nothing."""
        self.there.discard(sorted(self.there)[number % len(self.there)])

    @rule()
    def look_for_fingers(self) -> None:
        """Ask the panel which fingers are on it."""
        self.room.playground.release_missing({(1, finger) for finger in self.there})
        self.reported -= {(Source.TOUCH, finger) for finger in range(10) if finger not in self.there}
        self.wait(0.022)

    @rule(kind=st.sampled_from((pygame.MOUSEBUTTONDOWN, pygame.MOUSEMOTION, pygame.MOUSEBUTTONUP)), x=_X, y=_Y)
    def mouse(self, kind: int, x: int, y: int) -> None:
        """Press, move or release the mouse."""
        if kind != pygame.MOUSEMOTION:
            self.report(kind == pygame.MOUSEBUTTONDOWN, Source.MOUSE)
        self.room.playground.feed(pygame.event.Event(kind, pos=(x, y), button=1), self.room.now)

    @rule(kind=st.sampled_from((pygame.KEYDOWN, pygame.KEYUP)), scancode=_LETTERS)
    def letter(self, kind: int, scancode: int) -> None:
        """Press or let go a letter."""
        self.report(kind == pygame.KEYDOWN, Source.KEYS, scancode)
        event = pygame.event.Event(kind, scancode=scancode, key=pygame.K_a, mod=0)
        self.room.playground.feed(event, self.room.now)

    @rule(number=st.integers(0, 6), mod=st.sampled_from((0, pygame.KMOD_SHIFT)))
    def function_key(self, number: int, mod: int) -> None:
        """Choose an instrument, as the staff do."""
        event = pygame.event.Event(pygame.KEYDOWN, scancode=0, key=pygame.K_F2 + number, mod=mod)
        self.room.playground.feed(event, self.room.now)

    @rule(keyboard=_KEYBOARDS, message=st.lists(_MESSAGES, min_size=1, max_size=3))
    def midi(self, keyboard: str, message: list[mido.Message]) -> None:
        """Play a keyboard: keys, wheels, pedals, programs."""
        for each in message:
            if each.type in ("note_on", "note_off"):
                self.report(each.type == "note_on" and each.velocity > 0, Source.MIDI, keyboard, each.note)
            self.room.playground.hear(KeyboardMessage(keyboard, each), self.room.now)

    @rule(keyboard=_KEYBOARDS)
    def unplug(self, keyboard: str) -> None:
        """Pull a keyboard's cable while one of its keys is down."""
        self.room.playground.hear(KeyboardMessage(keyboard, mido.Message("note_on", note=60)), self.room.now)
        self.room.playground.hear(KeyboardMessage(keyboard, None), self.room.now)
        self.reported = {each for each in self.reported if each[:2] != (Source.MIDI, keyboard)}
        self.wait(0.022)

    @rule(control=st.sampled_from(Control), seat=st.integers(0, 1))
    def press(self, control: Control, seat: int) -> None:
        """Touch a control."""
        self.room.press(control, self.players[seat % len(self.players)])

    @precondition(lambda self: self.room.playground.choices.stopped)
    @rule(seat=st.integers(0, 1))
    def go_on(self, seat: int) -> None:
        """Touch the hand again after a while."""
        self.wait(0.7)
        self.press(Control.HAND, seat)

    @precondition(lambda self: self.room.playground.hands.choosing)
    @rule(number=st.integers(0, 5))
    def pick(self, number: int) -> None:
        """Choose a picture, or nothing, where pictures hang."""
        for player, areas in list(self.room.playground.hands.choosing.items()):
            side = next(side for side in self.room.playground.sides if side.seat.player == player)
            if number < len(areas):
                self.room.tap(areas[number].x + areas[number].width / 2, areas[number].y + areas[number].height / 2)
            else:
                self.room.tap(side.seat.play.x + 1, side.seat.play.y + 1)

    @rule(number=st.integers(0, 2), seat=st.integers(0, 1))
    def go_through_the_door(self, number: int, seat: int) -> None:
        """Enter another world while others play."""
        self.press(Control.DOOR, seat)
        if self.room.playground.hands.choosing:
            self.pick(number)
        self.wait(0.06)

    @rule()
    def look_away(self) -> None:
        """Let the window lose the screen."""
        self.room.playground.feed(pygame.event.Event(pygame.WINDOWFOCUSLOST), self.room.now)
        self.reported = {each for each in self.reported if each[0] is Source.MIDI}
        self.wait(0.022)

    @rule(renewed=st.integers(0, 9))
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
            self.require_hands(seconds)
            return
        # Whole blocks only: the one in which the time is up may still sound.
        self.room.let_pass(max(0.0, min(seconds, self.stopped_at + STOP_SECONDS - self.room.now)))
        rest = self.room.now
        if self.room.now >= self.stopped_at + STOP_SECONDS - 0.011:
            assert not self.room.let_pass(seconds), f"sound {self.room.now - rest:.2f} s after a stop"
            assert self.room.engine.silent

    def report(self, down: bool, *what: object) -> None:
        """Take in that something is reported as down, or as up."""
        if down:
            self.reported.add(what)
        else:
            self.reported.discard(what)

    def require_hands(self, seconds: float) -> None:
        """Require that no note is held by what was not reported as down, once the engine has had time to hear of it."""
        for each in self.room.performed[self.followed :]:
            match each.event:
                case NoteOn(player, note, source=source):
                    self.sounding[player, note] = source
                case NoteOff(player, note):
                    self.sounding.pop((player, note), None)
                case AllOff(player):
                    self.sounding = {hand: source for hand, source in self.sounding.items() if hand[0] != player}
                case Stop():
                    self.sounding.clear()
        self.followed = len(self.room.performed)
        if seconds < 0.022 or self.room.engine.stopping:
            return
        for source in (Source.TOUCH, Source.MOUSE, Source.KEYS, Source.MIDI):
            held = sum(each is source for each in self.sounding.values())
            assert held <= sum(each[0] is source for each in self.reported), f"{held} notes of {source.name} are held"

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
        room.playground.release_missing(set())
        room.playground.feed(pygame.event.Event(pygame.MOUSEBUTTONUP, pos=(-1, -1), button=1), now)
        for scancode in (pygame.KSCAN_A, pygame.KSCAN_S, pygame.KSCAN_D, pygame.KSCAN_Q):
            room.playground.feed(pygame.event.Event(pygame.KEYUP, scancode=scancode, key=0, mod=0), now)
        for name in ("one", "two"):
            for note in range(50, 70):
                room.playground.hear(KeyboardMessage(name, mido.Message("note_off", note=note)), now)
            room.playground.hear(KeyboardMessage(name, mido.Message("control_change", control=64, value=0)), now)


TestBed = pytest.mark.slow(Bed.TestCase)
TestBed.settings = settings(
    max_examples=times(25), stateful_step_count=100, deadline=None, suppress_health_check=list(HealthCheck)
)
