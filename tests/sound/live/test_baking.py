"""The host sees to it that a baker is at work while one is wanted, and that nothing of its work is left behind."""

import tempfile
from pathlib import Path

import pytest

from bedside import leftovers
from bedside.sound.live.baking import Baking
from sound.live.kept import keep

RATE = 8_000


@pytest.fixture
def empty(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give an empty cache that processes started from here use, and the folder in it where instruments come to lie."""
    monkeypatch.setenv("BEDSIDE_CACHE", str(tmp_path))
    return tmp_path / "instruments"


@pytest.mark.usefixtures("empty")
def test_one_that_falls_is_started_again_a_few_times() -> None:
    """A baker is started when one is wanted, again when it was killed, never while it works, and four times at most."""
    baking = Baking(RATE, None)
    now = 0.0
    baking.look(now)
    unwanted = baking.process
    assert unwanted is None
    baking.want()
    pids: list[int] = []
    for _ in range(10):
        baking.look(now)
        if baking.process is not None:
            pids.append(baking.process)
            baking.want()
            baking.look(now)
            assert baking.process == pids[-1]
            process = baking._process
            assert process is not None
            process.kill()
            process.wait()
        now += 2.0
    assert len(set(pids)) == len(pids) == 4
    baking.stop()


@pytest.mark.slow
def test_one_that_is_done_is_not_started_again_unasked(empty: Path) -> None:
    """A baker that has baked all ends, and only a new want starts another."""
    keep(empty, RATE, but=1)
    baking = Baking(RATE, None)
    baking.want()
    baking.look(0.0)
    assert baking._process is not None
    assert baking._process.wait(120) == 0
    baking.look(1.0)
    baking.look(9.0)
    done = baking.process
    assert done is None
    baking.want()
    baking.look(10.0)
    again = baking.process
    assert again is not None
    baking.stop()
    assert baking.process is None


@pytest.mark.usefixtures("empty")
def test_the_folder_made_meanwhile_is_removed_at_the_end() -> None:
    """Where instruments came to lie beside the cache is gone after the end, though the baker could not remove it."""
    ended = Baking(RATE, None)
    assert not ended.fallback.exists()
    ended.fallback.mkdir()
    (ended.fallback / "one.tables").write_bytes(b"x")
    ended.stop()
    assert not ended.fallback.exists()
    assert Baking(RATE, None).fallback != ended.fallback


def test_where_there_is_room_the_folder_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The folder lies in memory where no disk takes a file, and elsewhere where memory has no such place."""

    def full() -> str:
        raise FileNotFoundError

    memory = tmp_path / "memory"
    monkeypatch.setattr(leftovers, "IN_MEMORY", memory)
    monkeypatch.setattr(tempfile, "gettempdir", lambda: str(tmp_path))
    assert Baking(RATE, None).fallback.parent == tmp_path
    memory.mkdir()
    monkeypatch.setattr(tempfile, "gettempdir", full)
    assert Baking(RATE, None).fallback.parent == memory
