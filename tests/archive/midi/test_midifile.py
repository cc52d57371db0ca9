from __future__ import annotations

import os
from pathlib import Path

import mido
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from archive.midibytes import END, chunk, midi, scale, varint
from archive.reading import imported, moves, onsets
from bedside.archive.midi import midifile
from bedside.archive.midi.miditake import Imported
from bedside.errors import BedsideError
from bedside.music.events import (
    FLICKS,
    NoteOff,
    NoteOn,
    Performed,
    Player,
    Program,
    Shape,
    Source,
    TakeBegan,
    TakeEnded,
    Tempo,
)
from bedside.music.notes import notes
from effort import times

CHILD, CHILD2, THERAPIST, PARTNER = Player.CHILD, Player.CHILD2, Player.THERAPIST, Player.PARTNER


SCALE = [(i * 0.25, 0.25, 60 + i) for i in range(8)]


def test_a_file_as_events(song: Path) -> None:
    """A file becomes exactly these events: the beginning, the instrument, tempo, notes, and the end."""
    tempo = b"\x00\xff\x51\x03\x09\x27\xc0"
    track = tempo + b"\x00\xc3\x0c\x00\x93\x3c\x7f\x81\x70\x83\x3c\x00\x83\x60" + END[1:]
    take = imported(song, midi(track))
    seed = take.performed[0].event
    assert isinstance(seed, TakeBegan)
    assert 0 <= seed.seed < 2**63
    assert take == Imported(
        [
            Performed(0, TakeBegan(seed.seed, 705_600_000, 512)),
            Performed(0, Program(CHILD, "marimba")),
            Performed(0, Tempo(0.6)),
            Performed(0, NoteOn(CHILD, 1, 60, 1.0, 1.0, Source.FILE)),
            Performed(211_680_000, NoteOff(CHILD, 1)),
            Performed(635_040_000, TakeEnded()),
        ],
        {CHILD: 1},
        [],
    )


def test_the_seed_is_of_the_bytes(song: Path) -> None:
    """The same bytes always give the same seed, other bytes another."""
    seeds = [imported(song, midi(scale(notes=n) + END)).performed[0].event for n in (3, 3, 4)]
    assert seeds[0] == seeds[1] != seeds[2]


def test_what_is_left_out_is_said_once(song: Path) -> None:
    """Soft and sostenuto pedals, other controllers and system messages give one warning for each kind."""
    extra = b"\x00\xb0\x43\x7f\x00\xb0\x42\x00\x00\xb0\x07\x64\x00\xb0\x0a\x64\x00\xf0\x02\x7e\xf7"
    take = imported(song, midi(extra + scale() + extra + END))
    assert onsets(take) == SCALE
    assert take.warnings == [
        "It also holds controller changes without an equal here, which are left out.",
        "It also holds pedals other than the sustain pedal, which are left out.",
        "It also holds system messages, which are left out.",
    ]


def test_long_stretches_of_one_kind(song: Path) -> None:
    """Hundreds of messages of one kind, with and without their status, change nothing between the notes."""
    soft = b"\x00\xb0" + b"\x43\x7f\x00" * 100 + b"\x07\x10" + b"\x00\xe0\x00\x40" * 100
    pressure = b"\x00\xd0" + b"\x10\x00" * 200 + b"\x11" + b"\x00\xd3\x10" * 100
    poly = b"\x00\xa0\x3c\x10" * 100
    take = imported(song, midi(soft + scale(notes=4) + pressure + scale(notes=8)[36:] + poly + END))
    assert [key for _, _, key in onsets(take)] == [60 + i for i in range(8)]
    assert [warning.split(",")[0][14:] for warning in take.warnings] == [
        "controller changes without an equal here",
        "pedals other than the sustain pedal",
    ]


def test_tracks_in_turn(song: Path) -> None:
    """Each track with notes of a type 2 file is a take of its own, from its own beginning."""
    song.write_bytes(midi(scale(0, 8) + END, END, scale(1, 2, 480) + END, format_=2))
    first, second = midifile.read(song)
    assert onsets(first) == SCALE
    assert onsets(second) == [(0.0, 0.5, 60), (0.5, 0.5, 61)]
    assert first.notes == {CHILD: 8}
    assert second.notes == {CHILD: 2}
    assert first.performed[0] != second.performed[0]


HEADER = b"\0\1\0\1\1\xe0"
RUNNING = b"\x00\x90" + b"\x00".join(bytes((60 + i, 9)) + b"\x81\x70" + bytes((60 + i, 0)) for i in range(8))
OVER_TEXT = b"\x00\xff\x01\x02hi\x00\x90\x3d\x40\x00\xff\x01\x00\x81\x70\x3d\x00"

READABLE = {
    "two tracks in a type 0": (midi(scale() + END, END, format_=0), 0),
    "running status": (midi(RUNNING + END), 0),
    "running status over a text": (midi(scale(notes=1) + OVER_TEXT + scale()[18:] + END), 0),
    "a delta time of four bytes": (midi(b"\x80\x80\x80\x00" + scale()[1:] + END), 0),
    "a byte too many": (midi(scale() + END) + b"\x00", 0),
    "a byte too few": (midi(scale() + END)[:-1], 1),
    "no end of track": (midi(scale()), 0),
    "another chunk": (chunk(b"MThd", HEADER) + chunk(b"XFIH", b"abc") + chunk(b"MTrk", scale() + END), 0),
    "a longer header": (chunk(b"MThd", HEADER + b"\0\0") + chunk(b"MTrk", scale() + END), 0),
    "a wrapper around the file": (b"RIFF" + b"\0" * 16 + midi(scale() + END), 0),
    "a track said to be shorter": (midi(scale() + END)[:18] + b"\0\0\0\x09" + scale() + END, 0),
    "a track said to be longer": (midi(scale() + END)[:18] + b"\0\0\xff\xff" + scale() + END, 1),
    "tracks that are missing": (midi(scale() + END, declared=3), 1),
    "undefined system messages": (midi(b"\x00\xf4\x00\xf5\x00\xf8\x00\xf9\x00\xfe" + scale() + END), 1),
    "a tempo of zero": (midi(b"\x00\xff\x51\x03\x00\x00\x00" + scale() + END), 1),
    "a tempo of two bytes": (midi(b"\x00\xff\x51\x02\x00\x01" + scale() + END), 0),
    "ends without beginnings": (midi(b"\x00\x80\x3c\x40" + scale() + b"\x00\x80\x3c\x40" + END), 0),
}


@pytest.mark.parametrize("kind", READABLE)
def test_readable(song: Path, kind: str) -> None:
    """What can be read of an unusual file is read whole, with a warning where something is wrong with it."""
    data, warnings = READABLE[kind]
    take = imported(song, data)
    assert onsets(take) == SCALE
    assert len(take.warnings) == warnings, take.warnings


def test_a_cut_off_track_is_saved(song: Path) -> None:
    """Of a file cut off anywhere behind its first note, every note before the cut is read, with a warning."""
    whole = midi(scale() + END)
    body = len(whole) - len(END) - len(scale())
    for cut in range(body + 4, len(whole) - len(END)):
        take = imported(song, whole[:cut])
        begun = 1 + (cut - body - 4) // 9
        assert [note[::2] for note in onsets(take)] == [note[::2] for note in SCALE[:begun]]
        assert take.warnings[0] == "Track 1 is cut off at the end of the file."


def test_values_out_of_range_are_clipped(song: Path) -> None:
    """A data byte above 127 counts as 127, with a warning."""
    take = imported(song, midi(b"\x00\x90\x3c\xc8\x60\x80\x3c\x00" + END))
    assert take.warnings == ["Track 1 has values out of range."]
    [note] = notes(take.performed, FLICKS)
    assert (note.key, note.velocity) == (60, 1.0)


UNREADABLE = {
    "empty": (b"", "song.mid is empty."),
    "not MIDI": (b"This is a letter, not music.", "song.mid is not a MIDI file."),
    "a header alone": (b"MThd", "song.mid is cut off in its first bytes."),
    "no tracks": (midi(), "song.mid holds no notes."),
    "a track without notes": (midi(END), "song.mid holds no notes."),
    "note-ons of velocity 0": (midi(b"\x00\x90\x3c\x00" + END), "song.mid holds no notes."),
    "data without a status": (midi(b"\x00\x3c\x40" + scale() + END), "song.mid holds no notes."),
    "an unknown type": (midi(scale() + END, format_=3), "song.mid is a MIDI file of the unknown type 3."),
    "no beat": (midi(scale() + END, division=0), "song.mid does not say how long a beat is."),
    "an unknown film": (midi(scale() + END, division=0xEF28), "song.mid does not say how long a frame is."),
    "no ticks of film": (midi(scale() + END, division=0xE700), "song.mid does not say how long a frame is."),
    "two days": (midi(scale() + varint(2**28 - 1) + END[1:], division=100), "song.mid lasts longer than 24 hours."),
}


@pytest.mark.parametrize("kind", UNREADABLE)
def test_unreadable(song: Path, kind: str) -> None:
    """What cannot be read gives one plain sentence that names the file."""
    data, sentence = UNREADABLE[kind]
    song.write_bytes(data)
    with pytest.raises(BedsideError) as caught:
        midifile.read(song)
    assert str(caught.value) == sentence


def test_what_is_no_file_is_said(tmp_path: Path) -> None:
    """A missing file, a folder and a pipe give a sentence, and the pipe does not hold the program up."""
    os.mkfifo(tmp_path / "pipe.mid")
    for name in ("missing.mid", "pipe.mid", "."):
        with pytest.raises(BedsideError):
            midifile.read(tmp_path / name)


def test_nobody_plays(song: Path) -> None:
    """No players at all is a programmer's mistake."""
    song.write_bytes(midi(scale() + END))
    with pytest.raises(ValueError, match="somebody"):
        midifile.read(song, [])


VALID = midi(
    b"\x00\xff\x51\x03\x09\x27\xc0" + END,
    b"\x00\xc0\x0c\x00\xf0\x03\x7e\x01\xf7" + scale(0, 20) + b"\x00\xb0\x40\x7f" + scale(0, 4) + END,
    b"\x10" + scale(9, 12)[1:] + END,
    b"\x00\xb2\x65\x00\x00\x64\x00\x00\x06\x0c"
    + scale(2, 4)
    + b"\x00\xe2\x00\x20\x00\xd2\x40\x00\xa2\x3c\x50"
    + scale(2, 4)
    + END,
)


@pytest.mark.slow
@settings(max_examples=times(150), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_mutated(tmp_path: Path, data: st.DataObject) -> None:
    """Whatever is done to the bytes of a file, it is read in order and within its limits, or gives a BedsideError."""
    content = bytearray(VALID)
    for _ in range(data.draw(st.integers(1, 6))):
        at = data.draw(st.integers(0, len(content)))
        kind = data.draw(st.sampled_from(["flip", "insert", "delete", "cut"]))
        if kind == "flip" and at < len(content):
            content[at] = data.draw(st.integers(0, 255))
        elif kind == "insert":
            content[at:at] = data.draw(st.binary(min_size=1, max_size=8))
        elif kind == "delete":
            del content[at : at + data.draw(st.integers(1, 8))]
        else:
            del content[at:]
    path = tmp_path / "mutated.mid"
    path.write_bytes(content)
    try:
        takes = midifile.read(path)
    except BedsideError as error:
        assert str(error).startswith("mutated.mid ")
        return
    for take in takes:
        frames = [item.frame for item in take.performed]
        assert frames == sorted(frames)
        assert 0 <= frames[-1] <= 24 * 3600 * FLICKS
        begun = [(on.player, on.note) for on in moves(take, NoteOn)]
        ended = [(off.player, off.note) for off in moves(take, NoteOff)]
        assert all((shape.player, shape.note) in begun for shape in moves(take, Shape))
        assert len(begun) == len(set(begun)) == sum(take.notes.values()) > 0
        assert sorted(begun) == sorted(ended)


MESSAGES = st.one_of(
    st.builds(mido.Message, st.just("note_on"), channel=st.integers(0, 3), note=st.integers(0, 127),
              velocity=st.integers(0, 127), time=st.sampled_from([0, 1, 127, 128, 20_000, 2_100_000])),
    st.builds(mido.Message, st.just("control_change"), channel=st.integers(0, 3), control=st.integers(0, 119)),
    st.builds(mido.Message, st.just("pitchwheel"), channel=st.integers(0, 3), pitch=st.integers(-8192, 8191)),
    st.builds(mido.Message, st.just("polytouch"), channel=st.integers(0, 3), note=st.integers(0, 127)),
    st.builds(mido.Message, st.just("aftertouch"), channel=st.integers(0, 3), value=st.integers(0, 127)),
    st.builds(mido.Message, st.just("program_change"), channel=st.integers(0, 3), program=st.integers(0, 127)),
    st.builds(mido.MetaMessage, st.just("set_tempo"), tempo=st.integers(1, 5_000_000)),
)  # fmt: skip


@settings(max_examples=times(60), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(messages=st.lists(MESSAGES, min_size=1, max_size=60), times=st.integers(1, 4))
def test_as_other_readers_read_it(song: Path, messages: list[mido.Message], times: int) -> None:
    """The library mido finds the same keys, velocities and onsets, also in long stretches of one kind."""
    file = mido.MidiFile(type=0, ticks_per_beat=4800)
    file.tracks.append(mido.MidiTrack([message for message in messages for _ in range(times)]))
    file.save(song)
    expected = []
    seconds = 0.0
    for message in mido.MidiFile(song):
        seconds += message.time
        if message.type == "note_on" and message.velocity:
            expected.append((message.note, message.velocity, seconds))
    if not expected:
        with pytest.raises(BedsideError, match="holds no notes"):
            midifile.read(song)
        return
    [take] = midifile.read(song)
    found = [(item.frame, item.event) for item in take.performed if isinstance(item.event, NoteOn)]
    assert [(on.key, round(on.velocity * 127)) for _, on in found] == [note[:2] for note in expected]
    assert [frame / FLICKS for frame, _ in found] == pytest.approx([note[2] for note in expected], abs=1e-6)
