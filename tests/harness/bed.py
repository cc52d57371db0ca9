"""A bed whose every operation is witnessed: lives are lived in it, its power is cut, and its promises are checked."""

from __future__ import annotations

import os
import random
import shutil
import time
from pathlib import Path
from types import TracebackType
from typing import Self

from harness import operations
from harness.disk import Disk, PowerCut, lay
from harness.life import Life
from harness.mother import Child, Mother
from harness.operations import Kind
from harness.promises import Broken, Found, Promised, broken, look
from harness.recorded import wait_until_fed
from harness.witness import Recording


class Bed:
    """A data folder, a second folder, the disk under both, and what has been promised; open from enter to exit.

    ``before`` are the takes that are in it from the beginning.
    """

    def __init__(self, place: Path) -> None:
        self._place = place
        bed = place / "bed"
        bed.mkdir(mode=0o700)
        self._recording = Recording.of(bed)
        self._mother = Mother(place / "stderr", self._recording.environ())
        self.root = self._recording.folder
        self.data, self.second = self.root / "data", self.root / "second"
        self.acks = self._recording.acks
        self.promised = Promised()
        self.before: frozenset[str] = frozenset()
        self.lives = 0
        self._heard = self._read = 0

    def __enter__(self) -> Self:
        """Begin; what is in the folder by now is on its disk."""
        self._mother.__enter__()
        self.settle()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End all lives."""
        self._mother.__exit__(kind, error, trace)

    @property
    def stderr(self) -> str:
        """What the program has written to standard error lately."""
        return self._mother.stderr.read_text(errors="replace")[-3000:]

    def begin(self, life: Life) -> Child:
        """Begin a life."""
        return self._mother.bear(life)

    def live(self, life: Life) -> int:
        """Live a life to its end; return as `Child.wait` does."""
        return self.begin(life).wait()

    def live_and_kill(self, life: Life, fed: int) -> None:
        """Live a life until so many items are fed, and kill it."""
        child = self.begin(life)
        wait_until_fed(child, self.acks, life.number, fed)
        child.kill()

    def settle(self) -> None:
        """Take all that is in the folder for durable, as after a change that no program has made."""
        self._log_read()
        self.disk = Disk(self.root)

    def cut_power(self, life: Life, chance: random.Random) -> PowerCut:
        """Cut the power at a random instant of a life, and lay what the disk then holds into the folder."""
        self.follow()
        self.live_and_kill(life, life.count)
        log = self._log_read()
        last = chance.randint(0, len(log))
        for operation in log[:last]:
            self.disk.apply(operation)
        # What was acknowledged later has never been.
        lines = [operation.data.decode() for operation in log[:last] if operation.kind is Kind.ACKNOWLEDGED]
        for line in "".join(lines).splitlines():
            self.promised.hear(line)
        self._heard = self.acks.stat().st_size
        cut = PowerCut(chance.choice((512, 4096)), chance.choice((False, True)))
        image = self.disk.cut(cut, chance)
        for path in self.root.iterdir():
            shutil.rmtree(path)
        lay(image, self.root, self.root)
        self.settle()
        return cut

    def follow(self) -> None:
        """Bring the disk and what was promised up to now."""
        for operation in self._log_read():
            self.disk.apply(operation)
        with self.acks.open() as said:
            said.seek(self._heard)
            for line in said.read().splitlines():
                self.promised.hear(line)
            self._heard = said.tell()

    def check(self) -> tuple[Broken, Found]:
        """Look into a copy of the data folder as the next start does; return what is broken, and what was found."""
        self.follow()
        copy = self._place / "copy"
        if self.data.exists():
            shutil.copytree(self.data, copy, copy_function=_copy)
        else:
            copy.mkdir()
        found = look(copy, self.before)
        shutil.rmtree(copy)
        return broken(self.promised, found), found

    def _log_read(self) -> list[operations.Operation]:
        """Return what the witness has written down since the last call."""
        log = self._recording.log
        if not log.exists():
            return []
        read = operations.read(log)
        # The witness appends, wherever the end is.
        os.truncate(log, 0)
        return read


def _copy(source: str, target: str) -> None:
    # A segment of the journal is never written again by another program: it need not be copied.
    if source.endswith(".journal") and not Path(source).name.startswith("spare"):
        os.link(source, target)
    else:
        shutil.copyfile(source, target)
        shutil.copymode(source, target)


def wait_a_moment(chance: random.Random, seconds: float) -> None:
    """Let some time pass, as long as chance has it."""
    time.sleep(chance.uniform(0.0, seconds))
