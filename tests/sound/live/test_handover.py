"""What the next engine is told: how everything stands, and what the hands still mean to be heard."""

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
    Tempo,
    Vibrato,
)
from bedside.sound.live.handover import LATE_SECONDS, MOST_UNPLAYED, Handover

CHILD, THERAPIST = Player.CHILD, Player.THERAPIST
SECOND = 1_000_000_000
LATE = round(LATE_SECONDS * SECOND)
PAD, HARP = Program(CHILD, "pad"), Program(CHILD, "harp")


def on(note: int = 1, key: int = 60, player: Player = CHILD) -> NoteOn:
    return NoteOn(player, note, key, 0.7, 0.5, Source.TOUCH)


def told(*asked: Event, heard: tuple[NoteOn, ...] = (), awaited: tuple[Program, ...] = (), at: int = 0) -> list[Event]:
    """Return what the next engine is told, at a time, of events asked at 0.

    Settings were performed, except instruments that are still ``awaited``; of the notes, those that were ``heard``.
    """
    handover = Handover({"pad"})
    for event in asked:
        handover.ask(event, 0)
        if event in awaited and isinstance(event, Program):
            handover.follow(Awaited(event))
        elif event in heard or isinstance(event, Setting):
            handover.follow(Performed(0, event))
    return handover.events(at)


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
    """Whatever is set twice is told once, as it was set last, however long ago."""
    assert told(first, last, at=100 * LATE) == [last]


def test_settings_of_each_kind_and_player_stand_beside_each_other() -> None:
    """One kind does not replace another, nor one player's another's; room and profile are everybody's."""
    lasts = [last for _, last in SETTINGS]
    others: list[Event] = [Program(THERAPIST, "pad"), Bend(THERAPIST, 1), Pedal(THERAPIST, True)]
    assert told(*[first for first, _ in SETTINGS], *others, *lasts) == [*lasts, *others]


def test_settings_come_before_notes() -> None:
    """The note of a part is told after all that says how the part is to sound."""
    assert told(on(), PAD, Bend(CHILD, 2)) == [PAD, Bend(CHILD, 2), on()]


def test_a_held_note_that_sounds_on_is_taken_up() -> None:
    """A held note of a sustained instrument is told however long it has been held; one that was left is not."""
    assert told(PAD, on(), heard=(on(),), at=100 * LATE) == [PAD, on()]
    assert told(PAD, on(), NoteOff(CHILD, 1), heard=(on(),)) == [PAD]


def test_a_struck_note_is_not_struck_again() -> None:
    """A held note of an instrument that does not sound on, or of one that nobody named, is not told."""
    assert told(HARP, on(), heard=(on(),)) == [HARP]
    assert told(on(), heard=(on(),)) == []


def test_a_note_is_taken_up_on_the_instrument_it_began_on_or_not_at_all() -> None:
    """After its part took another instrument, sustained or struck, a held note would begin anew as another sound."""
    assert told(PAD, on(), HARP, heard=(on(),)) == [HARP]
    assert told(HARP, on(), PAD, heard=(on(),)) == [PAD]
    assert told(PAD, on(), HARP, PAD, heard=(on(),)) == [PAD, on()]


def test_a_slid_note_is_taken_up_where_it_was_slid_to() -> None:
    """The last pitch of a glide follows its note; a glide of a note that was left, or not begun, is forgotten."""
    glides = Glide(CHILD, 1, 61.5), Glide(CHILD, 1, 64.25)
    assert told(PAD, on(), *glides, heard=(on(),)) == [PAD, on(), glides[1]]
    assert told(PAD, on(), *glides, NoteOff(CHILD, 1), heard=(on(),)) == [PAD]
    assert told(PAD, Glide(CHILD, 1, 70), on(), heard=(on(),)) == [PAD, on()]


def test_a_slid_note_struck_anew_is_at_its_key() -> None:
    """A note that begins again under the number of one that was slid is told without the old glide."""
    again = on(key=67)
    assert told(PAD, on(), Glide(CHILD, 1, 64), NoteOff(CHILD, 1), again, heard=(on(), again)) == [PAD, again]
    assert told(PAD, on(), Glide(CHILD, 1, 64), again, heard=(on(), again)) == [PAD, again]


def test_a_note_struck_anew_and_not_performed_is_told_once() -> None:
    """A second strike that no engine performed, under the number of a note that sounds on, is one note."""
    assert told(PAD, on(), on(key=67), heard=(on(),)) == [PAD, on(key=67)]


def test_a_note_that_was_not_performed_is_told_where_it_was_slid_to() -> None:
    """A finger that slid before its note was ever heard finds it at the pitch where the finger is."""
    glides = Glide(CHILD, 1, 61.5), Glide(CHILD, 1, 64.25)
    assert told(HARP, on(), *glides) == [HARP, on(), glides[1]]
    assert told(HARP, on(), *glides, NoteOff(CHILD, 1)) == [HARP, on(), NoteOff(CHILD, 1)]


def test_notes_of_players_are_told_apart() -> None:
    """Two players' notes of one number are two notes."""
    theirs = on(player=THERAPIST, key=72)
    programs = (PAD, Program(THERAPIST, "pad"))
    assert told(*programs, on(), theirs, NoteOff(CHILD, 1), heard=(on(), theirs)) == [*programs, theirs]


def test_a_note_that_was_not_performed_is_told_within_a_second() -> None:
    """What no engine performed and the hand has left is told until it is late, its end with it."""
    asked = (on(), NoteOff(CHILD, 1))
    assert told(*asked, at=LATE - 1) == list(asked)
    assert told(*asked, at=LATE) == []


def test_a_note_that_was_left_two_seconds_ago_is_not_told() -> None:
    """It would only startle: the finger has long gone."""
    assert told(on(), NoteOff(CHILD, 1), at=2 * SECOND) == []


def test_a_note_that_was_not_performed_and_still_held_is_never_late() -> None:
    """A finger that waits for its sound gets it, struck or sustained."""
    assert told(HARP, on(), at=100 * LATE) == [HARP, on()]


def test_a_note_struck_twice_and_not_performed_is_told_once() -> None:
    """Of two strikes under one number the last is told, and not the end of the first."""
    again = on(key=67)
    assert told(on(), NoteOff(CHILD, 1), again) == [again]


def test_at_most_ten_notes_that_were_not_performed_are_told() -> None:
    """Of a forearm's notes the last are told, as many as there are fingers, each with its end."""
    notes = [on(number, 40 + number) for number in range(MOST_UNPLAYED + 15)]
    ends = [NoteOff(CHILD, note.note) for note in notes]
    wanted = [event for pair in list(zip(notes, ends, strict=True))[-MOST_UNPLAYED:] for event in pair]
    assert MOST_UNPLAYED == 10
    assert told(*notes, *ends) == wanted


def test_the_limit_is_for_notes_that_were_not_performed_alone() -> None:
    """Held notes that sounded are all taken up, however many."""
    notes = [on(number, 40 + number) for number in range(25)]
    assert told(PAD, *notes, heard=tuple(notes)) == [PAD, *notes]


def test_all_off_leaves_the_notes_and_the_pedal_of_its_part() -> None:
    """After AllOff a part holds nothing and its pedal is up; its other settings, and other parts, stay."""
    theirs = on(player=THERAPIST)
    programs = (PAD, Program(THERAPIST, "pad"))
    asked = (*programs, Pedal(CHILD, True), Pedal(THERAPIST, True), on(), on(2), theirs, AllOff(CHILD))
    assert told(*asked, heard=(on(), on(2), theirs)) == [*programs, Pedal(THERAPIST, True), theirs]


def test_all_off_is_the_end_of_what_was_not_performed() -> None:
    """A note that was not performed before AllOff is told within its second, and ends at once."""
    assert told(on(), AllOff(CHILD), at=1) == [on(), NoteOff(CHILD, 1)]
    assert told(on(), AllOff(CHILD), at=LATE) == []


def test_stop_leaves_settings_alone() -> None:
    """After Stop no note is told, performed or not; settings are, and notes that begin after it."""
    after = on(3, 72)
    asked = (PAD, Pedal(CHILD, True), on(), Glide(CHILD, 1, 64), on(2), Stop(), after)
    assert told(*asked, heard=(on(),)) == [PAD, Pedal(CHILD, True), after]


def test_what_is_neither_setting_nor_note_is_not_told() -> None:
    """Brightness under the finger and the beat of a file are not repeated."""
    assert told(PAD, on(), Shape(CHILD, 1, 0.9), Tempo(0.5), heard=(on(),)) == [PAD, on()]


def test_asking_changes_nothing() -> None:
    """What is told once is told again to a third engine, until it was performed."""
    handover = Handover({"pad"})
    for event in (PAD, on(), on(2)):
        handover.ask(event, 0)
    handover.follow(Settled(PAD))
    handover.follow(Performed(0, on()))
    assert handover.events(1) == handover.events(2) == [PAD, on(), on(2)]
    handover.follow(Performed(0, on(2)))
    handover.ask(NoteOff(CHILD, 2), 3)
    assert handover.events(4) == [PAD, on()]


def test_a_part_that_awaits_an_instrument_is_told_first_what_it_plays() -> None:
    """The next engine plays on as the last one did, held notes too, until the instrument that is wanted is ready."""
    assert told(PAD, on(), HARP, on(2), heard=(on(),), awaited=(HARP,)) == [PAD, on(), HARP, on(2)]
    assert told(PAD, HARP, PAD, awaited=(HARP,)) == [PAD]
    assert told(PAD, HARP, Stop(), awaited=(HARP,)) == [PAD, HARP]


def test_what_a_part_plays_by_default_is_told_before_what_it_awaits() -> None:
    """Also an instrument that nobody asked for, but the engine said that it plays."""
    handover = Handover(set())
    handover.ask(HARP, 0)
    for report in (Settled(PAD), Awaited(HARP)):
        handover.follow(report)
    assert handover.events(1) == [PAD, HARP]
    handover.follow(Settled(HARP))
    assert handover.events(1) == [HARP]


def test_an_instrument_that_was_declined_is_not_asked_for_again() -> None:
    """The part keeps what it plays and awaits; where the engine never said what it plays, nothing is told."""
    nobody = Program(CHILD, "nobody knows it")
    for before in ((), (PAD,)):
        handover = Handover(set())
        for event in (*before, nobody):
            handover.ask(event, 0)
        for event in before:
            handover.follow(Settled(event))
        handover.follow(Declined(nobody))
        assert handover.events(1) == list(before)
        handover.ask(HARP, 1)
        handover.follow(Awaited(HARP))
        handover.ask(nobody, 2)
        handover.follow(Declined(nobody))
        assert handover.events(3) == [*before, HARP]


def test_instruments_are_those_that_the_parts_want_and_play() -> None:
    """The names asked for last, one for each part that asked, then those that parts play meanwhile."""
    handover = Handover(set())
    for event in (PAD, Program(THERAPIST, "flute"), HARP):
        handover.ask(event, 0)
    assert handover.instruments == ["harp", "flute"]
    handover.follow(Settled(PAD))
    assert handover.instruments == ["harp", "flute", "pad"]
