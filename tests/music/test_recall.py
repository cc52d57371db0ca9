"""What was just played, to be heard again."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bedside.music import recall as recall_module
from bedside.music.events import (
    AllOff,
    Bend,
    Event,
    Expression,
    Glide,
    Lead,
    Level,
    Lost,
    NoteOff,
    NoteOn,
    Pedal,
    Performed,
    Player,
    Profile,
    Program,
    Resumed,
    Reverb,
    Shape,
    Source,
    Stop,
    TakeBegan,
    TakeEnded,
    Vibrato,
)
from bedside.music.recall import BREATH_SECONDS, LONGEST_SECONDS, SHORTEST_SECONDS, Recall
from effort import times

RATE = 1000
CHILD, THERAPIST = Player.CHILD, Player.THERAPIST


def on(note: int, player: Player = CHILD, source: Source = Source.TOUCH) -> NoteOn:
    return NoteOn(player, note, 60, 0.5, 0.5, source)


def played(*timed: tuple[float, Event], recall: Recall | None = None, ends: bool = True) -> Recall:
    """Return what remembers a take with these events at these seconds."""
    recall = recall or Recall()
    recall.feed(Performed(0, TakeBegan(1, RATE, 128)))
    for seconds, event in timed:
        recall.feed(Performed(round(seconds * RATE), event))
    if ends:
        recall.feed(Performed(round((timed[-1][0] if timed else 0) * RATE), TakeEnded()))
    return recall


def taps(*seconds: float, length: float = 0.2, player: Player = CHILD, first: int = 1) -> list[tuple[float, Event]]:
    """Return a short note at each of these seconds."""
    notes: list[tuple[float, Event]] = []
    for note, second in enumerate(seconds, first):
        notes += [(second, on(note, player)), (second + length, NoteOff(player, note))]
    return notes


def onsets(recall: Recall) -> list[float]:
    return [seconds for seconds, event in recall.phrase() if isinstance(event, NoteOn)]


def test_nothing_was_played() -> None:
    """Before the first take, and in a take without a note, there is nothing to hear again."""
    assert Recall().phrase() == []
    assert played((0.0, Program(CHILD, "harp")), ends=False).phrase() == []
    assert played((0.0, Program(CHILD, "harp"))).phrase() == []


def test_a_short_improvisation_is_heard_again_from_its_first_note() -> None:
    """Silence before the first note is left out; notes keep their distances, lengths and numbers, as a replay."""
    recall = played(*taps(5.0, 5.5, 7.0))
    expected: list[object] = [
        (pytest.approx(at), event)
        for at, event in (
            (0.0, on(1, source=Source.REPLAY)),
            (0.2, NoteOff(CHILD, 1)),
            (0.5, on(2, source=Source.REPLAY)),
            (0.7, NoteOff(CHILD, 2)),
            (2.0, on(3, source=Source.REPLAY)),
            (2.2, NoteOff(CHILD, 3)),
        )
    ]
    assert recall.phrase() == expected


def test_the_last_phrase_is_what_came_after_the_last_breath() -> None:
    """Of two phrases with a breath between, the second is heard, where it is long enough to be worth it."""
    breath = BREATH_SECONDS + 0.3
    first = [0.0, 1.0, 2.0]
    begin = 2.0 + breath
    second = [begin + each for each in (0.0, 1.5, 3.0, 4.5, 6.0, 7.5, SHORTEST_SECONDS)]
    assert onsets(played(*taps(*first, *second))) == pytest.approx([each - begin for each in second])


def test_a_phrase_that_is_too_short_takes_the_one_before_it_along() -> None:
    """Where the last phrase lasts less than the shortest worth hearing, what was played before the breath is heard."""
    times = [0.0, 1.0, 2.0, 5.0, 6.0, 7.0, SHORTEST_SECONDS + 1]
    assert onsets(played(*taps(*times))) == pytest.approx(times)


def test_a_held_note_is_no_breath() -> None:
    """As long as anybody holds a note the phrase goes on, however long nothing new begins."""
    held: list[tuple[float, Event]] = [(0.0, on(1, THERAPIST)), (30.0, NoteOff(THERAPIST, 1))]
    times = [4.0, 8.0, 12.0, 16.0, 20.0]
    timed = sorted([*held, *taps(*times, first=2)], key=lambda each: each[0])
    assert onsets(played(*timed)) == pytest.approx([0.0, *times])


@pytest.mark.parametrize("end", [AllOff(CHILD), Stop(), Lost()], ids=lambda event: type(event).__name__)
def test_notes_that_all_end_at_once_make_room_for_a_breath(end: Event) -> None:
    """Notes that were never let go one by one end with the part, with the stop and with the sound."""
    again = [10.0 + each for each in (0.0, 3.0, 6.0, 9.0)]
    recall = played((0.0, on(1)), (1.0, end), *taps(*again, length=1.5, first=2))
    assert onsets(recall) == pytest.approx([each - 10.0 for each in again])


def test_without_a_breath_the_last_half_minute_is_heard() -> None:
    """Play without a pause is heard from the first note on that is not longer ago than the longest phrase."""
    times = [0.5 * number for number in range(200)]
    found = onsets(played(*taps(*times, length=0.4)))
    assert len(found) == round(2 * LONGEST_SECONDS) + 1
    assert found[0] == 0.0
    assert found[-1] == pytest.approx(LONGEST_SECONDS)


@settings(max_examples=times(100), deadline=None)
@given(st.lists(st.tuples(st.floats(0.05, 6), st.floats(0.01, 8)), min_size=1, max_size=40))
def test_any_phrase_is_the_end_of_what_was_played(notes: list[tuple[float, float]]) -> None:
    """Whatever was played, its last note is heard, all from the phrase's first on, and no more than the longest."""
    at, timed = 0.0, list[tuple[float, Event]]()
    for number, (wait, length) in enumerate(notes):
        at = round(at + wait, 3)
        timed += [(at, on(number)), (at + length, NoteOff(CHILD, number))]
    timed.sort(key=lambda each: (each[0], isinstance(each[1], NoteOn)))
    begun = [event.note for _, event in timed if isinstance(event, NoteOn)]
    phrase = played(*timed).phrase()
    heard = [event.note for _, event in phrase if isinstance(event, NoteOn)]
    assert heard == begun[-len(heard) :]
    assert onsets(played(*timed))[0] == 0.0
    assert onsets(played(*timed))[-1] <= LONGEST_SECONDS + 1e-9
    assert all(low[0] <= high[0] for low, high in pairwise(phrase))
    for _, event in phrase:
        assert not isinstance(event, NoteOn) or event.source is Source.REPLAY


def test_parts_sound_as_they_did_at_the_beginning_of_the_phrase() -> None:
    """Before the first note each part that is heard takes up the instrument, wheels and pedal it had then."""
    recall = played(
        (0.0, Program(CHILD, "harp")),
        (0.0, Program(THERAPIST, "bass")),
        (0.0, Reverb("hall")),
        (0.0, Level(CHILD, -3.0, 0.0)),
        (0.1, Program(CHILD, "pad")),
        (0.1, Pedal(CHILD, True)),
        (0.2, Vibrato(CHILD, 0.5)),
        (0.2, Expression(CHILD, 0.7)),
        (0.3, Bend(CHILD, 1.0)),
        (0.4, Bend(CHILD, 0.5)),
        *taps(1.0, 2.0),
    )
    phrase = recall.phrase()
    begin = [event for _, event in phrase[: [type(event) for _, event in phrase].index(NoteOn)]]
    assert sorted(begin, key=lambda event: type(event).__name__) == [
        Bend(CHILD, 0.5),
        Expression(CHILD, 0.7),
        Pedal(CHILD, True),
        Program(CHILD, "pad"),
        Vibrato(CHILD, 0.5),
    ]
    assert {seconds for seconds, _ in phrase[:5]} == {0.0}


def test_what_moved_during_the_phrase_moves_again() -> None:
    """Slides, brightness, wheels, pedals and changes of sound come again when they came; of others nothing does."""
    moves: list[tuple[float, Event]] = [
        (1.0, on(1)),
        (1.1, Glide(CHILD, 1, 61.5)),
        (1.2, Shape(CHILD, 1, 0.9)),
        (1.3, Bend(CHILD, -1.0)),
        (1.4, Pedal(CHILD, True)),
        (1.5, Program(CHILD, "pad")),
        (1.6, NoteOff(CHILD, 1)),
    ]
    others: list[tuple[float, Event]] = [
        (1.05, Program(THERAPIST, "bass")),
        (1.15, Bend(THERAPIST, 1.0)),
        (1.25, Lead(THERAPIST)),
        (1.35, Reverb("room")),
        (1.45, Level(CHILD, -60.0, 0.0)),
        (1.55, Profile("quiet")),
        (1.58, Resumed(0.0)),
    ]
    phrase = played(*sorted([*moves, *others], key=lambda each: each[0])).phrase()
    expected: list[object] = [
        (pytest.approx(at - 1.0), on(1, source=Source.REPLAY) if isinstance(event, NoteOn) else event)
        for at, event in moves
    ]
    assert phrase == expected


@pytest.mark.parametrize("end", [Stop(), Lost()], ids=lambda event: type(event).__name__)
def test_a_stop_in_the_phrase_ends_its_notes_and_stops_nobody(end: Event) -> None:
    """Where everything fell silent, the parts of the phrase let go; a replay never stops those who play along."""
    recall = played((0.0, on(1)), (0.0, on(1, THERAPIST)), (1.0, end), (1.5, on(2)), (2.0, NoteOff(CHILD, 2)))
    assert recall.phrase()[2:4] == [(1.0, AllOff(CHILD)), (1.0, AllOff(THERAPIST))]
    assert not any(isinstance(event, Stop | Lost) for _, event in recall.phrase())


def test_the_take_that_is_playing_is_heard_so_far() -> None:
    """What was played a moment ago is heard although its take has not ended; the take before it is not."""
    recall = played(*taps(0.0, 1.0, 2.0))
    played(*taps(0.0, 0.5), recall=recall, ends=False)
    assert onsets(recall) == [0.0, 0.5]


def test_what_was_only_listened_to_is_not_what_was_played() -> None:
    """After a replay the improvisation is heard again, not its echo; with a note of one's own the echo is played."""
    recall = played(*taps(0.0, 1.0, 2.0))
    echo: list[tuple[float, Event]] = [(0.0, on(9, source=Source.REPLAY)), (1.0, NoteOff(CHILD, 9))]
    played(*echo, recall=recall, ends=False)
    assert onsets(recall) == [0.0, 1.0, 2.0]
    recall.feed(Performed(1000, TakeEnded()))
    assert onsets(recall) == [0.0, 1.0, 2.0]
    played(*echo, (1.5, on(10)), recall=recall)
    assert onsets(recall) == [0.0, 1.5]


def test_an_empty_take_does_not_take_the_phrase_away() -> None:
    """A take that began and ended without a note leaves what was played before."""
    recall = played(*taps(0.0, 1.0))
    played((0.0, Stop()), recall=recall)
    played(recall=recall, ends=False)
    played(recall=recall, ends=False)
    assert onsets(recall) == [0.0, 1.0]


def test_a_take_whose_end_was_never_told_is_kept() -> None:
    """When the next take begins, the one before it was what was played, whether its end was heard of or not."""
    recall = played(*taps(0.0, 1.0, 2.0), ends=False)
    played(recall=recall, ends=False)
    assert onsets(recall) == [0.0, 1.0, 2.0]


def test_between_takes_nothing_is_remembered() -> None:
    """What comes after the end of a take, before the next begins, belongs to none."""
    recall = played(*taps(0.0, 1.0))
    recall.feed(Performed(5000, on(7)))
    assert onsets(recall) == [0.0, 1.0]


def test_memory_is_bounded_and_settings_outlive_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """However long the take, only so much is remembered; how its parts stood before that is not forgotten."""
    monkeypatch.setattr(recall_module, "_MOST", 100)
    recall = played(
        (0.0, Program(CHILD, "pad")),
        (0.0, Program(CHILD, "harp")),
        (0.0, Pedal(CHILD, True)),
        *taps(*(0.1 * number for number in range(1000)), length=0.05),
        ends=False,
    )
    assert recall._playing is not None
    assert len(recall._playing.performed) == 100
    phrase = recall.phrase()
    assert phrase[:2] == [(0.0, Program(CHILD, "harp")), (0.0, Pedal(CHILD, True))]
    assert len(onsets(recall)) == 50
    assert onsets(recall)[-1] == pytest.approx(4.9)


def test_a_long_take_remembers_at_least_the_longest_phrase() -> None:
    """At six hundred events a second, more than ten fingers can do, half a minute is remembered whole."""
    assert recall_module._MOST >= 600 * LONGEST_SECONDS


def test_a_finger_that_wiggles_for_minutes_is_heard_again() -> None:
    """A note held and moved sixty times a second for ten minutes is still remembered, and is let go after a while."""
    recall = Recall()
    recall.feed(Performed(0, TakeBegan(1, RATE, 128)))
    recall.feed(Performed(0, NoteOn(Player.CHILD, 1, 60, 0.5, 0.5, Source.TOUCH)))
    for step in range(60 * 600):
        frame = step * RATE // 60
        recall.feed(Performed(frame, Shape(Player.CHILD, 1, step % 2)))
        recall.feed(Performed(frame, Glide(Player.CHILD, 1, 60 + step % 3)))
    phrase = recall.phrase()
    assert sum(isinstance(event, NoteOn) for _, event in phrase) == 1
    assert 30 < phrase[-1][0] <= 45
    assert 200 < len(phrase) < 2 * 60 * 30
