"""What holds at a bed is listed with where it comes from, and written by one command; louder only by staff."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bedside.archive.store.store import Store
from bedside.cli.louder import profile_in_force
from bedside.stage.settings import load
from commands.program import bedside

pytestmark = pytest.mark.slow


def test_a_setting_is_written_listed_and_removed(tmp_path: Path) -> None:
    """It is written into one file, the list names that file, and what is wrong there ends with exit status 1."""
    data, folder = tmp_path / "kept", tmp_path / "own"
    environ = {"XDG_CONFIG_HOME": str(folder), "XDG_CONFIG_DIRS": str(tmp_path / "all")}
    wrote = bedside(data, "settings", "look", "still,dim", **environ)
    assert (wrote.code, wrote.out) == (0, "")
    assert wrote.err == f"look is written into {folder / 'bedside' / 'machine.toml'}.\n"
    bedside(data, "settings", "world", "sea", "--for", "ward", **environ)
    listed = json.loads(bedside(data, "settings", "--json", **environ).out)
    assert listed["look"] == {"value": "still,dim", "from": str(folder / "bedside" / "machine.toml")}
    assert listed["world"] == {"value": "sea", "from": str(tmp_path / "all" / "bedside" / "ward.toml")}
    assert bedside(data, "settings", "look", "red", **environ).code == 2
    assert bedside(data, "settings", "wrold", "sea", **environ).code == 2
    data.mkdir(exist_ok=True)
    (data / "patient.toml").write_text('wrold = "sea"\n')
    faulty = bedside(data, "settings", **environ)
    assert (faulty.code, "perhaps “world” is meant" in faulty.err) == (1, True)
    assert f"world                  sea            {tmp_path / 'all' / 'bedside' / 'ward.toml'}" in faulty.out
    bedside(data, "settings", "look", "--remove", **environ)
    assert json.loads(bedside(data, "settings", "--json", **environ).out)["look"]["from"] == "usual"


def test_louder_needs_the_staff_code_where_one_is_set(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Without a code anybody raises the loudness; with one only who types it, and nobody without a terminal."""
    data = tmp_path / "kept"
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    data.mkdir()
    (data / "patient.toml").write_text('profile = "night"\n')
    louder, quieter = load(data, {"profile": "ward"}), load(data, {"profile": "night"})
    assert profile_in_force(data, louder) == "ward"
    assert list(data.iterdir()) == [data / "patient.toml"]
    with Store.create(data) as store:
        store.gate().set("seahorse-7-harbour")
    monkeypatch.setattr("sys.stdin.isatty", lambda: False, raising=False)
    assert profile_in_force(data, louder) == "night"
    assert capsys.readouterr().err == "The profile ward is louder than night and needs the staff code; night is used.\n"
    assert profile_in_force(data, quieter) == "night"
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    typed = iter(["wrong-code", "seahorse-7-harbour", ""])
    monkeypatch.setattr("getpass.getpass", lambda _question: next(typed))
    assert profile_in_force(data, louder) == "ward"
    assert "That is not the staff code." in capsys.readouterr().err
    assert profile_in_force(data, louder) == "night"
