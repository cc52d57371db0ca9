"""The sheet of an instrument sounds as it is written down: its parts, at their times, in their order."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from bedside.music.events import NoteOff, NoteOn, Stop
from bedside.sound.engine import offline
from bedside.sound.library import catalogue
from bedside.sound.sheets import sheet
from bedside.sound.sheets.findings import assess
from bedside.sound.sheets.sheet import VELOCITIES, Passage, Subject, key_name, passages, perform_sheet, white_keys
from bedside.sound.tuning import hertz
from sound.listening import cents, peak_hz
from sound.tones import RATE, tone

# Short enough that every strike is heard apart from the one before it.
SHORT = Subject(tone("short", seconds=0.1), 60, "none")
LONG = Subject(tone("long", seconds=0.6), 60, "none")
HELD = Subject(tone("held", loop_seconds=0.4), 60, "none")
SET = Subject(tone("set", lowest=60, highest=71, seconds=0.1), 60, "none", ((61, "low"), (64, "middle"), (69, "high")))


def rendered(subject: Subject) -> np.ndarray:
    """Return the sheet of an instrument as mono sound."""
    blocks = offline.render(perform_sheet(subject, passages(subject)), [subject.instrument])
    return np.concatenate([block.copy() for block in blocks])


def onsets(sound: np.ndarray) -> list[float]:
    """Return the times in seconds at which 10 ms of a sound are 6 dB louder than each of the five before them."""
    frames = RATE // 100
    level = np.mean(sound[: len(sound) // frames * frames].astype(float).reshape(-1, frames * 2) ** 2, axis=1)
    level = np.pad(level, (5, 0))
    found: list[float] = []
    for at in range(5, len(level)):
        seconds = (at - 5) / 100
        if level[at] > max(4 * level[at - 5 : at].max(), 1e-9) and (not found or seconds - found[-1] > 0.05):
            found.append(seconds)
    return found


@pytest.fixture(scope="module")
def short() -> np.ndarray:
    return rendered(SHORT)


@pytest.mark.slow
@pytest.mark.parametrize("subject", [SHORT, SET], ids=["scale", "pieces"])
def test_every_strike_is_heard_at_its_time(subject: Subject) -> None:
    """As many onsets are counted as strikes are written down, a chord being one, each within 20 ms of its time."""
    written = sorted({strike.seconds for part in passages(subject) for strike in part.strikes})
    heard = onsets(rendered(subject))
    assert len(heard) == len(written)
    assert np.abs(np.array(heard) - written).max() < 0.02


@pytest.mark.slow
def test_the_scale_is_heard_at_its_pitches() -> None:
    """In the first part each white key of the range sounds in turn, as near to its pitch as a room lets one measure."""
    sound = rendered(LONG)
    (first, *_) = passages(LONG)
    assert [strike.key for strike in first.strikes] == white_keys(48, 72)
    assert len(first.strikes) == 15
    for strike in first.strikes:
        begin = round((strike.seconds + 0.01) * RATE)
        heard = sound[begin : begin + round(0.5 * RATE)].mean(axis=1, dtype=float)
        assert cents(peak_hz(heard, RATE, hertz(strike.key), 0.05), hertz(strike.key)) == pytest.approx(0, abs=6)


@pytest.mark.slow
def test_one_key_is_repeated_and_a_chord_is_struck_at_once(short: np.ndarray) -> None:
    """The second part is the register's key twelve times, the third a major chord above it, all four tones heard."""
    _, repeated, chord, _ = passages(SHORT)
    assert [strike.key for strike in repeated.strikes] == [60] * 12
    assert [strike.key for strike in chord.strikes] == [60, 64, 67, 72]
    assert len({strike.seconds for strike in chord.strikes}) == 1
    begin = round(chord.begin * RATE)
    heard = short[begin : begin + round(0.1 * RATE)].mean(axis=1, dtype=float)
    spectrum = np.abs(np.fft.rfft(heard * np.hanning(heard.size), RATE))
    for key in (60, 64, 67, 72):
        near = round(hertz(key))
        assert spectrum[near - 3 : near + 4].max() > 5 * np.median(spectrum[200:600])


@pytest.mark.slow
def test_soft_to_loud_rises(short: np.ndarray) -> None:
    """From the softest velocity to the loudest each strike is louder than the one before, by more than 20 LU in all."""
    found = assess(SHORT, passages(SHORT), short)
    assert [velocity for velocity, _ in found.loudness] == list(VELOCITIES)
    levels = [level for _, level in found.loudness]
    assert all(after > before for before, after in itertools.pairwise(levels))
    assert 20 < found.span == pytest.approx(levels[-1] - levels[0])


@pytest.mark.slow
@pytest.mark.parametrize("subject", [SHORT, HELD, SET], ids=["short", "held", "set"])
def test_each_part_begins_from_silence(subject: Subject) -> None:
    """The 50 ms before a part, or before a piece of a set, are exactly silent; the sheet ends in silence."""
    sound = rendered(subject)
    first, *others = passages(subject)
    begins = [part.begin for part in others]
    if subject.pieces:
        begins += [strike.seconds for strike in first.strikes[1:]]
    for begin in begins:
        at = round(begin * RATE)
        assert not sound[at - RATE // 20 : at].any()
        assert sound[at : at + RATE // 10].any()
    assert not sound[-1].any()


def test_a_sheet_lasts_about_a_minute_at_most() -> None:
    """No shipped instrument's sheet, nor one of every MIDI key, takes longer than 75 s, and none less than 20."""
    subjects = [
        Subject.of(tone(patch.name, patch.lowest, patch.highest, 0.01), patch) for patch in catalogue.shipped_patches()
    ]
    subjects.append(Subject(tone("all", 0, 127, 0.01), 60, "none"))
    for subject in subjects:
        assert 20 < passages(subject)[-1].end < 75, subject.instrument.name


@pytest.mark.slow
def test_a_sheet_is_the_same_each_time(short: np.ndarray) -> None:
    """Performed and rendered again, the same sheet has the same bits."""
    assert np.array_equal(rendered(SHORT), short)


@pytest.mark.slow
def test_every_note_is_let_go_and_every_part_stopped() -> None:
    """The take holds a note-on and a note-off for each strike, and a stop for each that a part names."""
    played = passages(HELD)
    take = [performed.event for performed in perform_sheet(HELD, played)]
    strikes = sum(len(part.strikes) for part in played)
    assert sum(isinstance(event, NoteOn) for event in take) == strikes
    assert sum(isinstance(event, NoteOff) for event in take) == strikes
    assert sum(isinstance(event, Stop) for event in take) == sum(len(part.stops) for part in played)


@pytest.mark.parametrize(("lowest", "highest"), [(60, 60), (60, 66), (70, 95), (0, 127)])
def test_no_strike_leaves_the_range(lowest: int, highest: int) -> None:
    """Whatever the range, each part has a strike and every strike lies within."""
    subject = Subject(tone("narrow", lowest, highest, 0.01), lowest, "none")
    played = passages(subject)
    assert all(part.strikes for part in played)
    assert {lowest, highest} <= {strike.key for strike in played[0].strikes}
    assert all(lowest <= strike.key <= highest for part in played for strike in part.strikes)
    assert all(one.end < other.begin for one, other in itertools.pairwise(played))


def test_a_set_of_drums_shows_its_pieces_and_another_instrument_does_not() -> None:
    """A patch of several pieces is shown by them, with a key and a model each; a patch of one by its scale."""
    drum, harp = (
        next(patch for patch in catalogue.shipped_patches() if patch.name == each) for each in ("drum", "harp")
    )
    shown = Subject.of(tone("drum", drum.lowest, drum.highest, 0.01), drum)
    assert len(shown.pieces) == len(drum.pieces) > 1
    assert all(piece.lowest <= key <= piece.highest for (key, _), piece in zip(shown.pieces, drum.pieces, strict=True))
    first: Passage = passages(shown)[0]
    assert [strike.key for strike in first.strikes] == [key for key, _ in shown.pieces]
    assert Subject.of(tone("harp", harp.lowest, harp.highest, 0.01), harp).pieces == ()


def test_keys_are_named_as_musicians_do() -> None:
    """60 is C4, 69 is A4, 21 is A0, and what lies between two white keys is sharp."""
    assert [key_name(key) for key in (0, 21, 60, 61, 69, 127)] == ["C-1", "A0", "C4", "C♯4", "A4", "G9"]


def test_an_instrument_of_samples_has_a_register_of_its_own() -> None:
    """Without a patch an instrument is shown from the C that it has nearest to middle C."""
    assert sheet.Subject.of(tone("samples", 30, 50, 0.01), None).register == 48
