"""A phrase that is heard again: each event when it is due, and every part left as it was."""

from __future__ import annotations

from itertools import count

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bedside.music.events import (
    AllOff,
    Awaited,
    Bend,
    Event,
    Expression,
    Glide,
    NoteOff,
    NoteOn,
    Pedal,
    Performed,
    Player,
    Program,
    Shape,
    Source,
    Vibrato,
)
from bedside.music.settings import AllSettings
from bedside.stage.input.echo import Echo

CHILD, THERAPIST = Player.CHILD, Player.THERAPIST
SOUNDS = {CHILD: "harp", THERAPIST: "bass"}

Phrase = list[tuple[float, Event]]


def settings_now() -> AllSettings:
    """Return the settings of two parts that have an instrument, and no more."""
    now = AllSettings()
    for player, name in SOUNDS.items():
        now.apply(Program(player, name))
    return now


def on(note: int, player: Player = CHILD) -> NoteOn:
    return NoteOn(player, note, 60 + note, 0.5, 0.5, Source.REPLAY)


def heard(echo: Echo, now: float) -> list[tuple[float, Event]]:
    """Let time pass, waking whenever something is due, and return what was asked for and when."""
    asked: list[tuple[float, Event]] = []
    while echo.next_due < float("inf"):
        now = echo.next_due
        asked += [(now, event) for event in echo.due(now)]
    return asked


TUNE: Phrase = [(0.0, on(1)), (0.5, Shape(CHILD, 1, 0.9)), (0.6, Glide(CHILD, 1, 62.0)), (1.0, NoteOff(CHILD, 1))]


def test_a_phrase_is_heard_in_its_own_time_with_new_notes() -> None:
    """After a moment each event comes when it is due, as often as it is looked; notes have numbers nobody else has."""
    echo = Echo(count(700), settings_now())
    echo.start(TUNE, 50.0)
    first = echo.next_due
    assert 50.1 < first < 51.0
    assert echo.due(first - 0.01) == []
    asked = heard(echo, 50.0)
    assert [at - first for at, _ in asked] == pytest.approx([0.0, 0.5, 0.6, 1.0])
    assert [event for _, event in asked] == [
        NoteOn(CHILD, 700, 61, 0.5, 0.5, Source.REPLAY),
        Shape(CHILD, 700, 0.9),
        Glide(CHILD, 700, 62.0),
        NoteOff(CHILD, 700),
    ]


def test_whoever_looks_late_gets_all_that_was_due_in_order() -> None:
    """Nothing is left out when the loop was busy; all of it comes at once, in order."""
    echo = Echo(count(1), settings_now())
    echo.start(TUNE, 0.0)
    assert [type(event) for event in echo.due(60.0)] == [NoteOn, Shape, Glide, NoteOff]
    assert not echo.active
    assert echo.due(61.0) == []


def test_it_is_active_until_its_last_note_has_rung() -> None:
    """From its beginning on, through the last event and some seconds more; then it is over and nothing is due."""
    echo = Echo(count(1), settings_now())
    before = echo.active
    assert not before
    assert echo.next_due == float("inf")
    echo.start(TUNE, 0.0)
    assert echo.active
    asked = heard(echo, 0.0)
    last = asked[-1][0]
    assert echo.next_due == float("inf")
    echo.due(last + 2.0)
    assert echo.active
    echo.due(last + 5.0)
    assert not echo.active


def test_an_ended_phrase_lets_its_notes_go() -> None:
    """Stopped at any time, what sounds of it ends, and nothing more of it comes."""
    echo = Echo(count(10), settings_now())
    echo.start([(0.0, on(1)), (0.1, on(2, THERAPIST)), (5.0, NoteOff(CHILD, 1))], 0.0)
    echo.due(2.0)
    assert sorted(echo.stop(), key=lambda event: event.player) == [NoteOff(CHILD, 10), NoteOff(THERAPIST, 11)]  # type: ignore[union-attr]
    assert not echo.active
    assert echo.next_due == float("inf")
    assert echo.due(100.0) == []
    assert echo.stop() == []


def test_notes_that_never_ended_in_the_phrase_end_with_it() -> None:
    """A phrase that breaks off in a held note leaves none hanging."""
    echo = Echo(count(10), settings_now())
    echo.start([(0.0, on(1)), (1.0, on(2))], 0.0)
    assert [event for _, event in heard(echo, 0.0)][2:] == [NoteOff(CHILD, 10), NoteOff(CHILD, 11)]


def test_parts_sound_again_as_they_did() -> None:
    """Instrument, wheels, swell and pedal of the phrase hold as long as it does, and go back to what they were."""
    echo = Echo(count(1), settings_now())
    worn: Phrase = [
        (0.0, Program(CHILD, "bell")),
        (0.0, Bend(CHILD, 1.5)),
        (0.0, Vibrato(CHILD, 0.3)),
        (0.0, Expression(CHILD, 0.5)),
        (0.0, Pedal(CHILD, True)),
        (0.0, Bend(THERAPIST, 0.2)),
    ]
    echo.start([*worn, *TUNE], 0.0)
    asked = [event for _, event in heard(echo, 0.0)]
    assert asked[:6] == [event for _, event in worn]
    after = asked[asked.index(NoteOff(CHILD, 1)) + 1 :]
    assert sorted(map(repr, after)) == sorted(
        map(
            repr,
            [
                Program(CHILD, "harp"),
                Bend(CHILD, 0.0),
                Vibrato(CHILD, 0.0),
                Expression(CHILD, 1.0),
                Pedal(CHILD, False),
                Bend(THERAPIST, 0.0),
            ],
        )
    )


def test_a_sound_that_is_chosen_meanwhile_stays() -> None:
    """Whoever chose another sound while the phrase was heard has that one afterwards, not the one from before."""
    echo = Echo(count(1), settings_now())
    echo.start([(0.0, Program(CHILD, "bell")), *TUNE], 0.0)
    echo.due(0.9)
    echo.choose(Program(CHILD, "marimba"))
    assert heard(echo, 0.9)[-1][1] == Program(CHILD, "marimba")


def test_an_instrument_that_is_awaited_is_awaited_afterwards_too() -> None:
    """A part that waits for an instrument, before or since, has the one from before, and waits on."""
    for chosen_before in (True, False):
        now = settings_now()
        echo = Echo(count(1), now)
        if chosen_before:
            now.follow(Awaited(Program(CHILD, "organ")))
        echo.start([(0.0, Program(CHILD, "bell")), *TUNE], 0.0)
        echo.due(0.9)
        now.follow(Performed(0, Program(CHILD, "bell")))
        if not chosen_before:
            echo.choose(Program(CHILD, "organ"))
            now.follow(Awaited(Program(CHILD, "organ")))
        assert [event for _, event in heard(echo, 0.9)][-2:] == [Program(CHILD, "harp"), Program(CHILD, "organ")]


def test_a_phrase_that_changes_its_instrument_does_not_end_the_wait_for_another() -> None:
    """What was chosen meanwhile, and was not ready when the phrase changed its instrument, is asked for again."""
    now = settings_now()
    echo = Echo(count(1), now)
    echo.start([(0.0, Program(CHILD, "bell")), *TUNE, (2.0, Program(CHILD, "flute")), (9.0, on(2))], 0.0)
    echo.due(0.9)
    echo.choose(Program(CHILD, "organ"))
    now.follow(Awaited(Program(CHILD, "organ")))
    echo.due(2.4)
    now.follow(Performed(0, Program(CHILD, "flute")))
    assert echo.stop()[-2:] == [Program(CHILD, "harp"), Program(CHILD, "organ")]


def test_a_phrase_that_was_never_begun_changes_nothing() -> None:
    """Ended before its first event, it takes nothing back that it did not do; and an empty one is over at once."""
    echo = Echo(count(1), settings_now())
    echo.start([(0.0, Program(CHILD, "bell")), *TUNE], 0.0)
    assert echo.stop() == []
    echo.start([], 5.0)
    assert echo.due(5.0) == []
    assert not echo.active


def test_all_off_ends_only_the_notes_of_the_phrase() -> None:
    """Where all notes of a part ended at once, those of whoever plays along stay."""
    echo = Echo(count(10), settings_now())
    echo.start([(0.0, on(1)), (0.1, on(2, THERAPIST)), (0.5, AllOff(CHILD)), (2.0, on(3))], 0.0)
    assert echo.due(1.5) == [
        NoteOn(CHILD, 10, 61, 0.5, 0.5, Source.REPLAY),
        NoteOn(THERAPIST, 11, 62, 0.5, 0.5, Source.REPLAY),
        NoteOff(CHILD, 10),
    ]


def test_what_belongs_to_notes_from_before_the_phrase_is_left_out() -> None:
    """A note that began before the phrase is not heard in it; its slides and its end are not either."""
    echo = Echo(count(10), settings_now())
    echo.start([(0.0, on(1)), (0.1, Shape(CHILD, 99, 0.5)), (0.2, NoteOff(CHILD, 99)), *TUNE[3:]], 0.0)
    assert [type(event) for _, event in heard(echo, 0.0)] == [NoteOn, NoteOff]


def test_a_second_phrase_takes_the_place_of_the_first() -> None:
    """Begun anew after it was stopped, it is heard from its beginning."""
    echo = Echo(count(1), settings_now())
    echo.start(TUNE, 0.0)
    echo.due(0.9)
    assert echo.stop() == [NoteOff(CHILD, 1)]
    echo.start(TUNE, 10.0)
    assert [getattr(event, "note", None) for _, event in heard(echo, 10.0)] == [2, 2, 2, 2]


_HANDS = st.tuples(st.sampled_from((CHILD, THERAPIST)), st.integers(1, 4))
_EVENTS: st.SearchStrategy[Event] = st.one_of(
    st.builds(lambda hand: on(hand[1], hand[0]), _HANDS),
    st.builds(lambda hand: NoteOff(*hand), _HANDS),
    st.builds(lambda hand: Shape(hand[0], hand[1], 0.5), _HANDS),
    st.builds(lambda hand: Glide(hand[0], hand[1], 61.0), _HANDS),
    st.builds(AllOff, st.sampled_from((CHILD, THERAPIST))),
    st.builds(Program, st.sampled_from((CHILD, THERAPIST)), st.sampled_from(("bell", "pad"))),
    st.builds(Pedal, st.sampled_from((CHILD, THERAPIST)), st.booleans()),
    st.builds(Bend, st.sampled_from((CHILD, THERAPIST)), st.floats(-2, 2)),
)


@settings(deadline=None)
@given(st.lists(st.tuples(st.floats(0, 3), _EVENTS), min_size=4, max_size=40), st.one_of(st.none(), st.floats(0, 30)))
def test_no_phrase_leaves_anything_behind(steps: list[tuple[float, Event]], stopped: float | None) -> None:
    """Whatever is in it, and whenever it is stopped, all its notes end once and each part is as it was."""
    at, phrase, sounding_then = 0.0, Phrase(), set[tuple[Player, int]]()
    for wait, event in steps:
        at += wait
        if isinstance(event, NoteOn):
            # In one take no note begins while it sounds.
            if (event.player, event.note) in sounding_then:
                continue
            sounding_then.add((event.player, event.note))
        elif isinstance(event, NoteOff):
            sounding_then.discard((event.player, event.note))
        elif isinstance(event, AllOff):
            sounding_then = {hand for hand in sounding_then if hand[0] is not event.player}
        phrase.append((at, event))
    echo = Echo(count(1000), settings_now())
    echo.start(phrase, 0.0)
    asked = [event for _, event in heard(echo, 0.0)] if stopped is None else [*echo.due(stopped), *echo.stop()]
    sounding: set[int] = set()
    stands: dict[tuple[Player, type], object] = {}
    for event in asked:
        match event:
            case NoteOn(_, note):
                assert note >= 1000
                assert note not in sounding
                sounding.add(note)
            case NoteOff(_, note):
                sounding.remove(note)
            case Shape(_, note) | Glide(_, note):
                assert note in sounding
            case Program(player, sound):
                stands[player, Program] = sound
            case Pedal(player, down):
                stands[player, Pedal] = down
            case Bend(player, semitones):
                stands[player, Bend] = semitones
            case _:
                pytest.fail(f"{event} is no part of a replay")
    assert not sounding
    assert all(
        stood == {Program: SOUNDS[player], Pedal: False, Bend: 0.0}[kind] for (player, kind), stood in stands.items()
    )
