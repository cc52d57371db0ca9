from __future__ import annotations

import io
from pathlib import Path

import mido
import pretty_midi
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from archive.improvisations import RATE
from archive.reading import moves, onsets
from bedside.archive.midi import midifile
from bedside.errors import BedsideError
from bedside.music.events import (
    FLICKS,
    AllOff,
    Bend,
    Event,
    Expression,
    Glide,
    Lost,
    NoteOff,
    NoteOn,
    Pedal,
    Performed,
    Player,
    Program,
    Shape,
    Source,
    Stop,
    TakeBegan,
    TakeEnded,
    Vibrato,
)
from bedside.music.notes import notes
from effort import times

CHILD, CHILD2, THERAPIST, PARTNER = Player.CHILD, Player.CHILD2, Player.THERAPIST, Player.PARTNER


def test_written_and_read_again(song: Path) -> None:
    """A written take has the same notes again, to the frame at 48 kHz, and each player under their own name."""
    take = [Performed(0, TakeBegan(1, RATE, 128)), Performed(0, Program(THERAPIST, "marimba"))]
    frames = [0, 1, 2, 47_999, 48_001, 10**6 + 7, 10**9 + 1]
    for i, frame in enumerate(frames):
        player = (CHILD, THERAPIST)[i % 2]
        take.append(Performed(frame, NoteOn(player, i, 60 + i, (i + 1) / 127, 0.5, Source.TOUCH)))
        take.append(Performed(frame + i, NoteOff(player, i)))
    take.append(Performed(10**9 + 48_000, TakeEnded()))
    take.sort(key=lambda item: item.frame)
    midifile.write(song, take, RATE)
    [back] = midifile.read(song, [CHILD, THERAPIST])
    step = FLICKS // RATE
    found = {item.event.key: (item.frame, item.event) for item in back.performed if isinstance(item.event, NoteOn)}
    assert [found[60 + i][0] for i in range(len(frames))] == [frame * step for frame in frames]
    assert [found[60 + i][1].velocity for i in range(len(frames))] == [(i + 1) / 127 for i in range(len(frames))]
    assert onsets(back) == [(n.onset, n.duration, n.key) for n in notes(take, RATE)]
    assert Performed(0, Program(THERAPIST, "marimba")) in back.performed
    assert back.performed[-1].frame == (10**9 + 48_000) * step
    assert [track.name for track in mido.MidiFile(song).tracks] == ["", "child", "therapist"]


def test_written_for_other_readers(song: Path) -> None:
    """pretty_midi reads the same onsets and ends from a written take."""
    take = [Performed(0, TakeBegan(1, RATE, 128))]
    for i in range(50):
        take.append(Performed(i * 1_001, NoteOn(CHILD, i, 40 + i, 0.5, 0.5, Source.TOUCH)))
        take.append(Performed(i * 1_001 + 700, NoteOff(CHILD, i)))
    midifile.write(song, take, RATE)
    [part] = pretty_midi.PrettyMIDI(str(song)).instruments
    assert part.name == "child"
    assert [note.start for note in part.notes] == pytest.approx([i * 1_001 / RATE for i in range(50)], abs=1e-9)
    assert [note.end for note in part.notes] == pytest.approx([(i * 1_001 + 700) / RATE for i in range(50)], abs=1e-9)


def test_a_take_of_nothing_is_written(song: Path) -> None:
    """A take in which nobody played is a valid file without notes."""
    midifile.write(song, [Performed(0, TakeBegan(1, RATE, 128)), Performed(RATE, TakeEnded())], RATE)
    assert mido.MidiFile(file=io.BytesIO(song.read_bytes())).length == pytest.approx(1.0)


def test_written_whole_or_not_at_all(tmp_path: Path) -> None:
    """Where writing fails, a sentence says so, an earlier file is untouched, and no scraps are left."""
    with pytest.raises(BedsideError, match="could not be written"):
        midifile.write(tmp_path / "missing" / "song.mid", [], RATE)
    song = tmp_path / "song.mid"
    song.write_bytes(b"earlier")
    loud = Performed(0, NoteOn(CHILD, 1, 300, 0.5, 0.5, Source.TOUCH))
    with pytest.raises(ValueError, match=r"0\.\.127"):
        midifile.write(song, [loud], RATE)
    assert song.read_bytes() == b"earlier"
    assert [path.name for path in tmp_path.iterdir()] == ["song.mid"]


def test_what_hands_did_beside_keys_is_written(song: Path) -> None:
    """Bends, vibrato, swell, pedal and brightness are in the file as a keyboard would have sent them."""
    take = [
        Performed(0, TakeBegan(1, RATE, 128)),
        Performed(10, NoteOn(CHILD, 1, 60, 0.5, 0.5, Source.TOUCH)),
        Performed(20, Bend(CHILD, -2.0)),
        Performed(30, Vibrato(CHILD, 0.5)),
        Performed(40, Expression(CHILD, 0.25)),
        Performed(50, Pedal(CHILD, True)),
        Performed(60, Shape(CHILD, 1, 1.0)),
        Performed(70, AllOff(CHILD)),
        Performed(80, NoteOff(CHILD, 1)),
    ]
    midifile.write(song, take, RATE)
    _, track = mido.MidiFile(song).tracks
    assert [" ".join(str(message).split()) for message in track if not message.is_meta] == [
        "note_on channel=0 note=60 velocity=64 time=10",
        "pitchwheel channel=0 pitch=-8192 time=10",
        "control_change channel=0 control=1 value=64 time=10",
        "control_change channel=0 control=11 value=32 time=10",
        "control_change channel=0 control=64 value=127 time=10",
        "polytouch channel=0 note=60 value=127 time=10",
        "note_off channel=0 note=60 velocity=64 time=10",
        "control_change channel=0 control=64 value=0 time=0",
        "control_change channel=0 control=123 value=0 time=0",
    ]


@pytest.mark.parametrize("end", [Stop(), Lost(), TakeEnded(), AllOff(CHILD)], ids=str)
def test_what_ends_all_notes_ends_them_in_the_file(song: Path, end: Event) -> None:
    """A note that no hand left is written as long as it was heard, whatever ended it and whatever comes later."""
    take = [Performed(0, NoteOn(CHILD, 1, 60, 0.5, 0.5, Source.TOUCH)), Performed(480, end), Performed(960, Stop())]
    midifile.write(song, take, RATE)
    [back] = midifile.read(song)
    assert onsets(back) == [(0.0, 0.01, 60)]


@pytest.mark.parametrize(("semitones", "range_"), [(2.0, 2), (-2.5, 12), (24.0, 24)])
def test_the_wheel_is_given_the_range_that_it_needs(song: Path, semitones: float, range_: int) -> None:
    """A bend beyond two semitones is written with the range of the wheel before it, and read as far as it was."""
    take = [Performed(0, NoteOn(CHILD, 1, 60, 0.5, 0.5, Source.TOUCH)), Performed(9, Bend(CHILD, semitones))]
    midifile.write(song, [*take, Performed(20, NoteOff(CHILD, 1))], RATE)
    said = [message.value for message in mido.MidiFile(song).tracks[1] if message.is_cc(6)]
    assert said == ([] if range_ == 2 else [range_])
    [back] = midifile.read(song)
    [bend] = moves(back, Bend)
    assert bend.semitones == pytest.approx(semitones, abs=range_ / 8191)


def test_a_glide_is_written_as_a_stair(song: Path) -> None:
    """A glide ends and begins its note at each key that it comes to, as loud as it began, and trembles on none."""
    take = [Performed(0, NoteOn(CHILD, 1, 60, 0.5, 0.5, Source.TOUCH))]
    pitches = (60.3, 60.55, 60.45, 60.7, 60.45, 61.2, 62.0, 59.0)
    take += [Performed(100 * (i + 1), Glide(CHILD, 1, pitch)) for i, pitch in enumerate(pitches)]
    midifile.write(song, [*take, Performed(1000, NoteOff(CHILD, 1))], RATE)
    [back] = midifile.read(song)
    assert [(round(onset * RATE), round(length * RATE), key) for onset, length, key in onsets(back)] == [
        (0, 400, 60),
        (400, 300, 61),
        (700, 100, 62),
        (800, 200, 59),
    ]
    assert {on.velocity for on in moves(back, NoteOn)} == {64 / 127}


# On the drum channel two keys may be one piece.
MELODIC = [channel for channel in range(16) if channel != 9]


@st.composite
def _tracks(draw: st.DrawFn) -> list[mido.MidiTrack]:
    """Make up to four tracks of a channel each, in which no key sounds twice at once."""
    tracks = []
    for channel in draw(st.lists(st.sampled_from(MELODIC), min_size=1, max_size=4, unique=True)):
        track = mido.MidiTrack()
        held: set[int] = set()
        seven = st.integers(0, 127)
        for kind in draw(st.lists(st.sampled_from("nnnnnwwcmspyr"), min_size=1, max_size=40)):
            made: list[tuple[str, dict[str, int]]] = []
            match kind:
                case "n":
                    key = draw(st.integers(60, 66))
                    made = [
                        ("note_off" if key in held else "note_on", {"note": key, "velocity": draw(st.integers(1, 127))})
                    ]
                    held ^= {key}
                case "w":
                    made = [("pitchwheel", {"pitch": draw(st.integers(-8192, 8191))})]
                case "c":
                    control = draw(st.sampled_from((1, 11, 64, 120, 121, 123)))
                    held = set() if control in (120, 123) else held
                    made = [("control_change", {"control": control, "value": draw(seven)})]
                case "m":
                    made = [("aftertouch", {"value": draw(seven)})]
                case "s":
                    made = [("polytouch", {"note": draw(st.integers(60, 66)), "value": draw(seven)})]
                case "p":
                    made = [("program_change", {"program": draw(seven)})]
                case "y":
                    settings_ = ((101, 0), (100, 0), (6, draw(st.sampled_from((2, 12, 24)))))
                    made = [("control_change", {"control": control, "value": value}) for control, value in settings_]
                case "r":
                    made = [("control_change", {"control": control, "value": 127}) for control in (101, 100)]
            for name, fields in made:
                time = draw(st.sampled_from((0, 0, 1, 7, 480)))
                track.append(mido.Message(name, channel=channel, time=time, **fields))
        track.append(mido.Message("note_on", note=70, velocity=1, channel=channel, time=5))
        tracks.append(track)
    return tracks


@pytest.mark.slow
@settings(max_examples=times(75), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(tracks=_tracks(), division=st.sampled_from((96, 480, 960)))
def test_what_was_read_is_written_and_read_again(song: Path, tracks: list[mido.MidiTrack], division: int) -> None:
    """Read, written and read again, every player has the same events, each within a tick of where it was."""
    file = mido.MidiFile(type=1, ticks_per_beat=division)
    file.tracks.extend(tracks)
    file.save(song)
    [first] = midifile.read(song)
    midifile.write(song, first.performed, FLICKS)
    [again] = midifile.read(song, sorted(first.notes))
    tick = FLICKS // 48_000
    for player in first.notes:
        before, after = (
            [item for item in take.performed if getattr(item.event, "player", None) == player]
            for take in (first, again)
        )
        assert [type(item.event) for item in after] == [type(item.event) for item in before]
        for one, other in zip(before, after, strict=True):
            assert abs(one.frame - other.frame) <= tick
            if isinstance(one.event, Bend) and isinstance(other.event, Bend):
                assert other.event.semitones == pytest.approx(one.event.semitones, abs=24 / 8191)
            else:
                assert other.event == one.event
