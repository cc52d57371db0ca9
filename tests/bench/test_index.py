"""How soon an hour of play is read from the journal and indexed, and what keeping a batch costs."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from bedside.archive.journal.reading import read
from bedside.archive.journal.writer import JournalWriter
from bedside.archive.keys import keyfile
from bedside.archive.store.changes import Insert, Played, encode
from bedside.archive.store.checking import check
from bedside.archive.store.index import JOURNAL, rebuild, rebuild_in_memory
from bedside.archive.store.store import Store
from bedside.archive.store.writing import take_begun
from bedside.music.events import NoteOff, NoteOn, Performed, Player, Source, TakeBegan
from bench.verdict import at_most

HOUR_SECONDS = 3600
EVENTS_PER_SECOND = 25
# What is played in a quarter of a second is made durable at once.
BATCH = 6
INDEXED_SECONDS = 5.0


def test_an_hour_is_read_and_indexed_soon(tmp_path: Path, report: Callable[[str], None]) -> None:
    """An hour of 25 events a second is read from the journal and indexed in under 5 s, in memory and in a file."""
    folder = tmp_path / "kept"
    Store.create(folder).close()
    public = keyfile.public_key(folder)
    assert public is not None
    writer = JournalWriter([folder / JOURNAL], public, "bench")
    at = datetime.now(UTC)
    begun = TakeBegan(1, 48_000, 128)
    writer.append(
        [
            encode(Insert("session", {"id": "5" * 32, "patient_id": None, "began": at})),
            encode(take_begun("7" * 32, "5" * 32, begun, "played", "1", at)),
            encode(Played("7" * 32, 0, Performed(0, begun))),
        ]
    )
    events = HOUR_SECONDS * EVENTS_PER_SECOND
    records = []
    for ordinal in range(1, events):
        note = ordinal // 2
        event = (
            NoteOn(Player.CHILD, note, 40 + note % 40, 0.5, 1 / 3, Source.TOUCH)
            if ordinal % 2
            else NoteOff(Player.CHILD, note)
        )
        records.append(encode(Played("7" * 32, ordinal, Performed(ordinal * 1920, event))))
        if len(records) == BATCH:
            writer.append(records)
            records = []
    writer.append(records)
    writer.close()
    secrets = keyfile.secrets(folder)
    began = time.perf_counter()
    found = sum(1 for _ in read(folder / JOURNAL, secrets).records)
    was_read = time.perf_counter() - began
    assert found > events
    began = time.perf_counter()
    rebuild_in_memory(folder, secrets).dispose()
    in_memory = time.perf_counter() - began
    began = time.perf_counter()
    rebuild(folder, secrets)
    in_file = time.perf_counter() - began
    began = time.perf_counter()
    checked = check(folder, secrets)
    compared = time.perf_counter() - began
    assert checked.is_index_good
    assert checked.is_journal_good
    with Store.open(folder) as store:
        assert store.takes()[0].notes == events // 2
    report(f"an hour of {events} events is read in {was_read:.2f} s")
    for what, seconds in (("in memory", in_memory), ("in a file", in_file)):
        target = f"{at_most(seconds, INDEXED_SECONDS)} {INDEXED_SECONDS:.0f} s"
        report(f"it is read and indexed {what} in {seconds:.2f} s, {target}")
    report(f"it is checked against its index in {compared:.2f} s")
