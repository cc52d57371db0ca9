"""Runs of a program that writes a journal, and what must be found of them afterwards."""

from __future__ import annotations

import random
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bedside.archive.journal.reading import Flaw, flaws, read
from bedside.archive.journal.writer import JournalWriter
from bedside.archive.keys import Secret

SMALL_BYTES = 64 << 10
SECRET = Secret.derive(bytes(range(32)))
OTHER = Secret.derive(bytes(32))

OWN = {"journal", "rolled", "closed"}

Acknowledged = dict[tuple[str, int], list[Any]]


@dataclass
class Run:
    """One program that appends to a journal: what was acknowledged, in batches."""

    folder: Path
    writer: JournalWriter
    batches: list[tuple[str, int, list[list[Any]]]] = field(default_factory=list)

    @classmethod
    def begin(cls, folder: Path, *further: Path, secret: Secret = SECRET) -> Run:
        """Begin a run that writes into a folder, or into further ones."""
        return cls(folder, JournalWriter([folder, *further], secret.public, "test"))

    def append(self, *records: list[Any]) -> int:
        """Append a batch, and note that it was acknowledged."""
        first = self.writer.append(records)
        self.batches.append((self.writer.chain, first, list(records)))
        return first

    def play(self, count: int, chance: random.Random) -> None:
        """Append so many batches of a few records, some larger than a page."""
        for i in range(count):
            length = 5000 if chance.random() < 0.1 else chance.randrange(30)
            self.append(*(["x", i, each, "y" * length] for each in range(chance.randint(1, 4))))

    @property
    def acknowledged(self) -> Acknowledged:
        """All records that were acknowledged."""
        return {
            (chain, first + i): record for chain, first, records in self.batches for i, record in enumerate(records)
        }

    @property
    def anchors(self) -> dict[str, int]:
        """How far the index has come that has everything."""
        return {chain: first + len(records) - 1 for chain, first, records in self.batches}


@dataclass(frozen=True)
class Found:
    """What a reader finds of runs: the records, and the flaws of the whole journal held against the index."""

    records: Acknowledged
    flaws: list[Flaw]
    inside: list[Flaw]


def find(folder: Path, anchors: dict[str, int] | None = None, secret: Secret = SECRET) -> Found:
    """Read a journal whole; check that entries come in order."""
    reading = read(folder, [secret])
    entries = list(reading.records)
    order = [(each.number, each.chain) for each in entries]
    assert order == sorted(set(order))
    records = {(each.chain, each.number): each.record for each in entries if each.record[0] not in OWN}
    return Found(records, flaws(folder, [secret], anchors or {}), reading.findings)


def is_told(lost: Iterable[tuple[str, int]], told: list[Flaw]) -> bool:
    """Return whether each lost record lies in what a flaw names."""
    return all(
        any(
            flaw.chain == chain and (flaw.first or 0) <= number <= (number if flaw.last is None else flaw.last)
            for flaw in told
        )
        for chain, number in lost
    )


def image(folder: Path) -> dict[str, bytes]:
    """Return the segments of a journal by name."""
    return {path.name: path.read_bytes() for path in folder.glob("[0-9a-f]*.journal")}


def restore(folder: Path, files: dict[str, bytes]) -> None:
    """Make a journal of these segments."""
    folder.mkdir(exist_ok=True)
    for name, data in files.items():
        (folder / name).write_bytes(data)
