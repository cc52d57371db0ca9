"""A bed needs neither the pages nor their packages, and says in a sentence what does."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import pytest

from commands.program import CHECKOUT, SECONDS, Ended, bedside, done, environment, score, sentence, start

pytestmark = pytest.mark.slow

FOLDER = Path(__file__).parent / "light"
OPENS_A_CARD = "bedside.sound.live.card"


@dataclass(frozen=True, slots=True)
class Without:
    """The program where the extra is not installed: its data folder, and where it notes what it tried to import."""

    data: Path

    @property
    def environ(self) -> dict[str, str]:
        """Return what its processes find in their environment."""
        return {
            "PYTHONPATH": f"{FOLDER}{os.pathsep}{CHECKOUT}",
            "BEDSIDE_TRIED": str(self.data.with_name("tried")),
            "COLUMNS": "500",
        }

    def run(self, *arguments: object) -> Ended:
        """Run a command."""
        return bedside(self.data, *arguments, **self.environ)

    def tried(self) -> set[str]:
        """Return what was tried since the last call."""
        note = self.data.with_name("tried")
        found = set(note.read_text().split()) if note.exists() else set()
        note.unlink(missing_ok=True)
        return found


@pytest.fixture(scope="module")
def without(tmp_path_factory: pytest.TempPathFactory, duet: Path) -> Without:
    """Return the program without the extra, with a take."""
    folder = tmp_path_factory.mktemp("without") / "kept"
    shutil.copytree(duet, folder)
    return Without(folder)


def test_a_bed_lists_renders_exports_and_measures_without_the_pages(without: Without, tmp_path: Path) -> None:
    """Where the extra is not installed these commands do all that they do elsewhere, and import nothing of it."""
    for arguments in (
        ("--help",),
        ("takes",),
        ("render", "last", "--out", tmp_path / "take.flac"),
        *(("export", "last", "--out", tmp_path / f"take{kind}") for kind in (".mid", ".csv", ".json")),
        ("sounds", "--only", "harp"),
        ("doctor", "--log"),
        ("doctor",),
    ):
        ended = without.run(*arguments)
        assert ended.code == 0, (arguments, ended)
        assert without.tried() <= {OPENS_A_CARD}, arguments
    measured = without.run("measure", "last")
    assert "density" in measured.out, measured
    assert not {name for name in without.tried() if not name.startswith("bedside.review.measures")} - {"bedside.review"}
    assert sorted(path.suffix for path in tmp_path.iterdir()) == [".csv", ".flac", ".json", ".mid"]


def test_a_bed_plays_without_the_pages(without: Without) -> None:
    """Play, its engines and its baker, import nothing of the pages from the start until it is left."""
    environ = without.environ | {"SDL_VIDEODRIVER": "dummy"}
    data = without.data.parent / "played"
    # With something recorded, the database is opened at the start.
    done(data, "import", score(data.with_name("score.mid"), {0: 1}))
    opened = (data / "bedside.db-wal").exists
    assert not opened()
    program = subprocess.Popen(
        [sys.executable, "-m", "bedside", "--data", str(data), "play"],
        env=environment() | environ,
        stdin=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    note = data.with_name("tried")
    until = time.monotonic() + SECONDS
    while not (note.exists() and OPENS_A_CARD in note.read_text() and opened()):
        assert program.poll() is None
        assert time.monotonic() < until
        time.sleep(0.05)
    program.send_signal(signal.SIGTERM)
    _, said = program.communicate(timeout=SECONDS)
    assert program.returncode == 0, said
    assert without.tried() == {OPENS_A_CARD}


@pytest.mark.parametrize(
    "arguments",
    [
        ("review", "--no-browser"),
        ("export", "last", "--out", "page.html"),
        ("export", "last", "--out", "page.pdf"),
        ("sounds", "--sheet", "sheets"),
    ],
    ids=lambda arguments: " ".join(arguments[:1] + arguments[-1:]),
)
def test_what_needs_the_extra_says_what_to_install(without: Without, arguments: tuple[str, ...]) -> None:
    """One sentence says what to run, word for word, and nothing is written."""
    before = sorted(without.data.parent.iterdir())
    said = sentence(without.run(*arguments))
    assert f'"{sys.executable}" -m pip install --editable "{CHECKOUT}[review]"' in said
    assert without.tried() - {OPENS_A_CARD}
    assert sorted(without.data.parent.iterdir()) == before


def test_a_demo_without_the_extra_leaves_all_but_the_report(without: Without, tmp_path: Path) -> None:
    """The demo's take, sound and MIDI file are there, the report is said to be left out, and that is no fault."""
    ended = without.run("demo", "--out", tmp_path)
    assert ended.code == 0, ended
    assert "the report was left out" in ended.out
    assert "[review]" in ended.err
    assert sorted(path.name for path in tmp_path.iterdir()) == ["demo.mid", "demo.wav"]
    without.tried()


def test_who_installed_a_wheel_is_told_of_pipx(without: Without, tmp_path: Path, wheel: Path) -> None:
    """Where there is no copy of the source beside the program, the sentence names pipx."""
    subprocess.run([sys.executable, "-m", "zipfile", "-e", wheel, tmp_path], check=True)
    environ = without.environ | {"PYTHONPATH": f"{FOLDER}{os.pathsep}{tmp_path}"}
    program = start(without.data, "review", "--no-browser", **environ)
    _, said = program.communicate(timeout=SECONDS)
    assert program.returncode == 1
    assert 'pipx install --force ".[review]"' in said
