"""What is played becomes changes that need nobody: whole takes, in their sessions, with ids of their own."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from archive.improvisations import BEGAN, duet
from bedside.archive.store.changes import Change, Insert, Played, Update, decode, encode
from bedside.archive.store.choices import STAR, Chosen, Marked
from bedside.archive.transcript import NewSession, Transcript
from bedside.music.events import NoteOn, Performed, Player, Source, TakeBegan

AT = datetime(2026, 12, 1, 10, 0, tzinfo=UTC)
STARRED = Chosen(5, STAR, "", "child")


def transcript(patient: str | None = None) -> Transcript:
    return Transcript(patient, "played", lambda: "made so", lambda code: f"id of {code}")


def written(script: Transcript, *kept: object) -> list[Change]:
    return [change for item in kept for change in script.write(item, AT)]  # type: ignore[arg-type]


def note(source: Source, number: int = 1) -> Performed:
    return Performed(100 * number, NoteOn(Player.CHILD, number, 60, 0.5, 0.5, source))


def rows(changes: list[Change], table: str) -> list[dict[str, object]]:
    return [dict(change.values) for change in changes if isinstance(change, Insert) and change.table == table]


def test_a_take_is_whole() -> None:
    """A take of a new session has all its events in order, with ordinals from 0, and survives as records."""
    changes = written(transcript("P-1"), *duet(3))
    (patient,), (session,), (take,) = (rows(changes, name) for name in ("patient", "session", "take"))
    assert patient == {"id": "id of P-1", "code": "P-1", "picture": None}
    assert (session["patient_id"], session["began"]) == ("id of P-1", AT)
    assert (take["session_id"], take["sound"], take["origin"]) == (session["id"], "made so", "played")
    played = [change for change in changes if isinstance(change, Played)]
    assert [change.performed for change in played] == duet(3)
    assert [change.ordinal for change in played] == list(range(len(duet(3))))
    assert {change.take for change in played} == {take["id"]}
    assert [decode(encode(change)) for change in changes] == changes


def test_every_id_is_new() -> None:
    """Two runs of the same play share no id: both can be kept in one store."""
    one, other = (
        {row["id"] for table in ("session", "take", "choice") for row in rows(changes, table)}
        for changes in (written(transcript(), *duet(1), Chosen(1, "world", "sea", "child")) for _ in range(2))
    )
    assert len(one) == 3
    assert not one & other


def test_takes_of_a_session_and_sessions_are_kept_apart() -> None:
    """Each beginning makes a take whose ordinals begin again; a new session begins with what is kept next."""
    script = transcript("one")
    changes = written(script, *duet(1), *duet(2), NewSession(None), *duet(3))
    takes, sessions = rows(changes, "take"), rows(changes, "session")
    assert [session["patient_id"] for session in sessions] == ["id of one", None]
    assert [take["session_id"] for take in takes] == [sessions[0]["id"], sessions[0]["id"], sessions[1]["id"]]
    firsts = [change.take for change in changes if isinstance(change, Played) and change.ordinal == 0]
    assert firsts == [take["id"] for take in takes]
    assert script.take == takes[-1]["id"]


def test_what_belongs_to_no_take() -> None:
    """Before the first take events and markers are dropped, and a choice belongs to the session alone."""
    changes = written(transcript(), note(Source.TOUCH), Marked(1, 15.0), Chosen(None, "world", "pond", "child"))
    assert [change.table for change in changes if isinstance(change, Insert)] == ["session", "choice"]
    assert rows(changes, "choice")[0]["take_id"] is None


def test_a_choice_of_the_next_child_belongs_to_no_take_of_the_last_one() -> None:
    """What is chosen after a new session began, and before anything is played in it, is of that session alone."""
    changes = written(transcript(), *duet(1), NewSession("two"), Chosen(None, "world", "pond", "child"))
    (choice,) = rows(changes, "choice")
    assert choice["take_id"] is None
    assert choice["session_id"] == rows(changes, "session")[1]["id"]


def test_a_replay_is_no_improvisation_until_somebody_plays_along() -> None:
    """A take of replayed notes alone is a replay; with the first note of a hand it is played again."""
    script = transcript()
    began = Performed(0, BEGAN)
    changes = written(
        script, began, note(Source.REPLAY), note(Source.REPLAY, 2), note(Source.TOUCH, 3), note(Source.TOUCH)
    )
    origins = [change.values["origin"] for change in changes if isinstance(change, Update)]
    assert origins == ["replayed", "played"]
    again = written(script, began, note(Source.TOUCH), note(Source.REPLAY, 2))
    assert not [change for change in again if isinstance(change, Update)]


def test_a_star_belongs_to_what_was_played() -> None:
    """Pressed while a replay is heard, the star is that of the take before it."""
    script = transcript()
    changes = written(
        script, Performed(0, BEGAN), note(Source.TOUCH), Performed(0, BEGAN), note(Source.REPLAY), STARRED
    )
    first = rows(changes, "take")[0]["id"]
    (star,) = rows(changes, "choice")
    assert (star["take_id"], star["frame"]) == (first, None)


def test_what_cannot_be_kept_changes_nothing() -> None:
    """A take whose seed no row can hold is refused, and what is played next has its place all the same."""
    script = transcript()
    written(script, *duet(1))
    before = script.take
    with pytest.raises(ValueError, match="63"):
        written(script, Performed(0, TakeBegan(2**64, 48_000, 128)))
    assert script.take == before
    later = script.write(note(Source.TOUCH), AT - timedelta(days=400))
    assert isinstance(later[0], Played)
    assert later[0].ordinal == len(duet(1))
