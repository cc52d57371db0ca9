"""Whatever is written, in whatever order it arrives and however often, the rows are the same."""

from __future__ import annotations

import itertools
import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, select

from archive.improvisations import BEGAN, duet
from bedside.archive.store.changes import Change, Delete, Insert, Played, Update, decode, encode, patient_id
from bedside.archive.store.database import memory_engine
from bedside.archive.store.feeding import anchors, feed
from bedside.archive.store.models import Base
from bedside.archive.store.writing import take_begun
from bedside.errors import BedsideError
from bedside.music.events import Level, NoteOn, Performed, Player, Source
from effort import times

AT = datetime(2026, 3, 29, 3, 30, tzinfo=timezone(timedelta(hours=2)))
CODES = ("K7", "K8")
REMARKS = [f"{number:032x}" for number in range(6)]


@dataclass(frozen=True)
class Kept:
    """An entry of the journal, made without one."""

    chain: str
    number: int
    record: list[Any]


def rows(engine: Engine) -> dict[str, list[tuple[Any, ...]]]:
    """Return all rows of all tables in an order of their own."""
    with engine.connect() as connection:
        return {
            table.name: sorted(map(tuple, connection.execute(select(table))), key=repr)
            for table in Base.metadata.sorted_tables
        }


def entries(changes: Sequence[tuple[str, int, Change]]) -> list[Kept]:
    """Return changes as the journal gives them back, through JSON."""
    return [Kept(chain, number, json.loads(json.dumps(encode(change)))) for chain, number, change in changes]


def fed(*pieces: Sequence[Kept]) -> dict[str, list[tuple[Any, ...]]]:
    """Return the rows of an index that is fed these pieces."""
    engine = memory_engine()
    try:
        for piece in pieces:
            feed(engine, piece)
        return rows(engine)
    finally:
        engine.dispose()


def session(chain: str, number: int, patient: str | None) -> Insert:
    return Insert("session", {"id": f"{chain}{number:031x}", "patient_id": patient, "began": AT})


@st.composite
def histories(draw: st.DrawFn) -> list[tuple[str, int, Change]]:
    """Draw what two programs write at once, after what a first one wrote; their clocks and numbers overlap."""
    made: list[tuple[str, int, Change]] = []
    number = itertools.count(1)
    base = "0" * 16
    made.append((base, next(number), session("0", 1, None)))
    made.append((base, next(number), take_begun("t" * 32, f"{'0'}{1:031x}", BEGAN, "played", "1", AT)))
    for remark in REMARKS[:3]:
        values = {"id": remark, "take_id": "t" * 32, "first": 0, "last": 1, "written": AT, "words": "first"}
        made.append((base, next(number), Insert("remark", values)))
    start = next(number)
    for chain in ("a" * 16, "b" * 16):
        at = start
        own = [*REMARKS[:3]]
        ordinal = 0
        for step in range(draw(st.integers(0, 12))):
            at += draw(st.integers(1, 3))
            match draw(st.sampled_from(["patient", "remark", "reword", "take back", "play", "picture", "note"])):
                case "patient":
                    code = draw(st.sampled_from(CODES))
                    patient = patient_id(code, chain.encode())
                    made.append((chain, at, Insert("patient", {"id": patient, "code": code, "picture": None})))
                    made.append((chain, at + 1, session(chain[0], at, patient)))
                    at += 1
                case "picture":
                    patient = patient_id(CODES[0], chain.encode())
                    made.append((chain, at, Insert("patient", {"id": patient, "code": CODES[0], "picture": None})))
                    made.append((chain, at + 1, Update("patient", {"id": patient}, {"picture": f"{chain[0]}{step}"})))
                    at += 1
                case "remark":
                    new = f"{chain[0]}{step:031x}"
                    values = {"id": new, "take_id": "t" * 32, "first": 0, "last": 1, "written": AT, "words": "new"}
                    made.append((chain, at, Insert("remark", values)))
                    own.append(new)
                case "reword":
                    of = draw(st.sampled_from(own))
                    made.append((chain, at, Update("remark", {"id": of}, {"words": f"{chain[0]}{step}"})))
                case "take back":
                    made.append((chain, at, Delete("remark", {"id": draw(st.sampled_from(own))})))
                case "note":
                    values = dict.fromkeys(("subjective", "objective", "assessment", "plan"), f"{chain[0]}{step}")
                    of = f"{'0'}{1:031x}"
                    made.append((chain, at, Insert("session_note", {"session_id": of, **values, "written": AT})))
                    made.append((chain, at + 1, Update("session_note", {"session_id": of}, {**values, "written": AT})))
                    at += 1
                case "play":
                    take = f"{chain[0]}t".ljust(32, "0")
                    if not ordinal:
                        made.append((chain, at, take_begun(take, f"{'0'}{1:031x}", BEGAN, "played", "1", AT)))
                        at += 1
                    made.append((chain, at, Played(take, ordinal, duet(20)[ordinal])))
                    ordinal += 1
    return made


@pytest.mark.slow
@given(histories(), st.data())
@settings(max_examples=times(10), deadline=None)
def test_any_order_any_number_of_times(made: list[tuple[str, int, Change]], data: st.DataObject) -> None:
    """Fed at once, in pieces, twice, or one program after the other, an index ends with the same rows."""
    kept = entries(made)
    first = [entry for entry in kept if entry.chain[0] == "0"]
    a, b = ([entry for entry in kept if entry.chain[0] == chain] for chain in "ab")
    whole = sorted(kept, key=lambda entry: (entry.number, entry.chain))
    expected = fed(whole)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(whole)), max_size=4)))
    pieces = [whole[i:j] for i, j in itertools.pairwise([0, *cuts, len(whole)])]
    assert fed(*pieces) == expected
    assert fed(*pieces, whole, whole[:5]) == expected
    assert fed(first, a, b) == expected
    assert fed(first, b, a) == expected
    # A writer that got no answer writes the same again, with new numbers; the first writing may have been kept.
    again = [Kept(entry.chain, entry.number + 1000, entry.record) for entry in whole]
    twice = fed(whole, again)
    for table in set(expected) - {"anchor", "latest"}:
        assert twice[table] == expected[table], table


def test_anchors_move_with_the_rows() -> None:
    """The index says how far each chain is in it."""
    engine = memory_engine()
    feed(engine, entries([("a" * 16, 4, session("a", 4, None)), ("b" * 16, 2, session("b", 2, None))]))
    with engine.connect() as connection:
        assert anchors(connection) == {"a" * 16: 4, "b" * 16: 2}
    engine.dispose()


def test_counts_follow_from_new_events_alone() -> None:
    """Notes are counted once, and a take's length is that of its last event, before or after its heading comes."""
    take, chain = "t" * 32, "a" * 16
    heading = [session("a", 1, None), take_begun(take, f"a{1:031x}", BEGAN, "played", "1", AT)]
    played = [Played(take, ordinal, item) for ordinal, item in enumerate(duet(6))]
    for order in (heading + played, played + heading, heading + played[:4] + played[2:] + played):
        found = fed(entries([(chain, 1 + i, change) for i, change in enumerate(order)]))
        [kept] = found["take"]
        assert kept[8] == max(item.frame for item in duet(6))
        assert found["part"] == [(take, "child", 3, 4), (take, "therapist", 3, 2)]
        assert len(found["performed"]) == len(duet(6))


def test_a_group_that_does_not_end_is_not_there() -> None:
    """Several frames that belong together count when their end is there, and not before."""
    chain = "a" * 16
    group = [Kept(chain, 1, ["begin"]), *entries([(chain, 2, session("a", 2, None))])]
    assert fed(group)["session"] == []
    assert len(fed(group, [*group, Kept(chain, 3, ["end"])])["session"]) == 1


@pytest.mark.parametrize(
    "change",
    [
        Insert("session", {"id": "s" * 32, "patient_id": None, "began": AT}),
        Update("remark", {"id": "r" * 32}, {"words": "wartet ☾", "written": datetime(2026, 1, 1, tzinfo=UTC)}),
        Delete("marker", {"id": "m" * 32}),
        *(Played("t" * 32, ordinal, item) for ordinal, item in enumerate(duet(3))),
        Played("t" * 32, 9, Performed(7, NoteOn(Player.CHILD2, 2**62, 60, 0.1, 1 / 3, Source.MIDI))),
        Played("t" * 32, 9, Performed(7, Level(Player.CHILD, -math.inf, 0.5))),
    ],
)
def test_changes_come_back_as_they_were(change: Change) -> None:
    """A change is the same after JSON, to the last bit of a number and with the offset of a time."""
    again = decode(json.loads(json.dumps(encode(change))))
    assert again == change
    if isinstance(again, Insert):
        assert again.values["began"].utcoffset() == timedelta(hours=2)


@pytest.mark.parametrize(
    "record",
    [
        [],
        ["sang", 1],
        ["insert", "opera", {"id": "x"}],
        ["insert", "remark", {"id": "x", "colour": "red"}],
        ["insert", "session", {"id": "x", "began": "tomorrow"}],
        ["update", "remark", {"words": "x"}, {"words": "y"}],
        ["played", "t", 0, 0, "sang", "child"],
        ["played", "t", 0, 0, "note_on", "child"],
        ["played", "t", 0, 0, "note_on", "nobody", 1, 60, 0.5, 0.5, "touch"],
    ],
)
def test_what_a_later_version_wrote_is_said(record: list[Any]) -> None:
    """A record of a kind, a table or a column that this version does not know is one plain sentence."""
    with pytest.raises(BedsideError, match="later version"):
        decode(record)


def test_what_came_later_wins_in_whatever_order_it_arrives() -> None:
    """Of two changes of a row the one with the greater number stays, and what was deleted does not come back."""
    values = {"id": "r" * 32, "take_id": "t" * 32, "first": 0, "last": 1, "written": AT, "words": "first"}
    inserted: tuple[str, int, Change] = ("a" * 16, 1, Insert("remark", values))
    early: tuple[str, int, Change] = ("a" * 16, 2, Update("remark", {"id": "r" * 32}, {"words": "early"}))
    late: tuple[str, int, Change] = ("b" * 16, 3, Update("remark", {"id": "r" * 32}, {"words": "late"}))
    gone: tuple[str, int, Change] = ("b" * 16, 4, Delete("remark", {"id": "r" * 32}))
    for order in ([inserted, early, late], [inserted, late, early]):
        [row] = fed(*(entries([each]) for each in order))["remark"]
        assert "late" in row
    for mixed in itertools.permutations([inserted, early, gone]):
        assert fed(*(entries([each]) for each in mixed))["remark"] == []


def test_patients_of_one_code_are_one_patient() -> None:
    """Two programs that meet a code at once give it two ids; it is one patient, known by the id that came first."""
    first, second = (patient_id("K7", name.encode()) for name in "ab")
    one: list[tuple[str, int, Change]] = [
        ("a" * 16, 1, Insert("patient", {"id": first, "code": "K7", "picture": None}))
    ]
    one.append(("a" * 16, 2, session("a", 2, first)))
    other: list[tuple[str, int, Change]] = [
        ("b" * 16, 3, Insert("patient", {"id": second, "code": "K7", "picture": None}))
    ]
    other.append(("b" * 16, 4, session("b", 4, second)))
    other.append(("b" * 16, 5, Update("patient", {"id": second}, {"picture": "moon"})))
    for order in (one + other, other + one):
        found = fed(*(entries([each]) for each in order))
        assert found["patient"] == [(first, "K7", "moon", 1)]
        assert {row[1] for row in found["session"]} == {first}
