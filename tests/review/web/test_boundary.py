"""A mistake in the program reaches nobody as a sentence about the data: it is a 500, one sentence, and a log line."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.responses import StreamingResponse
from starlette.types import Message, Receive, Scope, Send

from bedside.archive.store.casenotes import CaseNotes
from bedside.archive.store.store import Store
from bedside.errors import BedsideError, NotFound, Refused
from bedside.log import line_of
from bedside.review.web import boundary
from bedside.review.web.pages import Pages
from bedside.review.web.visits import Visits
from review.web.door import Door, TestClient, door

SAID = "what the child said"
MISTAKES = [KeyError(SAID), ValueError(SAID), ZeroDivisionError(SAID)]


@pytest.fixture
def pages(tmp_path: Path) -> Iterator[Door]:
    with door(tmp_path / "kept") as made:
        yield made


@pytest.fixture
def visitor(pages: Door) -> TestClient:
    return pages.visitor()


def plant(monkeypatch: pytest.MonkeyPatch, fault: Exception) -> None:
    """Let every page that reads a take or the patients raise a fault, deep inside."""

    def broken(*_: Any) -> Any:
        raise fault

    monkeypatch.setattr(Store, "summary", broken)
    monkeypatch.setattr(CaseNotes, "patients", broken)


@pytest.mark.parametrize("mistake", MISTAKES, ids=lambda each: type(each).__name__)
@pytest.mark.parametrize("path", ["/", "/goals", "/takes/1", "/api/takes/1", "/sound/1.wav"])
def test_a_mistake_is_told_in_one_sentence_and_logged(
    visitor: TestClient,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    path: str,
    mistake: Exception,
) -> None:
    """A planted KeyError or ValueError is a 500 with the one sentence; the log has its type and place, and no words."""
    plant(monkeypatch, mistake)
    answer = visitor.get(path)
    assert answer.status_code == 500
    if path.startswith(("/api", "/sound")):
        assert answer.json() == {"sentence": boundary.MISTAKE}
    else:
        assert boundary.MISTAKE in answer.text
    assert SAID not in answer.text
    [line] = [record for record in caplog.records if record.name == boundary.__name__]
    assert line.levelno == logging.ERROR
    assert line.exc_info is None
    said = line.getMessage()
    assert line_of(line, "pages").event == said, "the log keeps the type and the place"
    assert said.startswith(f"{type(mistake).__name__} in bedside/review/")
    assert SAID not in said


@pytest.mark.parametrize(
    ("fault", "status"),
    [
        (NotFound("That take does not exist, or no longer exists."), 404),
        (Refused("A moment must lie within its take."), 400),
        (BedsideError("The recordings cannot be read: the disk is full."), 503),
    ],
    ids=["not found", "refused", "world"],
)
def test_a_fault_with_a_sentence_is_told_and_not_logged(
    visitor: TestClient,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    fault: BedsideError,
    status: int,
) -> None:
    """What people can act on keeps its own sentence, on a page and as JSON; the log is for mistakes."""
    plant(monkeypatch, fault)
    for path in ("/", "/api/takes/1"):
        answer = visitor.get(path)
        assert answer.status_code == status
        assert str(fault) in answer.text
    assert [record for record in caplog.records if record.name == boundary.__name__] == []


def test_a_mistake_in_the_middle_of_an_answer_is_logged(
    pages: Door, visitor: TestClient, caplog: pytest.LogCaptureFixture
) -> None:
    """What breaks off while it is sent cannot be told any more; the log has it, and the server goes on."""

    def half() -> Iterator[bytes]:
        yield b"half"
        raise KeyError(SAID)

    pages.bare.add_api_route("/half", lambda: StreamingResponse(half()))
    assert visitor.get("/half").content == b"half"
    [line] = [record for record in caplog.records if record.name == boundary.__name__]
    assert line.getMessage().startswith("KeyError in ")
    assert visitor.get("/").status_code == 200


def test_a_mistake_of_the_guard_is_told_and_logged(
    visitor: TestClient, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """The guard stands before the pages; what it raises is no server's traceback, but the sentence and a line too."""

    def broken(*_: Any) -> Any:
        raise KeyError(SAID)

    monkeypatch.setattr(Visits, "of", broken)
    answer = visitor.get("/")
    assert (answer.status_code, answer.text) == (500, boundary.MISTAKE)
    assert answer.headers["cache-control"] == "no-store"
    [line] = [record for record in caplog.records if record.name == boundary.__name__]
    assert line.getMessage().startswith("KeyError in bedside/review/web/guard.py")


def test_a_mistake_in_the_page_of_the_sentence_is_told(
    visitor: TestClient, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Where the very page that shows the sentence fails, the sentence is shown bare."""
    plant(monkeypatch, KeyError(SAID))

    def broken(*_: Any) -> Any:
        raise ValueError(SAID)

    monkeypatch.setattr(Pages, "sentence", broken)
    answer = visitor.get("/")
    assert (answer.status_code, answer.text) == (500, boundary.MISTAKE)
    assert len([record for record in caplog.records if record.name == boundary.__name__]) == 1


def test_nothing_reaches_the_server() -> None:
    """The server prints what an application raises, words of people and all; so nothing is raised to it."""
    sent: list[Message] = []

    async def broken(_scope: Scope, _receive: Receive, _send: Send) -> None:
        raise KeyError(SAID)

    async def never() -> Message:
        raise AssertionError

    async def keep(message: Message) -> None:
        sent.append(message)

    asyncio.run(boundary.ErrorBoundary(broken)({"type": "http"}, never, keep))
    assert sent[0]["status"] == 500
