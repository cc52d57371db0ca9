"""A store that an earlier version made goes on in this one."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from archive.improvisations import BEGAN
from bedside.archive.models import SCHEMA_VERSION, PerformedRow
from bedside.archive.store import Store
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
