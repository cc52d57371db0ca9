"""A take for its page: its sound in ranges, its notes as columns, and what people write about it."""

from __future__ import annotations

import io
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile

from bedside.archive.store.choices import SET, Chosen, Marked
from bedside.archive.store.store import Store
from bedside.music.events import (
    FLICKS,
    Lost,
    NoteOff,
    NoteOn,
    Performed,
    Player,
    Program,
    Resumed,
    Source,
    TakeBegan,
    TakeEnded,
)
from bedside.sound.engine import offline
from bedside.sound.library import loading
from review.web.door import Door, door

RATE = 48_000
CHILD, THERAPIST = Player.CHILD, Player.THERAPIST


def duet(rate: int = RATE, seconds: int = 4) -> list[Performed]:
    """Return a note of the child at each second, and one of the therapist half a second later."""
    took = [Performed(0, TakeBegan(11, rate, 128)), Performed(0, Program(CHILD, "harp"))]
    for second in range(seconds):
        for player, late, key in ((CHILD, 0, 72), (THERAPIST, rate // 2, 48)):
            at = second * rate + late
            took.append(Performed(at, NoteOn(player, second, key + second, 0.5, 0.5, Source.TOUCH)))
            took.append(Performed(at + rate // 4, NoteOff(player, second)))
    return [*took, Performed(seconds * rate, TakeEnded())]


def keep(store: Store, performed: list[Performed], patient: str | None = "K7") -> str:
    with store.writing() as writing:
        began = performed[0].event
        assert isinstance(began, TakeBegan)
        session = writing.begin_session(patient)
        take = writing.begin_take(session, began, "played", "test")
        writing.append(take, performed)
        writing.choose(session, take, Chosen(0, "world", "night", SET))
        writing.choose(session, take, Chosen(0, "scale", "blues", SET))
        writing.choose(session, take, Chosen(RATE, "world", "sea", "child"))
        writing.choose(session, take, Chosen(2 * RATE, "stop", "", "adult"))
        writing.choose(session, None, Chosen(None, "world", "night", "adult"))
        writing.mark(take, Marked(3 * RATE, 2.0))
    return take


class Room:
    """A visitor to the page of one take."""

    def __init__(self, door: Door) -> None:
        self.door = door
        self.take = keep(door.store, duet())
        self.client = door.visitor()
        self.path = f"/api/takes/{self.take}"

    def whole(self) -> dict[str, Any]:
        """Return what the page is told of the take."""
        told: dict[str, Any] = self.client.get(self.path).json()
        return told

    def sound(self, asked: str = "", players: str = "") -> tuple[int, dict[str, str], bytes]:
        """Return how a range of the sound is answered: status, headers and bytes."""
        headers = {"range": asked} if asked else {}
        answer = self.client.get(f"/sound/{self.take}.wav?players={players}", headers=headers)
        return answer.status_code, dict(answer.headers), answer.content

    def expected(self, *heard: Player) -> np.ndarray:
        """Return what the take sounds like, rendered here, as 16-bit integers."""
        performed = self.door.store.performed(self.take)
        instruments = loading.load_played([each.event for each in performed], RATE, self.door.folder / "sounds", print)
        blocks = [block.copy() for block in offline.render(performed, instruments, heard or tuple(Player))]
        whole = np.concatenate(blocks)[: offline.frames(performed)]
        steps: np.ndarray = np.clip(np.rint(whole * np.float32(32767)), -32768, 32767).astype(np.int16)
        return steps


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Room]:
    with door(tmp_path_factory.mktemp("take")) as made:
        yield Room(made)


def samples(wave: bytes) -> np.ndarray:
    found: np.ndarray = soundfile.read(io.BytesIO(wave), dtype="int16")[0]
    return found


@pytest.mark.slow
@pytest.mark.parametrize(
    ("labels", "heard"), [("", ()), ("child,therapist", ()), ("child", (CHILD,)), ("therapist", (THERAPIST,))]
)
def test_what_is_heard_is_the_rendering(room: Room, labels: str, heard: tuple[Player, ...]) -> None:
    """The bytes are a WAV file of exactly what the engine renders of those who are heard."""
    status, headers, wave = room.sound(players=labels)
    assert status == 200
    assert headers["content-type"] == "audio/wav"
    assert headers["accept-ranges"] == "bytes"
    assert int(headers["content-length"]) == len(wave)
    expected = room.expected(*heard)
    assert np.abs(expected).max() > 100
    np.testing.assert_array_equal(samples(wave), expected)


def test_any_range_of_bytes_is_that_of_the_whole(room: Room) -> None:
    """A range that begins and ends anywhere, in the header too, gives exactly those bytes, and says where they lie."""
    _, _, wave = room.sound()
    size = len(wave)
    for asked, first, last in [
        ("bytes=0-0", 0, 0),
        ("bytes=0-", 0, size - 1),
        ("bytes=10-99", 10, 99),
        ("bytes=43-44", 43, 44),
        ("bytes=131071-131133", 131071, 131133),
        ("bytes=262143-400001", 262143, 400001),
        ("bytes=-7", size - 7, size - 1),
        (f"bytes=-{size * 2}", 0, size - 1),
        (f"bytes={size - 1}-{size * 9}", size - 1, size - 1),
    ]:
        status, headers, part = room.sound(asked)
        assert status == 206, asked
        assert headers["content-range"] == f"bytes {first}-{last}/{size}", asked
        assert headers["content-length"] == str(last - first + 1), asked
        assert part == wave[first : last + 1], asked


def test_a_range_that_is_none_is_refused_or_overlooked(room: Room) -> None:
    """Past the end is 416 with the size; what is no range of bytes gives all, as RFC 9110 has it."""
    _, _, wave = room.sound()
    for asked in (f"bytes={len(wave)}-", "bytes=99999999999-", "bytes=-0"):
        status, headers, part = room.sound(asked)
        assert (status, headers["content-range"], part) == (416, f"bytes */{len(wave)}", b""), asked
    for asked in ("bytes=", "bytes=-", "bytes=9-3", "bytes=a-b", "frames=0-3", "bytes=0-1,5-6", "bytes=" + "9" * 40):
        status, _, part = room.sound(asked)
        assert (status, part) == (200, wave), asked


def test_nobody_is_heard_who_does_not_play(room: Room) -> None:
    """A player who is not in the take, or is none at all, is refused in a sentence; so is an unknown take."""
    for labels in ("partner", "mother", "child,mother"):
        answer = room.client.get(f"/sound/{room.take}.wav?players={labels}")
        assert answer.status_code == 400
        assert "sentence" in answer.json()
    assert room.client.get(f"/sound/{'0' * 32}.wav").status_code == 404
    assert room.door.stranger().get(f"/sound/{room.take}.wav").status_code == 401


def test_how_much_is_there_is_said(room: Room) -> None:
    """The page is told how long the sound is, and in the end that all of it is there."""
    for _ in range(200):
        told = room.client.get(f"{room.path}/sound?players=therapist&ahead=true").json()
        assert told["fault"] is None
        assert told["seconds"] == pytest.approx(4.0, abs=0.01)
        if told["rendered"] == told["seconds"]:
            return
        time.sleep(0.05)
    pytest.fail("the sound was never there")


def test_notes_come_as_columns(room: Room) -> None:
    """Each player's notes stand in order of onset, in seconds, with the players in their own order."""
    whole = room.whole()
    assert whole["players"] == ["child", "therapist"]
    assert whole["seconds"] == 4.0
    child = whole["notes"]["child"]
    assert child["onset"] == [0.0, 1.0, 2.0, 3.0]
    assert child["duration"] == [0.25] * 4
    assert child["key"] == [72, 73, 74, 75]
    assert child["velocity"] == [0.5] * 4
    assert child["again"] == []
    assert whole["notes"]["therapist"]["onset"] == [0.5, 1.5, 2.5, 3.5]


def test_choices_are_those_of_this_take(room: Room) -> None:
    """A choice stands at its moment with whose it was; one between takes belongs to none."""
    assert room.whole()["choices"] == [
        {"seconds": 1.0, "what": "world", "which": "sea", "by": "child"},
        {"seconds": 2.0, "what": "stop", "which": "", "by": "adult"},
    ]


def test_the_page_says_how_the_bed_was_set(room: Room) -> None:
    """In words, beside the choices, of which it is none."""
    assert "The bed was set so: world night, scale blues." in room.client.get(f"/takes/{room.take}").text


def test_what_was_lost_is_a_gap_and_what_was_heard_again_is_marked(tmp_path: Path) -> None:
    """A span without sound is told as such; a note that a replay sounded is not told as played."""
    took = [
        Performed(0, TakeBegan(1, RATE, 128)),
        Performed(0, NoteOn(CHILD, 1, 60, 0.5, 0.5, Source.TOUCH)),
        Performed(RATE, Lost()),
        Performed(3 * RATE, Resumed()),
        Performed(4 * RATE, NoteOn(CHILD, 2, 60, 0.5, 0.5, Source.REPLAY)),
        Performed(5 * RATE, TakeEnded()),
    ]
    with door(tmp_path) as made:
        take = keep(made.store, took)
        whole = made.visitor().get(f"/api/takes/{take}").json()
    assert whole["gaps"] == [[1.0, 3.0]]
    assert whole["notes"]["child"]["again"] == [1]
    assert whole["notes"]["child"]["duration"] == [1.0, 1.0]


def test_a_marker_of_the_bed_spans_what_was_marked(room: Room) -> None:
    """A marker of the last two seconds begins two seconds before it was set."""
    (marker,) = room.whole()["markers"]
    assert (marker["first"], marker["last"]) == (1.0, 3.0)


def test_what_is_written_is_kept_at_its_moment(room: Room) -> None:
    """Markers, remarks, verdicts and links are kept to the millisecond, changed, and taken back."""
    api = room.client
    mark = api.post(f"{room.path}/markers", json={"seconds": 2.345}).json()
    assert (mark["first"], mark["last"]) == pytest.approx((2.345, 2.345), abs=1e-4)
    remark = api.post(f"{room.path}/remarks", json={"first": 1.0, "last": 2.5, "words": "an <answer> ♪"}).json()
    changed = api.patch(f"{room.path}/remarks/{remark['id']}", json={"words": "two answers"}).json()
    assert (changed["words"], changed["first"], changed["last"]) == ("two answers", 1.0, 2.5)
    judged = {"kind": "rest", "first": 1.0, "last": 2.0, "accepted": True}
    api.post(f"{room.path}/verdicts", json=judged)
    verdict = api.post(f"{room.path}/verdicts", json={**judged, "accepted": False}).json()
    link = api.post(f"{room.path}/links", json={"first": 1.0, "last": 2.5, "note": True}).json()
    whole = room.whole()
    assert mark["id"] in [each["id"] for each in whole["markers"]]
    assert [each["words"] for each in whole["remarks"]] == ["two answers"]
    assert [(each["id"], each["accepted"]) for each in whole["verdicts"]] == [(verdict["id"], False)]
    assert [(each["id"], each["to"]) for each in whole["links"]] == [(link["id"], "Session note")]
    assert room.client.get(f"{room.path}/written").json()["remarks"] == whole["remarks"]
    for kind, which in (("markers", mark), ("remarks", remark), ("verdicts", verdict), ("links", link)):
        assert api.delete(f"{room.path}/{kind}/{which['id']}").status_code == 200
        assert api.delete(f"{room.path}/{kind}/{which['id']}").status_code == 404
    whole = room.whole()
    assert (whole["remarks"], whole["verdicts"], whole["links"]) == ([], [], [])
    assert len(whole["markers"]) == 1


def test_goals_are_offered_and_linked(room: Room) -> None:
    """The goals of the take's own patient are there to be linked to a moment, and those that ended are not."""
    store = room.door.store
    patient = store.casenotes.patients()[0].id
    goal = store.casenotes.set_goal(patient, "Waits for an answer", ["a", "b", "c", "d", "e"])
    ended = store.casenotes.set_goal(patient, "Over", ["a", "b", "c", "d", "e"])
    store.casenotes.end_goal(ended.id)
    assert room.whole()["goals"] == [{"id": goal.id, "words": "Waits for an answer"}]
    link = room.client.post(f"{room.path}/links", json={"first": 0.5, "last": 0.5, "goal": goal.id}).json()
    assert room.whole()["links"][0]["to"] == "Waits for an answer"
    assert room.client.delete(f"{room.path}/links/{link['id']}").status_code == 200


@pytest.mark.parametrize(
    ("kind", "body", "status"),
    [
        ("markers", {"seconds": -1}, 422),
        ("markers", {"seconds": 1e300}, 422),
        ("markers", {"seconds": 99}, 400),
        ("markers", {}, 422),
        ("remarks", {"first": 0, "last": 1, "words": "  "}, 400),
        ("remarks", {"first": 0, "last": 1, "words": "x" * 20_001}, 422),
        ("remarks", {"first": 0, "last": 900, "words": "x"}, 400),
        ("verdicts", {"kind": "", "first": 0, "last": 1, "accepted": True}, 422),
        ("links", {"first": 0, "last": 1}, 422),
        ("links", {"first": 0, "last": 1, "note": True, "goal": "x"}, 422),
    ],
)
def test_what_means_nothing_is_refused(room: Room, kind: str, body: dict[str, object], status: int) -> None:
    """A moment outside the take, empty or endless words, a link to nothing: a sentence, and nothing is kept."""
    before = room.whole()
    answer = room.client.post(f"{room.path}/{kind}", json=body)
    assert answer.status_code == status
    assert answer.json()["sentence"]
    assert room.whole() == before


def test_what_belongs_to_another_take_is_left_alone(room: Room) -> None:
    """Through one take's page nothing of another take is changed or taken back."""
    other = keep(room.door.store, duet(seconds=2), None)
    (marker,) = room.whole()["markers"]
    assert room.client.delete(f"/api/takes/{other}/markers/{marker['id']}").status_code == 404
    assert room.whole()["markers"] == [marker]


def test_curves_stand_beside_chance(room: Room) -> None:
    """Every frame has a value or null for each time, and every frame of two players what chance gives."""
    took = duet(FLICKS, 60)
    take = keep(room.door.store, took)
    told = room.client.get(f"/api/takes/{take}/measures").json()
    assert told["t"][:3] == [0, 1, 2]
    names = {frame["name"] for frame in told["frames"]}
    assert {"density", "velocity_mean", "pulse_clarity", "child-therapist.shared_pulse"} <= names
    for frame in told["frames"]:
        assert all(len(line["values"]) == len(told["t"]) for line in frame["lines"])
        if frame["group"] != "Each player":
            lag = frame["name"].split(".")[1].startswith("lead_lag") and not frame["name"].endswith("_value")
            assert lag or frame.get("band") or frame.get("chance") is not None, frame["name"]


def test_the_page_says_what_it_shows(room: Room) -> None:
    """The page is served with its take, and not for one that is not there."""
    page = room.client.get(f"/takes/{room.take}")
    assert page.status_code == 200
    assert f'data-take="{room.take}"' in page.text
    assert "K7" in page.text
    assert "style=" not in page.text
    assert room.client.get("/takes/nothing").status_code == 404
