from itertools import count, pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bedside.music.events import Event, Glide, NoteOff, NoteOn, Player, Shape, Source
from bedside.music.gestures import SOFTEST_TOUCH, Fingers
from bedside.music.layout import fit
from bedside.music.pad import Area, Pad

PADS = fit("rows", [60, 62, 64, 67], [0, 1, 2, 3], Area(0, 0, 400, 100))


def fingers() -> Fingers:
    return Fingers(PADS, Player.CHILD, count(1))


def test_a_tap_is_a_note() -> None:
    """A finger that comes and goes plays its pad's key, softer at the bottom, brighter at the top."""
    hand = fingers()
    assert hand.down(7, 150, 100) == [NoteOn(Player.CHILD, 1, 62, SOFTEST_TOUCH, 0.0, Source.TOUCH)]
    assert hand.up(7) == [NoteOff(Player.CHILD, 1)]
    assert hand.down(7, 150, 0) == [NoteOn(Player.CHILD, 2, 62, 1.0, 1.0, Source.TOUCH)]


def test_a_slide_plays_the_pads_it_crosses() -> None:
    """A finger that slides into the next pad ends the one note and begins the other."""
    hand = fingers()
    hand.down(1, 50, 50)
    off, on = hand.move(1, 150, 50)
    assert off == NoteOff(Player.CHILD, 1)
    assert isinstance(on, NoteOn)
    assert isinstance(on, NoteOn)
    assert (on.note, on.key) == (2, 62)
    assert hand.note(1) == 2


def test_a_held_finger_shapes_its_note() -> None:
    """A move up within a pad brightens the note; a tremor does nothing."""
    hand = fingers()
    hand.down(1, 50, 50)
    assert hand.move(1, 60, 49.5) == []
    assert hand.move(1, 60, 25) == [Shape(Player.CHILD, 1, 0.75)]


def test_a_finger_reported_down_twice_holds_one_note() -> None:
    """A repeated finger-down is the same finger still there."""
    hand = fingers()
    hand.down(1, 50, 50)
    assert hand.down(1, 50, 50) == []
    assert hand.lift() == [NoteOff(Player.CHILD, 1)]


def test_a_finger_never_seen_down_does_nothing() -> None:
    """A move or an up without a down plays nothing."""
    hand = fingers()
    assert hand.move(3, 50, 50) == []
    assert hand.up(3) == []


def sliding(pads: tuple[Pad, ...] = PADS) -> Fingers:
    hand = Fingers(pads, Player.CHILD, count(1))
    hand.sliding = True
    return hand


def test_a_sliding_finger_takes_its_note_along() -> None:
    """While sliding, a finger that crosses to the next pad bends its one note there, in tune in the pad's middle."""
    hand = sliding()
    hand.down(1, 50, 50)
    assert hand.move(1, 75, 50) == []
    assert hand.move(1, 100, 50) == [Glide(Player.CHILD, 1, 61.0)]
    assert hand.move(1, 120, 50) == [Glide(Player.CHILD, 1, 62.0)]
    assert hand.move(1, 165, 50) == []
    assert hand.move(1, 170, 50) == []
    assert hand.up(1) == [NoteOff(Player.CHILD, 1)]


def test_a_sliding_finger_shapes_its_note_too() -> None:
    """Height is brightness while sliding as well, in the pad where the finger is now."""
    hand = sliding()
    hand.down(1, 50, 50)
    assert hand.move(1, 150, 25) == [Glide(Player.CHILD, 1, 62.0), Shape(Player.CHILD, 1, 0.75)]


def test_a_finger_that_lands_near_an_edge_begins_in_tune_and_stays_continuous() -> None:
    """A strike at the edge of a pad is the pad's key, and what it lacks to the ribbon's pitch it makes up smoothly."""
    hand = sliding()
    (on,) = hand.down(1, 99, 50)
    assert isinstance(on, NoteOn)
    assert on.key == 60
    pitches = [60.0]
    for step in range(1, 250):
        pitches += [event.pitch for event in hand.move(1, 99 + step / 10, 50) if isinstance(event, Glide)]
    assert pitches[-1] == 62.0
    assert all(0 < b - a < 0.25 for a, b in pairwise(pitches))


def test_sliding_ends_at_once() -> None:
    """When the hand is to slide no more, the finger plays the next pad's own note, and the glided note ends."""
    hand = sliding()
    hand.down(1, 50, 50)
    hand.move(1, 150, 50)
    hand.sliding = False
    assert hand.move(1, 160, 50) == []
    off, on = hand.move(1, 250, 50)
    assert off == NoteOff(Player.CHILD, 1)
    assert isinstance(on, NoteOn)
    assert (on.note, on.key) == (2, 64)


@pytest.mark.slow
@given(st.lists(st.floats(0, 400), min_size=2, max_size=4), st.integers(100, 2000))
def test_a_flood_of_moves_is_no_flood_of_events(turns: list[float], reports: int) -> None:
    """However often a screen reports a finger, a slide has no more events than a thirty-second of a semitone each."""
    hand = sliding()
    hand.down(1, turns[0], 50)
    glides = []
    for a, b in pairwise(turns):
        for report in range(reports):
            moved = hand.move(1, a + (b - a) * (report + 1) / reports, 50)
            glides += [event.pitch for event in moved if isinstance(event, Glide)]
    way = sum(abs(b - a) for a, b in pairwise([hand_key(turns[0]), *glides]))
    # in the middle of each pad that it enters a finger is told its key, however near it was
    assert len(glides) <= 32 * way + 8 * len(turns)


def hand_key(x: float) -> float:
    return PADS[min(int(x // 100), 3)].key


touches = st.lists(
    st.tuples(st.sampled_from(["down", "move", "up"]), st.integers(0, 9), st.floats(-50, 450), st.floats(-50, 150)),
    max_size=80,
)


@given(touches, st.sampled_from(["never", "always", "by turns"]))
def test_no_order_of_reports_leaves_a_note_hanging(reports: list[tuple[str, int, float, float]], slides: str) -> None:
    """Whatever the screen reports, sliding or not, every note ends once, after it began, and lifting ends the rest."""
    hand = fingers()
    events: list[Event] = []
    for number, (what, finger, x, y) in enumerate(reports):
        hand.sliding = slides == "always" or (slides == "by turns" and number % 3 == 0)
        events += hand.up(finger) if what == "up" else getattr(hand, what)(finger, x, y)
        held = {e.note for e in events if isinstance(e, NoteOn)} - {e.note for e in events if isinstance(e, NoteOff)}
        assert len(held) <= 10
    events += hand.lift()
    sounding = set()
    for event in events:
        match event:
            case NoteOn():
                assert event.note not in sounding
                sounding.add(event.note)
            case NoteOff():
                sounding.remove(event.note)
            case Shape() | Glide():
                assert event.note in sounding
                assert not isinstance(event, Glide) or 60 <= event.pitch <= 67
    assert not sounding
