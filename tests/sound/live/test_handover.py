"""What the next engine is told: how everything stands, what hands still hold, and all that no engine has handled."""

from __future__ import annotations

import pytest

from bedside.music.events import (
    AllOff,
    Awaited,
    Bend,
    Declined,
    Event,
    Expression,
    Glide,
    Lead,
    Level,
    NoteOff,
    NoteOn,
    Pedal,
    Performed,
    Player,
    Profile,
    Program,
    Reverb,
    Setting,
    Settled,
    Shape,
    Source,
    Stop,
    TakeEnded,
    Tempo,
    Vibrato,
)
from bedside.sound.live import handover as module
from bedside.sound.live.handover import Handover

CHILD, THERAPIST = Player.CHILD, Player.THERAPIST
PAD, HARP = Program(CHILD, "pad"), Program(CHILD, "harp")


def on(note: int = 1, key: int = 60, player: Player = CHILD) -> NoteOn:
    return NoteOn(player, note, key, 0.7, 0.5, Source.TOUCH)


def handed(*asked: Event, handled: int | None = None, awaited: tuple[Program, ...] = ()) -> Handover:
    """Return a handover of events that were asked one after the other; the first so many were handled, or all.

    They were performed, except instruments that are still ``awaited``.
    """
    handover = Handover({"pad"})
    for number, event in enumerate(asked, 1):
        handover.ask(event, number)
    for number, event in enumerate(asked[:handled], 1):
        if event in awaited and isinstance(event, Program):
            handover.follow(Awaited(event))
        elif isinstance(event, Setting):
            handover.follow(Settled(event))
        else:
            handover.follow(Performed(0, event))
        handover.done(number)
    return handover


def told(*asked: Event, handled: int | None = None, awaited: tuple[Program, ...] = ()) -> list[Event | None]:
    """Return what an engine that is heard is told, in order."""
    handover = handed(*asked, handled=handled, awaited=awaited)
    settings, wishes = handover.settings()
    return [*settings, *handover.held(), *wishes, *(event for event, _ in handover.waiting)]


SETTINGS: list[tuple[Event, Event]] = [
    (PAD, HARP),
    (Level(CHILD, 0, 0), Level(CHILD, -6, 0.5)),
    (Bend(CHILD, 2), Bend(CHILD, 0)),
    (Vibrato(CHILD, 1), Vibrato(CHILD, 0.5)),
    (Expression(CHILD, 0.2), Expression(CHILD, 0.9)),
    (Pedal(CHILD, True), Pedal(CHILD, False)),
    (Reverb("hall"), Reverb("nook")),
    (Profile("quiet"), Profile("night")),
    # Only one has it, whoever had it before.
    (Lead(CHILD), Lead(THERAPIST)),
]


@pytest.mark.parametrize(("first", "last"), SETTINGS)
def test_of_each_setting_the_latest_is_told(first: Event, last: Event) -> None:
    """Whatever was set twice is told once, as it was set last."""
    assert told(first, last) == [last]


def test_settings_of_each_kind_and_player_stand_beside_each_other() -> None:
    """One kind does not replace another, nor one player's another's; room and profile are everybody's."""
    lasts = [last for _, last in SETTINGS]
    others: list[Event] = [Program(THERAPIST, "pad"), Bend(THERAPIST, 1), Pedal(THERAPIST, True)]
    assert told(*[first for first, _ in SETTINGS], *others, *lasts) == [*lasts, *others]


def test_what_no_engine_has_handled_is_told_whole_and_in_order() -> None:
    """Settings, notes, their shapes and their ends: nothing is left out, however much there is and however late."""
    notes = [event for note in range(50) for event in (on(note), Shape(CHILD, note, 0.9), NoteOff(CHILD, note))]
    asked = [PAD, *notes, HARP, Bend(CHILD, 1), Bend(CHILD, 0), on(99)]
    assert told(*asked, handled=0) == asked
    assert told(*asked, handled=4) == [PAD, *asked[4:]]


def test_what_was_asked_keeps_its_time() -> None:
    """What waits is told with the time at which the hand asked for it, and the first note says since when."""
    handover = handed(PAD, on(), NoteOff(CHILD, 1), on(2), handled=0)
    assert handover.waiting == [(PAD, 1), (on(), 2), (NoteOff(CHILD, 1), 3), (on(2), 4)]
    assert handover.unplayed_ns == 2
    handover.done(3)
    assert handover.unplayed_ns == 4
    handover.done(4)
    assert handover.unplayed_ns is None


def test_a_note_that_was_performed_is_not_performed_again() -> None:
    """An engine may die before it could say that it had handled what it performed."""
    handover = handed(PAD, Bend(CHILD, 1), on(), NoteOff(CHILD, 1), on(2), handled=0)
    handover.follow(Performed(0, on()))
    assert handover.waiting == [(NoteOff(CHILD, 1), 4), (on(2), 5)]
    assert handover.settings() == ([PAD, Bend(CHILD, 1)], [])


def test_so_much_may_wait_and_settings_are_never_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where no engine comes for hours the oldest notes are given up; the last settings are still told."""
    monkeypatch.setattr(module, "MOST_WAITING", 10)
    notes: list[Event] = [on(note) for note in range(20)]
    assert told(PAD, *notes, handled=0) == [PAD, *notes[-10:]]


def test_a_held_note_that_sounds_on_is_taken_up() -> None:
    """A held note of a sustained instrument is told; one that was left is not."""
    assert told(PAD, on()) == [PAD, on()]
    assert told(PAD, on(), NoteOff(CHILD, 1)) == [PAD]


def test_a_note_that_was_left_meanwhile_is_not_taken_up() -> None:
    """What the hand left before the next engine could play it again does not sound again; its end is told."""
    assert told(PAD, on(), NoteOff(CHILD, 1), handled=2) == [PAD, NoteOff(CHILD, 1)]
    assert told(PAD, on(), AllOff(CHILD), handled=2) == [PAD, AllOff(CHILD)]
    assert told(PAD, on(), Stop(), handled=2) == [PAD, Stop()]


def test_a_note_that_the_engine_ended_is_not_taken_up() -> None:
    """Whatever an engine ends by itself, because it was held for too long or nobody is there, stays ended."""
    for end in (NoteOff(CHILD, 1), AllOff(CHILD), Stop(), TakeEnded()):
        handover = handed(PAD, on())
        assert handover.held() == [on()]
        handover.follow(Performed(9, end))
        assert handover.held() == []


def test_a_new_touch_is_not_ended_by_the_end_of_an_old_one() -> None:
    """Of a part that is released as a whole, a note that was asked for afterwards is held."""
    handover = handed(PAD, AllOff(CHILD), on(), handled=1)
    handover.follow(Performed(0, AllOff(CHILD)))
    handover.done(2)
    handover.follow(Performed(0, on()))
    assert handover.held() == [on()]


def test_a_struck_note_is_not_struck_again() -> None:
    """A held note of an instrument that does not sound on, or of one that nobody named, is not told."""
    assert told(HARP, on()) == [HARP]
    assert told(on()) == []


def test_a_note_is_taken_up_on_the_instrument_it_began_on_or_not_at_all() -> None:
    """After its part took another instrument, sustained or struck, a held note would begin anew as another sound."""
    assert told(PAD, on(), HARP) == [HARP]
    assert told(HARP, on(), PAD) == [PAD]
    assert told(PAD, on(), HARP, PAD) == [PAD, on()]


def test_a_slid_note_is_taken_up_where_it_was_slid_to() -> None:
    """The last pitch of a glide follows its note; a glide of a note that was left, or not begun, is forgotten."""
    glides = Glide(CHILD, 1, 61.5), Glide(CHILD, 1, 64.25)
    assert told(PAD, on(), *glides) == [PAD, on(), glides[1]]
    assert told(PAD, on(), *glides, NoteOff(CHILD, 1)) == [PAD]
    assert told(PAD, Glide(CHILD, 1, 70), on()) == [PAD, on()]


def test_a_slid_note_struck_anew_is_at_its_key() -> None:
    """A note that begins again under the number of one that was slid is told without the old glide."""
    again = on(key=67)
    assert told(PAD, on(), Glide(CHILD, 1, 64), NoteOff(CHILD, 1), again) == [PAD, again]
    assert told(PAD, on(), Glide(CHILD, 1, 64), again) == [PAD, again]


def test_notes_of_players_are_told_apart() -> None:
    """Two players' notes of one number are two notes."""
    theirs = on(player=THERAPIST, key=72)
    programs = (PAD, Program(THERAPIST, "pad"))
    assert told(*programs, on(), theirs, NoteOff(CHILD, 1)) == [*programs, theirs]


def test_all_off_leaves_the_notes_and_the_pedal_of_its_part() -> None:
    """After AllOff a part holds nothing and its pedal is up; its other settings, and other parts, stay."""
    theirs = on(player=THERAPIST)
    programs = (PAD, Program(THERAPIST, "pad"))
    asked = (*programs, Pedal(CHILD, True), Pedal(THERAPIST, True), on(), on(2), theirs, AllOff(CHILD))
    assert told(*asked) == [*programs, Pedal(THERAPIST, True), theirs]


def test_stop_leaves_settings_alone() -> None:
    """After Stop no note is held; settings are told, and notes that begin after it."""
    after = on(3, 72)
    asked = (PAD, Pedal(CHILD, True), on(), Glide(CHILD, 1, 64), on(2), Stop(), after)
    assert told(*asked) == [PAD, Pedal(CHILD, True), after]


def test_what_is_neither_setting_nor_note_is_told_once() -> None:
    """Brightness under the finger and the beat of a file are not repeated."""
    assert told(PAD, on(), Shape(CHILD, 1, 0.9), Tempo(0.5)) == [PAD, on()]


def test_a_part_that_awaits_an_instrument_is_told_first_what_it_plays() -> None:
    """The next engine plays on as the last one did, held notes too, until the instrument that is wanted is ready."""
    assert told(PAD, on(), HARP, on(2), handled=3, awaited=(HARP,)) == [PAD, on(), HARP, on(2)]
    assert told(PAD, HARP, PAD, awaited=(HARP,)) == [PAD]
    assert told(PAD, HARP, Stop(), awaited=(HARP,)) == [PAD, HARP]


def test_what_a_part_plays_by_default_is_told_before_what_it_awaits() -> None:
    """Also an instrument that nobody asked for, but the engine said that it plays."""
    handover = Handover(set())
    handover.ask(HARP, 1)
    for report in (Settled(PAD), Awaited(HARP)):
        handover.follow(report)
    handover.done(1)
    assert handover.settings() == ([PAD], [HARP])
    handover.follow(Settled(HARP))
    assert handover.settings() == ([HARP], [])


@pytest.mark.parametrize("handled", [False, True])
def test_an_instrument_that_was_declined_is_not_asked_for_again(handled: bool) -> None:
    """The part keeps what it plays and awaits; where the engine never said what it plays, nothing is told."""
    nobody = Program(CHILD, "nobody knows it")
    for before in ((), (PAD,)):
        handover = handed(*before)
        handover.ask(nobody, 2)
        if handled:
            handover.done(2)
        handover.follow(Declined(nobody))
        assert handover.settings() == (list(before), [])
        assert handover.waiting == []
        handover.ask(HARP, 3)
        handover.follow(Awaited(HARP))
        handover.done(3)
        handover.ask(nobody, 4)
        handover.follow(Declined(nobody))
        settings, wishes = handover.settings()
        assert [*settings, *wishes] == [*before, HARP]


def test_instruments_are_those_that_the_parts_want_and_play() -> None:
    """The names asked for last, one for each part that asked, then those that parts play meanwhile."""
    handover = handed(PAD, Program(THERAPIST, "flute"), HARP, handled=0)
    assert handover.instruments == ["harp", "flute"]
    handover.done(1)
    handover.follow(Settled(PAD))
    assert handover.instruments == ["harp", "flute", "pad"]
