"""PROMISES 17: forged and fuzzed requests. Every route there is, asked with whatever its description allows, and not.

``BEDSIDE_FUZZ`` is how many requests of each kind are sent to each route.
"""

from __future__ import annotations

import json
import os
import re
import urllib.parse
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode

from bedside.errors import NotFound
from bedside.review.web.guard import POLICY
from bedside.review.web.visits import COOKIE
from review.web.desk import played
from review.web.door import Door, TestClient, door, word
from review.web.test_library import scripts

EACH = int(os.environ.get("BEDSIDE_FUZZ", "5"))

# Answers that pages give: done, seen elsewhere, not there, not understood, not now.
STATUSES = {200, 206, 303, 400, 403, 404, 405, 409, 413, 416, 422, 429}


@dataclass
class Fuzzed:
    """Pages with a take and all that can be written about it; ``missed`` are the keys that were not found."""

    pages: Door
    visitor: TestClient
    ids: dict[str, list[str]]
    schema: Any
    missed: list[str] = field(default_factory=list)


@pytest.fixture(scope="module")
def fuzzed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Fuzzed]:
    with door(tmp_path_factory.mktemp("fuzz") / "kept") as pages:
        store, journal = pages.store, pages.store.journal
        takes = []
        for _ in range(2):
            events = played(5.0)
            with store.writing() as writing:
                session = writing.begin_session("K7")
                takes.append(writing.begin_take(session, events[0].event, "played", "1"))  # type: ignore[arg-type]
                writing.append(takes[-1], events)
        goal = journal.set_goal(journal.patients()[0].id, "waits", ["-2", "-1", "0", "1", "2"]).id
        written = [
            *(journal.mark(takes[0], 100, 1.0).id, journal.remark(takes[0], 0, 9, "waits").id),
            *(journal.judge(takes[0], "rest", 0, 9, True).id, journal.rate(takes[0], "AB", "leading", 0, 9).id),
            *(journal.link(takes[0], 0, 9, session=session).id, journal.link(takes[0], 0, 9, goal=goal).id),
        ]
        ids = {"take": takes, "session": [session], "goal": [goal], "patient": [journal.patients()[0].id]}
        ids |= dict.fromkeys(("which", "link", "rating"), written)
        schema = schemathesis.openapi.from_dict(pages.bare.openapi())
        made = Fuzzed(pages, pages.visitor(), ids, schema)
        made.visitor._transport.raise_server_exceptions = True
        tell = pages.bare.exception_handlers[NotFound]

        async def note(request: Any, error: NotFound) -> Any:
            made.missed.append(error.which)
            return await tell(request, error)  # type: ignore[misc]

        pages.bare.exception_handlers[NotFound] = note
        yield made


def operations() -> list[tuple[str, str]]:
    """Return every route there is, as method and path."""
    import tempfile
    from pathlib import Path

    with tempfile.TemporaryDirectory() as folder, door(Path(folder) / "kept") as pages:
        paths = pages.bare.openapi()["paths"]
    return [(method.upper(), path) for path, methods in paths.items() for method in methods]


ROUTES = operations()


def test_there_are_routes() -> None:
    """What is fuzzed are the pages: the way in, the library, takes and what is written about them."""
    assert {("POST", "/enter"), ("GET", "/"), ("GET", "/takes/{take}")} <= set(ROUTES)
    assert len(ROUTES) >= 15


@pytest.mark.slow
@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE], ids=["described", "forged"])
@pytest.mark.parametrize(("method", "path"), ROUTES, ids=[f"{method} {path}" for method, path in ROUTES])
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

    try:
        ask()
    except Unsatisfiable:
        if mode is GenerationMode.POSITIVE:
            raise
        pytest.skip("where everything is allowed nothing is forged")


def begin(fuzzed: Fuzzed) -> None:
    """Begin a visit without the code, for which it may be too soon after all that was tried."""
    fuzzed.visitor.cookies.clear()
    fuzzed.visitor.cookies[COOKIE] = fuzzed.pages.bare.state.visits.begin()
    fuzzed.visitor.headers["x-bedside-word"] = word(fuzzed.visitor)


def asked(fuzzed: Fuzzed, case: Any) -> None:
    """Send a request in a visit, and look at the answer."""
    given_ = case.as_transport_kwargs(base_url="http://127.0.0.1:8023")
    used = ("method", "url", "params", "json", "data", "files")
    given_ = {name: value for name, value in given_.items() if name in used}
    address = urllib.parse.quote(given_.pop("url"), safe=":/%?&=,+-_.~!*'()@;$[]#")
    method = given_.pop("method")
    if isinstance(given_.get("data"), (bytes, str)):
        given_["content"] = given_.pop("data")
    fuzzed.missed.clear()
    headers = {"content-type": case.media_type} if case.media_type and "files" not in given_ else {}
    answer = fuzzed.visitor.request(method, address, headers=headers, **given_)
    if "/leave" in address or answer.status_code == 401:
        begin(fuzzed)
    told = f"{method} {address} {given_} -> {answer.status_code} {answer.text[:200]!r}"
    assert answer.status_code in STATUSES, told
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
    sent = urllib.parse.unquote_plus(address) + repr(given_)
    for missed in fuzzed.missed:
        assert missed in sent, f"a key that nobody asked for is not there: {missed!r}; {told}"


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
                answer = fuzzed.visitor.request(method, address, content=body, headers={"content-type": kind})
                assert answer.status_code in STATUSES, (method, address, kind, body[:40], answer.text[:200])
