from __future__ import annotations

import html
import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from pathlib import Path

import pytest

from archive.manytakes import fill
from bedside.archive.store.choices import STAR, Chosen
from bedside.archive.store.search import TakeQuery
from bedside.archive.store.writing import Origin
from bedside.music.events import Player
from bedside.music.notes import Note
from bedside.review.drawings import rolls
from bedside.review.drawings.miniature import miniature
from bedside.review.web.library import PAGE, PICTURES
from review.web.desk import played
from review.web.door import Door, TestClient, door

AT = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)

# What would be a script, a mark-up or a way out of an attribute, if it were not escaped.
SPITE = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>{{ 7*7 }}</title>"


@pytest.fixture
def pages(tmp_path: Path) -> Iterator[Door]:
    with door(tmp_path / "kept") as made:
        yield made


@pytest.fixture
def visitor(pages: Door) -> TestClient:
    return pages.visitor()


def keep(
    pages: Door,
    code: str | None = "K7",
    days: float = 0,
    players: tuple[Player, ...] = (Player.CHILD, Player.THERAPIST),
    seconds: float = 6.0,
    origin: Origin = "played",
    star: bool = False,
) -> str:
    at = AT + timedelta(days=days)
    events = played(seconds, players=players)
    with pages.store.writing() as writing:
        session = writing.begin_session(code, at)
        take = writing.begin_take(session, events[0].event, origin, "1", at)  # type: ignore[arg-type]
        writing.append(take, events)
        if star:
            writing.choose(session, take, Chosen(0, STAR, "", "child"), at)
    return take


def takes(page: str) -> list[str]:
    return re.findall(r'<a href="/takes/([0-9a-f]{32})">', page)


def words(page: str) -> str:
    """Return what a page says, as people read it."""
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", page.partition("<main")[2])).split())


def test_nothing_yet(visitor: TestClient) -> None:
    """An empty library says so, and how music comes in."""
    said = words(visitor.get("/").text)
    assert "Nothing is recorded yet" in said
    assert "bedside import" in said


def test_what_stands_in_the_library(pages: Door, visitor: TestClient) -> None:
    """A take shows whose it is, when, its length, each player's notes, its star, where it is from and what is said."""
    take = keep(pages, "K7", seconds=95, star=True, origin="imported")
    pages.store.casenotes.remark(take, 0, 0, "waits")
    pages.store.casenotes.remark(take, 9, 9, "answers")
    page = visitor.get("/").text
    said = words(page)
    notes = dict(pages.store.search.page(TakeQuery(), 0, 1)[0].notes)
    for wanted in (
        *("One take", "K7", "2 March 2026", "1:35", "with a star", "imported", "“waits” and 1 more"),
        *(f"child {notes[Player.CHILD]}", f"therapist {notes[Player.THERAPIST]}"),
    ):
        assert wanted in said
    assert f'src="/rolls/{take}.svg"' in page


def test_takes_of_a_session_stand_together(pages: Door, visitor: TestClient) -> None:
    """Each session has one heading in the orders of time and of patients; in others each take says whose it is."""
    first, second = keep(pages, "K7"), keep(pages, None, days=1, seconds=9.0)
    page = visitor.get("/").text
    assert takes(page) == [second, first]
    assert len(re.findall(r'<section class="meeting"', page)) == 2
    assert "No patient" in page
    page = visitor.get("/?order=longest").text
    assert takes(page) == [second, first]
    assert '<section class="meeting"' not in page
    assert "No patient 3 March 2026," in words(page)


def test_looking(pages: Door, visitor: TestClient) -> None:
    """Words, a patient, a player, a star and an order find what they should, and the form keeps what was asked."""
    one = keep(pages, "K7", star=True)
    two = keep(pages, "M2", days=1, players=(Player.CHILD, Player.PARTNER), seconds=9.0)
    nobodys = keep(pages, None, days=2, players=(Player.CHILD,))
    pages.store.casenotes.remark(two, 0, 0, "100% of the bells")
    k7 = next(each.id for each in pages.store.casenotes.patients() if each.code == "K7")
    for query, found in (
        ({}, [nobodys, two, one]),
        ({"words": "bells"}, [two]),
        ({"words": "%"}, [two]),
        ({"words": "k7"}, [one]),
        ({"patient": k7}, [one]),
        ({"patient": "nobody"}, [nobodys]),
        ({"patient": "0" * 32}, []),
        ({"player": "partner"}, [two]),
        ({"starred": "true"}, [one]),
        ({"order": "oldest"}, [one, two, nobodys]),
        ({"order": "longest"}, [two, nobodys, one]),
        ({"order": "patient"}, [one, two, nobodys]),
        ({"words": "bells", "player": "therapist"}, []),
    ):
        page = visitor.get("/", params=query).text
        if query.get("order") == "longest":
            assert takes(page)[0] == two
        else:
            assert takes(page) == found, query
        if not found:
            assert "No take matches" in words(page)
    page = visitor.get("/", params={"words": 'a"b', "patient": k7, "player": "child", "order": "oldest"}).text
    assert 'value="a&#34;b"' in page
    for value in (k7, "oldest"):
        assert re.search(rf'<option value="{value}" selected>', page)
    assert "<option selected>child</option>" in page


@pytest.mark.slow
@pytest.mark.parametrize(
    "query",
    ["player=nobody", "order=strangest", "page=0", "page=-1", "page=x", "starred=perhaps", "words=" + "x" * 201],
)
def test_what_cannot_be_meant_is_told(visitor: TestClient, query: str) -> None:
    """A question that the form cannot ask is answered with a sentence on a page."""
    answer = visitor.get(f"/?{query}")
    assert answer.status_code == (400 if query.startswith("player") else 422)
    assert 'role="alert"' in answer.text


@pytest.mark.slow
def test_ten_thousand_are_shown_page_by_page(pages: Door, visitor: TestClient) -> None:
    """Of ten thousand takes a page shows forty; before and after lead through all that is found, and end."""
    fill(pages.store, 10_000)
    page = visitor.get("/").text
    assert len(takes(page)) == PAGE
    assert "10000 takes, page 1 of 250" in words(page)
    assert len(page) < 120_000, "a page is small however many takes there are"
    assert 'rel="prev"' not in page
    after = html.unescape(re.findall(r'href="([^"]+)" rel="next"', page)[0])
    assert not set(takes(visitor.get(after).text)) & set(takes(page))
    last = visitor.get("/?page=250").text
    assert 'rel="next"' not in last
    assert takes(visitor.get("/?page=99999").text) == takes(last)
    query, seen = "/?words=bells&player=therapist&order=fullest&starred=true", []
    while query:
        page = visitor.get(query).text
        seen += takes(page)
        following = re.findall(r'href="([^"]+)" rel="next"', page)
        query = html.unescape(following[0]) if following else ""
    assert len(seen) == len(set(seen)) > 200


@pytest.mark.slow
def test_the_picture_of_a_patient(pages: Door, visitor: TestClient) -> None:
    """A patient is given one of the pictures, another, or none; each picture is there, and no other is taken."""
    keep(pages)
    patient = pages.store.casenotes.patients()[0].id
    for picture in PICTURES:
        assert visitor.get(f"/static/pictures/{picture}.svg").headers["content-type"] == "image/svg+xml"
        answer = visitor.post(f"/patients/{patient}/picture", data={"picture": picture})
        assert answer.headers["location"] == f"/?patient={patient}"
        assert pages.store.casenotes.patient(patient).picture == picture
        assert f'src="/static/pictures/{picture}.svg" alt="" ' in visitor.get("/").text
    for wrong in ("../../etc/passwd", "<b>", "Moon", "x" * 41):
        assert visitor.post(f"/patients/{patient}/picture", data={"picture": wrong}).status_code == (
            422 if len(wrong) > 40 else 400
        )
    assert pages.store.casenotes.patient(patient).picture == PICTURES[-1]
    visitor.post(f"/patients/{patient}/picture", data={"picture": ""})
    assert pages.store.casenotes.patient(patient).picture is None
    assert visitor.post("/patients/nobody/picture", data={"picture": "moon"}).status_code == 404


def test_the_roll_of_a_take(pages: Door, visitor: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    """A take's roll is drawn once, and again when the take has grown."""
    take = keep(pages)
    counted: list[int] = []

    def draw(notes: Sequence[Note], seconds: float) -> str:
        counted.append(len(notes))
        return miniature(notes, seconds)

    monkeypatch.setattr(rolls, "miniature", draw)
    first = visitor.get(f"/rolls/{take}.svg")
    assert first.headers["content-type"] == "image/svg+xml"
    assert visitor.get(f"/rolls/{take}.svg").content == first.content
    assert counted == [pages.store.summary(take).notes]
    with pages.store.writing() as writing:
        writing.append(take, played(20.0)[3:])
    assert visitor.get(f"/rolls/{take}.svg").content != first.content
    assert len(counted) == 2
    assert visitor.get(f"/rolls/{'0' * 32}.svg").status_code == 404


class Scripts(HTMLParser):
    """What of a page could run or be loaded: elements, attributes and addresses."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Look at an element."""
        given = dict(attrs)
        if tag in ("script", "style", "iframe", "object", "embed", "base") and not (
            tag == "script" and (given.get("src") or "").startswith("/static/")
        ):
            self.found.append(tag)
        self.found += [f"{tag} {name}" for name, _ in attrs if name.startswith("on") or name == "style"]
        for name in ("src", "href", "action", "formaction"):
            if not (given.get(name) or "/").startswith(("/", "#")) or (given.get(name) or "").startswith("//"):
                self.found.append(f"{tag} {name}={given[name]}")


def scripts(page: str) -> list[str]:
    parser = Scripts()
    parser.feed(page)
    return parser.found


def test_what_is_written_is_never_mark_up(pages: Door, visitor: TestClient) -> None:
    """A script in a code, a remark, a goal, a note, a rating, a search or a tried code stays text, everywhere."""
    take = keep(pages, SPITE)
    casenotes, session = pages.store.casenotes, pages.store.summary(take).session
    patient = casenotes.patients()[0].id
    casenotes.remark(take, 0, 9, SPITE)
    casenotes.judge(take, SPITE, 0, 9, accepted=True)
    casenotes.write_note(session, SPITE, SPITE, SPITE, SPITE)
    goal = casenotes.set_goal(patient, SPITE, [SPITE] * 5).id
    casenotes.attain(goal, session, 1, SPITE)
    casenotes.rate(take, SPITE, SPITE, 0, 9)
    casenotes.link(take, 0, 9, goal=goal)
    told = []
    for path in (
        *("/", "/weeks", "/compare", "/goals", "/report", "/ratings"),
        *(f"/{name}?patient={patient}" for name in ("", "weeks", "goals", "compare", "report")),
        *(f"/{name}/{take}" for name in ("takes", "ratings", "report")),
        *(f"/compare?{names}" for names in (f"a={take}&b={take}", f"one={take}&other={take}")),
        *(f"/sessions/{session}", f"/goals/{goal}"),
    ):
        answer = visitor.get(path)
        if answer.status_code == 200:
            told.append(path)
        assert answer.status_code in (200, 303, 404, 405, 422), path
        assert scripts(answer.text) == [], path
        assert "<script>alert" not in answer.text
        assert "49" not in re.findall(r"onerror=alert\(1\)&gt;(.{2,9})", answer.text)
    assert {"/", f"/takes/{take}", f"/goals?patient={patient}"} <= set(told)
    for name in ("words", "patient", "player", "order", "page", "starred", "nothing"):
        assert scripts(visitor.get("/", params={name: SPITE}).text) == []
    assert SPITE in html.unescape(visitor.get("/", params={"words": SPITE}).text)
    stranger = pages.stranger()
    for answer in (
        stranger.post("/enter", data={"code": SPITE}),
        stranger.get("/enter", params={"to": "/" + SPITE, "invitation": SPITE}),
        visitor.get(f"/takes/{SPITE}"),
        visitor.post(f"/patients/{patient}/picture", data={"picture": SPITE[:40]}),
    ):
        assert scripts(answer.text) == []


def test_what_stands_in_json_is_no_page(pages: Door, visitor: TestClient) -> None:
    """What is given to scripts says that it is JSON, so that no browser shows words in it as a page."""
    take = keep(pages)
    pages.store.casenotes.remark(take, 0, 9, SPITE)
    answer = visitor.get(f"/api/takes/{take}")
    assert answer.headers["content-type"].startswith("application/json")
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert SPITE in [remark["words"] for remark in answer.json()["remarks"]]
