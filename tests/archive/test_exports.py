from __future__ import annotations

import csv
import json
import math
from collections.abc import Callable
from pathlib import Path

import pytest

from archive.improvisations import BEGAN, RATE, duet
from bedside import files
from bedside.archive import csvfile, jsonfile
from bedside.archive.store.store import Store
from bedside.errors import BedsideError
from bedside.music.events import Level, NoteOff, NoteOn, Performed, Player, Source, TakeEnded
from bedside.music.notes import notes


def test_csv(tmp_path: Path) -> None:
    """The table has a header and a line for each note, times with nine decimals, velocities from 0 to 127."""
    path = tmp_path / "take.csv"
    take = [
        Performed(1, NoteOn(Player.THERAPIST, 1, 60, 1.0, 0.5, Source.MIDI)),
        Performed(24_001, NoteOff(Player.THERAPIST, 1)),
        Performed(24_002, NoteOn(Player.CHILD, 1, 72, 0.5, 0.5, Source.TOUCH)),
        Performed(48_000, TakeEnded()),
    ]
    csvfile.write(path, take, RATE)
    assert path.read_bytes().decode() == (
        "onset_seconds,duration_seconds,player,key,velocity\r\n"
        "0.000020833,0.500000000,therapist,60,127\r\n"
        "0.500041667,0.499958333,child,72,64\r\n"
    )


def test_csv_is_read_by_a_reader_of_csv(tmp_path: Path) -> None:
    """Read back, the table has the take's notes to the nanosecond."""
    path = tmp_path / "take.csv"
    csvfile.write(path, duet(20), RATE)
    with path.open(newline="") as file:
        lines = list(csv.DictReader(file))
    assert [(line["player"], int(line["key"])) for line in lines] == [
        (note.player.label, note.key) for note in notes(duet(20), RATE)
    ]
    assert [float(line["onset_seconds"]) for line in lines] == pytest.approx([i * 0.1 for i in range(20)], abs=1e-9)


def test_json(tmp_path: Path, folder: Path) -> None:
    """The whole take is in the file: what it is, its notes, and every event with every field."""
    path = tmp_path / "take.json"
    performed = [*duet(2), Performed(9_600, Level(Player.CHILD, -math.inf, 0.1))]
    with Store.create(folder) as store:
        with store.writing() as writing:
            take = writing.begin_take(writing.begin_session(None), BEGAN, "played", "1")
            writing.append(take, performed)
        summary = store.summary(take)
        jsonfile.write(path, summary, store.performed(take))
    found = json.loads(path.read_text("utf-8"))
    named = ["id", "start", "seconds", "players", "note_count", "sound"]
    assert list(found) == [*named, "take", "began", "rate", "notes", "events"]
    assert found["take"] == found["id"] == take
    assert found["start"] == summary.began.isoformat(timespec="milliseconds")
    assert (found["note_count"], found["sound"]) == (len(found["notes"]), "1")
    assert found["began"] == summary.began.isoformat()
    assert found["began"].endswith("+00:00")
    assert (found["rate"], found["seconds"], found["players"]) == (RATE, 0.2, ["therapist", "child"])
    assert found["notes"][1] == {"onset": 0.1, "duration": 0.05, "player": "child", "key": 61, "velocity": 0.5}
    assert len(found["events"]) == len(performed)
    began = {"frame": 0, "t": 0.0, "kind": "take_began", "seed": 7, "rate": RATE, "block": 128, "spent": 0.0}
    assert found["events"][0] == began
    assert found["events"][2] == {
        "frame": 0,
        "t": 0.0,
        "kind": "note_on",
        "player": "therapist",
        "note": 0,
        "key": 60,
        "velocity": 0.5,
        "brightness": 0.25,
        "source": "touch",
    }
    level = {"frame": 9_600, "t": 0.2, "kind": "level", "player": "child", "db": None, "pan": 0.1}
    assert found["events"][-1] == level


def fill(path: Path) -> None:
    with files.replacing(path) as file:
        file.write(b"half")
        raise KeyboardInterrupt


@pytest.mark.parametrize("before", [None, b"earlier"])
def test_interrupted(tmp_path: Path, before: bytes | None) -> None:
    """Interrupted halfway, a writing leaves the file as it was, or none, and no scraps."""
    path = tmp_path / "take.csv"
    if before is not None:
        path.write_bytes(before)
    with pytest.raises(KeyboardInterrupt):
        fill(path)
    assert {it.name: it.read_bytes() for it in tmp_path.iterdir()} == ({"take.csv": before} if before else {})


@pytest.mark.parametrize("write", [csvfile.write])
def test_nowhere_to_write(tmp_path: Path, write: Callable[[Path, list[Performed], int], None]) -> None:
    """A folder that is not there, or in the way, gives a sentence that names the file."""
    with pytest.raises(BedsideError, match=r"take\.csv could not be written in .*: it is not there\."):
        write(tmp_path / "missing" / "take.csv", duet(), RATE)
    (tmp_path / "take.csv").mkdir()
    with pytest.raises(BedsideError, match=r"take\.csv could not be written"):
        write(tmp_path / "take.csv", duet(), RATE)
    assert [it.name for it in tmp_path.iterdir()] == ["take.csv"]
