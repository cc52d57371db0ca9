"""Settings come from three files and the command; what is wrong in one is a sentence with its line."""

from __future__ import annotations

import tempfile
import tomllib
from collections.abc import Mapping
from datetime import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bedside import places
from bedside.errors import BedsideError
from bedside.stage.bed import quiet_hours
from bedside.stage.picture.look import Look
from bedside.stage.settings import SETTINGS, SettingScope, documented, file_of, keep_setting, load


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a data folder, on a computer of the test's own."""
    monkeypatch.setattr(places, "ward_settings", lambda: tmp_path / "ward")
    monkeypatch.setattr(places, "user_settings", lambda: tmp_path / "machine")
    return tmp_path / "data"


def put(data: Path, **texts: str) -> None:
    """Write files of settings, by scope."""
    for scope, text in texts.items():
        path = file_of(SettingScope(scope), data)
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)


def held(data: Path, **options: str) -> Mapping[str, object]:
    """Return the meanings that hold, where no fault is told."""
    found = load(data, options)
    assert found.faults == ()
    return {name: each.meaning for name, each in found.held.items()}


def test_without_files_all_is_as_usual(data: Path) -> None:
    """Nothing needs to be set; there are no quiet hours."""
    found = load(data, {})
    assert (found.faults, found.raised, quiet_hours(found)) == ((), None, None)
    assert {each.origin for each in found.held.values()} == {"usual"}
    assert found["world"] == "night"
    assert found["keys"] == "therapist"
    assert found["together"] == "alone"


def test_later_files_win_and_an_option_over_all(data: Path) -> None:
    """The ward's, the machine's, the patient's, the command's: the last that states a setting, and it is named."""
    put(data, ward='world = "sea"\nlook = "still"\nmidi = "A"\n', machine='world = "snow"\nlook = "dim"\n')
    put(data, patient='world = "space"\n')
    found = load(data, {"free": True, "audio": None})
    assert {name: found.held[name].stated for name in ("world", "look", "midi", "free", "audio")} == {
        "world": "space",
        "look": "dim",
        "midi": "A",
        "free": True,
        "audio": None,
    }
    assert [found.held[name].origin for name in ("world", "look", "midi", "free", "audio")] == [
        str(data / "patient.toml"),
        str(data.parent / "machine" / "machine.toml"),
        str(data.parent / "ward" / "ward.toml"),
        "option",
        "usual",
    ]
    assert held(data, world="garden")["world"] == "garden"


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ('# ours\n\nworld = "mars"\n', 3, "“world” is not understood: choose one of campfire"),
        ("free = 1\n", 1, "“free” is not understood: write true or false, not '1'. “False” is used instead."),
        (
            'look = "still"\nmidi = 7\n',
            2,
            "“midi” is not understood: write one line of text in quotation marks",
        ),
        ('wrold = "sea"\n', 1, "there is no setting “wrold”; perhaps “world” is meant."),
        ('\n[quiet_hours]\nfrom = "20:00"\nto = "24:00"\n', 4, "write a time of the day like 20:30, not '24:00'"),
        ('quiet_hours = {profil = "night"}\n', 1, "perhaps “quiet_hours.profile” is meant."),
        ('quiet_hours . "look" = "red"\n', 1, "a look is one or more of still, contrast, dim, not 'red'"),
        ('backup = "stick"\n', 1, "write a folder with its whole path, not 'stick'"),
        ('screen_mm = "١x٢"\n', 1, "write the size of a screen like 217x136"),
        ("monitor = 0\n", 1, "there is no screen 0. “1” is used instead."),
        ("monitor = true\n", 1, "write a whole number, not 'True'"),
        ("[audio]\nname = 'x'\n", 2, "there is no setting “audio.name”"),
    ],
)
def test_a_wrong_value_is_one_sentence_with_its_line(data: Path, text: str, line: int, words: str) -> None:
    """The file, the line, what would be valid and what is used; all else in the file holds."""
    put(data, machine=text)
    found = load(data, {})
    told = [fault for fault in found.faults if "two times" not in fault]
    assert len(told) == 1
    assert told[0].startswith(f"{data.parent / 'machine' / 'machine.toml'}, line {line}: ")
    assert words in told[0]
    assert told[0].endswith(".")
    assert found["world"] == "night"


def test_what_held_before_is_used_instead(data: Path) -> None:
    """A slip in the machine's file does not undo what the ward set."""
    put(data, ward='world = "sea"\n', machine='world = "see"\n')
    found = load(data, {})
    assert found["world"] == "sea"
    assert found.faults[0].endswith("“sea” is used instead.")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b'world = "sea"\nlook = \n', "line 2 is no TOML"),
        (b'world = "sea"\nlook = "still', "line 2 is no TOML"),
        (b'world = "\xff"', "it is no text in UTF-8"),
        (b"midi = " + b"[" * 5000, "no file of settings"),
        (b"#" * 70_000, "no file of settings"),
    ],
)
def test_a_file_that_cannot_be_read_is_one_sentence(data: Path, content: bytes, words: str) -> None:
    """Nothing in it is used, and nothing is raised."""
    put(data, machine="")
    file_of(SettingScope.MACHINE, data).write_bytes(content)
    found = load(data, {})
    assert len(found.faults) == 1
    assert words in found.faults[0]
    assert found["world"] == "night"


def test_a_folder_or_pipe_in_its_place_holds_nothing_up(data: Path) -> None:
    """What is no file is not waited for."""
    file_of(SettingScope.MACHINE, data).mkdir(parents=True)
    assert "no file of settings" in load(data, {}).faults[0]


def test_quiet_hours_need_two_times_that_differ(data: Path) -> None:
    """Both times make them; one alone, or two alike, is a sentence and none."""
    put(data, ward='[quiet_hours]\nfrom = "20:00"\nto = "06:30"\n')
    hours = quiet_hours(load(data, {}))
    assert hours is not None
    assert (hours.begin, hours.end, hours.profile, hours.look) == (time(20), time(6, 30), "night", Look(dim=True))
    for text in ('[quiet_hours]\nfrom = "20:00"\n', '[quiet_hours]\nfrom = "20:00"\nto = "20:00"\n'):
        put(data, ward=text)
        found = load(data, {})
        assert quiet_hours(found) is None
        assert len(found.faults) == 1
        assert "two times" in found.faults[0]


@pytest.mark.parametrize(
    ("stated", "option", "used", "raised"),
    [
        (("ward", "quiet", None), None, "quiet", None),
        (("quiet", "ward", None), None, "quiet", "ward"),
        (("quiet", "ward", "night"), None, "night", None),
        ((None, "night", "quiet"), "quiet", "night", "quiet"),
        ((None, None, None), "night", "night", None),
        ((None, None, "night"), "ward", "night", "ward"),
    ],
)
def test_no_later_place_raises_the_loudness(
    data: Path, stated: tuple[str | None, ...], option: str | None, used: str, raised: str | None
) -> None:
    """Quieter holds at once; louder only asks, and is left to the staff code."""
    put(data, **{scope: f'profile = "{each}"\n' for scope, each in zip(SettingScope, stated, strict=True) if each})
    found = load(data, {"profile": option})
    assert (found["profile"], found.raised and found.raised.stated) == (used, raised)


def test_a_wrong_option_is_raised(data: Path) -> None:
    """Whoever types a command is told at once."""
    with pytest.raises(ValueError, match="choose one of ward, quiet, night, not 'loud'"):
        load(data, {"profile": "loud"})


def test_one_setting_is_written_and_all_else_stays(data: Path) -> None:
    """Comments, order, spaces and what is unknown are as they were; a new file is this user's, the ward's for all."""
    before = (
        '# Room 4\nworld  =  "sea" # her favourite\n\nown = [1,\n 2]\n[quiet_hours]\n# after supper\nfrom = "19:00"\n'
    )
    put(data, machine=before)
    keep_setting(data, SettingScope.MACHINE, "world", "snow")
    keep_setting(data, SettingScope.MACHINE, "quiet_hours.to", "07:00")
    path = file_of(SettingScope.MACHINE, data)
    assert path.read_text() == before.replace('"sea"', '"snow"') + 'to = "07:00"\n'
    keep_setting(data, SettingScope.MACHINE, "world", None)
    assert "world" not in path.read_text()
    keep_setting(data, SettingScope.MACHINE, "free", True)
    assert tomllib.loads(path.read_text())["free"] is True
    for scope, mode in ((SettingScope.WARD, 0o644), (SettingScope.PATIENT, 0o600)):
        keep_setting(data, scope, "look", "still,dim")
        assert file_of(scope, data).stat().st_mode & 0o777 == mode
    assert load(data, {})["look"] == ("still", "dim")


def test_nothing_wrong_is_written_and_nothing_broken_overwritten(data: Path) -> None:
    """A wrong value changes no file, and a file that cannot be read is left for people to mend."""
    with pytest.raises(ValueError, match="choose one of"):
        keep_setting(data, SettingScope.MACHINE, "world", "mars")
    assert not file_of(SettingScope.MACHINE, data).exists()
    for broken in ('world = "sea', 'quiet_hours = "late"\n'):
        put(data, machine=broken)
        with pytest.raises(BedsideError, match="mend it first"):
            keep_setting(data, SettingScope.MACHINE, "quiet_hours.from", "20:00")
        assert file_of(SettingScope.MACHINE, data).read_text() == broken


def test_the_documented_file_sets_nothing_and_each_of_its_lines_may_be_used(data: Path) -> None:
    """As it is printed, it is valid and empty; without the signs before them all its settings are valid."""
    put(data, machine=documented())
    assert {each.origin for each in load(data, {}).held.values()} == {"usual"}
    used = [line.removeprefix("# ") if " = " in line else line for line in documented().splitlines()]
    put(data, machine="\n".join(used))
    found = load(data, {})
    assert found.faults == ()
    assert {each.origin for each in found.held.values()} == {str(file_of(SettingScope.MACHINE, data))}


@given(st.binary(max_size=200) | st.text("[]{}=\"'#.\nab\\ue0", max_size=80).map(str.encode))
def test_no_file_raises_anything(content: bytes) -> None:
    """Whatever stands in the file, the bed starts, and what is wrong is told in whole sentences."""
    with tempfile.TemporaryDirectory() as data:
        (Path(data) / "patient.toml").write_bytes(content)
        found = load(Path(data), {})
    assert set(found.held) == set(SETTINGS)
    assert all(fault.endswith(".") and "\n" not in fault for fault in found.faults)


def test_a_file_in_the_place_of_the_folder_states_nothing(tmp_path: Path) -> None:
    """Whoever needs the folder says what is wrong with it; its settings are only absent."""
    (tmp_path / "kept").write_text("no folder")
    assert load(tmp_path / "kept", {}).faults == ()
