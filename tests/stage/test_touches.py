"""What a finger does belongs to where it began: to a player's pads, to a control, or to a picture to choose."""

from __future__ import annotations

import pygame
import pytest

from bedside.music.events import Glide, NoteOff, NoteOn, Player, Shape
from bedside.music.pad import Area
from bedside.stage.input.hands import LetGo, Picked, Press, Pressed, Tuning
from bedside.stage.input.seats import HANDS, Button, Control, Side, Together
from stage.reports import (
    ALONE,
    KEYS,
    PADS,
    SIZE,
    TONES,
    button,
    finger,
    give,
    hands,
    key,
    middle,
    mouse,
    sides,
    strikes,
    tap,
)

CHILD, CHILD2, THERAPIST = Player.CHILD, Player.CHILD2, Player.THERAPIST
PAIRS = [sides(together, (CHILD, THERAPIST)) for together in (Together.BESIDE, Together.FACING)]
DOWN, MOVE, UP = pygame.FINGERDOWN, pygame.FINGERMOTION, pygame.FINGERUP


@pytest.mark.parametrize("at", PAIRS, ids=["beside", "facing"])
def test_every_note_is_of_the_player_on_whose_half_it_began(at: tuple[Side, ...]) -> None:
    """Fingers that cross to the other's half keep playing for whom they began, on the pads of that one's own half."""
    each = hands(at=at)
    first, second = (side.pads[4] for side in at)
    (one,) = strikes(each.feed(finger(DOWN, first.x, first.y, 1)))
    (other,) = strikes(each.feed(finger(DOWN, second.x, second.y, 2)))
    assert (one.player, other.player) == (CHILD, THERAPIST)
    crossed = [*each.feed(finger(MOVE, second.x, second.y, 1)), *each.feed(finger(MOVE, first.x, first.y, 2))]
    for event in crossed:
        assert isinstance(event, NoteOn | NoteOff | Shape | Glide)
        note = one if event.player is CHILD else other
        assert isinstance(event, NoteOn) or event.note == note.note
    last = {event.player: event.note for event in [one, other, *strikes(crossed)]}
    assert each.feed(finger(UP, second.x, second.y, 1)) == [NoteOff(CHILD, last[CHILD])]
    assert each.feed(finger(UP, first.x, first.y, 2)) == [NoteOff(THERAPIST, last[THERAPIST])]
    (again,) = strikes(each.feed(finger(DOWN, second.x, second.y, 1)))
    assert again.player is THERAPIST


def test_who_sits_opposite_plays_the_mirrored_pads() -> None:
    """Face to face, the place that is a half turn away sounds the same key, as high in its pad, for the other."""
    each = hands(at=PAIRS[1])
    pad = PAIRS[1][0].pads[7]
    x, y = pad.x + 10, pad.y - pad.height / 3
    (one,) = strikes(each.feed(finger(DOWN, x, y, 1)))
    (other,) = strikes(each.feed(finger(DOWN, SIZE[0] - x, SIZE[1] - y, 2)))
    assert (one.player, other.player) == (CHILD, THERAPIST)
    assert other.key == one.key == pad.key
    assert other.brightness == pytest.approx(one.brightness)
    assert one.brightness > 0.8


@pytest.mark.parametrize("control", [control for control in Control if control not in HANDS])
def test_a_control_is_pressed_when_the_finger_leaves_it(control: Control) -> None:
    """A finger that lands on a control and leaves it there presses it, once; one that slides off does not."""
    each = hands()
    x, y = middle(button(control))
    assert each.feed(finger(DOWN, x, y)) == []
    assert each.presses() == []
    assert each.feed(finger(MOVE, x + 3, y)) == []
    assert each.feed(finger(UP, x + 3, y)) == []
    assert each.presses() == [Pressed(control, CHILD)]
    assert each.presses() == []
    each.feed(finger(DOWN, x, y))
    assert each.feed(finger(MOVE, PADS[0].x, PADS[0].y)) == []
    assert each.feed(finger(UP, PADS[0].x, PADS[0].y)) == []
    assert each.presses() == []


@pytest.mark.parametrize("hand", HANDS)
def test_the_hand_is_pressed_when_the_finger_lands(hand: Control) -> None:
    """To stop waits for no finger to leave, at either end of the bar; the leaving is told, unless it slid off."""
    each = hands()
    x, y = middle(button(hand))
    assert each.feed(finger(DOWN, x, y)) == []
    assert each.presses() == [Pressed(Control.HAND, CHILD)]
    each.feed(finger(DOWN, x, y))
    each.feed(finger(UP, x, y))
    assert each.presses() == [LetGo(CHILD)]
    each.feed(finger(DOWN, x, y))
    each.feed(finger(UP, PADS[0].x, PADS[0].y))
    assert each.presses() == [Pressed(Control.HAND, CHILD)]


@pytest.mark.parametrize("at", PAIRS, ids=["beside", "facing"])
def test_each_player_has_controls_of_their_own(at: tuple[Side, ...]) -> None:
    """Whose control was touched is told; under every one of them lies no pad."""
    each = hands(at=at)
    for side in at:
        for target in side.seat.buttons:
            assert tap(each, *middle(target)) == []
            assert each.presses() == pressed(target)


def pressed(target: Button) -> list[Press]:
    """Return the presses of a tap on a control."""
    if target.control in HANDS:
        return [Pressed(Control.HAND, target.player), LetGo(target.player)]
    return [Pressed(target.control, target.player)]


def test_a_finger_from_a_pad_presses_no_control() -> None:
    """A finger that plays and slides over the controls goes on playing, and leaving there presses nothing."""
    each = hands()
    (on,) = strikes(each.feed(finger(DOWN, PADS[9].x, PADS[9].y)))
    x, y = middle(button(Control.HAND))
    events = [on, *strikes(each.feed(finger(MOVE, x, y)))]
    assert each.feed(finger(UP, x, y)) == [NoteOff(CHILD, events[-1].note)]
    assert each.presses() == []


def test_the_mouse_presses_controls_too() -> None:
    """What a finger can press the mouse can."""
    each = hands()
    x, y = (round(at) for at in middle(button(Control.STAR)))
    each.feed(mouse(pygame.MOUSEBUTTONDOWN, x, y))
    each.feed(mouse(pygame.MOUSEBUTTONUP, x, y))
    assert each.presses() == [Pressed(Control.STAR, CHILD)]


def test_a_lost_finger_presses_nothing() -> None:
    """A finger on a control whose leaving was not reported, or that left with the window, chose nothing."""
    each = hands()
    x, y = middle(button(Control.DOOR))
    each.feed(finger(DOWN, x, y, 3))
    assert each.release_missing(set()) == []
    each.feed(finger(DOWN, x, y, 4))
    each.feed(pygame.event.Event(pygame.WINDOWFOCUSLOST))
    each.feed(finger(UP, x, y, 4))
    assert each.presses() == []


def test_the_edge_of_the_screen_belongs_to_it() -> None:
    """A panel may report a finger on the very last line: that is on the pad, or the control, that ends there."""
    each = hands(at=PAIRS[0])
    right = PAIRS[0][1]
    (on,) = strikes(each.feed(finger(DOWN, SIZE[0], right.pads[9].y)))
    assert on.player is THERAPIST
    hand = button(Control.FAR_HAND, THERAPIST, PAIRS[0])
    tap(each, SIZE[0], middle(hand)[1], 5)
    assert each.presses() == pressed(hand)
    (low,) = strikes(each.feed(finger(DOWN, right.pads[0].x, SIZE[1], 6)))
    assert (low.player, low.key) == (THERAPIST, right.pads[0].key)


AREAS = (Area(100, 100, 200, 100), Area(320, 100, 200, 100))


def test_a_picture_is_chosen_when_the_finger_leaves_it() -> None:
    """Who chooses among pictures plays no pads; leaving the picture that one landed on chooses it."""
    each = hands()
    each.choosing[CHILD] = AREAS
    assert tap(each, 350, 150) == []
    assert each.presses() == [Picked(CHILD, 1)]
    each.feed(finger(DOWN, 150, 150))
    each.feed(finger(UP, 350, 150))
    assert each.presses() == []
    assert tap(each, 700, 400) == []
    assert each.presses() == [Picked(CHILD, None)]
    del each.choosing[CHILD]
    assert len(strikes(tap(each, 350, 150))) == 1


def test_while_one_chooses_the_other_plays_and_keys_do_too() -> None:
    """Pictures before one player's pads leave the other's alone, and the first one's held notes go on."""
    each = hands(at=PAIRS[1])
    mine, other = (side.pads[3] for side in PAIRS[1])
    (held,) = strikes(each.feed(finger(DOWN, mine.x, mine.y, 1)))
    each.choosing[CHILD] = ()
    (played,) = strikes(each.feed(finger(DOWN, other.x, other.y, 2)))
    assert played.player is THERAPIST
    assert each.feed(key(pygame.KEYDOWN, pygame.KSCAN_A)) == []
    assert each.feed(finger(DOWN, mine.x, mine.y, 3)) == []
    assert each.feed(finger(UP, mine.x, mine.y, 1)) == [NoteOff(CHILD, held.note)]


def test_a_picture_that_goes_away_under_the_finger_is_not_chosen() -> None:
    """When the choosing ended meanwhile, or other pictures came, leaving chooses nothing."""
    each = hands()
    each.choosing[CHILD] = AREAS
    each.feed(finger(DOWN, 350, 150))
    del each.choosing[CHILD]
    each.feed(finger(UP, 350, 150))
    each.choosing[CHILD] = AREAS
    each.feed(finger(DOWN, 350, 150))
    each.choosing[CHILD] = AREAS[:1]
    each.feed(finger(UP, 350, 150))
    assert each.presses() == []


def test_deaf_hands_begin_no_note_and_press_controls() -> None:
    """While everything is stopped fingers, mouse and letters play nothing; the controls answer."""
    each = hands()
    each.deaf = True
    pad = PADS[2]
    assert each.feed(finger(DOWN, pad.x, pad.y, 1)) == []
    assert each.feed(finger(MOVE, PADS[5].x, PADS[5].y, 1)) == []
    assert each.feed(mouse(pygame.MOUSEBUTTONDOWN, round(pad.x), round(pad.y))) == []
    assert each.feed(key(pygame.KEYDOWN, pygame.KSCAN_A)) == []
    tap(each, *middle(button(Control.HAND)), 2)
    assert each.presses() == [Pressed(Control.HAND, CHILD), LetGo(CHILD)]
    each.deaf = False
    assert each.feed(finger(MOVE, pad.x, pad.y, 1)) == []
    assert each.feed(finger(UP, pad.x, pad.y, 1)) == []
    assert each.moved() == []


def test_a_finger_that_is_held_when_hands_grow_deaf_ends_its_note_and_begins_no_other() -> None:
    """Slid to the next pad it falls silent there, and nothing that never began is ended, followed or placed."""
    each = hands()
    (on,) = strikes(each.feed(finger(DOWN, PADS[0].x, PADS[0].y)))
    each.moved()
    each.deaf = True
    assert each.feed(finger(MOVE, PADS[1].x, PADS[1].y)) == [NoteOff(CHILD, on.note)]
    assert each.moved() == []
    assert each.feed(finger(MOVE, PADS[2].x, PADS[2].y)) == []
    assert each.feed(finger(UP, PADS[2].x, PADS[2].y)) == []


def test_pads_sound_the_keys_of_the_instrument() -> None:
    """An instrument that sounds low has low pads, a set has its pieces, one that nobody knows the world's keys."""
    each = hands(at=PAIRS[0])
    assert each.pads == {CHILD: tuple(KEYS), THERAPIST: tuple(KEYS)}
    give(each, THERAPIST, "bass")
    give(each, CHILD, "drum")
    assert each.pads == {CHILD: (36, 38, 42) * 3 + (36,), THERAPIST: tuple(pitch - 24 for pitch in KEYS)}
    give(each, CHILD, "somebody's own")
    assert each.pads[CHILD] == tuple(KEYS)
    give(each, CHILD2, "bass")
    assert each.pads.keys() == {CHILD, THERAPIST}


def test_a_held_finger_keeps_its_note_when_the_instrument_changes() -> None:
    """The note that sounds ends as it began; the next touch plays the new keys."""
    each = hands()
    (on,) = strikes(each.feed(finger(DOWN, PADS[0].x, PADS[0].y)))
    give(each, CHILD, "bass")
    assert each.feed(finger(MOVE, PADS[0].x + 1, PADS[0].y)) == []
    assert each.feed(finger(UP, PADS[0].x, PADS[0].y)) == [NoteOff(CHILD, on.note)]
    (low,) = strikes(each.feed(finger(DOWN, PADS[0].x, PADS[0].y)))
    assert (on.key, low.key) == (60, 36)


def test_on_other_sides_the_instruments_stay() -> None:
    """In another world the pads play its scale, in the register of what each player plays by now."""
    each = hands()
    give(each, CHILD, "bass")
    each.lift()
    each.settle(ALONE, SIZE, Tuning(TONES, 65, THERAPIST, False))
    assert each.pads == {CHILD: tuple(TONES.key(degree, 41) for degree in range(10))}
