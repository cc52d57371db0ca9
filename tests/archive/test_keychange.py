"""A key is changed, whatever ends the change: at every instant the key files of the folder open everything."""

from __future__ import annotations

import copy
import errno
import os
import random
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from archive.improvisations import BEGAN, duet
from archive.keys.keystores import MemoryKeyring, use
from bedside.archive.journal.reading import flaws
from bedside.archive.keychange import KeyChange, change_key
from bedside.archive.keys import keyfile
from bedside.archive.keys.keyfolder import KEY_FILE, key_file_name, key_files
from bedside.archive.keys.secret import Secret
from bedside.archive.ownership import Ownership
from bedside.archive.store.index import DATABASE, JOURNAL
from bedside.archive.store.store import Store
from bedside.errors import BedsideError
from harness import operations
from harness.disk import Disk, lay
from harness.recorded import power_cuts
from harness.witness import Faults, Recording

GOLDEN = Path(__file__).parents[1] / "golden" / "v0_1_0"
KILLS = int(os.environ.get("BEDSIDE_KEY_KILLS", "15"))
CUTS = int(os.environ.get("BEDSIDE_KEY_CUTS", "12"))
# How many of the calls of the system are tried to fail: one in so many.
EVERY = 4 if KILLS < 100 else 1

# A process that has imported all forks one that changes the key, and kills it after so many seconds.
_FORKS = """
import os, signal, sys, time
from pathlib import Path
from bedside.archive import keychange
for line in sys.stdin:
    folder, seconds = line.split("\\t")
    began = time.monotonic()
    pid = os.fork()
    if not pid:
        keychange.change_key(Path(folder))
        os._exit(0)
    time.sleep(float(seconds))
    if float(seconds):
        os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
    print(time.monotonic() - began, flush=True)
"""


def everything(folder: Path) -> dict[str, Any]:
    """Return all that can be read in a folder with the keys that are in it."""
    with Store.open(folder) as store:
        takes = {take.id: (take, store.performed(take.id)) for take in store.takes()}
        choices = {take.session: store.choices(take.session) for take, _ in takes.values()}
        notes = [store.casenotes.remarks(take) for take in takes]
        assert store.notice is None
    assert flaws(folder / JOURNAL, keyfile.secrets(folder), {}) == []
    return {"takes": takes, "choices": choices, "notes": notes}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder of the first version, played in since by four programs."""
    folder = tmp_path_factory.mktemp("made") / "kept"
    folder.mkdir(mode=0o700)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("BEDSIDE_KEYRING", "off")
        for name in (KEY_FILE, DATABASE):
            shutil.copyfile(GOLDEN / name, folder / name)
        for number in range(4):
            with Store.create(folder) as store, store.writing() as writing:
                take = writing.begin_take(writing.begin_session("K7"), BEGAN, "played", "1")
                writing.append(take, duet(4 + number))
    return folder


@pytest.fixture
def kept(made: Path, folder: Path) -> Path:
    shutil.copytree(made, folder)
    return folder


@pytest.fixture
def forks() -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        [sys.executable, "-c", _FORKS],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
    )
    with process:
        yield process
        assert process.stdin
        process.stdin.close()


def changed_elsewhere(forks: subprocess.Popen[str], folder: Path, seconds: float = 0.0) -> float:
    """Change the key in a process that is killed after some seconds, 0 lets it end; return how long it took."""
    assert forks.stdin
    assert forks.stdout
    forks.stdin.write(f"{folder}\t{seconds}\n")
    forks.stdin.flush()
    return float(forks.stdout.readline())


def run_change(folder: Path, environ: Mapping[str, str]) -> int:
    """Change the key in another process with this added to its environment; return its code."""
    script = "import sys, pathlib; from bedside.archive import keychange as k; k.change_key(pathlib.Path(sys.argv[1]))"
    path = os.pathsep.join(filter(None, sys.path))
    done = subprocess.run(
        [sys.executable, "-c", script, folder],
        env={**os.environ, "PYTHONPATH": path, **environ},
        check=False,
        timeout=300,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert not done.returncode or "BedsideError: " in done.stderr, done.stderr
    return done.returncode


def assert_changed(folder: Path, *old: Secret) -> None:
    """Assert that one key is there, and that old ones open nothing."""
    assert [path.name for path in key_files(folder)] == [KEY_FILE]
    [new] = keyfile.secrets(folder)
    assert new not in old
    assert keyfile.secret(folder) == new
    assert keyfile.public_key(folder) == new.public
    assert new.salt == Secret.derive(new.key).salt
    kept = b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())
    for secret in old:
        assert secret.key not in kept
        assert secret.key.hex().encode() not in kept
    assert not [path for path in folder.rglob("*") if path.name.endswith((".part", ".bedside-part"))]


@pytest.mark.slow
def test_a_changed_key_opens_everything(kept: Path) -> None:
    """All takes, choices and words are there under one new key, whose salt follows from it; again, it is another."""
    before, old = everything(kept), keyfile.secrets(kept)
    assert len(before["takes"]) > 4
    assert change_key(kept) == KeyChange((), ())
    assert everything(kept) == before
    assert_changed(kept, *old)
    again = keyfile.secrets(kept)
    assert change_key(kept) == KeyChange((), ())
    assert everything(kept) == before
    assert_changed(kept, *old, *again)
    with Store.create(kept) as store, store.writing() as writing:
        writing.begin_take(writing.begin_session("K8"), BEGAN, "played", "1")
    assert len(everything(kept)["takes"]) == len(before["takes"]) + 1


@pytest.mark.slow
def test_killed_at_any_instant_nothing_is_lost(kept: Path, forks: subprocess.Popen[str]) -> None:
    """Killed at random instants, a change leaves keys that open everything; another one goes on and ends it."""
    before, old = everything(kept), keyfile.secrets(kept)
    whole = changed_elsewhere(forks, kept)
    chance = random.Random(12)
    states = []
    for _ in range(KILLS):
        changed_elsewhere(forks, kept, chance.uniform(0.0, 1.2 * whole))
        states.append(len(key_files(kept)))
        assert everything(kept) == before
    print(f"{KILLS} kills in {whole:.2f} s each; key files left: {states}")
    assert max(states) > 1
    assert change_key(kept) == KeyChange((), ())
    assert everything(kept) == before
    assert_changed(kept, *old)


@pytest.mark.slow
def test_no_power_cut_loses_a_key_or_what_it_opens(kept: Path, tmp_path: Path) -> None:
    """After any power cut in a change, the keys that the disk has open everything that it has."""
    before = everything(kept)
    recording = Recording.of(tmp_path / "bed")
    environ = recording.environ()
    shutil.copytree(kept, recording.folder / "data")
    disk = Disk(recording.folder)
    assert run_change(recording.folder / "data", environ) == 0
    done = operations.read(recording.log)
    assert len(done) > 20
    chance = random.Random(5)
    at, now = 0, copy.deepcopy(disk)
    for number, (position, cut) in enumerate(power_cuts(7, CUTS, len(done))):
        for operation in done[at:position]:
            now.apply(operation)
        at = position
        image = tmp_path / f"image{number}"
        image.mkdir()
        lay(now.cut(cut, chance), recording.folder, image)
        assert everything(image / "data") == before, f"cut {number} after {position} of {len(done)} operations"
        shutil.rmtree(image)


class _Failing:
    """Lets the call of this number to a few functions of the system fail, and counts them all."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, number: int, code: int) -> None:
        self.count = 0
        self._number, self._code = number, code
        for name in ("link", "replace", "rename", "fsync", "unlink", "write"):
            monkeypatch.setattr(os, name, self._wrapped(getattr(os, name)))

    def _wrapped(self, real: Callable[..., Any]) -> Callable[..., Any]:
        def call(*arguments: Any, **named: Any) -> Any:
            self.count += 1
            if self.count == self._number:
                raise OSError(self._code, os.strerror(self._code))
            return real(*arguments, **named)

        return call


@pytest.mark.slow
@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EIO])
def test_a_disk_that_fails_at_any_call_is_said_and_nothing_is_lost(made: Path, tmp_path: Path, code: int) -> None:
    """Whichever call of the system fails, one sentence says so, everything opens, and the next change ends it."""
    before = everything(made)
    numbers = iter([0])
    calls = 0
    while (number := next(numbers, None)) is not None:
        folder = tmp_path / f"kept{number}"
        shutil.copytree(made, folder)
        with pytest.MonkeyPatch.context() as patch:
            failing = _Failing(patch, number, code)
            try:
                change_key(folder)
            except BedsideError as error:
                said = str(error)
                assert said.endswith((".", "again."))
                assert "rrno" not in said
        assert everything(folder) == before, f"call {number}"
        if not number:
            # None failed, and all were counted.
            calls = failing.count
            numbers = iter(range(1 + code % EVERY, calls + 1, EVERY))
        assert change_key(folder) == KeyChange((), ())
        assert everything(folder) == before
        assert_changed(folder)
        shutil.rmtree(folder)
    print(f"one in {EVERY} of {calls} calls")
    assert calls > 20


@pytest.mark.slow
def test_a_disk_that_fails_now_and_then_loses_nothing(kept: Path, tmp_path: Path) -> None:
    """While writes and syncs fail by chance, those of SQLite too, everything opens; afterwards the key changes."""
    before = everything(kept)
    faults = [Faults(seed, syncs=0.03, writes=0.01, full=0.01) for seed in range(1, 1 + KILLS // 5)]
    ended = []
    for each in faults:
        folder = tmp_path / f"bed{each.seed}"
        environ = Recording.of(folder).environ(each)
        shutil.copytree(kept, folder / "data")
        ended.append(run_change(folder / "data", environ))
        assert everything(folder / "data") == before, f"seed {each.seed}"
        assert change_key(folder / "data") == KeyChange((), ())
        assert everything(folder / "data") == before
        assert_changed(folder / "data")
        shutil.rmtree(folder)
    print(f"{sum(code != 0 for code in ended)} of {len(ended)} changes failed")
    assert any(ended)


def test_it_is_not_begun_while_somebody_plays(kept: Path) -> None:
    """While another program owns the folder, or has the recordings open, nothing is changed and nothing is made."""
    files = {path.name for path in kept.iterdir()}
    with Ownership(kept, "play"), pytest.raises(BedsideError, match="in use by bedside play"):
        change_key(kept)
    with Store.create(kept) as store:
        store.takes()
        with pytest.raises(BedsideError, match="another program is holding them"):
            change_key(kept)
    assert {path.name for path in kept.iterdir()} - files <= {"owner", f"{DATABASE}-shm", f"{DATABASE}-wal"}


def test_what_was_set_aside_keeps_its_key(kept: Path) -> None:
    """An old database that lies aside still opens after the change, as its key is kept; both are named."""
    old = keyfile.secret(kept)
    aside = kept / "bedside-damaged-20260101T000000000000Z.db"
    shutil.copyfile(kept / DATABASE, aside)
    assert old is not None
    before = everything(kept)
    changed = change_key(kept)
    assert changed == KeyChange((aside,), (kept / key_file_name(old),))
    assert everything(kept) == before
    assert old in keyfile.secrets(kept)
    aside.unlink()
    assert change_key(kept) == KeyChange((), ())
    assert_changed(kept, old)


def test_a_damaged_key_file_does_not_stop_it(kept: Path) -> None:
    """With the key typed from paper beside its damaged file, a change makes one sound key of them."""
    before, old = everything(kept), keyfile.secret(kept)
    assert old is not None
    damaged = (kept / KEY_FILE).read_bytes().replace(b"\n", b" ", 1)
    (kept / KEY_FILE).write_bytes(damaged)
    keyfile.add(kept, old, key_file_name(old))
    assert everything(kept) == before
    assert change_key(kept) == KeyChange((), ())
    assert everything(kept) == before
    assert [path.name for path in key_files(kept)] == [KEY_FILE]
    [aside] = kept.glob("bedside-damaged-*.key")
    assert aside.read_bytes() == damaged


def test_keys_in_the_key_store_are_changed_there(kept: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The key store has the new key, and no longer the old one."""
    backend = use(MemoryKeyring(), monkeypatch)
    before = everything(kept)
    change_key(kept)
    [kept_key] = backend.kept.values()
    change_key(kept)
    assert everything(kept) == before
    [other] = backend.kept.values()
    assert other != kept_key


def test_a_second_folder_is_changed_as_well(kept: Path, tmp_path: Path) -> None:
    """What was kept in the second folder and is not brought home yet is sealed anew, too."""
    second = tmp_path / "second"
    (second / JOURNAL).mkdir(parents=True)
    [first, *_] = sorted((kept / JOURNAL).glob("*.journal"))
    shutil.copyfile(first, second / JOURNAL / first.name)
    old = keyfile.secret(kept)
    assert old is not None
    assert change_key(kept, second) == KeyChange((), ())
    assert flaws(second / JOURNAL, keyfile.secrets(kept), {}) == []
    assert [each.kind for each in flaws(second / JOURNAL, [old], {})] == ["foreign key"]


def test_nothing_there_is_said(folder: Path) -> None:
    """Where there is no key, none is made."""
    folder.mkdir(mode=0o700)
    with pytest.raises(BedsideError, match="no key"):
        change_key(folder)
    assert not key_files(folder)
