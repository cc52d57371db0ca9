"""What hands do at the screen, the mouse, the computer's keys and MIDI keyboards, as musical events."""

from __future__ import annotations

import mido
import pygame
import pytest
from hypothesis import given
from hypothesis import strategies as st

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
    Program,
    Shape,
    Source,
    Vibrato,
)
from bedside.music.layout import Pad, fit
from bedside.music.scales import scale
from bedside.stage.hands import Hands, Tuning
from bedside.stage.midi import Played

SIZE = (800, 400)
TONES = scale("major pentatonic")
KEYS = [TONES.key(degree, 60) for degree in range(10)]
PADS = fit(KEYS, [degree % 5 for degree in range(10)], *SIZE)
INSTRUMENTS = ("harp", "marimba", "pad")
LETTERS = (pygame.KSCAN_A, pygame.KSCAN_S, pygame.KSCAN_SEMICOLON, pygame.KSCAN_Q, pygame.KSCAN_P, pygame.KSCAN_V)


def hands(tuning: Tuning | None = None, pads: tuple[Pad, ...] = PADS) -> Hands:
    return Hands(pads, SIZE, tuning or Tuning(Player.THERAPIST, TONES, 60), INSTRUMENTS, frozenset({"pad"}))


def finger(kind: int, x: float, y: float, number: int = 0, panel: int = 1) -> pygame.event.Event:
    """Return what a panel says of a finger at a place in pixels."""
    return pygame.event.Event(
        kind, x=x / SIZE[0], y=y / SIZE[1], dx=0.0, dy=0.0, finger_id=number, touch_id=panel, pressure=1.0
    )


def mouse(kind: int, x: int, y: int, button: int = 1) -> pygame.event.Event:
    if kind == pygame.MOUSEMOTION:
        return pygame.event.Event(kind, pos=(x, y), rel=(0, 0), buttons=(1, 0, 0))
    return pygame.event.Event(kind, pos=(x, y), button=button)


def key(kind: int, scancode: int = 0, symbol: int = 0, mod: int = 0) -> pygame.event.Event:
    return pygame.event.Event(kind, scancode=scancode, key=symbol, mod=mod, unicode="")


def heard(each: Hands, keyboard: str, *messages: mido.Message) -> list[Event]:
    return [event for message in messages for event in each.hear(Played(keyboard, message))]


def strikes(events: list[Event]) -> list[NoteOn]:
    return [event for event in events if isinstance(event, NoteOn)]


_PLACE = st.tuples(st.integers(-50, 850), st.integers(-50, 450))
_FINGERS = st.builds(
    lambda kind, place, number, panel: finger(kind, *place, number, panel),
    st.sampled_from((pygame.FINGERDOWN, pygame.FINGERMOTION, pygame.FINGERUP)),
    _PLACE,
    st.integers(0, 3),
    st.integers(0, 1),
)
_MICE = st.builds(
    lambda kind, place, button: mouse(kind, *place, button),
    st.sampled_from((pygame.MOUSEBUTTONDOWN, pygame.MOUSEMOTION, pygame.MOUSEBUTTONUP)),
    _PLACE,
    st.integers(1, 3),
)
_COMPUTER = st.builds(
    key,
    st.sampled_from((pygame.KEYDOWN, pygame.KEYUP)),
    st.sampled_from((*LETTERS, pygame.KSCAN_F2)),
    st.sampled_from((pygame.K_a, pygame.K_F2)),
    st.sampled_from((0, pygame.KMOD_LCTRL, pygame.KMOD_SHIFT)),
)
_OTHERS = st.sampled_from((pygame.event.Event(pygame.WINDOWFOCUSLOST), pygame.event.Event(pygame.WINDOWEXPOSED)))
_MESSAGES = st.one_of(
    st.builds(
        lambda kind, note, velocity: mido.Message(kind, note=note, velocity=velocity),
        st.sampled_from(("note_on", "note_off")),
        st.integers(60, 64),
        st.integers(0, 127),
    ),
    st.builds(lambda program: mido.Message("program_change", program=program), st.integers(0, 127)),
    st.builds(
        lambda control, value: mido.Message("control_change", control=control, value=value),
        st.sampled_from((1, 7, 11, 64, 120, 121, 123)),
        st.integers(0, 127),
    ),
    st.builds(lambda pitch: mido.Message("pitchwheel", pitch=pitch), st.integers(-8192, 8191)),
    st.builds(lambda value: mido.Message("aftertouch", value=value), st.integers(0, 127)),
    st.builds(
        lambda note, value: mido.Message("polytouch", note=note, value=value), st.integers(60, 64), st.integers(0, 127)
    ),
    st.just(mido.Message("reset")),
    st.none(),
)
_PLAYED = st.builds(Played, st.sampled_from(("one", "two")), _MESSAGES)


@given(st.lists(st.one_of(_FINGERS, _MICE, _COMPUTER, _OTHERS, _PLAYED), max_size=60))
def test_nothing_that_hands_do_leaves_a_note_hanging(acts: list[pygame.event.Event | Played]) -> None:
    """In any order of any reports each note begins once and ends once, and all end when all hands leave."""
    each = hands()
    sounding: set[tuple[Player, int]] = set()
    begun: set[int] = set()
    pedals: set[bool] = set()

    def follow(events: list[Event]) -> None:
        for event in events:
            match event:
                case NoteOn(player, note):
                    assert note not in begun
                    begun.add(note)
                    sounding.add((player, note))
                case NoteOff(player, note):
                    sounding.remove((player, note))
                    assert each.place(note) is None
                case Shape(player, note) | Glide(player, note):
                    assert (player, note) in sounding
                case Pedal(_, down):
                    pedals.add(down)
                    pedals.discard(not down)

    for number, act in enumerate(acts):
        each.performed(Program(Player.CHILD, "pad" if number % 20 >= 10 else "harp"))
        follow(each.hear(act) if isinstance(act, Played) else each.feed(act))
        children = [note for player, note in sounding if player is Player.CHILD]
        assert all(each.place(note) is not None for note in children)
        # eight fingers, the mouse and the letters; five keys on each of two keyboards
        assert len(children) <= 8 + 1 + len(LETTERS)
        assert len(sounding) - len(children) <= 10
    follow(each.lift())
    assert not [note for player, note in sounding if player is Player.CHILD]
    follow([*each.hear(Played("one", None)), *each.hear(Played("two", None))])
    assert not sounding
    assert all(each.place(note) is None for note in begun)
    assert True not in pedals


@pytest.mark.parametrize("pad", PADS, ids=lambda pad: f"pad {pad.number}")
def test_a_finger_on_a_pad_plays_it_for_the_child(pad: Pad) -> None:
    """Wherever the panel says that a finger is, in shares of the screen, the pad there plays the child's note."""
    each = hands()
    (on,) = strikes(each.feed(finger(pygame.FINGERDOWN, pad.x, pad.y)))
    assert (on.player, on.key, on.source) == (Player.CHILD, pad.key, Source.TOUCH)
    assert on.brightness == pytest.approx(0.5)
    assert each.place(on.note) == pytest.approx((pad.x, pad.y))
    assert each.feed(finger(pygame.FINGERUP, pad.x, pad.y)) == [NoteOff(Player.CHILD, on.note)]


def test_fingers_of_two_panels_are_two_even_where_their_numbers_are_one() -> None:
    """Each panel counts its fingers for itself; a finger of one is not that of another."""
    each = hands()
    (left,) = strikes(each.feed(finger(pygame.FINGERDOWN, PADS[0].x, PADS[0].y, 0, panel=1)))
    (right,) = strikes(each.feed(finger(pygame.FINGERDOWN, PADS[4].x, PADS[4].y, 0, panel=2)))
    assert each.feed(finger(pygame.FINGERUP, 0, 0, 0, panel=1)) == [NoteOff(Player.CHILD, left.note)]
    assert each.place(right.note) is not None


def test_a_finger_reported_again_is_no_second_note() -> None:
    """A held finger that the screen reports as landing again goes on with its note."""
    each = hands()
    pad = PADS[2]
    assert strikes(each.feed(finger(pygame.FINGERDOWN, pad.x, pad.y)))
    assert each.feed(finger(pygame.FINGERDOWN, pad.x, pad.y)) == []


def test_a_finger_whose_leaving_was_lost_is_let_go() -> None:
    """Of the fingers that play, those that the panel no longer knows end, and only those; letters and mouse stay."""
    each = hands()
    (left,) = strikes(each.feed(finger(pygame.FINGERDOWN, PADS[0].x, PADS[0].y, 1)))
    (stays,) = strikes(each.feed(finger(pygame.FINGERDOWN, PADS[4].x, PADS[4].y, 2)))
    (letter,) = strikes(each.feed(key(pygame.KEYDOWN, pygame.KSCAN_S)))
    assert each.missing({(1, 2), (1, 9)}) == [NoteOff(Player.CHILD, left.note)]
    assert each.missing({(1, 2)}) == []
    assert each.place(stays.note) is not None
    assert each.place(letter.note) is not None
    assert each.place(left.note) is None


def test_a_finger_that_moves_is_followed() -> None:
    """Inside a pad a move changes the brightness; over its edge the next pad's note takes its place; all are told."""
    each = hands()
    pad, neighbour = PADS[0], PADS[1]
    (on,) = strikes(each.feed(finger(pygame.FINGERDOWN, pad.x, pad.y)))
    assert each.moved() == [(Player.CHILD, on.note, pad.x, pad.y)]
    higher = pad.y - pad.height / 4
    (shape,) = each.feed(finger(pygame.FINGERMOTION, pad.x, higher))
    assert shape == Shape(Player.CHILD, on.note, pytest.approx(0.75))
    off, next_on = each.feed(finger(pygame.FINGERMOTION, neighbour.x, neighbour.y))
    assert off == NoteOff(Player.CHILD, on.note)
    assert isinstance(next_on, NoteOn)
    assert next_on.key == neighbour.key
    assert [note for _, note, _, _ in each.moved()] == [on.note, next_on.note]
    assert each.moved() == []
    assert each.place(on.note) is None


def test_the_mouse_plays_with_its_first_button_only() -> None:
    """A press plays the pad under the pointer until the release; moving without a press and other buttons play none."""
    each = hands()
    x, y = round(PADS[7].x), round(PADS[7].y)
    assert each.feed(mouse(pygame.MOUSEMOTION, x, y)) == []
    assert each.feed(mouse(pygame.MOUSEBUTTONDOWN, x, y, button=3)) == []
    (on,) = strikes(each.feed(mouse(pygame.MOUSEBUTTONDOWN, x, y)))
    assert (on.key, on.source) == (PADS[7].key, Source.MOUSE)
    assert each.feed(mouse(pygame.MOUSEBUTTONUP, x, y, button=3)) == []
    assert each.feed(mouse(pygame.MOUSEBUTTONUP, x, y)) == [NoteOff(Player.CHILD, on.note)]


def test_letters_play_the_pads_by_where_they_lie() -> None:
    """The home row plays the lowest pads, whatever is printed on it; the tenth is the semicolon's; others play none."""
    each = hands()
    (low,) = strikes(each.feed(key(pygame.KEYDOWN, pygame.KSCAN_A, pygame.K_q)))
    (high,) = strikes(each.feed(key(pygame.KEYDOWN, pygame.KSCAN_SEMICOLON)))
    assert (low.key, high.key) == (PADS[0].key, PADS[9].key)
    assert low.source is high.source is Source.KEYS
    assert low.brightness == pytest.approx(0.6)
    assert each.feed(key(pygame.KEYDOWN, pygame.KSCAN_Q)) == []
    assert each.feed(key(pygame.KEYDOWN, pygame.KSCAN_RETURN)) == []
    assert each.feed(key(pygame.KEYUP, pygame.KSCAN_A)) == [NoteOff(Player.CHILD, low.note)]


def test_letters_with_control_are_commands_and_play_nothing() -> None:
    """Ctrl and a letter belong to the staff."""
    assert hands().feed(key(pygame.KEYDOWN, pygame.KSCAN_A, pygame.K_a, pygame.KMOD_LCTRL)) == []
    assert hands().feed(key(pygame.KEYDOWN, pygame.KSCAN_A, pygame.K_a, pygame.KMOD_RCTRL)) == []


def test_function_keys_choose_instruments() -> None:
    """F1 and on give the child an instrument, with Shift the keyboards' player; beyond the last there is none."""
    each = hands()
    assert each.feed(key(pygame.KEYDOWN, pygame.KSCAN_F2, pygame.K_F2)) == [Program(Player.CHILD, "marimba")]
    assert each.feed(key(pygame.KEYDOWN, pygame.KSCAN_F3, pygame.K_F3, pygame.KMOD_LSHIFT)) == [
        Program(Player.THERAPIST, "pad")
    ]
    assert each.feed(key(pygame.KEYDOWN, pygame.KSCAN_F4, pygame.K_F4)) == []


def test_a_window_that_loses_the_screen_lets_every_note_go() -> None:
    """Fingers, mouse and letters that leave unseen are lifted; the next landing plays again."""
    each = hands()
    pad = PADS[3]
    for act in (
        finger(pygame.FINGERDOWN, pad.x, pad.y),
        mouse(pygame.MOUSEBUTTONDOWN, round(pad.x), round(pad.y)),
        key(pygame.KEYDOWN, pygame.KSCAN_S),
    ):
        assert strikes(each.feed(act))
    offs = each.feed(pygame.event.Event(pygame.WINDOWFOCUSLOST))
    assert len(offs) == 3
    assert all(isinstance(off, NoteOff) for off in offs)
    assert strikes(each.feed(finger(pygame.FINGERDOWN, pad.x, pad.y)))


def test_a_midi_keyboard_plays_for_its_player_in_the_scale_or_free() -> None:
    """Keys snap to the scale where it is asked for, sound as they are where not, and loudness is the velocity's."""
    strike = mido.Message("note_on", note=61, velocity=127)
    (snapped,) = strikes(heard(hands(), "one", strike))
    (free,) = strikes(heard(hands(Tuning(Player.CHILD2, None, 60)), "one", strike))
    assert (snapped.player, snapped.source, snapped.velocity) == (Player.THERAPIST, Source.MIDI, 1.0)
    assert snapped.key in KEYS
    assert (free.player, free.key) == (Player.CHILD2, 61)


def test_two_keyboards_hold_the_same_key_apart() -> None:
    """The same key on two keyboards is two notes; the one keyboard's going ends only its own."""
    each = hands()
    strike = mido.Message("note_on", note=60, velocity=64)
    (one,) = strikes(heard(each, "one", strike))
    (two,) = strikes(heard(each, "two", strike))
    assert each.hear(Played("one", None)) == [NoteOff(Player.THERAPIST, one.note)]
    assert each.hear(Played("one", None)) == []
    assert heard(each, "two", mido.Message("note_off", note=60)) == [NoteOff(Player.THERAPIST, two.note)]


@pytest.mark.parametrize(
    ("panic", "more"),
    [
        (mido.Message("control_change", control=123), [AllOff(Player.THERAPIST)]),
        (mido.Message("control_change", control=120), [AllOff(Player.THERAPIST)]),
        (mido.Message("reset"), []),
    ],
    ids=str,
)
def test_a_keyboard_that_asks_for_silence_ends_its_notes(panic: mido.Message, more: list[Event]) -> None:
    """All notes off, all sound off and a reset end what this keyboard holds; another controller does not."""
    each = hands()
    strike = mido.Message("note_on", note=60, velocity=64)
    (on,) = strikes(heard(each, "one", strike))
    assert heard(each, "one", mido.Message("control_change", control=7, value=0)) == []
    assert heard(each, "one", panic) == [NoteOff(Player.THERAPIST, on.note), *more]


def test_wheels_pedals_and_pressure_of_a_keyboard_are_its_players() -> None:
    """What a keyboard can say beside its keys becomes events of its player, and its going away takes them back."""
    each = hands()
    (on,) = strikes(heard(each, "one", mido.Message("note_on", note=60, velocity=64)))
    me = Player.THERAPIST
    moves: list[tuple[mido.Message, list[Event]]] = [
        (mido.Message("pitchwheel", pitch=-8192), [Bend(me, -2.0)]),
        (mido.Message("control_change", control=1, value=127), [Vibrato(me, 1.0)]),
        (mido.Message("control_change", control=11, value=0), [Expression(me, 0.0)]),
        (mido.Message("control_change", control=64, value=127), [Pedal(me, True)]),
        (mido.Message("aftertouch", value=127), [Shape(me, on.note, 1.0)]),
        (mido.Message("polytouch", note=60, value=0), []),
    ]
    for message, events in moves:
        assert heard(each, "one", message) == events
    assert each.hear(Played("one", None)) == [
        NoteOff(me, on.note),
        Pedal(me, False),
        Bend(me, 0.0),
        Vibrato(me, 0.0),
        Expression(me, 1.0),
    ]


def test_a_finger_slides_on_an_instrument_that_sounds_on() -> None:
    """There a finger that crosses to the next pad keeps its note, is followed, and glides to the next key."""
    each = hands()
    each.performed(Program(Player.THERAPIST, "harp"))
    each.performed(Program(Player.CHILD, "pad"))
    pad, neighbour = PADS[0], PADS[1]
    (on,) = strikes(each.feed(finger(pygame.FINGERDOWN, pad.x, pad.y)))
    moved = each.feed(finger(pygame.FINGERMOTION, neighbour.x, neighbour.y))
    assert moved == [Glide(Player.CHILD, on.note, neighbour.key)]
    assert each.place(on.note) == pytest.approx((neighbour.x, neighbour.y))
    assert each.feed(finger(pygame.FINGERUP, 0, 0)) == [NoteOff(Player.CHILD, on.note)]
    each.performed(Program(Player.CHILD, "harp"))
    each.feed(finger(pygame.FINGERDOWN, pad.x, pad.y))
    assert len(strikes(each.feed(finger(pygame.FINGERMOTION, neighbour.x, neighbour.y)))) == 1


def test_a_program_change_takes_one_of_the_instruments() -> None:
    """Programs count through the instruments there are, round and round."""
    chosen = heard(hands(), "one", *[mido.Message("program_change", program=number) for number in (0, 2, 4)])
    assert chosen == [Program(Player.THERAPIST, name) for name in ("harp", "pad", "marimba")]


def test_touch_and_keyboard_count_their_notes_together() -> None:
    """No two notes of a session share a number, whoever plays them."""
    each = hands()
    (touched,) = strikes(each.feed(finger(pygame.FINGERDOWN, 10, 10)))
    (struck,) = strikes(heard(each, "one", mido.Message("note_on", note=60, velocity=1)))
    assert touched.note != struck.note
