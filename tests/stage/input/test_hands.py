"""What hands do at the screen, the mouse and the computer's keys, as musical events."""

from __future__ import annotations

import pygame
import pytest

from bedside.music.events import Glide, NoteOff, NoteOn, Player, Shape, Source
from bedside.music.pad import Pad
from bedside.stage.input.hands import Programmed
from stage.reports import PADS, finger, give, hands, key, mouse, strikes


@pytest.mark.parametrize("pad", PADS, ids=lambda pad: f"pad {pad.number}")
def test_a_finger_on_a_pad_plays_it_for_the_child(pad: Pad) -> None:
    """Wherever the panel says that a finger is, in shares of the screen, the pad there plays the child's note."""
    each = hands()
    (on,) = strikes(each.feed(finger(pygame.FINGERDOWN, pad.x, pad.y)))
    assert (on.player, on.key, on.source) == (Player.CHILD, pad.key, Source.TOUCH)
    assert on.brightness == pytest.approx(0.5)
    assert each.place(Player.CHILD, on.note) == pytest.approx((pad.x, pad.y))
    assert each.feed(finger(pygame.FINGERUP, pad.x, pad.y)) == [NoteOff(Player.CHILD, on.note)]


def test_fingers_of_two_panels_are_two_even_where_their_numbers_are_one() -> None:
    """Each panel counts its fingers for itself; a finger of one is not that of another."""
    each = hands()
    (left,) = strikes(each.feed(finger(pygame.FINGERDOWN, PADS[0].x, PADS[0].y, 0, panel=1)))
    (right,) = strikes(each.feed(finger(pygame.FINGERDOWN, PADS[4].x, PADS[4].y, 0, panel=2)))
    assert each.feed(finger(pygame.FINGERUP, 0, 0, 0, panel=1)) == [NoteOff(Player.CHILD, left.note)]
    assert each.place(Player.CHILD, right.note) is not None


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
    assert each.release_missing({(1, 2), (1, 9)}) == [NoteOff(Player.CHILD, left.note)]
    assert each.release_missing({(1, 2)}) == []
    assert each.place(Player.CHILD, stays.note) is not None
    assert each.place(Player.CHILD, letter.note) is not None
    assert each.place(Player.CHILD, left.note) is None


def test_a_finger_that_moves_is_followed() -> None:
    """Inside a pad a move changes the brightness; over its edge the next pad's note takes its place; all are told."""
    each = hands()
    pad, neighbour = PADS[0], PADS[1]
    (on,) = strikes(each.feed(finger(pygame.FINGERDOWN, pad.x, pad.y)))
    assert each.moved() == [(Player.CHILD, on.note, pad.x, pad.y)]
    higher = pad.y - pad.height / 4
    (shape,) = each.feed(finger(pygame.FINGERMOTION, pad.x, higher))
    assert isinstance(shape, Shape)
    assert (shape.player, shape.note) == (Player.CHILD, on.note)
    assert shape.brightness == pytest.approx(0.75)
    off, next_on = each.feed(finger(pygame.FINGERMOTION, neighbour.x, neighbour.y))
    assert off == NoteOff(Player.CHILD, on.note)
    assert isinstance(next_on, NoteOn)
    assert next_on.key == neighbour.key
    assert [note for _, note, _, _ in each.moved()] == [on.note, next_on.note]
    assert each.moved() == []
    assert each.place(Player.CHILD, on.note) is None


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


def test_function_keys_ask_for_a_sound() -> None:
    """F2 and on ask for an instrument of the child by its number, with Shift of the keyboards' player; none sounds."""
    each = hands()
    assert each.feed(key(pygame.KEYDOWN, pygame.KSCAN_F3, pygame.K_F3)) == []
    assert each.feed(key(pygame.KEYDOWN, pygame.KSCAN_F4, pygame.K_F4, pygame.KMOD_LSHIFT)) == []
    assert each.presses() == [Programmed(Player.CHILD, 1), Programmed(Player.THERAPIST, 2)]
    assert each.presses() == []


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


def test_a_finger_slides_on_an_instrument_that_sounds_on() -> None:
    """There a finger that crosses to the next pad keeps its note, is followed, and glides to the next key."""
    each = hands()
    give(each, Player.THERAPIST, "harp")
    give(each, Player.CHILD, "pad")
    pad, neighbour = PADS[0], PADS[1]
    (on,) = strikes(each.feed(finger(pygame.FINGERDOWN, pad.x, pad.y)))
    moved = each.feed(finger(pygame.FINGERMOTION, neighbour.x, neighbour.y))
    assert moved == [Glide(Player.CHILD, on.note, neighbour.key)]
    assert each.place(Player.CHILD, on.note) == pytest.approx((neighbour.x, neighbour.y))
    assert each.feed(finger(pygame.FINGERUP, 0, 0)) == [NoteOff(Player.CHILD, on.note)]
    give(each, Player.CHILD, "harp")
    each.feed(finger(pygame.FINGERDOWN, pad.x, pad.y))
    assert len(strikes(each.feed(finger(pygame.FINGERMOTION, neighbour.x, neighbour.y)))) == 1
