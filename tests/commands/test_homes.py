"""Where no data folder was named: the demo keeps its take beside its files, and an unusable home stops no child."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from commands.program import SECONDS, Ended, environment


def run(home: Path, *arguments: object, **more: str) -> Ended:
    """Run the program as a user with this home, who names no data folder."""
    environ = environment(HOME=str(home), TMPDIR=str(home.parent), **more)
    for named in ("XDG_DATA_HOME", "XDG_CACHE_HOME", *(() if "BEDSIDE_DATA" in more else ("BEDSIDE_DATA",))):
        environ.pop(named, None)
    ended = subprocess.run(
        [sys.executable, "-m", "bedside", *map(str, arguments)],
        capture_output=True,
        text=True,
        env=environ,
        timeout=SECONDS,
        stdin=subprocess.DEVNULL,
        check=False,
    )
    assert "Traceback" not in ended.stdout + ended.stderr
    return Ended(ended.returncode, ended.stdout, ended.stderr)


@pytest.mark.slow
def test_a_demo_adds_nothing_to_the_library_of_the_ward(tmp_path: Path) -> None:
    """Its take is in a library of its own, which is named; nothing is put into the user's data folder."""
    home, out = tmp_path / "home", tmp_path / "out"
    home.mkdir()
    made = run(home, "play", "--or-demo", out)
    assert made.code == 0, made.err
    assert str(out / "library") in made.out
    assert json.loads(run(home, "takes", "--json").out) == []
    assert len(json.loads(run(home, "--data", out / "library", "takes", "--json").out)) == 1
    assert not list(home.rglob("bedside.db"))


@pytest.mark.slow
def test_a_demo_goes_where_it_was_asked_to(tmp_path: Path) -> None:
    """BEDSIDE_DATA names a library as --data does: the take is there, and only there."""
    home, kept, out = tmp_path / "home", tmp_path / "kept", tmp_path / "out"
    home.mkdir()
    made = run(home, "demo", "--out", out, BEDSIDE_DATA=str(kept))
    assert made.code == 0, made.err
    assert (kept / "bedside.db").exists()
    assert not (out / "library").exists()


def test_play_begins_where_no_home_can_be_used_and_says_that_nothing_stays(tmp_path: Path) -> None:
    """A home that is a file, as one that is not there or cannot be written, costs the recordings, not the play."""
    home = tmp_path / "home"
    home.touch()
    ended = run(home, "play")
    # It went on until it looked for a screen, which this test has none of.
    assert "no screen" in ended.err
    assert ended.err.count("\n") == 1
    assert ended.code == 1
    assert sorted(tmp_path.iterdir()) == [home]


def test_a_folder_that_was_named_is_not_replaced(tmp_path: Path) -> None:
    """Who named a folder hears that it cannot be used, in one sentence; nothing is kept elsewhere instead."""
    home = tmp_path / "home"
    home.touch()
    ended = run(tmp_path, "--data", home / "kept", "import", "nothing.mid")
    assert ended.code == 1
    assert ended.err.count("\n") == 1
    assert str(home / "kept") in ended.err
