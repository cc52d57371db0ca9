from __future__ import annotations

from pathlib import Path

import pytest

from archive.midibytes import END, midi, scale, varint
from archive.reading import imported, moves, onsets
from bedside.archive.midi.gm import drum_key
from bedside.archive.midi.miditake import Imported
from bedside.music.events import FLICKS, Bend, Expression, NoteOn, Pedal, Player, Program, Shape, Source, Vibrato

CHILD, CHILD2, THERAPIST, PARTNER = Player.CHILD, Player.CHILD2, Player.THERAPIST, Player.PARTNER


def test_the_oldest_note_ends_first(song: Path) -> None:
    """Where a key sounds twice, the first note-off ends the first note."""
    track = b"\x00\x90\x3c\x40" + b"\x60\x3c\x50" + b"\x60\x3c\x00" + b"\x60\x3c\x00" + END
    assert onsets(imported(song, midi(track, division=96))) == [(0.0, 1.0, 60), (0.5, 1.0, 60)]


def test_a_note_without_end_ends_with_its_track(song: Path) -> None:
    """Notes that never end are held to the end of their track, with one warning."""
    take = imported(song, midi(b"\x00\x90\x3c\x40\x00\x3e\x40" + varint(960) + END[1:]))
    assert onsets(take) == [(0.0, 1.0, 60), (0.0, 1.0, 62)]
    assert take.warnings == ["2 notes never end; they were ended with their track."]


def test_a_note_without_end_does_not_sound_to_the_end_of_a_longer_track(song: Path) -> None:
    """A note that is never ended ends with its own track, however long another one goes on."""
    short, longer = b"\x00\x90\x30\x40" + varint(960) + END[1:], scale(channel=1, notes=8, delta=960)
    assert (0.0, 1.0, 48) in onsets(imported(song, midi(short, longer + END), [CHILD, THERAPIST]))


NOTE = b"\x00\x90\x3c\x40"
OFF = b"\x10\x80\x3c\x00"


def named(take: Imported) -> list[str | int]:
    """Return the instruments chosen and the keys struck, in order."""
    events = [item.event for item in take.performed]
    return [
        each.instrument if isinstance(each, Program) else each.key
        for each in events
        if isinstance(each, Program | NoteOn)
    ]


def sent(song: Path, *messages: bytes) -> Imported:
    """Read messages of channel 0 that are sent while middle C sounds."""
    return imported(song, midi(NOTE + b"".join(b"\x10" + message for message in messages) + OFF + END, division=16))


def test_the_pitch_wheel_bends_two_semitones(song: Path) -> None:
    """Without a word about its range the wheel bends two semitones each way, and its middle not at all."""
    take = sent(song, b"\xe0\x7f\x7f", b"\xe0\x00\x00", b"\xe0\x00\x20", b"\xe0\x00\x40")
    assert moves(take, Bend) == [Bend(CHILD, 2.0), Bend(CHILD, -2.0), Bend(CHILD, -1.0), Bend(CHILD, 0.0)]
    assert take.performed[4].frame == FLICKS
    assert take.warnings == []


def test_a_file_sets_the_range_of_its_wheel(song: Path) -> None:
    """A range in semitones and hundredths counts from there on, that of other parameters does not, nor beyond 24."""
    take = sent(
        song,
        *(b"\xb0\x65\x00", b"\xb0\x64\x00", b"\xb0\x06\x0c", b"\xb0\x26\x32", b"\xe0\x7f\x7f"),
        *(b"\xb0\x65\x7f", b"\xb0\x64\x7f", b"\xb0\x06\x01", b"\xe0\x00\x40", b"\xe0\x7f\x7f"),
        *(b"\xb0\x65\x00", b"\xb0\x64\x00", b"\xb0\x63\x00", b"\xb0\x06\x01"),
        *(b"\xb0\x65\x00", b"\xb0\x64\x00", b"\xb0\x06\x60"),
    )
    assert [bend.semitones for bend in moves(take, Bend)] == [12.5, 0.0, 12.5, 24.0]


def test_modulation_expression_and_pedal(song: Path) -> None:
    """Controllers 1, 11 and 64 are vibrato, swell and the sustain pedal, each said when it changes."""
    take = sent(
        song,
        *(b"\xb0\x0b\x7f", b"\xb0\x01\x7f", b"\xb0\x01\x7f", b"\xb0\x0b\x00"),
        *(b"\xb0\x40\x3f", b"\xb0\x40\x40", b"\xb0\x40\x7f", b"\xb0\x40\x00"),
    )
    assert moves(take, Vibrato, Expression, Pedal) == [
        Vibrato(CHILD, 1.0),
        Expression(CHILD, 0.0),
        Pedal(CHILD, True),
        Pedal(CHILD, False),
    ]


def test_pressure_brightens_what_sounds(song: Path) -> None:
    """Pressure of the channel or of the key brightens a note, which is never duller than it was struck."""
    take = sent(song, b"\xd0\x7f", b"\xd0\x00", b"\xd0\x20", b"\xa0\x3c\x50", b"\xa0\x3d\x7f")
    assert [shape.brightness for shape in moves(take, Shape)] == [1.0, 64 / 127, 80 / 127]
    assert {shape.note for shape in moves(take, Shape)} == {1}


def test_a_key_struck_under_pressure_is_as_bright(song: Path) -> None:
    """A note that begins while the channel is pressed is brightened as it begins."""
    take = imported(song, midi(b"\x00\xd0\x64" + NOTE + OFF + END))
    assert moves(take, NoteOn, Shape) == [
        NoteOn(CHILD, 1, 60, 64 / 127, 64 / 127, Source.FILE),
        Shape(CHILD, 1, 100 / 127),
    ]


@pytest.mark.parametrize("control", [120, 123])
def test_all_notes_off_ends_the_notes_of_its_channel(song: Path, control: int) -> None:
    """Controllers 120 and 123 end what sounds on their channel, and nobody else's notes."""
    both = b"\x00\x90\x3c\x40\x00\x90\x40\x40\x00\x91\x43\x40"
    end = varint(480) + b"\x81\x43\x00" + END
    take = imported(song, midi(both + varint(480) + bytes((0xB0, control, 0)) + end))
    assert onsets(take) == [(0.0, 0.5, 60), (0.0, 0.5, 64), (0.0, 1.0, 67)]
    assert take.warnings == []


def test_a_reset_lets_everything_go_but_the_keys(song: Path) -> None:
    """Controller 121 takes back wheel, modulation, swell, pedal and pressure, and ends no note."""
    turned = (b"\xe0\x00\x00", b"\xb0\x01\x7f", b"\xb0\x0b\x00", b"\xb0\x40\x7f", b"\xd0\x7f")
    take = sent(song, *turned, b"\xb0\x79\x00")
    assert moves(take, Bend, Vibrato, Expression, Pedal, Shape)[5:] == [
        Bend(CHILD, 0.0),
        Vibrato(CHILD, 0.0),
        Expression(CHILD, 1.0),
        Pedal(CHILD, False),
        Shape(CHILD, 1, 64 / 127),
    ]
    assert onsets(take)[0][1] == 3.5


def test_a_pedal_counts_for_all_who_play_on_its_channel(song: Path) -> None:
    """Two hands on two tracks of one channel share its pedal, in whatever track it stands."""
    conductor = b"\x10\xb0\x40\x7f" + END
    take = imported(song, midi(conductor, scale(0) + END, scale(0) + END, scale(1) + END))
    assert moves(take, Pedal) == [Pedal(CHILD, True), Pedal(THERAPIST, True)]


def test_who_plays_several_channels_has_no_wheels(song: Path) -> None:
    """A bend of one channel is not laid on the notes of another that the same player has; a warning says so."""
    bent = scale(2, 4) + b"\x00\xe2\x00\x00" + scale(2, 4) + END
    take = imported(song, midi(scale(0) + END, b"\x00\xe1\x00\x00" + scale(1) + END, bent), [CHILD, THERAPIST])
    assert moves(take, Bend) == []
    assert take.warnings == [
        "It has 3 parts; the last 2 are all played by therapist.",
        "therapist plays several channels, whose bends, swells and pedals are left out.",
    ]


def test_each_note_sounds_as_its_program_says(song: Path) -> None:
    """A program that changes is an instrument that changes with the next note; parts that share a player take turns."""
    take = imported(song, midi(b"\x00\xc0\x2e" + scale(0, 1) + b"\x00\xc0\x49" + scale(0, 2) + END))
    assert named(take) == ["harp", 60, "flute", 60, 61]
    tracks = [bytes((i * 60, 0xC0 | i, program)) + scale(i, 2) + END for i, program in enumerate((46, 73, 46))]
    take = imported(song, midi(*tracks), [CHILD])
    assert named(take) == ["harp", 60, "flute", 60, "harp", 60, 61, "flute", 61, "harp", 61]
    assert [item.frame for item in take.performed] == sorted(item.frame for item in take.performed)


@pytest.mark.slow
def test_pressure_without_end_is_bounded(song: Path) -> None:
    """Pressure on thousands of notes that never end moves the last ten, and not without end."""
    wild = b"\x00\x90" + b"\x3c\x01\x00" * 2_000 + b"\x3c\x01" + b"\x00\xd0" + b"\x7f\x00\x10\x00" * 40_000 + b"\x00"
    take = imported(song, midi(wild + b"\x00\xff\x2f\x00"))
    assert len(moves(take, Shape)) == 300_000
    assert "It changes its pressure more than 300,000 times; the rest are left out." in take.warnings


def test_percussion_is_laid_on_our_drums(song: Path) -> None:
    """On channel 10 a key names a piece of percussion and not a pitch; its own note-off ends it all the same."""
    take = imported(song, midi(scale(9, 2) + END))
    assert moves(take, Program) == [Program(CHILD, "drum")]
    assert [on.key for on in moves(take, NoteOn)] == [drum_key(60), drum_key(61)]
    assert [duration for _, duration, _ in onsets(take)] == [0.25, 0.25]
