"""The command line explains itself, and what it prints for machines stands alone."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bedside import __version__
from commands.program import bedside, done, together

COMMANDS = (
    *("play", "demo", "takes", "import", "render", "export", "measure", "sounds", "review", "staffcode", "check"),
    *("backup", "restore", "settings", "kiosk", "doctor", "key"),
)


@pytest.mark.slow
def test_nothing_recorded_is_an_empty_list(tmp_path: Path) -> None:
    """Before anything is recorded takes prints an empty list, and leaves no store behind."""
    assert json.loads(done(tmp_path / "kept", "takes", "--json")) == []
    assert done(tmp_path / "kept", "takes") == "Nothing is recorded yet.\n"
    assert not (tmp_path / "kept").exists()


@pytest.mark.slow
def test_doctor_without_a_card_prints_json_alone_and_no_latency(tmp_path: Path) -> None:
    """On a machine whose card does not answer the doctor's JSON has null for the latency, and no screen is null."""
    ended = bedside(tmp_path / "kept", "doctor", "--json", "--audio", "a card that nobody has")
    assert ended.code == 0, ended.err
    assert ended.err == ""
    found = json.loads(ended.out)
    assert found["latency"] is None
    assert found["heard_on"] is None
    assert found["screen"] is None
    assert found["version"] == __version__
    assert found["blocks"] > 100


MISTAKES = {
    ("bogus",): "No such command",
    ("import",): "Missing argument",
    ("render", "last"): "Missing option",
    ("takes", "--bogus"): "No such option",
    ("render", "last", "--out", "x.wav", "--player", "nobody"): "no player is called 'nobody'",
    ("import", "x.mid", "--players", "child,"): "no player is called ''",
    ("play", "--keys", "nobody"): "not 'nobody'",
    ("play", "--window", "100x100"): "write the size of a window like 1280x800",
    ("play", "--together", "apart"): "choose one of alone, beside, facing, not 'apart'",
    ("play", "--together", "facing", "--with", "child"): "the child plays anyway",
    ("play", "--together", "beside", "--with", "nobody"): "not 'nobody'",
    ("play", "--look", "still,bright"): "a look is one or more of still, contrast, dim, not 'bright'",
    ("play", "--backup", ""): "write a folder with its whole path, not ''",
    ("play", "--second", ""): "write a folder with its whole path, not ''",
    ("play", "--screen-mm", "20x10"): "write the size of a screen like 217x136",
}


@pytest.mark.slow
def test_a_mistake_in_the_command_ends_with_2(tmp_path: Path) -> None:
    """A command that is not one is explained on standard error, ends with 2, and leaves nothing."""
    all_ended = together(*[(tmp_path / "kept", *arguments) for arguments in MISTAKES])
    for ended, said in zip(all_ended, MISTAKES.values(), strict=True):
        assert ended.code == 2
        assert ended.out == ""
        assert said in ended.err
    assert not list(tmp_path.iterdir())


@pytest.mark.slow
def test_help_knows_every_command(tmp_path: Path) -> None:
    """The help lists the commands, each of them explains itself, and nothing is made by asking."""
    whole, *each = together(
        (tmp_path / "kept", "--help"), *[(tmp_path / "kept", command, "--help") for command in COMMANDS]
    )
    listed = whole.out.partition("Commands:")[2].splitlines()
    assert {line.split()[0] for line in listed if line[:3].strip()} == set(COMMANDS)
    for command, ended in zip(COMMANDS, each, strict=True):
        assert ended.code == 0
        assert ended.out.startswith(f"Usage: bedside {command} ")
    assert not (tmp_path / "kept").exists()


def test_version_is_the_package_s(tmp_path: Path) -> None:
    """--version prints the version and nothing else."""
    assert done(tmp_path / "kept", "--version") == f"{__version__}\n"
