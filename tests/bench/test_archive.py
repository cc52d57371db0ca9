"""How soon what is played is on the disk, and how soon ten thousand takes are listed."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median

from sqlalchemy import insert

from bedside.archive.recorder import Recorder
from bedside.archive.store.models import PartRow, Take
from bedside.archive.store.store import Store
from bedside.music.events import NoteOn, Performed, Player, Source, TakeBegan
from bench.verdict import at_most

RATE = 48000

KEPT_SECONDS = 0.1
LATEST_SECONDS = 0.25
LISTED_SECONDS = 1.5
FOUND_SECONDS = 0.1


def timed(what: Callable[[], object]) -> float:
    before = time.perf_counter()
    what()
    return time.perf_counter() - before


def test_what_is_played_is_on_the_disk_soon(tmp_path: Path, report: Callable[[str], None]) -> None:
    """A single event is on the disk within 100 ms, and within 250 ms on a busy machine."""
    kept: list[int] = []
    recorder = Recorder(tmp_path / "kept", None, lambda: "1", committed=kept.append)
    waits = []
    for i in range(51):
        event = NoteOn(Player.CHILD, i, 60, 0.5, 0.5, Source.TOUCH) if i else TakeBegan(1, RATE, 128)
        fed = time.perf_counter()
        recorder.feed(Performed(i, event))
        while not kept or kept[-1] <= i:
            assert time.perf_counter() - fed < 60
            time.sleep(0.001)
        waits.append(time.perf_counter() - fed)
    recorder.close(5)
    middle, latest = median(waits), max(waits)
    report(f"kept after {1000 * middle:.0f} ms, {at_most(middle, KEPT_SECONDS)} {1000 * KEPT_SECONDS:.0f} ms")
    report(f"at the latest {1000 * latest:.0f} ms, {at_most(latest, LATEST_SECONDS)} {1000 * LATEST_SECONDS:.0f} ms")


def test_ten_thousand_takes_are_listed_soon(tmp_path: Path, report: Callable[[str], None]) -> None:
    """Ten thousand takes of two players are listed in a second and a half, and the last is found in 100 ms."""
    with Store.create(tmp_path / "kept") as store:
        with store.writing() as writing:
            session = writing.begin_session(None)
            ids = [uuid.uuid4().hex for _ in range(10_000)]
            take = {"session_id": session, "origin": "played", "sound": "1", "rate": RATE, "seed": 1, "block": 128}
            now = datetime.now(UTC)
            rows = [
                {"id": id_, "began": now + timedelta(seconds=i), "frames": 9, "sequence": i, **take}
                for i, id_ in enumerate(ids)
            ]
            writing._connection.execute(insert(Take), rows)
            parts = [{"take_id": id_, "player": name, "notes": 1} for id_ in ids for name in ("child", "therapist")]
            writing._connection.execute(insert(PartRow), [{"entered": i, **part} for i, part in enumerate(parts)])
        listed = timed(store.takes)
        found = timed(lambda: store.find("last"))
    report(f"10 000 takes are listed in {listed:.2f} s, {at_most(listed, LISTED_SECONDS)} {LISTED_SECONDS} s")
    report(f"the last is found in {1000 * found:.0f} ms, {at_most(found, FOUND_SECONDS)} {1000 * FOUND_SECONDS:.0f} ms")
