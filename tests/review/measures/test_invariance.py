"""What a change of the music leaves alone, and what it changes by how much."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bedside.music.events import Player
from bedside.review.measures.columns import NoteColumns, duration_accent
from bedside.review.measures.evenness import strokes
from effort import times
from review.measures.facts import any_part, improvised, laksin, moved, take, told

OF_PITCH = {"pitch_mean", "pitch_classes", "key", "dissonance"}


def whole(part: NoteColumns, seconds: float | None = None) -> dict[str, Any]:
    found: dict[str, Any] = told(take(part, seconds=seconds))["players"]["child"]["whole"]
    return found


def changed(before: dict[str, Any], after: dict[str, Any], within: float = 1e-9) -> set[str]:
    """Return the names of the measures that differ."""
    return {name for name, value in before.items() if not alike(value, after[name], within)}


def alike(value: Any, other: Any, within: float) -> bool:
    """Return whether two values are the same, numbers but for a rounding."""
    if isinstance(value, float | list) and isinstance(other, float | list):
        return bool(value == pytest.approx(other, rel=within, abs=within))
    return bool(value == other)


@settings(max_examples=times(30), deadline=None)
@given(any_part(least=1), st.integers(-21, 19))
def test_transposing_changes_only_what_tells_the_pitch(part: NoteColumns, semitones: int) -> None:
    """Higher or lower by any interval, only mean pitch, pitch classes, key and dissonance may change."""
    assert changed(whole(part), whole(moved(part, semitones=semitones))) <= OF_PITCH


def test_transposing_turns_the_key() -> None:
    """A third higher, e minor becomes g minor, as clear as before, and the mean pitch is 3 semitones higher."""
    part, _ = laksin()
    before, after = whole(part), whole(moved(part, semitones=3))
    assert (before["key"], after["key"]) == ("e minor", "g minor")
    assert after["pitch_mean"] == pytest.approx(before["pitch_mean"] + 3)
    assert np.roll(before["pitch_classes"], 3) == pytest.approx(after["pitch_classes"])


def test_playing_softer_changes_only_velocity_and_dissonance() -> None:
    """At half the velocity, mean and SD of velocity are half, dissonance a quarter, and all else as it was."""
    part = improvised(4)
    before, after = whole(part), whole(moved(part, louder=0.5))
    assert changed(before, after) == {"velocity_mean", "velocity_sd", "dissonance"}
    assert after["velocity_mean"] == pytest.approx(before["velocity_mean"] / 2)
    assert after["dissonance"] == pytest.approx(before["dissonance"] / 4)


def test_playing_later_changes_only_silence() -> None:
    """A part that begins 8 s later has 8 s more of silence before it, and the same measures otherwise."""
    part = improvised(4)
    before, after = whole(part), whole(moved(part, seconds=8.0))
    # Seconds are binned at 100 Hz for the pulse, and the time over which its lags are counted is longer.
    assert changed(before, after) <= {"silence", "pulse_clarity"}
    last = float(part.end[-1])
    assert after["silence"] == pytest.approx((before["silence"] * last + 8) / (last + 8))


def test_curves_move_with_the_music() -> None:
    """A part played 7 s later has the same curves 7 s later."""
    part = improvised(4)
    before, after = (told(take(each))["players"]["child"]["curves"] for each in (part, moved(part, seconds=7.0)))
    for name in ("density", "pitch_sd", "legato", "tonal_clarity", "npvi", "dissonance", "ioi_cv"):
        early = np.array(before[name][7:60], np.float64)
        late = np.array(after[name][14:67], np.float64)
        np.testing.assert_allclose(late, early, rtol=1e-9, atol=1e-9, err_msg=name)


def test_playing_slower_halves_density_and_keeps_proportions() -> None:
    """At half the tempo density is half, intervals of time twice as far apart; nPVI, intervals and cv stay."""
    part = improvised(4, pace=0.15)
    before, after = whole(part), whole(moved(part, slower=2.0))
    assert after["density"] == pytest.approx(before["density"] / 2)
    assert after["npvi"] == pytest.approx(before["npvi"])
    steady = NoteColumns(np.arange(20.0) * 0.4, np.full(20, 0.3), np.full(20, 60), np.full(20, 64.0))
    assert whole(moved(steady, slower=2.0))["ioi_cv"] == pytest.approx(0, abs=1e-9)


def test_evenness_is_the_spread_of_intervals() -> None:
    """Strokes 0.4 and 0.6 s apart in turn have an SD of 0.1 s · √(n/(n−1)), and a cv of that over 0.5 s."""
    onset = np.concatenate([[0.0], np.cumsum(np.tile([0.4, 0.6], 10))])
    part = NoteColumns(onset, np.full(21, 0.2), np.full(21, 60), np.full(21, 64.0))
    found = whole(part)
    assert found["asynchrony_sd"] == pytest.approx(0.1 * np.sqrt(20 / 19))
    assert found["ioi_cv"] == pytest.approx(0.2 * np.sqrt(20 / 19))


def test_a_chord_is_one_stroke_and_a_long_rest_none() -> None:
    """Chords spread over 30 ms, with a rest of 5 s among them, are as even as their beats."""
    beats = np.concatenate([np.arange(8) * 0.5, 10 + np.arange(8) * 0.5])
    onset = np.sort(np.concatenate([beats, beats + 0.015, beats + 0.03]))
    part = NoteColumns(onset, np.full(48, 0.2), np.full(48, 60), np.full(48, 64.0))
    assert whole(part)["asynchrony_sd"] == pytest.approx(0, abs=1e-9)


def test_strokes_are_50_ms_apart_and_runs_end_with_a_pause_of_2_s() -> None:
    """Onsets 40 ms apart are one stroke, 60 ms apart are two; a pause of 2.5 s is no interval, one of 1.5 s is."""
    assert strokes(np.array([0.0, 0.04, 0.5])).tolist() == [0.0, 0.5]
    assert strokes(np.array([0.0, 0.06, 0.5])).tolist() == [0.0, 0.06, 0.5]
    for pause, even in ((2.5, True), (1.5, False)):
        onset = np.concatenate([np.arange(8) * 0.5, 3.5 + pause + np.arange(8) * 0.5])
        steady = NoteColumns(onset, np.full(16, 0.2), np.full(16, 60), np.full(16, 64.0))
        assert (whole(steady)["asynchrony_sd"] < 1e-9) == even


def test_a_steady_beat_is_the_clearest_pulse() -> None:
    """Strokes each half second have a period of 0.5 s and a clarity near 1; strokes by chance are less clear."""
    steady = NoteColumns(np.arange(120.0) * 0.5, np.full(120, 0.3), np.full(120, 60), np.full(120, 64.0))
    found = whole(steady)
    assert found["pulse_period"] == 0.5
    assert found["pulse_clarity"] == pytest.approx(1, abs=0.02)
    assert whole(improvised(4))["pulse_clarity"] < 0.5


def test_legato_of_notes_that_overlap_is_whole_and_of_short_ones_their_share() -> None:
    """Notes that touch are wholly legato; of notes of 0.1 s each half second 0.1 s of 0.5 s sounds; rests count not."""
    onset = np.arange(10) * 0.5

    def legato(onset: np.ndarray, seconds: float) -> float:
        return float(whole(NoteColumns(onset, np.full(10, seconds), np.full(10, 60), np.full(10, 64.0)))["legato"])

    assert legato(onset, 0.5) == pytest.approx(1)
    assert legato(onset, 3.0) == pytest.approx(1)
    assert legato(onset, 0.1) == pytest.approx(1.0 / (1.0 + 9 * 0.4))
    assert legato(onset + np.repeat([0, 30], 5), 0.1) == pytest.approx(1.0 / (1.0 + 8 * 0.4))


def test_silence_is_what_lies_beyond_two_seconds_of_a_note() -> None:
    """A note of 1 s, then nothing until one at 13 s: 10 of 14 s are silent; one held for 13 s counts for 5 s."""

    def silence(seconds: float) -> float:
        rows = NoteColumns(np.array([0.0, 13.0]), np.array([seconds, 1.0]), np.array([60, 60]), np.array([64.0, 64.0]))
        return float(whole(rows)["silence"])

    assert silence(1.0) == pytest.approx(10 / 14)
    assert silence(13.0) == pytest.approx(6 / 14)


def test_one_pitch_is_no_variety_and_twelve_are_all() -> None:
    """Entropy of pitch classes is 0 for one and 1 for all twelve alike."""
    one = NoteColumns(np.arange(12.0), np.full(12, 0.5), np.full(12, 60), np.full(12, 64.0))
    twelve = NoteColumns(np.arange(12.0), np.full(12, 0.5), np.arange(60, 72), np.full(12, 64.0))
    assert whole(one)["entropy_pitch_classes"] == 0
    assert whole(twelve)["entropy_pitch_classes"] == pytest.approx(1)
    assert whole(twelve)["key"] is None


def test_a_semitone_is_rougher_than_a_fifth_and_softer_is_less_rough() -> None:
    """Of two notes at once, a semitone is rougher than a fifth, a fifth than an octave; a second later it is less."""

    def rough(semitones: int, after: float = 0.1) -> float:
        rows = NoteColumns(np.array([0, after]), np.full(2, 0.5), np.array([60, 60 + semitones]), np.full(2, 127.0))
        return float(whole(rows)["dissonance"])

    assert rough(1) > rough(7) > rough(12)
    assert rough(1, 1.2) == pytest.approx(rough(1) * np.exp(-1.1))
    assert rough(1, 1.6) == 0


def test_duration_accent_is_parncutts() -> None:
    """The accent of 0, 0.5 and very many seconds is 0, (1 − 1/e)² and 1."""
    assert duration_accent(np.array([0.0, 0.5, 100.0])) == pytest.approx([0, (1 - np.exp(-1)) ** 2, 1])


def test_a_second_player_changes_nothing_of_the_first() -> None:
    """What is said of the child is the same whether the therapist plays or not, but for the time that they share."""
    child, therapist = improvised(4), improvised(5)
    alone, beside = (told(take(*parts, seconds=120.0))["players"]["child"] for parts in ((child,), (child, therapist)))
    assert alone["curves"] == beside["curves"]
    assert changed(alone["whole"], beside["whole"]) <= {"silence", "pulse_clarity"}
    assert Player.CHILD.label == "child"
