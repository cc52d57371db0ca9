"""Takes leave as MIDI, tables and JSON, and come as MIDI."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from commands.program import bedside, done, score, table, together


@pytest.mark.slow
def test_export_to_midi_and_back_keeps_every_note(kept: Path, tmp_path: Path) -> None:
    """A take exported as MIDI and imported again has the same notes: onset, length, player, key, velocity."""
    done(kept, "export", "last", "--out", tmp_path / "take.mid")
    done(tmp_path / "other", "import", tmp_path / "take.mid")
    both = ((kept, "before.csv"), (tmp_path / "other", "after.csv"))
    together(*[(data, "export", "last", "--out", tmp_path / name) for data, name in both])
    before, after = (table(tmp_path / name) for name in ("before.csv", "after.csv"))
    assert len(before) > 50
    assert before == after


@pytest.mark.slow
def test_export_to_json_and_csv_tells_the_same_notes(kept: Path, tmp_path: Path) -> None:
    """The table and the JSON hold as many notes as the list says, and the JSON every event from the first."""
    (take,) = json.loads(done(kept, "takes", "--json"))
    together(*[(kept, "export", take["id"], "--out", tmp_path / name) for name in ("take.json", "take.csv")])
    whole = json.loads((tmp_path / "take.json").read_text("utf-8"))
    rows = table(tmp_path / "take.csv")
    alike = ("id", "start", "players", "note_count", "sound")
    assert [whole[name] for name in alike] == [take[name] for name in alike]
    assert whole["seconds"] == pytest.approx(take["seconds"], abs=0.001)
    assert len(whole["notes"]) == len(rows) == take["notes"]
    assert [(note["player"], note["key"]) for note in whole["notes"]] == [
        (row["player"], int(row["key"])) for row in rows
    ]
    assert whole["events"][0]["kind"] == "take_began"


@pytest.mark.slow
def test_import_gives_channels_to_the_players_in_order(tmp_path: Path) -> None:
    """Where one track has notes, the first player takes the lowest channel, whichever sounds first."""
    file = score(tmp_path / "channels.mid", {2: 3, 7: 5})
    (imported,) = json.loads(done(tmp_path / "kept", "import", file, "--players", "therapist,child", "--json"))
    assert list(imported) == ["id", "take", "note_count", "notes", "players", "warnings"]
    assert (imported["id"], imported["note_count"]) == (imported["take"], imported["notes"])
    assert imported["players"] == {"therapist": 3, "child": 5}
    assert (imported["notes"], imported["warnings"]) == (8, [])
    (take,) = json.loads(done(tmp_path / "kept", "takes", "--json"))
    assert (take["id"], take["notes"], take["players"]) == (imported["take"], 8, ["child", "therapist"])


@pytest.mark.slow
def test_import_gives_tracks_to_the_players_in_order(tmp_path: Path) -> None:
    """Where several tracks have notes, each is a player's, and a track without notes is nobody's."""
    file = score(tmp_path / "tracks.mid", {}, {5: 2, 1: 2}, {0: 3})
    (imported,) = json.loads(done(tmp_path / "kept", "import", file, "--players", "therapist,child", "--json"))
    assert imported["players"] == {"therapist": 4, "child": 3}


@pytest.mark.slow
def test_import_warns_of_what_a_take_cannot_hold(tmp_path: Path) -> None:
    """Five parts for four players are said: in the JSON, or on standard error beside the list."""
    file = score(tmp_path / "five.mid", *[{0: 1}] * 5)
    (imported,) = json.loads(done(tmp_path / "kept", "import", file, "--json"))
    assert imported["players"] == {"child": 1, "therapist": 1, "child2": 1, "partner": 2}
    (parts,) = imported["warnings"]
    assert parts.startswith("It has 5 parts; the last 2 ")
    spoken = bedside(tmp_path / "kept", "import", file)
    assert spoken.code == 0
    assert parts in spoken.err
    assert parts not in spoken.out


@pytest.mark.slow
def test_a_broken_file_is_named_and_the_good_ones_beside_it_are_imported(tmp_path: Path) -> None:
    """Import ends with 1 and one sentence for each broken file; standard output still is the JSON of the others."""
    good, better = (score(tmp_path / name, {0: count}) for name, count in (("good.mid", 2), ("better.mid", 3)))
    broken = tmp_path / "broken.mid"
    broken.write_bytes(b"RIFF" + bytes(100))
    ended = bedside(tmp_path / "kept", "import", good, broken, better, "--json")
    assert ended.code == 1
    assert ended.err == "broken.mid is not a MIDI file.\n"
    assert [each["notes"] for each in json.loads(ended.out)] == [2, 3]
    assert [take["notes"] for take in json.loads(done(tmp_path / "kept", "takes", "--json"))] == [2, 3]
