"""How long a batch takes until it is on the disk for good, beside plain SQLite; how soon an hour of play is read."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from bedside.archive.journal.dense import tighten
from bedside.archive.journal.reading import read
from bedside.archive.journal.writer import JournalWriter
from bedside.archive.keys import Secret
from bench.verdict import at_most

ROUNDS = {1: 600, 10: 600, 250: 200}
CORE_PERCENT = 1.0
READ_SECONDS = 5.0
DENSE_MEGABYTES = 10.0
SECRET = Secret.random()


def events(count: int, first: int = 0) -> list[list[Any]]:
    """Return records as long as those of notes."""
    return [
        ["played", "0" * 32, first + i, 48 * i, "note_on", "child", i, i % 128, 0.5, 0.5, "touch"] for i in range(count)
    ]


def percentile(durations: list[float], share: float) -> float:
    """Return a percentile of durations, in milliseconds."""
    return 1000 * sorted(durations)[int(share * (len(durations) - 1))]


@pytest.mark.parametrize("count", ROUNDS)
def test_a_batch_is_durable_soon(tmp_path: Path, report: Callable[[str], None], count: int) -> None:
    """A batch is on the disk for good in at most the time that plain SQLite takes with its log and full syncs."""
    writer = JournalWriter([tmp_path / "journal"], SECRET.public, "bench")
    database = sqlite3.connect(tmp_path / "plain.db", isolation_level=None)
    database.execute("PRAGMA journal_mode = WAL")
    database.execute("PRAGMA synchronous = FULL")
    names = ", ".join("abcdefghij")
    database.execute(f"CREATE TABLE performed ({names})")
    durations: dict[str, list[float]] = {"journal": [], "SQLite": []}

    def append_to_journal() -> None:
        writer.append(batch)

    def append_to_sqlite() -> None:
        database.execute("BEGIN IMMEDIATE")
        database.executemany(
            f"INSERT INTO performed VALUES ({', '.join('?' * 10)})",  # noqa: S608 - no words of others
            [record[1:] for record in batch],
        )
        database.execute("COMMIT")

    for i in range(ROUNDS[count]):
        batch = events(count, i)
        for name, what in (("journal", append_to_journal), ("SQLite", append_to_sqlite)):
            before = time.perf_counter()
            what()
            durations[name].append(time.perf_counter() - before)
    writer.close()
    database.close()
    middle = {name: percentile(each, 0.5) for name, each in durations.items()}
    latest = {name: percentile(each, 0.99) for name, each in durations.items()}
    for name in durations:
        report(f"{count} events, {name}: median {middle[name]:.2f} ms, 99th percentile {latest[name]:.2f} ms")
    report(f"the journal's median {at_most(middle['journal'], middle['SQLite'])} that of SQLite")


def test_a_thousand_events_a_second_cost_little(tmp_path: Path, report: Callable[[str], None]) -> None:
    """A thousand events a second, in a batch every 250 ms, need less than a hundredth of a core."""
    writer = JournalWriter([tmp_path], SECRET.public, "bench")
    batches = [events(250, 250 * i) for i in range(160)]
    writer.append(batches[0])
    before = time.process_time()
    for batch in batches:
        writer.append(batch)
    percent = 100 * (time.process_time() - before) / (0.25 * len(batches))
    writer.close()
    report(f"1000 events a second need {percent:.2f} % of a core, {at_most(percent, CORE_PERCENT)} {CORE_PERCENT} %")


def test_an_hour_is_read_soon(tmp_path: Path, report: Callable[[str], None]) -> None:
    """An hour of 25 events a second, in batches every 250 ms, is read and checked in much less than five seconds."""
    writer = JournalWriter([tmp_path], SECRET.public, "bench")
    for i in range(4 * 3600):
        writer.append(events(6 + i % 2, i))
    writer.close()
    size = sum(path.stat().st_size for path in tmp_path.glob(f"{writer.chain}*")) / 1e6
    before = time.perf_counter()
    reading = read(tmp_path, [SECRET])
    count = sum(1 for _ in reading.records)
    assert reading.findings == []
    seconds = time.perf_counter() - before
    report(
        f"an hour of {count} records, {size:.0f} MB, is read in {seconds:.2f} s, {at_most(seconds, READ_SECONDS)} 5 s"
    )
    before = time.perf_counter()
    tighten(tmp_path, [SECRET], SECRET.public)
    seconds = time.perf_counter() - before
    size = sum(path.stat().st_size for path in tmp_path.glob(f"{writer.chain}*")) / 1e6
    report(
        f"rewritten in {seconds:.1f} s it takes {size:.1f} MB, {at_most(size, DENSE_MEGABYTES)} {DENSE_MEGABYTES} MB"
    )
    before = time.perf_counter()
    assert sum(1 for _ in read(tmp_path, [SECRET]).records) == count
    report(f"and is then read in {time.perf_counter() - before:.2f} s")
