from collections.abc import Iterable
from itertools import count

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from bedside.music.events import (
    AllOff,
    Bend,
    Event,
    Expression,
    Glide,
    NoteOff,
    NoteOn,
    Pedal,
    Player,
    Shape,
    StillHeld,
    Vibrato,
)
from bedside.music.gestures import Fingers
from bedside.music.keyboard import STILL_SECONDS, Controller, Keyboard
from bedside.music.layout import fit
from bedside.music.pad import Area
from bedside.music.scales import scale
from effort import times

ME = Player.THERAPIST
PADS = fit("rows", [60, 62, 64, 67, 69, 72], [0, 1, 2, 3, 4, 0], Area(0, 0, 300, 200))


def keyboard(snapped: bool = True) -> Keyboard:
    return Keyboard(ME, scale("major pentatonic") if snapped else None, 60, count(1))


def test_keys_snap_to_the_scale_or_are_free() -> None:
    """C sharp sounds as C in C pentatonic, and as itself on free keys."""
    assert [event.key for event in keyboard().down(61, 100) if isinstance(event, NoteOn)] == [60]
    assert [event.key for event in keyboard(snapped=False).down(61, 100) if isinstance(event, NoteOn)] == [61]


def test_a_key_struck_twice_ends_its_first_note() -> None:
    """A second note-on without an off leaves no note hanging; velocity 0 is an off."""
    keys = keyboard()
    keys.down(60, 90)
    assert keys.down(60, 80)[0] == NoteOff(ME, 1)
    assert keys.down(60, 0) == [NoteOff(ME, 2)]
    assert keys.lift() == []


def test_active_sensing_says_that_keys_are_down() -> None:
    """Of a note held for long it is said again and again, of one that was left no more; without it nothing is."""
    keys = keyboard()
    keys.down(60, 90)
    keys.down(64, 90)
    assert keys.sense(0.0, True) == []
    assert keys.sense(STILL_SECONDS - 1, True) == []
    assert keys.sense(STILL_SECONDS, False) == []
    assert keys.sense(STILL_SECONDS, True) == [StillHeld(ME, 1), StillHeld(ME, 2)]
    assert keys.sense(STILL_SECONDS + 1, True) == []
    keys.up(60)
    assert keys.sense(2 * STILL_SECONDS, True) == [StillHeld(ME, 2)]
    keys.lift()
    assert keys.sense(3 * STILL_SECONDS, True) == []


def test_a_pedal_that_is_down_says_that_its_notes_are_held() -> None:
    """With whatever the keyboard sends, as long as the pedal is down: of released notes and of held ones."""
    keys = keyboard()
    keys.control(64, 127)
    keys.down(60, 90)
    keys.up(60)
    keys.down(64, 90)
    assert keys.sense(0.0, False) == []
    assert keys.sense(STILL_SECONDS, False) == [StillHeld(ME, 1), StillHeld(ME, 2)]
    keys.control(64, 0)
    assert keys.sense(2 * STILL_SECONDS, False) == []
    assert keys.sense(2 * STILL_SECONDS, True) == [StillHeld(ME, 2)]


def test_the_pitch_wheel_bends_two_semitones_both_ways() -> None:
    """The ends of the wheel are exactly two semitones, its middle exactly none."""
    keys = keyboard()
    assert keys.bend(0) == []
    assert keys.bend(8191) == [Bend(ME, 2.0)]
    assert keys.bend(-8192) == [Bend(ME, -2.0)]
    assert keys.bend(-4096) == [Bend(ME, -1.0)]
    assert keys.bend(0) == [Bend(ME, 0.0)]


def test_wheel_swell_and_pedal_are_events() -> None:
    """Modulation is vibrato, expression a swell, and a pedal is down from 64 on; each is said once."""
    keys = keyboard()
    assert keys.control(1, 127) == [Vibrato(ME, 1.0)]
    assert keys.control(11, 0) == [Expression(ME, 0.0)]
    assert keys.control(64, 63) == []
    assert keys.control(64, 64) == [Pedal(ME, True)]
    assert keys.control(64, 127) == []
    assert keys.control(64, 0) == [Pedal(ME, False)]
    assert keys.control(7, 3) == keys.control(74, 3) == []


@pytest.mark.parametrize("number", [120, 123])
def test_all_off_ends_everything(number: int) -> None:
    """All notes off and all sound off end each note held, raise the pedal, and say so even where nothing is held."""
    keys = keyboard()
    keys.down(60, 100)
    keys.control(64, 127)
    keys.bend(8191)
    assert keys.control(number, 0) == [NoteOff(ME, 1), Pedal(ME, False), Bend(ME, 0.0), AllOff(ME)]
    assert keys.control(number, 0) == [AllOff(ME)]


def test_a_reset_of_the_controllers_keeps_the_notes() -> None:
    """Controller 121 lets wheels and pedals go, and no key."""
    keys = keyboard()
    keys.down(60, 100)
    keys.control(64, 127)
    assert keys.control(121, 0) == [Pedal(ME, False)]
    assert keys.lift() == [NoteOff(ME, 1)]


def test_an_unplugged_keyboard_leaves_nothing_turned() -> None:
    """Wheel, modulation, pedal and swell go back where they belong, each once, and only those that were moved."""
    keys = keyboard()
    keys.bend(1000)
    keys.control(1, 64)
    keys.control(64, 127)
    keys.control(11, 3)
    assert keys.lift() == [Pedal(ME, False), Bend(ME, 0.0), Vibrato(ME, 0.0), Expression(ME, 1.0)]
    assert keys.lift() == []


def test_pressure_brightens_what_is_held_and_never_dulls_it() -> None:
    """Pressing further brightens every held note, or the one key's; no note is duller than it was struck."""
    keys = keyboard(snapped=False)
    keys.down(60, 127)
    keys.down(64, 32)
    assert keys.press(127) == [Shape(ME, 2, 1.0)]
    assert keys.press(0) == [Shape(ME, 2, 32 / 127)]
    assert keys.press(96, 64) == [Shape(ME, 2, 96 / 127)]
    assert keys.press(0, 64) == [Shape(ME, 2, 32 / 127)]
    assert keys.press(90, 65) == []


def test_a_note_struck_under_pressure_is_as_bright_as_the_pressure() -> None:
    """A key that joins pressed ones begins with their pressure; when all are up the next begins without."""
    keys = keyboard(snapped=False)
    keys.down(60, 10)
    keys.press(100)
    (joins,) = keys.down(64, 10)
    assert isinstance(joins, NoteOn)
    assert joins.brightness == 100 / 127
    assert joins.velocity == 10 / 127
    keys.up(60)
    keys.up(64)
    (later,) = keys.down(64, 10)
    assert isinstance(later, NoteOn)
    assert later.brightness == 10 / 127


def test_a_flood_is_thinned_but_ends_where_it_ended() -> None:
    """A wheel that sends all its 16,384 places makes an event for each 64th of its range, and its ends and middle."""
    keys = keyboard()
    bends = [event for position in range(-8192, 8192) for event in keys.bend(position)]
    assert len(bends) <= 64 + 3
    assert [bends[0], bends[-1]] == [Bend(ME, -2.0), Bend(ME, 2.0)]
    assert Bend(ME, 0.0) in bends
    keys.down(60, 1)
    for act, kind in (
        (lambda value: keys.control(1, value), Vibrato),
        (lambda value: keys.control(11, value), Expression),
        (keys.press, Shape),
    ):
        events = [event for _ in range(3) for value in (*range(128), *range(127, -1, -1)) for event in act(value)]
        assert {type(event) for event in events} == {kind}
        assert len(events) <= 6 * 64 + 2


class _Hands(RuleBasedStateMachine):
    """A keyboard and a hand on pads that count their notes together, and what an engine would know of them."""

    def __init__(self) -> None:
        super().__init__()
        numbers = count(1)
        self.keys = Keyboard(ME, None, 60, numbers)
        self.fingers = Fingers(PADS, Player.CHILD, numbers)
        self.begun: set[int] = set()
        self.sounding: set[tuple[Player, int]] = set()
        self.pedal = False
        self.parts = {Bend: 0.0, Vibrato: 0.0, Expression: 1.0}

    def follow(self, events: Iterable[Event]) -> None:
        for event in events:
            match event:
                case NoteOn(player, note):
                    assert note not in self.begun
                    assert 0 <= event.key <= 127
                    assert 0 < event.velocity <= 1
                    assert 0 <= event.brightness <= 1
                    self.begun.add(note)
                    self.sounding.add((player, note))
                case NoteOff(player, note):
                    self.sounding.remove((player, note))
                case Pedal(_, down):
                    assert down != self.pedal
                    self.pedal = down
                case AllOff(player):
                    assert not self.pedal
                    assert not {each for each in self.sounding if each[0] == player}
                case Bend(_, value) | Vibrato(_, value) | Expression(_, value):
                    assert value != self.parts[type(event)]
                    assert (-2 if isinstance(event, Bend) else 0) <= value <= 2
                    self.parts[type(event)] = value
                case _:
                    assert isinstance(event, Shape | Glide)
                    assert (event.player, event.note) in self.sounding

    @rule(key=st.integers(0, 127) | st.integers(60, 63), velocity=st.integers(0, 127))
    def strike(self, key: int, velocity: int) -> None:
        self.follow(self.keys.down(key, velocity))

    @rule(key=st.integers(0, 127) | st.integers(60, 63))
    def release(self, key: int) -> None:
        self.follow(self.keys.up(key))

    @rule(value=st.integers(0, 127), key=st.none() | st.integers(60, 63))
    def press(self, value: int, key: int) -> None:
        self.follow(self.keys.press(value, key))

    @rule(position=st.integers(-8192, 8191) | st.sampled_from((-8192, 0, 8191)))
    def wheel(self, position: int) -> None:
        self.follow(self.keys.bend(position))

    @rule(number=st.integers(0, 127) | st.sampled_from(Controller), value=st.integers(0, 127))
    def control(self, number: int, value: int) -> None:
        self.follow(self.keys.control(number, value))

    @rule(finger=st.integers(0, 4), x=st.floats(-50, 350), y=st.floats(-50, 250), lands=st.booleans())
    def touch(self, finger: int, x: float, y: float, lands: bool) -> None:
        self.follow((self.fingers.down if lands else self.fingers.move)(finger, x, y))

    @rule(finger=st.integers(0, 4))
    def leave(self, finger: int) -> None:
        self.follow(self.fingers.up(finger))

    @rule(sliding=st.booleans())
    def slide(self, sliding: bool) -> None:
        self.fingers.sliding = sliding

    @rule()
    def unplug(self) -> None:
        self.follow(self.keys.lift())
        assert not {each for each in self.sounding if each[0] is ME}
        assert not self.pedal
        assert self.parts == {Bend: 0.0, Vibrato: 0.0, Expression: 1.0}

    @rule()
    def lift(self) -> None:
        self.follow(self.fingers.lift())

    @invariant()
    def no_more_notes_than_hands(self) -> None:
        assert len([player for player, _ in self.sounding if player is Player.CHILD]) <= 5

    def teardown(self) -> None:
        self.unplug()
        self.lift()
        assert not self.sounding


class TestHands(_Hands.TestCase):  # type: ignore[valid-type, misc]
    """Whatever hands do, each note begins and ends once, and once they are gone no pedal is down, no wheel turned."""

    settings = settings(max_examples=times(75), stateful_step_count=40, deadline=None)
