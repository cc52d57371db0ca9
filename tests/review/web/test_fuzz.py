"""PROMISES 17: forged and fuzzed requests. Every route is asked with what its description allows, and with the rest.

``BEDSIDE_FUZZ`` is how many requests of each kind are sent to each route.
"""

from __future__ import annotations

import json
import logging
import os
import re
import tempfile
import urllib.parse
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from fastapi import FastAPI
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode

from bedside.archive.store.casenotes import CaseNotes
from bedside.archive.store.store import Store
from bedside.errors import BedsideError, NotFound
from bedside.review.web import boundary
from bedside.review.web.guard import POLICY
from bedside.review.web.visits import COOKIE
from review.web.desk import played
from review.web.door import Door, TestClient, csrf, door
from review.web.test_library import scripts

EACH = int(os.environ.get("BEDSIDE_FUZZ", "5"))

# Answers that pages give: done, seen elsewhere, not there, not understood, not now.
STATUSES = {200, 206, 303, 400, 403, 404, 405, 409, 413, 416, 422, 429}


class Net(logging.Handler):
    """Catches mistakes of the program: what the pages log, and what they say is missing though nobody asked for it."""

    def __init__(self) -> None:
        super().__init__()
        self.mistakes: list[str] = []
        self.missing: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Keep a line of the log."""
        self.mistakes.append(record.getMessage())

    def watch(self, app: FastAPI) -> None:
        """Note the ids that the pages do not find; must come before the application answers its first request."""
        assert app.middleware_stack is None, "handlers that are replaced now are never called"
        tell = app.exception_handlers[BedsideError]

        async def note(request: Any, error: NotFound) -> Any:
            self.missing.append(error.which)
            return await tell(request, error)  # type: ignore[misc]

        app.add_exception_handler(NotFound, note)  # type: ignore[arg-type]

    def clear(self) -> None:
        """Forget what was caught."""
        self.mistakes.clear()
        self.missing.clear()

    def check(self, answer: Any, sent: str, told: str) -> None:
        """Assert that an answer shows no mistake of the program, and that everything missing was ``sent``."""
        assert self.mistakes == [], told
        assert answer.status_code in STATUSES, told
        for each in self.missing:
            assert each in sent or repr(each)[1:-1] in sent, f"nobody asked for {each!r}; {told}"


@dataclass
class Fuzzed:
    """Pages with a take and all that can be written about it, and the net under them."""

    pages: Door
    visitor: TestClient
    ids: dict[str, list[str]]
    schema: Any
    net: Net


@pytest.fixture(scope="module")
def fuzzed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Fuzzed]:
    with door(tmp_path_factory.mktemp("fuzz") / "kept") as pages, caught(pages) as net:
        store, casenotes = pages.store, pages.store.casenotes
        takes = []
        for _ in range(2):
            events = played(5.0)
            with store.writing() as writing:
                session = writing.begin_session("K7")
                takes.append(writing.begin_take(session, events[0].event, "played", "1"))  # type: ignore[arg-type]
                writing.append(takes[-1], events)
        goal = casenotes.set_goal(casenotes.patients()[0].id, "waits", ["-2", "-1", "0", "1", "2"]).id
        written = [
            *(casenotes.mark(takes[0], 100, 1.0).id, casenotes.remark(takes[0], 0, 9, "waits").id),
            *(casenotes.judge(takes[0], "rest", 0, 9, True).id, casenotes.rate(takes[0], "AB", "leading", 0, 9).id),
            *(casenotes.link(takes[0], 0, 9, session=session).id, casenotes.link(takes[0], 0, 9, goal=goal).id),
        ]
        ids = {"take": takes, "session": [session], "goal": [goal], "patient": [casenotes.patients()[0].id]}
        ids |= dict.fromkeys(("entry", "link", "rating"), written)
        schema = schemathesis.openapi.from_dict(pages.bare.openapi())
        yield Fuzzed(pages, pages.visitor(), ids, schema, net)


@contextmanager
def caught(pages: Door) -> Iterator[Net]:
    """Give a net under pages that have not answered yet."""
    net = Net()
    net.watch(pages.bare)
    log = logging.getLogger(boundary.__name__)
    log.addHandler(net)
    try:
        yield net
    finally:
        log.removeHandler(net)


def described() -> dict[str, dict[str, Any]]:
    """Return the description of every route: its path, its methods, and what each takes."""
    with tempfile.TemporaryDirectory() as folder, door(Path(folder) / "kept") as pages:
        paths: dict[str, dict[str, Any]] = pages.bare.openapi()["paths"]
    return paths


def forgeable(description: dict[str, Any]) -> bool:
    """Return whether a route's description forbids anything: a route that takes any text at all cannot be forged."""
    schemas = [each["schema"] for each in description.get("parameters", ())]
    free = [schema.keys() <= {"type", "title"} and schema["type"] == "string" for schema in schemas]
    return "requestBody" in description or not all(free)


PATHS = described()
ROUTES = [(method.upper(), path) for path, methods in PATHS.items() for method in methods]
ASKED = [
    pytest.param(method, path, mode, id=f"{method} {path}-{name}")
    for method, path in ROUTES
    for name, mode in (("described", GenerationMode.POSITIVE), ("forged", GenerationMode.NEGATIVE))
    if mode is GenerationMode.POSITIVE or forgeable(PATHS[path][method.lower()])
]


def test_there_are_routes() -> None:
    """What is fuzzed are the pages: the way in, the library, takes and what is written about them."""
    assert {("POST", "/enter"), ("GET", "/"), ("GET", "/takes/{take}")} <= set(ROUTES)
    assert len(ROUTES) >= 15


@pytest.mark.slow
@pytest.mark.parametrize(("method", "path", "mode"), ASKED)
def test_no_request_breaks_a_page(fuzzed: Fuzzed, method: str, path: str, mode: GenerationMode) -> None:
    """Whatever is sent, the answer is one that pages give, says what it is, bears the policy, and nothing is raised."""
    operation = fuzzed.schema[path][method]
    cases = operation.as_strategy(generation_mode=mode)

    @settings(
        max_examples=EACH,
        deadline=None,
        derandomize=EACH < 100,
        database=None,
        suppress_health_check=list(HealthCheck),
        phases=(Phase.generate,),
    )
    @given(case=cases, choice=st.data())
    def ask(case: Any, choice: Any) -> None:
        for name in case.path_parameters or {}:
            # Half of the time something that there is.
            if name in fuzzed.ids and choice.draw(st.booleans()):
                case.path_parameters[name] = choice.draw(st.sampled_from(fuzzed.ids[name]))
        asked(fuzzed, case)

    ask()


def begin(fuzzed: Fuzzed) -> None:
    """Begin a visit without the code, for which it may be too soon after all that was tried."""
    fuzzed.visitor.cookies.clear()
    fuzzed.visitor.cookies[COOKIE] = fuzzed.pages.bare.state.visits.begin()
    fuzzed.visitor.headers["x-bedside-csrf"] = csrf(fuzzed.visitor)


def asked(fuzzed: Fuzzed, case: Any) -> None:
    """Send a request in a visit, and look at the answer."""
    given_ = case.as_transport_kwargs(base_url="http://127.0.0.1:8023")
    used = ("method", "url", "params", "json", "data", "files")
    given_ = {name: value for name, value in given_.items() if name in used}
    address = urllib.parse.quote(given_.pop("url"), safe=":/%?&=,+-_.~!*'()@;$[]#")
    method = given_.pop("method")
    if isinstance(given_.get("data"), (bytes, str)):
        given_["content"] = given_.pop("data")
    fuzzed.net.clear()
    headers = {"content-type": case.media_type} if case.media_type and "files" not in given_ else {}
    answer = fuzzed.visitor.request(method, address, headers=headers, **given_)
    if "/leave" in address or answer.status_code == 401:
        begin(fuzzed)
    told = f"{method} {address} {given_} -> {answer.status_code} {answer.text[:200]!r}"
    fuzzed.net.check(answer, urllib.parse.unquote_plus(address) + repr(given_), told)
    assert answer.headers["content-security-policy"] == POLICY, told
    kind = answer.headers.get("content-type", "")
    if "/api/" in address:
        assert kind == "application/json", told
        told_json = json.loads(answer.text)
        assert answer.status_code < 400 or set(told_json) == {"sentence"}, told
    elif kind.startswith("text/html"):
        assert scripts(answer.text) == [], told
    if answer.status_code == 303:
        assert re.match(r"/(?!/)", answer.headers["location"]), told


@pytest.mark.slow
def test_requests_that_are_no_requests(fuzzed: Fuzzed) -> None:
    """Bodies that are deep, broken, of another kind or of no kind are told so, on every route that takes one.

    Every route is sent every body and every kind, and every body is sent as every kind somewhere.
    """
    bodies = [
        *(b"", b"{", b"[" * 50_000, b"\x00\xff\xfe", b"null", b"[]", b'"x"', b"NaN", b"1e999", b"a=" * 9_999),
        *(b'{"words": "\\ud800"}', b'{"first": 1e999, "last": NaN, "words": "x"}', b'{"first": -1, "last": 1}'),
    ]
    kinds = ["application/json", "application/x-www-form-urlencoded", "text/plain", ""]
    kinds += ["multipart/form-data", "multipart/form-data; boundary=x"]
    taking = [(method, path) for method, path in ROUTES if method != "GET" and path not in ("/leave", "/enter")]
    assert len(taking) > len(kinds) // 2
    for turn, (method, path) in enumerate(taking):
        address = path
        for name, values in fuzzed.ids.items():
            address = address.replace(f"{{{name}}}", values[0])
        for number, body in enumerate(bodies):
            for kind in kinds[(turn + number) % 3 :: 3]:
                fuzzed.net.clear()
                answer = fuzzed.visitor.request(method, address, content=body, headers={"content-type": kind})
                told = f"{method} {address} {kind} {body[:40]!r} {answer.text[:200]}"
                fuzzed.net.check(answer, address + repr(body), told)


@pytest.mark.slow
@pytest.mark.parametrize("mistake", [KeyError("x"), ValueError("x")], ids=lambda each: type(each).__name__)
@pytest.mark.parametrize("path", ["/", "/takes/{take}", "/api/takes/{take}"])
def test_the_net_catches_a_mistake(tmp_path: Path, path: str, mistake: Exception) -> None:
    """A KeyError or ValueError planted inside a route fails the check that every fuzzed request undergoes."""

    def broken(*_: Any) -> Any:
        raise mistake

    with door(tmp_path / "kept") as pages, caught(pages) as net:
        fuzzed = Fuzzed(pages, pages.visitor(), {}, schemathesis.openapi.from_dict(pages.bare.openapi()), net)
        case = fuzzed.schema[path]["GET"].Case(path_parameters={"take": "1"} if "{" in path else {})
        asked(fuzzed, case)
        with pytest.MonkeyPatch.context() as patch, pytest.raises(AssertionError, match=type(mistake).__name__):
            patch.setattr(CaseNotes, "patients", broken)
            patch.setattr(Store, "summary", broken)
            asked(fuzzed, case)


def test_the_net_catches_what_nobody_asked_for(tmp_path: Path) -> None:
    """A page that looks up an id of its own accord and does not find it is mistaken, though it says 404."""

    def lost(*_: Any) -> Any:
        raise NotFound("That take does not exist, or no longer exists.", "another")

    with door(tmp_path / "kept") as pages, caught(pages) as net:
        fuzzed = Fuzzed(pages, pages.visitor(), {}, schemathesis.openapi.from_dict(pages.bare.openapi()), net)
        case = fuzzed.schema["/takes/{take}"]["GET"].Case(path_parameters={"take": "1"})
        with pytest.MonkeyPatch.context() as patch, pytest.raises(AssertionError, match="nobody asked for"):
            patch.setattr(Store, "summary", lost)
            asked(fuzzed, case)
