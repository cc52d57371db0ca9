"""What hands do at MIDI keyboards, beside those at the screen."""

from __future__ import annotations

import mido
import pygame
import pytest

from bedside.music.events import (
    AllOff,
    Bend,
    Event,
    Expression,
    NoteOff,
    Pedal,
    Player,
    Shape,
    Source,
    StillHeld,
    Vibrato,
)
from bedside.stage.input.hands import Programmed, Tuning
from bedside.stage.input.midi import KeyboardMessage
from stage.reports import ALONE, KEYS, PADS, SIZE, TONES, TUNING, finger, hands, heard, strikes


def test_a_midi_keyboard_plays_for_its_player_in_the_scale_or_free() -> None:
    """Keys snap to the scale where it is asked for, sound as they are where not, and loudness is the velocity's."""
    strike = mido.Message("note_on", note=61, velocity=127)
    (snapped,) = strikes(heard(hands(), "one", strike))
    (free,) = strikes(heard(hands(Tuning(TONES, 60, Player.CHILD2, True)), "one", strike))
    assert (snapped.player, snapped.source, snapped.velocity) == (Player.THERAPIST, Source.MIDI, 1.0)
    assert snapped.key in KEYS
    assert (free.player, free.key) == (Player.CHILD2, 61)


def test_two_keyboards_hold_the_same_key_apart() -> None:
    """The same key on two keyboards is two notes; the one keyboard's going ends only its own."""
    each = hands()
    strike = mido.Message("note_on", note=60, velocity=64)
    (one,) = strikes(heard(each, "one", strike))
    (two,) = strikes(heard(each, "two", strike))
    assert each.hear(KeyboardMessage("one", None), 0.0) == [NoteOff(Player.THERAPIST, one.note)]
    assert each.hear(KeyboardMessage("one", None), 0.0) == []
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
    assert each.hear(KeyboardMessage("one", None), 0.0) == [
        NoteOff(me, on.note),
        Pedal(me, False),
        Bend(me, 0.0),
        Vibrato(me, 0.0),
        Expression(me, 1.0),
    ]


def test_a_program_change_asks_for_one_of_the_instruments() -> None:
    """A keyboard asks for a sound by its number; nothing is played before that is decided."""
    each = hands()
    assert heard(each, "one", *[mido.Message("program_change", program=number) for number in (0, 2, 4)]) == []
    assert each.presses() == [Programmed(Player.THERAPIST, number) for number in (0, 2, 4)]


def test_touch_and_keyboard_count_their_notes_together() -> None:
    """No two notes of a session share a number, whoever plays them."""
    each = hands()
    (touched,) = strikes(each.feed(finger(pygame.FINGERDOWN, PADS[0].x, PADS[0].y)))
    (struck,) = strikes(heard(each, "one", mido.Message("note_on", note=60, velocity=1)))
    assert touched.note != struck.note


def test_deaf_hands_begin_no_note_at_a_keyboard() -> None:
    """While everything is stopped a key begins nothing; one that was held may still be left."""
    each = hands()
    strike = mido.Message("note_on", note=60, velocity=64)
    (held,) = strikes(heard(each, "one", strike))
    each.deaf = True
    assert heard(each, "one", mido.Message("note_on", note=62, velocity=64)) == []
    assert heard(each, "one", mido.Message("note_off", note=60)) == [NoteOff(Player.THERAPIST, held.note)]
    assert heard(each, "one", mido.Message("note_off", note=62)) == []
    each.deaf = False
    assert len(strikes(heard(each, "one", strike))) == 1


def test_keys_can_be_let_go_with_wheels_and_pedals_left_alone() -> None:
    """When everybody's notes are to end, a pedal that is down stays down for what comes after."""
    each = hands()
    (one,) = strikes(heard(each, "one", mido.Message("note_on", note=60, velocity=64)))
    heard(each, "one", mido.Message("control_change", control=64, value=127))
    (two,) = strikes(heard(each, "two", mido.Message("note_on", note=62, velocity=64)))
    assert each.lift_keys() == [NoteOff(Player.THERAPIST, one.note), NoteOff(Player.THERAPIST, two.note)]
    assert each.lift_keys() == []
    assert heard(each, "one", mido.Message("control_change", control=64, value=0)) == [Pedal(Player.THERAPIST, False)]


def test_in_another_world_a_keyboard_plays_its_scale() -> None:
    """A keyboard that stays plugged in snaps to the scale and root of the world that everybody went to."""
    each = hands()
    strike = mido.Message("note_on", note=61, velocity=64)
    (here,) = strikes(heard(each, "one", strike))
    each.lift_keys()
    each.settle(ALONE, SIZE, Tuning(TONES, 61, Player.THERAPIST, False))
    (there,) = strikes(heard(each, "one", strike))
    each.lift_keys()
    each.settle(ALONE, SIZE, Tuning(TONES, 62, Player.THERAPIST, True))
    (free,) = strikes(heard(each, "one", strike))
    assert (here.key, there.key, free.key) == (60, 61, 61)
    assert TUNING.root == 60


def test_a_keyboard_that_lives_says_which_keys_are_down() -> None:
    """Active sensing, as it comes three times a second, keeps a long note; it makes no other event."""
    each = hands()
    (strike,) = strikes(heard(each, "one", mido.Message("note_on", note=60, velocity=64)))
    sensing = KeyboardMessage("one", mido.Message("active_sensing"))
    events = [event for third in range(400) for event in each.hear(sensing, third / 3)]
    assert events == [StillHeld(Player.THERAPIST, strike.note)] * 2
