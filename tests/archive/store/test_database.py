"""A store that an earlier version made goes on in this one."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from archive.improvisations import BEGAN
from bedside.archive.store.casenotes import Marker, Remark
from bedside.archive.store.choices import Marked
from bedside.archive.store.database import reading
from bedside.archive.store.models import SCHEMA_VERSION, PerformedRow
from bedside.archive.store.search import TakeQuery
from bedside.archive.store.store import Store
from bedside.music.events import Bend, Glide, NoteOn, Pedal, Performed, Player, Reverb, Source

# The table of events as version 1 made it.
FIRST = """
CREATE TABLE performed (
    take_id VARCHAR(32) NOT NULL, ordinal INTEGER NOT NULL, frame BIGINT NOT NULL, kind VARCHAR(20) NOT NULL,
    player VARCHAR(20), note BIGINT, "key" INTEGER, velocity DOUBLE, brightness DOUBLE, source VARCHAR(20),
    instrument TEXT, db DOUBLE, pan DOUBLE, seconds DOUBLE, seed BIGINT, rate BIGINT, block INTEGER,
    PRIMARY KEY (take_id, ordinal), FOREIGN KEY(take_id) REFERENCES take (id)
) WITHOUT ROWID
"""
KEPT = Performed(7, NoteOn(Player.CHILD, 1, 60, 0.5, 0.25, Source.TOUCH))
ROW = "INSERT INTO performed (take_id, ordinal, frame, kind, player, note, key, velocity, brightness, source)"
NEW = [
    Performed(8, Glide(Player.CHILD, 1, 61.5)),
    Performed(8, Bend(Player.CHILD, -2.0)),
    Performed(9, Pedal(Player.CHILD, True)),
    Performed(9, Reverb("hall")),
]


@pytest.fixture
def earlier(folder: Path) -> str:
    """Make a store of version 1 with one note in it, and return the id of its take."""
    with Store.create(folder) as store, store.writing() as writing:
        connection = writing._connection
        connection.exec_driver_sql("DROP TABLE performed")
        connection.exec_driver_sql(FIRST)
        take = writing.begin_take(writing.begin_session(None), BEGAN, "played", "1")
        values = " VALUES (?, 0, 7, 'note_on', 'child', 1, 60, 0.5, 0.25, 'touch')"
        connection.exec_driver_sql(ROW + values, (take,))
        connection.exec_driver_sql("PRAGMA user_version = 1")
    return take


@pytest.mark.parametrize("opening", [Store.open, Store.create, Store.open_or_set_aside])
def test_a_store_of_the_first_version_is_read(folder: Path, earlier: str, opening: Callable[[Path], Store]) -> None:
    """However it is opened, what an earlier version kept is there, and nothing is set aside."""
    with opening(folder) as store:
        assert store.notice is None
        assert store.performed(earlier) == [KEPT]
    assert len(list(folder.glob("*.db"))) == 1


def test_a_store_of_the_first_version_keeps_what_is_new(folder: Path, earlier: str) -> None:
    """Events that the earlier version did not know are kept beside the old ones."""
    with Store.create(folder) as store:
        with store.writing() as writing:
            writing.append(earlier, NEW)
        assert store.performed(earlier) == [KEPT, *NEW]
        with store.writing() as writing:
            columns = writing._connection.exec_driver_sql("PRAGMA table_info(performed)").all()
            version = writing._connection.exec_driver_sql("PRAGMA user_version").scalar_one()
    assert {column[1] for column in columns} == set(PerformedRow.__table__.columns.keys())
    assert version == SCHEMA_VERSION


def test_a_store_of_today_is_left_as_it_is(folder: Path) -> None:
    """Opened again, a store of this version has the same tables as when it was made."""
    made = []
    for _ in range(2):
        with Store.create(folder) as store, store.writing() as writing:
            made.append(writing._connection.exec_driver_sql("SELECT sql FROM sqlite_master ORDER BY name").all())
    assert made[0] == made[1]


def test_who_reads_holds_up_nobody_who_writes(folder: Path) -> None:
    """While a store that is open to be written is read, slowly, another program can keep what is played."""
    with Store.create(folder) as review, Store.create(folder) as bed:
        with bed.writing() as writing:
            take = writing.begin_take(writing.begin_session("K7"), BEGAN, "played", "1")
            writing.append(take, [KEPT])
        with reading(review._engine) as slow:
            assert len(slow.execute(PerformedRow.__table__.select()).all()) == 1
            with bed.writing() as writing:
                writing.append(take, NEW)
                assert review.performed(take) == [KEPT], "who reads waits for nobody"
            assert len(slow.execute(PerformedRow.__table__.select()).all()) == 1, "what is read is of one moment"
        assert review.performed(take) == [KEPT, *NEW]


# The table of remarks as it was made until it lost the column of a marker, which was never written.
REMARK = """
CREATE TABLE remark (
    id VARCHAR(32) NOT NULL, take_id VARCHAR(32) NOT NULL, marker_id VARCHAR(32), first BIGINT NOT NULL,
    last BIGINT NOT NULL, written DATETIME NOT NULL, words TEXT NOT NULL, PRIMARY KEY (id),
    FOREIGN KEY(take_id) REFERENCES take (id), FOREIGN KEY(marker_id) REFERENCES marker (id)
)
"""

# What version 3 brought: the tables of what people write afterwards.
THIRD = ("attainment", "finished", "goal", "link", "rating", "session_note", "staff_code", "verdict")


@pytest.mark.parametrize("opening", [Store.open, Store.create, Store.open_or_set_aside])
def test_a_store_of_the_second_version_is_read_and_written(folder: Path, opening: Callable[[Path], Store]) -> None:
    """What version 2 kept, remarks and markers included, is there, and beside it all that is written about it today."""
    with Store.create(folder) as store, store.writing() as writing:
        session = writing.begin_session("K7")
        take = writing.begin_take(session, BEGAN, "played", "1")
        writing.append(take, [KEPT, *NEW])
        writing.mark(take, Marked(7, 15.0))
        connection = writing._connection
        connection.exec_driver_sql("DROP TABLE remark")
        connection.exec_driver_sql(REMARK)
        connection.exec_driver_sql(
            "INSERT INTO remark VALUES ('r', ?, NULL, 7, 8, '2026-03-01 10:00:00.000000', 'waits')", (take,)
        )
        for table in THIRD:
            connection.exec_driver_sql(f"DROP TABLE {table}")
        connection.exec_driver_sql("PRAGMA user_version = 2")
    with opening(folder) as store:
        assert store.notice is None
        assert store.performed(take) == [KEPT, *NEW]
        [remark] = store.casenotes.remarks(take)
        assert (remark.words, remark.first, remark.last) == ("waits", 7, 8)
        assert [marker.seconds for marker in store.casenotes.markers(take)] == [15.0]
        assert store.casenotes.note(session) is None
        assert not store.gate().closed
        assert store.search.count(TakeQuery("waits")) == 1
    assert len(list(folder.glob("*.db"))) == 1
    with Store.create(folder) as store:
        made = store.casenotes.remark(take, 9, 9, "begins again")
        store.casenotes.reword("r", "waits long")
        assert [each.words for each in store.casenotes.remarks(take)] == ["waits long", made.words]
        store.casenotes.take_back(Marker, store.casenotes.markers(take)[0].id)
        store.casenotes.take_back(Remark, "r")
        store.casenotes.write_note(session, "", "played", "", "")
        store.gate().set("seahorse-7-harbour")
        goal = store.casenotes.set_goal(store.casenotes.patients()[0].id, "waits", [""] * 5)
        store.casenotes.attain(goal.id, session, 1, "A")
        store.casenotes.judge(take, "rest", 1, 2, accepted=True)
        store.casenotes.link(take, 1, 2, session=session)
        store.casenotes.rate(take, "A", "leading", 1, 2)
        store.casenotes.finish(take, "A")


def test_a_store_that_was_migrated_is_like_a_new_one(tmp_path: Path) -> None:
    """A store of version 2 that is opened has the same tables, with the same columns, as one that is made today."""
    shapes = []
    for name in ("old", "new"):
        with Store.create(tmp_path / name) as store, store.writing() as writing:
            if name == "old":
                for table in THIRD:
                    writing._connection.exec_driver_sql(f"DROP TABLE {table}")
                writing._connection.exec_driver_sql("PRAGMA user_version = 2")
        with Store.create(tmp_path / name) as store, store.writing() as writing:
            made = writing._connection.exec_driver_sql("SELECT sql FROM sqlite_master WHERE sql IS NOT NULL").scalars()
            shapes.append(sorted(made))
    assert shapes[0] == shapes[1]
