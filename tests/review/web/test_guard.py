"""PROMISES 17: only this machine's own pages are answered, under a strict policy, whatever is asked."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bedside.review.web.guard import MOST_BYTES, POLICY
from review.web.desk import played
from review.web.door import HOST, Door, TestClient, csrf, door


@pytest.fixture
def pages(tmp_path: Path) -> Iterator[Door]:
    with door(tmp_path / "kept") as made:
        yield made


@pytest.fixture
def visitor(pages: Door) -> TestClient:
    return pages.visitor()


@pytest.fixture
def patient(pages: Door) -> str:
    with pages.store.writing() as writing:
        writing.begin_session("K7")
    return pages.store.casenotes.patients()[0].id


def picture(pages: Door) -> str | None:
    return pages.store.casenotes.patients()[0].picture


@pytest.mark.parametrize(
    "host",
    ["evil.example", "evil.example:8023", "127.0.0.1", "127.0.0.1:80", "localhost", "[::1]:8023", ""],
)
@pytest.mark.parametrize("path", ["/", "/enter", "/static/style.css", "/api/takes/1", "/rolls/1.svg"])
def test_another_name_for_this_machine_is_not_answered(visitor: TestClient, host: str, path: str) -> None:
    """A site whose name was turned to this machine (DNS rebinding) gets one sentence, logged in or not."""
    for client in (visitor, TestClient(visitor.app)):
        answer = client.get(path, headers={"host": host})
        assert answer.status_code == 421
        assert set(answer.json()) == {"sentence"}


@pytest.mark.parametrize(
    "origin",
    ["http://evil.example", "null", "http://127.0.0.1:9000", f"https://{HOST}", f"http://{HOST}.evil.example", ""],
)
@pytest.mark.parametrize("method", ["GET", "POST", "PATCH", "DELETE", "PUT"])
def test_another_origin_is_not_answered(
    pages: Door, visitor: TestClient, patient: str, origin: str, method: str
) -> None:
    """A page of another origin, also of another port of this machine, gets and changes nothing, even with the token."""
    answer = visitor.request(
        method, f"/patients/{patient}/picture", data={"picture": "moon"}, headers={"origin": origin}
    )
    assert answer.status_code == 403
    assert picture(pages) is None


@pytest.mark.parametrize("site", ["cross-site", "same-site", "none", "", "Same-Origin"])
def test_a_change_comes_from_these_pages(pages: Door, visitor: TestClient, patient: str, site: str) -> None:
    """What changes something is refused where the browser says that it comes from anywhere else."""
    for more in ({}, {"sec-fetch-mode": "navigate", "sec-fetch-dest": "document"}):
        answer = visitor.post(
            f"/patients/{patient}/picture", data={"picture": "moon"}, headers={"sec-fetch-site": site, **more}
        )
        assert answer.status_code == 403
    assert picture(pages) is None


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
@pytest.mark.parametrize("dest", ["iframe", "frame", "embed", "object", "image", "script", "style", "empty", "audio"])
def test_nothing_is_embedded_elsewhere(visitor: TestClient, site: str, dest: str) -> None:
    """Another site embeds neither a page nor a picture nor a script of these pages."""
    mode = "navigate" if dest in ("iframe", "frame", "embed", "object") else "no-cors"
    for path in ("/", "/static/style.css", "/rolls/1.svg"):
        headers = {"sec-fetch-site": site, "sec-fetch-mode": mode, "sec-fetch-dest": dest}
        assert visitor.get(path, headers=headers).status_code == 403


def test_a_link_from_elsewhere_opens_a_page(visitor: TestClient) -> None:
    """Whoever follows a link, a bookmark or types the address sees the page."""
    for site in ("cross-site", "same-site", "none", "same-origin"):
        headers = {"sec-fetch-site": site, "sec-fetch-mode": "navigate", "sec-fetch-dest": "document"}
        assert visitor.get("/", headers=headers).status_code == 200


@pytest.mark.parametrize("origin", [f"http://{HOST}", "http://LOCALHOST:8023", None])
@pytest.mark.parametrize("site", ["same-origin", None])
def test_these_pages_themselves_are_answered(
    pages: Door, visitor: TestClient, patient: str, origin: str | None, site: str | None
) -> None:
    """What a page of this machine sends is done, in a browser of today and in one that says nothing of itself."""
    headers = {name: value for name, value in (("origin", origin), ("sec-fetch-site", site)) if value}
    answer = visitor.post(f"/patients/{patient}/picture", data={"picture": "moon"}, headers=headers)
    assert answer.status_code == 303
    assert picture(pages) == "moon"


@pytest.mark.parametrize("given", [None, "", "x", "wörd", "0" * 43])
def test_nothing_changes_without_the_token(pages: Door, visitor: TestClient, patient: str, given: str | None) -> None:
    """A request with the cookie but without the visit's CSRF token, in its header or its form, changes nothing."""
    path = f"/patients/{patient}/picture"
    del visitor.headers["x-bedside-csrf"]
    fields = {"picture": "moon"} | ({} if given is None else {"csrf": given})
    assert visitor.post(path, data=fields).status_code == 403
    assert visitor.post(path, data=fields | {"csrf": "x"}, headers={"x-bedside-csrf": ""}).status_code == 403
    assert visitor.post(path, files={"picture": (None, "moon"), "csrf": (None, "x")}).status_code == 403
    for method in ("PATCH", "PUT", "DELETE"):
        assert visitor.request(method, "/api/takes/1/remarks/1", json={"words": "x"}).status_code == 403
    assert visitor.post("/leave").status_code == 403
    assert picture(pages) is None


def test_the_token_of_another_visit_is_none(pages: Door, visitor: TestClient, patient: str) -> None:
    """Every visit has a token of its own; another's, or that of a visit before, opens nothing."""
    other = pages.visitor()
    assert csrf(other) != csrf(visitor)
    answer = visitor.post(
        f"/patients/{patient}/picture", data={"picture": "moon"}, headers={"x-bedside-csrf": csrf(other)}
    )
    assert answer.status_code == 403
    assert picture(pages) is None


def test_the_token_in_a_form_is_enough(pages: Door, visitor: TestClient, patient: str) -> None:
    """A form without a script carries its token as a field."""
    given = csrf(visitor)
    del visitor.headers["x-bedside-csrf"]
    answer = visitor.post(f"/patients/{patient}/picture", data={"picture": "star", "csrf": given})
    assert answer.status_code == 303
    assert picture(pages) == "star"


def test_too_much_at_once(pages: Door, visitor: TestClient) -> None:
    """More than a megabyte is refused before anything of it is read, from anybody."""
    for client in (visitor, pages.stranger()):
        assert client.post("/enter", content=b"x" * (MOST_BYTES + 1)).status_code == 413
    assert visitor.post("/enter", content=b"x" * MOST_BYTES).status_code == 422


@pytest.mark.parametrize("method", ["OPTIONS", "TRACE", "CONNECT", "PROPFIND", "get"])
def test_other_methods_are_not_understood(visitor: TestClient, method: str) -> None:
    """No method but the five that pages use reaches anything, and the answer names them."""
    answer = asyncio.run(asked(visitor.app, method, "/", {"cookie": cookie(visitor)}))
    assert answer["status"] == 405
    assert answer["headers"]["allow"] == "GET, HEAD, POST, PUT, PATCH, DELETE"


def test_a_page_names_its_methods(visitor: TestClient) -> None:
    """A page that is asked with another's method says which it has."""
    answer = visitor.post("/")
    assert (answer.status_code, answer.headers["allow"]) == (405, "GET")


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/", 200),
        ("GET", "/nowhere", 404),
        ("GET", "/rolls/1.svg", 404),
        ("GET", "/?page=0", 422),
        ("GET", "/?page=x", 422),
        ("GET", "/?player=nobody", 400),
        ("GET", "/api/takes/1", 404),
        ("GET", "/sound/1.wav", 404),
        ("GET", "/static/style.css", 200),
        ("GET", "/static/players.css", 200),
        ("GET", "/static/icon.svg", 200),
        ("GET", "/static/nothing.css", 404),
        ("GET", "/static/%2e%2e/guard.py", 404),
        ("GET", "/static/%2e%2e%2fguard.py", 404),
        ("GET", "/static//etc/passwd", 404),
        ("GET", "/enter", 303),
        ("HEAD", "/", 405),
        ("DELETE", "/", 405),
        ("POST", "/patients/1/picture", 404),
        ("GET", "/fault", 503),
        ("GET", "/broken", 500),
    ],
)
def test_every_answer_bears_the_policy(pages: Door, visitor: TestClient, method: str, path: str, status: int) -> None:
    """Pages, files, redirects and every kind of error forbid foreign and inline code, framing, guessing and keeping."""
    faulty(pages)
    answer = visitor.request(method, path)
    assert answer.status_code == status
    sealed(answer.headers, path)
    if method != "HEAD":
        assert "Traceback" not in answer.text and "Error" not in answer.text


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        *(("GET", "/", 303), ("GET", "/takes/1", 303), ("GET", "/nowhere", 303), ("GET", "/rolls/1.svg", 303)),
        *(("HEAD", "/", 303), ("GET", "/enterprise", 303), ("GET", "/static", 303), ("GET", "//static/style.css", 303)),
        *(("GET", "/api/takes/1", 401), ("GET", "/sound/1.wav", 401), ("GET", "/api/", 401), ("HEAD", "/api/x", 401)),
        *(("POST", "/patients/1/picture", 401), ("POST", "/leave", 401), ("DELETE", "/api/takes/1/markers/1", 401)),
        *(("GET", "/enter", 200), ("GET", "/static/style.css", 200), ("PUT", "/enter", 405), ("GET", "/fault", 303)),
    ],
)
def test_a_stranger_gets_the_way_in_and_nothing_else(pages: Door, method: str, path: str, status: int) -> None:
    """Whoever is not logged in is shown where, told so as JSON under /api and /sound, and given nothing else."""
    faulty(pages)
    answer = pages.stranger().request(method, path)
    assert answer.status_code == status
    sealed(answer.headers, path)
    if status == 303:
        assert answer.headers["location"].startswith("/enter")
        assert answer.content == b""
    if status == 401 and path.startswith(("/api", "/sound")) and method != "HEAD":
        assert answer.json() == {"sentence": "Please log in again."}


def test_a_person_is_told_on_a_page(pages: Door, visitor: TestClient) -> None:
    """A form that is sent after the visit has ended, or without its token, is answered with a page and a way on."""
    del visitor.headers["x-bedside-csrf"]
    for client, status in ((visitor, 403), (pages.stranger(), 401)):
        answer = client.post("/patients/1/picture", data={"picture": "moon"})
        assert answer.status_code == status
        assert answer.headers["content-type"].startswith("text/html")
        assert '<a href="/">' in answer.text


def test_nothing_but_pages_is_spoken(visitor: TestClient) -> None:
    """A web socket is not opened; nothing reaches the application through it."""
    sent: list[Any] = []

    async def receive() -> dict[str, str]:
        return {"type": "websocket.connect"}

    async def send(message: Any) -> None:
        sent.append(message)

    async def speak() -> None:
        await visitor.app({"type": "websocket", "path": "/", "headers": []}, receive, send)

    asyncio.run(speak())
    assert all(message["type"] == "websocket.close" for message in sent)


def test_half_a_form_changes_nothing(pages: Door, visitor: TestClient, patient: str) -> None:
    """What breaks off while it is sent is not done by half."""
    headers = {
        "cookie": cookie(visitor),
        "x-bedside-csrf": csrf(visitor),
        "content-type": "application/x-www-form-urlencoded",
    }
    path = f"/patients/{patient}/picture"
    assert asyncio.run(asked(visitor.app, "POST", path, headers, b"picture=moon", whole=False)) == {}
    assert picture(pages) is None
    assert asyncio.run(asked(visitor.app, "POST", path, headers, b"picture=moon"))["status"] == 303
    assert picture(pages) == "moon"


def test_no_page_tells_of_the_program(visitor: TestClient, pages: Door) -> None:
    """Neither the description of the routes nor a version is served."""
    for client in (visitor, pages.stranger()):
        for path in ("/docs", "/redoc", "/openapi.json"):
            assert client.get(path).status_code in (303, 404)
        assert "server" not in client.get("/enter").headers


def test_a_take_is_shown_to_nobody_else(pages: Door) -> None:
    """Of a take that there is, a stranger learns not even that it is there."""
    visitor = pages.visitor()
    with pages.store.writing() as writing:
        session = writing.begin_session("K7")
        events = played(4.0)
        take = writing.begin_take(session, events[0].event, "played", "1")  # type: ignore[arg-type]
        writing.append(take, events)
    assert visitor.get(f"/rolls/{take}.svg").status_code == 200
    for path in ("/rolls/{}.svg", "/takes/{}", "/api/takes/{}", "/sound/{}.wav"):
        there, not_there = (pages.stranger().get(path.format(each)) for each in (take, "0" * 32))
        assert there.status_code == not_there.status_code
        assert there.content == not_there.content


def sealed(headers: Any, path: str) -> None:
    assert headers["content-security-policy"] == POLICY
    assert "unsafe" not in POLICY and "*" not in POLICY and "default-src 'none'" in POLICY
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["x-frame-options"] == "DENY"
    assert headers["referrer-policy"] == "same-origin"
    assert headers["cross-origin-opener-policy"] == "same-origin"
    assert headers["cross-origin-resource-policy"] == "same-origin"
    assert headers["cache-control"] == ("no-cache" if path.startswith("/static/") else "no-store")
    assert "access-control-allow-origin" not in headers


def faulty(pages: Door) -> None:
    """Give the application two pages more: one that the world stops, and one that is wrong."""
    from bedside.errors import BedsideError

    def fault() -> None:
        raise BedsideError("The recordings cannot be read: the disk does not answer or is full.")

    def broken() -> None:
        raise ZeroDivisionError("secret")

    pages.bare.add_api_route("/fault", fault)
    pages.bare.add_api_route("/broken", broken)


def cookie(client: TestClient) -> str:
    return "; ".join(f"{name}={value}" for name, value in client.cookies.items())


async def asked(
    app: Any, method: str, path: str, headers: dict[str, str], body: bytes = b"", whole: bool = True
) -> dict[str, Any]:
    """Ask an application as a server does; with ``whole`` false the connection breaks off within the body."""
    messages: list[dict[str, Any]] = [
        {"type": "http.request", "body": body, "more_body": not whole},
        {"type": "http.disconnect"},
    ]
    answer: dict[str, Any] = {}

    async def receive() -> dict[str, Any]:
        return messages.pop(0)

    async def send(message: dict[str, Any]) -> None:
        if message["type"] == "http.response.start":
            answer["status"] = message["status"]
            answer["headers"] = {name.decode().lower(): value.decode() for name, value in message["headers"]}

    given = {"host": HOST, "content-length": str(len(body)), **headers}
    await app(
        {
            "type": "http",
            "method": method,
            "path": path,
            "raw_path": path.encode(),
            "root_path": "",
            "scheme": "http",
            "query_string": b"",
            "headers": [(name.encode(), value.encode()) for name, value in given.items()],
        },
        receive,
        send,
    )
    return answer
