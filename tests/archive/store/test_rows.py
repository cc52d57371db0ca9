from __future__ import annotations

import dataclasses
import math
import struct
import typing
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from archive.improvisations import BEGAN, PERFORMED
from bedside.archive.store import rows
from bedside.archive.store.models import PerformedRow
from bedside.archive.store.store import Store
from bedside.errors import BedsideError
from bedside.music import events, kinds
from bedside.music.events import Event, Performed, Shape, TakeBegan
from effort import times


def test_every_field_has_a_column() -> None:
    """Each field of each event is a column of the same name."""
    fields = {field.name for event in typing.get_args(events.Event) for field in dataclasses.fields(event)}
    assert fields | {"take_id", "ordinal", "frame", "kind"} == set(PerformedRow.__table__.columns.keys())


@pytest.mark.slow
@settings(max_examples=times(30), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(performed=st.lists(PERFORMED, max_size=20))
def test_round_trip_through_the_database(tmp_path: Path, performed: list[Performed]) -> None:
    """Any list of events comes back from the encrypted database, floats to the last bit but the sign of a zero."""
    store = Store.create(tmp_path / "kept")
    with store.writing() as writing:
        take = writing.begin_take(writing.begin_session(None), BEGAN, "played", "1")
        writing.append(take, performed)
    store.close()
    with Store.open(tmp_path / "kept") as again:
        back = again.performed(take)
    assert back == performed
    assert [_bits(item) for item in back] == [_bits(item) for item in performed]


def _bits(item: Performed) -> list[bytes]:
    values = (getattr(item.event, field.name) for field in dataclasses.fields(item.event))
    # SQLite keeps a zero without its sign; adding a zero takes it off here too.
    return [struct.pack("<d", value + 0.0) for value in values if isinstance(value, float)]


def test_not_a_number_survives(folder: Path) -> None:
    """A float that is not a number, which SQLite keeps as null, is not a number again."""
    with Store.create(folder) as store:
        with store.writing() as writing:
            take = writing.begin_take(writing.begin_session(None), BEGAN, "played", "1")
            writing.append(take, [Performed(0, Shape(events.Player.CHILD, 1, math.nan))])
        event = store.performed(take)[0].event
    assert isinstance(event, Shape)
    assert math.isnan(event.brightness)


@pytest.mark.parametrize("event", typing.get_args(events.Event), ids=lambda event: event.__name__)
def test_every_event_comes_back(folder: Path, event: type[Event]) -> None:
    """Each class of event, whatever stands in its fields, comes back equal and with its fields of the same types."""
    plain = {events.Player: events.Player.THERAPIST, events.Source: events.Source.MIDI, str: "hall", bool: True}
    values: list[typing.Any] = [plain.get(made, made(1)) for made in kinds.fields(event).values()]
    with Store.create(folder) as store:
        with store.writing() as writing:
            take = writing.begin_take(writing.begin_session(None), BEGAN, "played", "1")
            writing.append(take, [Performed(0, event(*values))])
        [back] = store.performed(take)
    assert back == Performed(0, event(*values))
    assert [type(value) for value in dataclasses.astuple(back.event)] == [type(value) for value in values]


@pytest.mark.parametrize("seed", [-1, 2**63])
def test_a_seed_beyond_63_bits_is_refused(seed: int) -> None:
    """A seed that no database could keep is a programmer's mistake, not a take that cannot be replayed."""
    with pytest.raises(ValueError, match="2\\*\\*63"):
        rows.row("0" * 32, 0, Performed(0, TakeBegan(seed, 48_000, 128)))


def test_an_event_of_a_later_version(folder: Path) -> None:
    """An unknown kind is said in a sentence, never guessed."""
    with Store.create(folder) as store:
        with store.writing() as writing:
            take = writing.begin_take(writing.begin_session(None), BEGAN, "played", "1")
            writing._connection.exec_driver_sql(
                "INSERT INTO performed (take_id, ordinal, frame, kind) VALUES (?, 0, 0, 'glissando')", (take,)
            )
        with pytest.raises(BedsideError, match="glissando"):
            store.performed(take)
