from itertools import count

from hypothesis import given
from hypothesis import strategies as st

from bedside.music.events import NoteOff, NoteOn, Player, Shape, Source
from bedside.music.gestures import SOFTEST_TOUCH, Fingers, Keyboard
from bedside.music.layout import fit
from bedside.music.scales import scale

PADS = fit([60, 62, 64, 67], [0, 1, 2, 3], 400, 100)


def fingers():
    return Fingers(PADS, Player.CHILD, count(1))


def keyboard(snapped=True):
    return Keyboard(Player.THERAPIST, scale("major pentatonic") if snapped else None, 60, count(1))


def test_a_tap_is_a_note():
    """A finger that comes and goes plays its pad's key, softer at the bottom, brighter at the top."""
    hand = fingers()
    assert hand.down(7, 150, 100) == [NoteOn(Player.CHILD, 1, 62, SOFTEST_TOUCH, 0.0, Source.TOUCH)]
    assert hand.up(7) == [NoteOff(Player.CHILD, 1)]
    assert hand.down(7, 150, 0) == [NoteOn(Player.CHILD, 2, 62, 1.0, 1.0, Source.TOUCH)]


def test_a_slide_plays_the_pads_it_crosses():
    """A finger that slides into the next pad ends the one note and begins the other."""
    hand = fingers()
    hand.down(1, 50, 50)
    off, on = hand.move(1, 150, 50)
    assert off == NoteOff(Player.CHILD, 1)
    assert isinstance(on, NoteOn)
    assert (on.note, on.key) == (2, 62)
    assert hand.note(1) == 2


def test_a_held_finger_shapes_its_note():
    """A move up within a pad brightens the note; a tremor does nothing."""
    hand = fingers()
    hand.down(1, 50, 50)
    assert hand.move(1, 60, 49.5) == []
    assert hand.move(1, 60, 25) == [Shape(Player.CHILD, 1, 0.75)]


def test_a_finger_reported_down_twice_holds_one_note():
    """A repeated finger-down is the same finger still there."""
    hand = fingers()
    hand.down(1, 50, 50)
    assert hand.down(1, 50, 50) == []
    assert hand.lift() == [NoteOff(Player.CHILD, 1)]


def test_a_finger_never_seen_down_does_nothing():
    """A move or an up without a down plays nothing."""
    hand = fingers()
    assert hand.move(3, 50, 50) == []
    assert hand.up(3) == []


def test_keys_snap_to_the_scale_or_are_free():
    """C sharp sounds as C in C pentatonic, and as itself on free keys."""
    assert [event.key for event in keyboard().down(61, 100)] == [60]
    assert [event.key for event in keyboard(snapped=False).down(61, 100)] == [61]


def test_a_key_struck_twice_ends_its_first_note():
    """A second note-on without an off leaves no note hanging; velocity 0 is an off."""
    keys = keyboard()
    keys.down(60, 90)
    assert keys.down(60, 80)[0] == NoteOff(Player.THERAPIST, 1)
    assert keys.down(60, 0) == [NoteOff(Player.THERAPIST, 2)]
    assert keys.lift() == []


touches = st.lists(
    st.tuples(st.sampled_from(["down", "move", "up"]), st.integers(0, 9), st.floats(-50, 450), st.floats(-50, 150)),
    max_size=80,
)


@given(touches)
def test_no_order_of_reports_leaves_a_note_hanging(reports):
    """Whatever the screen reports, every note ends once, after it began, and lifting ends the rest."""
    hand = fingers()
    events = []
    for what, finger, x, y in reports:
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
            case Shape():
                assert event.note in sounding
    assert not sounding
