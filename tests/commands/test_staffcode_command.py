"""The staff code is chosen and changed at the terminal, by whoever knows the old one."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from bedside.archive.store.store import Store
from commands.program import environment

OLD = "seahorse-7-harbour"
NEW = "seahorse-8-harbour"


def staffcode(data: Path, *typed: str) -> tuple[int, str, str]:
    """Run the command with lines on standard input; return its code and what it printed."""
    ended = subprocess.run(
        [sys.executable, "-m", "bedside", "--data", str(data), "staffcode"],
        input="".join(f"{line}\n" for line in typed),
        capture_output=True,
        text=True,
        env=environment(),
        timeout=120,
        check=False,
    )
    assert "Traceback" not in ended.stderr
    return ended.returncode, ended.stdout, ended.stderr


def opens(data: Path, code: str) -> bool:
    with Store.create(data) as store:
        return store.gate().opens(code)


@pytest.mark.slow
def test_the_code_is_chosen_and_changed(tmp_path: Path) -> None:
    """The first code is typed twice; afterwards the old one comes first, and only the new one opens. None is shown."""
    data = tmp_path / "kept"
    assert staffcode(data, OLD, OLD) == (0, "The staff code is set.\n", "")
    assert opens(data, OLD)
    code, out, err = staffcode(data, "wrong-code", OLD, NEW, NEW)
    assert (code, out, err) == (0, "The staff code is changed.\n", "That is not the staff code.\n")
    assert opens(data, NEW)
    assert not opens(data, OLD)
    assert opens(data, NEW)


@pytest.mark.slow
def test_what_is_no_change_leaves_the_code(tmp_path: Path) -> None:
    """Two new codes that differ, one that is too short, a wrong old one and an early end change nothing."""
    data = tmp_path / "kept"
    assert staffcode(data, OLD, OLD)[0] == 0
    for typed, said in (
        ((OLD, NEW, OLD), "The two codes are not the same; nothing was changed."),
        ((OLD, "short", "short"), "A staff code has 6 to 200 characters."),
        ((NEW,), "That is not the staff code.\nNothing was changed."),
        ((), "Nothing was changed."),
    ):
        assert staffcode(data, *typed) == (1, "", f"{said}\n")
    assert opens(data, OLD)


@pytest.mark.slow
def test_after_five_wrong_codes_the_next_try_must_wait(tmp_path: Path) -> None:
    """A sixth code is not looked at, the wait is said in seconds, and the command then goes on by itself."""
    data = tmp_path / "kept"
    assert staffcode(data, OLD, OLD)[0] == 0
    code, out, err = staffcode(data, *["wrong-code"] * 5, OLD, OLD, NEW, NEW)
    assert (code, out) == (0, "The staff code is changed.\n")
    assert err.splitlines()[5:] == ["Too many wrong codes were tried. Please wait 10 seconds, then try again."]
    assert opens(data, NEW)
