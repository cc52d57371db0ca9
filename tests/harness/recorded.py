"""Lives of a recorder, lived under the witness, with all that they did to their disk."""

from __future__ import annotations

import copy
import random
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from harness import operations
from harness.disk import UNSEEN, Disk, Image, PowerCut
from harness.life import Life
from harness.mother import Child, Mother
from harness.operations import Kind, Operation
from harness.promises import Promised
from harness.witness import Faults, Recording

_SECONDS = 120.0


@dataclass(frozen=True, slots=True)
class Recorded:
    """What was recorded in ``folder``, from the disk as it was before, and what had been promised at the end."""

    folder: Path
    before: Disk
    operations: list[Operation]
    promised: Promised

    def moments(self, positions: Sequence[int]) -> Iterator[tuple[Disk, Promised]]:
        """Yield the disk, and what is promised, after so many operations, for positions in order; use it at once."""
        disk, promised = copy.deepcopy(self.before), Promised()
        done = 0
        for position in positions:
            for operation in self.operations[done:position]:
                disk.apply(operation)
                if operation.kind is Kind.ACKNOWLEDGED:
                    for line in operation.data.decode().splitlines():
                        promised.hear(line)
            done = position
            yield disk, promised


def record(bed: Path, counts: Sequence[int], faults: Faults | None = None, seconds: float = 0.008) -> Recorded:
    """Live one life after the other in the new folder ``bed``, every second one killed after most of its items."""
    bed.mkdir(mode=0o700)
    recording = Recording.of(bed)
    before = Disk(recording.folder)
    with Mother(bed.with_name(f"{bed.name}.stderr"), recording.environ()) as mother:
        for i, count in enumerate(counts):
            number = i + 1
            each = faults and replace(faults, seed=faults.seed + i)
            life = Life(number, recording.folder / "data", recording.acks, count, seconds, faults=each)
            child = mother.bear(life)
            if i % 2:
                wait_until_fed(child, recording.acks, number, count * 3 // 4)
                child.kill()
            else:
                child.wait()
    promised = Promised()
    for line in recording.acks.read_text().splitlines():
        promised.hear(line)
    return Recorded(recording.folder, before, operations.read(recording.log), promised)


def wait_until_fed(child: Child, acks: Path, life: int, count: int) -> None:
    """Wait until so many items of a life are fed, or it has ended."""
    until = time.monotonic() + _SECONDS
    while f" fed {life} {count}\n" not in acks.read_text() and not child.ended:
        if time.monotonic() > until:
            raise TimeoutError(f"Life {life} has not fed {count} items.")
        time.sleep(0.005)


def differences(image: Image, folder: Path) -> list[str]:
    """Return the paths that differ between an image and the folder that it is of."""
    there = {str(path) for path in [folder, *folder.rglob("*")] if not path.name.endswith(UNSEEN)}
    wrong = there ^ set(image)
    wrong |= {path for path in there & set(image) if not _same(Path(path), image[path])}
    return sorted(wrong)


def _same(path: Path, held: bytes | None) -> bool:
    return path.is_dir() if held is None else path.is_file() and path.read_bytes() == held


def power_cuts(seed: int, count: int, last: int) -> list[tuple[int, PowerCut]]:
    """Return where to cut among so many operations, and how, in order."""
    chance = random.Random(seed)
    kinds = [PowerCut(sector, strict) for sector in (512, 4096) for strict in (True, False)]
    positions = sorted(chance.randint(1, last) for _ in range(count))
    return [(position, kinds[i % len(kinds)]) for i, position in enumerate(positions)]
