"""The key on paper, from paper, and changed, as a person at a terminal does it and reads it."""

from __future__ import annotations

import os
import pty
import select
import shutil
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bedside.archive.keys import keyfile
from bedside.archive.keys.keyfolder import KEY_FILE, key_files
from bedside.archive.keys.words import key_of, parse, spell
from bedside.archive.store.index import DATABASE
from bedside.cli.app import app
from bedside.errors import BedsideError
from commands.program import environment

GOLDEN = Path(__file__).parents[1] / "golden" / "v0_1_0"
_SECONDS = 120.0


@pytest.fixture
def data(tmp_path: Path) -> Path:
    folder = tmp_path / "kept"
    folder.mkdir(mode=0o700)
    for name in (KEY_FILE, DATABASE):
        shutil.copyfile(GOLDEN / name, folder / name)
        (folder / name).chmod(0o600)
    return folder


def bedside(data: Path, *arguments: str, typed: str = "") -> tuple[int, str, str]:
    """Run a command with this on standard input; return its code and what it printed."""
    ended = CliRunner().invoke(app, ["--data", str(data), *arguments], input=typed)
    if isinstance(ended.exception, BedsideError):
        return 1, ended.stdout, f"{ended.stderr}{ended.exception}\n"
    assert ended.exception is None or isinstance(ended.exception, SystemExit)
    return ended.exit_code, ended.stdout, ended.stderr


def at_terminal(data: Path, arguments: Sequence[str], *dialogue: tuple[str, str]) -> tuple[int, str]:
    """Run a command on a terminal; type each answer once its question is seen. Return its code and all that is seen."""
    ours, theirs = pty.openpty()
    program = subprocess.Popen(
        [sys.executable, "-m", "bedside", "--data", str(data), *arguments],
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        env=environment(),
        start_new_session=True,
    )
    os.close(theirs)
    seen, waiting = "", list(dialogue)
    until = time.monotonic() + _SECONDS
    while time.monotonic() < until:
        if waiting and waiting[0][0] in seen:
            os.write(ours, waiting.pop(0)[1].encode())
        if select.select([ours], [], [], 0.05)[0]:
            try:
                seen += os.read(ours, 4096).decode().replace("\r\n", "\n")
            except OSError:
                break
    os.close(ours)
    return program.wait(_SECONDS), seen


def the_key(data: Path) -> bytes:
    found = keyfile.secret(data)
    assert found is not None
    return found.key


@pytest.mark.slow
def test_the_words_are_written_down_and_typed_again(data: Path) -> None:
    """On a terminal the words are shown after a key, said what they are; typed in four letters they open everything."""
    key = the_key(data)
    code, seen = at_terminal(data, ["key", "show"], ("sees the screen", "\n"))
    assert code == 0
    assert "keep it locked away, apart from this computer" in seen
    words = spell(key)
    assert f" 1. {words[0]}" in seen
    assert f"24. {words[23]}" in seen
    (data / KEY_FILE).unlink()
    typed = "".join(f"{number} {word[:4].upper()}\n" for number, word in enumerate(words, 1))
    code, seen = at_terminal(data, ["key", "restore"], ("Type the 24 words", typed))
    assert code == 0
    assert f"The recordings in {data} open with this key" in seen
    assert the_key(data) == key
    assert bedside(data, "takes")[0] == 0


@pytest.mark.slow
def test_the_words_are_not_shown_unasked(data: Path) -> None:
    """Into a pipe no word goes without --yes, and none is shown to who does not press Enter; each time it is said."""
    word = spell(the_key(data))[0]
    code, out, err = bedside(data, "key", "show")
    assert (code, out) == (1, "")
    assert "--yes" in err
    for answer in ("no\n", "\x04"):
        code, seen = at_terminal(data, ["key", "show"], ("sees the screen", answer))
        assert code == 1
        assert "were not shown" in seen
        assert f"1. {word}" not in seen


def test_what_is_printed_is_what_is_read(data: Path) -> None:
    """What --yes prints is what restore reads, numbers and all."""
    code, out, err = bedside(data, "key", "show", "--yes")
    assert code == 0
    assert "Whoever has both can open them" in err
    assert key_of(parse(out)) == the_key(data)
    (data / KEY_FILE).unlink()
    assert bedside(data, "key", "restore", typed=out)[0] == 0
    assert key_of(parse(out)) == the_key(data)


def test_a_mistyped_word_is_named_and_nothing_is_changed(data: Path) -> None:
    """A word that is not one is named with its number; a key is put back only from words that belong together."""
    words = spell(the_key(data))
    before = {path.name: path.read_bytes() for path in key_files(data)}
    for typed, said in (
        (["gra1n", *words[1:]], "Word 1, “gra1n”"),
        (words[1:], "these are 23"),
        (["zoo"] * 24, "do not belong together"),
        ([], "No words came"),
    ):
        code, out, err = bedside(data, "key", "restore", typed=" ".join(typed))
        assert (code, out) == (1, "")
        assert said in err
        assert err.count("\n") == 1
        assert "Nothing was changed." in err
    assert {path.name: path.read_bytes() for path in key_files(data)} == before


def test_another_bed_s_words_are_said(data: Path) -> None:
    """Words of another bed are refused in one sentence; the key that is there stays, also if somebody insists."""
    own = the_key(data)
    before = (data / KEY_FILE).read_bytes()
    words = " ".join(spell(bytes(32)))
    code, out, err = bedside(data, "key", "restore", typed=words)
    assert (code, out) == (1, "")
    assert "another bed's key" in err
    code, out, _ = bedside(data, "key", "restore", "--anyway", typed=words)
    assert code == 0
    assert "though nothing there opens with it" in out
    assert (data / KEY_FILE).read_bytes() == before
    assert the_key(data) == own
    _, out, _ = bedside(data, "key", "show", "--yes")
    assert "Key 1 of 2" in out


def test_a_changed_key_is_said(data: Path) -> None:
    """After a change the old words open nothing here any more, and it is said what to do with the paper."""
    old, takes = the_key(data), bedside(data, "takes")
    code, out, _ = bedside(data, "key", "change")
    assert code == 0
    assert "write down the new ones" in out
    assert the_key(data) != old
    assert bedside(data, "takes") == takes
    code, _, err = bedside(data, "key", "restore", typed=" ".join(spell(old)))
    assert code == 1
    assert "another bed's key" in err


def test_without_a_key_nothing_is_made(tmp_path: Path) -> None:
    """Where nothing was recorded, no command makes a key or a folder."""
    for command in ("show --yes", "change"):
        code, out, err = bedside(tmp_path / "none", "key", *command.split())
        assert (code, out) == (1, "")
        assert "no key" in err
    assert not key_files(tmp_path / "none")


def test_a_key_that_others_could_read_is_mended_and_said(data: Path) -> None:
    """Whatever is done with the recordings, a key file that others can read is closed first, and it is said once."""
    data.chmod(0o755)
    (data / KEY_FILE).chmod(0o644)
    code, _, err = bedside(data, "takes")
    assert code == 0
    assert "could read" in err
    assert "bedside key change" in err
    assert (data / KEY_FILE).stat().st_mode & 0o777 == 0o600
    assert data.stat().st_mode & 0o777 == 0o700
    assert bedside(data, "takes")[2] == ""
