"""The plug is pulled: what a process that is killed leaves behind."""

from __future__ import annotations

import random
import subprocess
import sys
import time
from pathlib import Path

import pytest

from bedside.archive.store.index import DATABASE
from bedside.archive.store.store import Store
from bedside.music.events import NoteOn

KILLS = 15
LOST_SECONDS_AT_MOST = 0.25

PLAYING = """
import sys, time
from pathlib import Path
from bedside.archive.recorder import Recorder
from bedside.music.events import NoteOn, Performed, Player, Source, TakeBegan

def say(*words):
    sys.stdout.write(" ".join(map(str, words)) + "\\n")
    sys.stdout.flush()

recorder = Recorder(Path(sys.argv[1]), sys.argv[2], lambda: "1", committed=lambda kept: say("kept", kept))
while recorder._index._thread.ident is None:
    # A bed's window takes longer to open.
    time.sleep(0.001)
recorder.feed(Performed(0, TakeBegan(1, 48000, 128)))
say("fed", time.monotonic(), 1)
note = 0
while True:
    note += 1
    recorder.feed(Performed(note, NoteOn(Player.CHILD, note, note % 128, 0.5, 0.5, Source.TOUCH)))
    say("fed", time.monotonic(), note + 1)
    time.sleep(0.002)
"""

STARTING = """
import sys
from pathlib import Path
from bedside.archive.store.store import Store
sys.stdout.write("ready\\n")
sys.stdout.flush()
store = Store.open_or_set_aside(Path(sys.argv[1]))
assert store.notice is None, store.notice
with store.writing() as writing:
    writing.begin_session("P")
"""


def play_and_kill(folder: Path, seconds: float, patient: str = "P-1") -> tuple[float, list[list[str]]]:
    """Play for some seconds from the first event on; return when the player was killed and the lines it wrote."""
    process = subprocess.Popen(
        [sys.executable, "-c", PLAYING, folder, patient], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert process.stdout
    first = process.stdout.readline()
    assert first.startswith("fed"), process.communicate()[1]
    time.sleep(seconds)
    killed = time.monotonic()
    process.kill()
    rest = process.communicate()[0]
    return killed, [line.split() for line in (first + rest).split("\n")[:-1]]


@pytest.mark.slow
def test_killed_while_playing(folder: Path) -> None:
    """Killed at fifteen random instants, the store opens without a question, and at most 250 ms are lost."""
    instants = random.Random(20)
    before = 0
    for _ in range(KILLS):
        killed, lines = play_and_kill(folder, instants.uniform(0.0, 0.9))
        with Store.open_or_set_aside(folder) as store:
            assert store.notice is None
            takes = store.takes()
            kept = store.performed(takes[-1].id) if len(takes) > before else []
        acknowledged = max([int(line[1]) for line in lines if line[0] == "kept"], default=0)
        older = [int(line[2]) for line in lines if line[0] == "fed" and float(line[1]) < killed - LOST_SECONDS_AT_MOST]
        assert len(kept) >= acknowledged
        assert len(kept) >= max(older, default=0)
        assert [item.frame for item in kept] == list(range(len(kept)))
        if kept:
            assert takes[-1].notes == sum(isinstance(item.event, NoteOn) for item in kept)
        before = len(takes)
    assert before > KILLS // 2


@pytest.mark.slow
def test_killed_at_the_first_start(tmp_path: Path) -> None:
    """Killed at fifteen random instants of its very first start, a folder opens as if nothing had happened."""
    instants = random.Random(21)
    for kill in range(KILLS):
        folder = tmp_path / f"kept-{kill}"
        process = subprocess.Popen([sys.executable, "-c", STARTING, folder], stdout=subprocess.PIPE, text=True)
        assert process.stdout
        assert process.stdout.readline() == "ready\n"
        time.sleep(instants.uniform(0.0, 0.025))
        process.kill()
        process.communicate()
        with Store.open(folder) as store:
            assert store.takes() == []
        with Store.open_or_set_aside(folder) as store:
            assert store.notice is None
            with store.writing() as writing:
                writing.begin_session("P")


@pytest.mark.slow
def test_nothing_is_readable_on_the_disk(folder: Path) -> None:
    """After a kill, with the log not yet folded in, no file of the folder holds a byte of what was said or played."""
    planted = "Quetzal-7351"
    play_and_kill(folder, 0.6, planted)
    names = {path.name for path in folder.iterdir()}
    assert {DATABASE, f"{DATABASE}-wal"} <= names
    assert (folder / f"{DATABASE}-wal").stat().st_size > 0
    secrets = [planted.encode(code) for code in ("utf-8", "utf-16-le", "utf-16-be")]
    # Words that stand in every database of this kind: the search would find them in one that is not encrypted.
    secrets += [b"note_on", b"CREATE TABLE", b"SQLite format"]
    for path in (path for path in folder.rglob("*") if path.is_file()):
        content = path.read_bytes()
        assert not [secret for secret in secrets if secret in content], path.name
