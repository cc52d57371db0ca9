"""What is no data is said as no data: empty windows, few notes, lost sound, no tempo, what was only listened to."""

from __future__ import annotations

import json
import math
from typing import Any

import numpy as np
import pytest

from bedside.music.events import (
    Lost,
    NoteOff,
    NoteOn,
    Performed,
    Player,
    Resumed,
    Source,
    TakeBegan,
    TakeEnded,
    Tempo,
)
from bedside.review.measures.take import PlayedTake, gaps
from review.measures.facts import improvised, part, take, told

NOBODY = np.empty((0, 4))


def struck(frame: int, player: Player, note: int, key: int = 60, source: Source = Source.TOUCH) -> list[Performed]:
    """Return a note of half a second, at 1000 frames a second."""
    return [
        Performed(frame, NoteOn(player, note, key, 0.5, 0.5, source)),
        Performed(frame + 500, NoteOff(player, note)),
    ]


def played(*events: list[Performed], last: int = 60_000, withheld: tuple[tuple[int, int], ...] = ()) -> PlayedTake:
    """Return the take of these events, at 1000 frames a second."""
    rest = sorted((each for some in events for each in some), key=lambda item: item.frame)
    whole = [Performed(0, TakeBegan(1, 1000, 128)), *rest, Performed(last, TakeEnded())]
    return PlayedTake.of("take", whole, withheld)


def unknown(value: Any) -> bool:
    return value is None


def check_plain(value: Any) -> None:
    """Check that JSON can hold a value, and that a reader finds neither NaN nor infinity in it."""
    assert json.loads(json.dumps(value, allow_nan=False)) == value


def test_a_take_in_which_nobody_played_has_no_players() -> None:
    """Without notes there are no players and no pairs."""
    assert told(played()) == {"id": "take", "take": "take", "players": {}, "pairs": {}}


@pytest.mark.slow
def test_the_shape_of_what_is_measured() -> None:
    """A measured take has its id, its players and its pairs by name, each with the whole and curves over one time."""
    found = told(take(improvised(1), improvised(2), improvised(3)))
    assert list(found) == ["id", "take", "players", "pairs"]
    assert found["id"] == found["take"] == "take"
    assert list(found["players"]) == ["child", "therapist", "child2"] or set(found["players"]) == {
        "child",
        "therapist",
        "child2",
    }
    assert len(found["pairs"]) == 3
    for each in (*found["players"].values(), *found["pairs"].values()):
        assert list(each) == ["whole", "curves"]
        assert {len(curve) for curve in each["curves"].values()} == {len(each["curves"]["t"])}
    check_plain(found)


@pytest.mark.parametrize("notes", [1, 2, 3])
def test_few_notes_are_little_data(notes: int) -> None:
    """One, two or three notes give what they can, and None for the rest: no pulse, no density of one note."""
    rows = [(1.0 + 0.5 * number, 0.4, 60 + number, 64) for number in range(notes)]
    found = told(take(part(rows), part(rows), seconds=20.0))
    check_plain(found)
    whole = found["players"]["child"]["whole"]
    assert whole["notes"] == notes
    assert whole["pitch_mean"] == pytest.approx(60 + (notes - 1) / 2)
    assert whole["pitch_sd"] == pytest.approx(0 if notes == 1 else np.std(range(notes), ddof=1))
    assert whole["pulse_clarity"] is None
    assert unknown(whole["density"]) == (notes == 1)
    assert unknown(whole["npvi"]) == (notes == 1)
    assert unknown(whole["ioi_cv"]) == (notes < 3)


def test_an_empty_window_is_no_data_and_its_density_is_0() -> None:
    """Where no note begins within 6 s everything is None, but density is 0, and silence what is silent."""
    found = told(take(part([(1.0, 0.5, 60, 64), (30.0, 0.5, 60, 64)])))["players"]["child"]["curves"]
    at = found["t"].index(20.0)
    assert {name for name, curve in found.items() if curve[at] is not None} == {"t", "density", "silence"}
    assert (found["density"][at], found["silence"][at]) == (0, 1)


def test_a_window_is_closed_at_both_ends() -> None:
    """A note at 4 s is in the windows that end at 4 s and at 10 s, and in neither before nor after."""
    found = told(take(part([(4.0, 0.5, 60, 64), (30.0, 0.5, 60, 64)])))["players"]["child"]["curves"]
    assert [t for t, density in zip(found["t"], found["density"], strict=True) if density > 0 and t < 20] == list(
        map(float, range(4, 11))
    )


@pytest.mark.parametrize(("window", "step"), [(6.0, 1.0), (3.0, 0.5), (10.0, 2.0), (4.0, 0.3)])
def test_window_and_step_are_adjustable(window: float, step: float) -> None:
    """Density counts the notes of each window of the given length, at each step, of players and pairs alike."""
    first = improvised(1, 30.0)
    found = told(take(first, improvised(2, 30.0), seconds=30.0), window, step)
    curves = found["players"]["child"]["curves"]
    assert curves["t"] == pytest.approx(np.arange(0, 30 + 1e-9, step))
    counted = [int(((first.onset >= t - window) & (first.onset <= t)).sum()) / window for t in curves["t"]]
    assert curves["density"] == pytest.approx(counted)
    assert {len(curve) for curve in found["pairs"]["child-therapist"]["curves"].values()} == {len(curves["t"])}
    check_plain(found)


@pytest.mark.parametrize(("window", "step"), [(0.0, 1.0), (6.0, 0.0), (-1.0, 1.0)])
def test_a_window_of_no_length_is_refused(window: float, step: float) -> None:
    """A window or a step of no length is a mistake."""
    with pytest.raises(ValueError, match="longer than 0"):
        told(take(improvised(1)), window, step)


def test_lost_sound_is_no_data_for_all() -> None:
    """In each window that meets a time in which the sound was lost, every curve of players and pairs is None."""
    steady = [note for number in range(110) for note in struck(500 * number, Player.CHILD, number)]
    other = [note for number in range(110) for note in struck(500 * number + 100, Player.THERAPIST, number, 64)]
    away = (20_000, 25_000)
    heard = [each for each in (*steady, *other) if not away[0] <= each.frame < away[1]]
    found = told(played(heard, [Performed(20_000, Lost()), Performed(25_000, Resumed())]))
    for each in (*found["players"].values(), *found["pairs"].values()):
        for name, curve in each["curves"].items():
            if name != "t":
                assert set(curve[21:31]) == {None}, name
    curves = found["players"]["child"]["curves"]
    assert None not in curves["density"][:21]
    assert None not in curves["density"][31:]


def test_lost_time_counts_in_no_number_of_the_whole() -> None:
    """Two strokes a second before and after 30 s that were lost: density 2, no silence, all intervals 0.5 s."""
    notes = [
        each
        for number, frame in enumerate([*range(0, 20_000, 500), *range(50_000, 70_001, 500)])
        for each in struck(frame, Player.CHILD, number)
    ]
    lost = [Performed(20_000, Lost()), Performed(50_000, Resumed())]
    whole = told(played(notes, lost, last=71_000))["players"]["child"]["whole"]
    assert whole["density"] == pytest.approx(80 / 40)
    assert whole["silence"] == 0
    assert whole["asynchrony_sd"] == pytest.approx(0, abs=1e-9)
    without = told(played(notes, last=71_000))["players"]["child"]["whole"]
    assert without["silence"] > 0.3


def test_a_mute_counts_like_lost_sound() -> None:
    """Not one number differs, of the whole or in any window, for a player or for two."""
    heard = [
        each
        for number, frame in enumerate((*range(0, 19_000, 500), *range(31_000, 55_000, 500)))
        for each in (*struck(frame, Player.CHILD, number), *struck(frame + 100, Player.THERAPIST, number, 64))
    ]
    lost = told(played(heard, [Performed(20_000, Lost()), Performed(30_000, Resumed())]))
    assert told(played(heard, withheld=((20_000, 30_000),))) == lost
    assert told(played(heard)) != lost


def test_spans_that_meet_are_one() -> None:
    """Sound that was lost while it was muted is not left out twice."""
    take = [
        Performed(0, TakeBegan(1, 10, 1)),
        Performed(30, Lost()),
        Performed(50, Resumed()),
        Performed(90, TakeEnded()),
    ]
    spans = [(10, 20), (40, 60), (60, 70), (80, 80)]
    assert gaps(take, 10, spans).tolist() == [[1.0, 2.0], [3.0, 7.0]]


def test_gaps_are_from_loss_to_return() -> None:
    """Each loss lasts until the sound is back, or to the end of the take; one of no length is none."""
    take = [
        Performed(0, TakeBegan(1, 10, 1)),
        Performed(5, Resumed()),
        Performed(10, Lost()),
        Performed(15, Lost()),
        Performed(20, Resumed()),
        Performed(30, Lost()),
        Performed(30, Resumed()),
        Performed(40, Lost()),
        Performed(50, TakeEnded()),
    ]
    assert gaps(take, 10).tolist() == [[1.0, 2.0], [4.0, 5.0]]


def test_what_a_replay_sounds_is_nobodys_play() -> None:
    """Notes that sound again because somebody listens are left out, and who only listens is no player."""
    notes = [each for number in range(20) for each in struck(500 * number, Player.CHILD, number)]
    again = [
        each
        for number in range(20)
        for player in (Player.CHILD, Player.THERAPIST)
        for each in struck(20_000 + 500 * number, player, 100 + number, 72, Source.REPLAY)
    ]
    found = told(played(notes, again))
    assert list(found["players"]) == ["child"]
    assert found["players"]["child"] == told(played(notes))["players"]["child"]


def test_durations_are_told_in_beats_only_where_there_is_a_tempo() -> None:
    """Entropy of durations is None in a take played live, and counts beats where a file says how long they are."""
    notes = [each for number in range(20) for each in struck(1000 * number, Player.CHILD, number)]
    assert told(played(notes))["players"]["child"]["whole"]["entropy_durations"] is None
    steady = told(played([Performed(0, Tempo(0.5))], notes))["players"]["child"]["whole"]
    assert steady["entropy_durations"] == 0
    # From 10 s on a beat lasts twice as long, and the same half second half a beat.
    slower = told(played([Performed(0, Tempo(0.5)), Performed(10_000, Tempo(1.0))], notes))
    assert slower["players"]["child"]["whole"]["entropy_durations"] == pytest.approx(math.log(2) / math.log(9))


def test_a_take_begins() -> None:
    """Events that no take holds are refused."""
    with pytest.raises(ValueError, match="TakeBegan"):
        PlayedTake.of("take", struck(0, Player.CHILD, 1))
    assert len(part(NOBODY)) == 0
