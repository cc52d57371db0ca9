"""MIDI files become takes of the store, and a whole take is recorded as if it were played."""

from __future__ import annotations

import json
from pathlib import Path

import mido
import pytest

from archive.improvisations import duet
from bedside.archive import jsonfile
from bedside.archive.importing import import_file, write_take
from bedside.archive.store import naming
from bedside.archive.store.store import Store
from bedside.errors import BedsideError
from bedside.music.events import Player


def score(path: Path, type_: int, tracks: int) -> Path:
    file = mido.MidiFile(type=type_)
    for number in range(tracks):
        messages = [mido.Message("note_on", note=60 + number), mido.Message("note_off", note=60 + number, time=96)]
        file.tracks.append(mido.MidiTrack(messages))
    file.save(path)
    return path


def test_each_take_of_a_file_has_a_session_of_its_own(folder: Path, song: Path) -> None:
    """A file whose tracks run in turn becomes as many takes, each imported, of no patient, with what made its sound."""
    with Store.create(folder) as store:
        done = import_file(store, score(song, 2, 3), [Player.THERAPIST], "made so")
        takes = {take.id: take for take in store.takes()}
        sessions = store.casenotes.sessions()
    assert [take.notes for take in done] == [{Player.THERAPIST: 1}] * 3
    assert takes.keys() == {take.id for take in done}
    assert {(take.origin, take.sound, take.notes) for take in takes.values()} == {("imported", "made so", 1)}
    assert len({take.session for take in takes.values()}) == 3
    assert [session.patient_id for session in sessions] == [None] * 3


def test_what_is_no_midi_file_leaves_nothing(folder: Path, song: Path) -> None:
    """A file that cannot be read is a sentence, and no session is begun."""
    song.write_bytes(b"no music")
    with Store.create(folder) as store:
        with pytest.raises(BedsideError, match=r"song\.mid is not a MIDI file\."):
            import_file(store, song, None, "1")
        assert store.takes() == []
        assert store.casenotes.sessions() == []


def test_a_whole_take_is_recorded(folder: Path) -> None:
    """What is recorded at once is what is kept, with its origin."""
    with Store.create(folder) as store:
        take = write_take(store, duet(5), "demo", "1")
        assert store.performed(take) == duet(5)
        assert (store.summary(take).origin, store.summary(take).sound) == ("demo", "1")


def test_every_key_has_its_row_in_the_table(folder: Path, song: Path) -> None:
    """Each key of a take, an import and an exported file is explained where keys are named, the older ones too."""
    with Store.create(folder) as store:
        (done,) = import_file(store, score(song, 1, 2), None, "1")
        take = store.summary(done.id)
        jsonfile.write(folder / "take.json", take, store.performed(done.id))
    whole = json.loads((folder / "take.json").read_text("utf-8"))
    keys = {*naming.take_json(take), *done.as_json(), *whole, *whole["notes"][0]}
    keys |= {key for event in whole["events"] for key in ("frame", "t", "kind") if key in event}
    explained = naming.__doc__ or ""
    assert [key for key in sorted(keys) if f"``{key}``" not in explained] == []
    assert done.as_json()["players"] == {"child": 1, "therapist": 1}
