"""The power is cut at every instant in which a key file is made, or brought to this version: there is one sound key."""

from __future__ import annotations

import copy
import os
import random
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from bedside.archive.keys import keyfile
from bedside.archive.keys.keyfolder import DATABASE, KEY_FILE, read
from harness import operations
from harness.disk import Disk, PowerCut, lay
from harness.witness import Recording

GOLDEN = Path(__file__).parents[2] / "golden" / "v0_1_0"

pytestmark = pytest.mark.slow


def images(recording: Recording, script: str, tmp_path: Path) -> Iterator[tuple[Path, bool]]:
    """Run a script under the witness, and yield what each cut leaves, and whether the script had then ended."""
    environ = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path)), **recording.environ()}
    disk, chance = Disk(recording.folder), random.Random(3)
    script = f"import sys, pathlib; from bedside.archive.keys import keyfile; {script}(pathlib.Path(sys.argv[1]))"
    subprocess.run([sys.executable, "-c", script, recording.folder / "data"], env=environ, check=True, timeout=300)
    done = operations.read(recording.log)
    assert len(done) > 4
    for position in range(len(done) + 1):
        now = copy.deepcopy(disk)
        for operation in done[:position]:
            now.apply(operation)
        for cut in (PowerCut(sector, strict) for sector in (512, 4096) for strict in (True, False)):
            image = tmp_path / "image"
            image.mkdir()
            lay(now.cut(cut, chance), recording.folder, image)
            yield image / "data", position == len(done)
            shutil.rmtree(image)


def test_a_key_that_was_made_is_there(tmp_path: Path) -> None:
    """After any cut there is a sound key or none, and once `make` has returned there is one."""
    recording = Recording.of(tmp_path / "bed")
    recording.environ()
    (recording.folder / "data").mkdir(mode=0o700)
    found = set()
    for folder, ended in images(recording, "keyfile.make", tmp_path):
        kept = keyfile.secret(folder)
        assert kept or not ended
        assert keyfile.make(folder) == (kept or keyfile.secret(folder))
        found.add(kept)
    assert len(found) == 2


def test_an_older_key_file_is_never_lost(tmp_path: Path) -> None:
    """After any cut while a file of the first version takes the salt over, its key is there in one form."""
    recording = Recording.of(tmp_path / "bed")
    recording.environ()
    data = recording.folder / "data"
    data.mkdir(mode=0o700)
    for name in (KEY_FILE, DATABASE):
        shutil.copyfile(GOLDEN / name, data / name)
    forms = set()
    for folder, _ in images(recording, "keyfile.secret", tmp_path):
        kept = read(folder / KEY_FILE)
        assert kept is not None
        forms.add(kept.salt)
        assert keyfile.secret(folder) == keyfile.secret(data)
    assert len(forms) == 2
