"""PROMISES 17: a login. Who comes in, for how long, and what a browser keeps of it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from http.cookies import SimpleCookie
from pathlib import Path

import pytest

from bedside.review.web import peer
from bedside.review.web.visits import COOKIE, IDLE_SECONDS, LONGEST_SECONDS
from review.web.door import CODE, Door, TestClient, csrf, door

INVITATION = "an-invitation"


@pytest.fixture
def pages(tmp_path: Path) -> Iterator[Door]:
    with door(tmp_path / "kept") as made:
        yield made


@pytest.fixture
def invited(tmp_path: Path) -> Iterator[Door]:
    """Give pages as `bedside review` serves them: the first code is chosen by who is invited."""
    with door(tmp_path / "kept", INVITATION) as made:
        yield made


def tried(client: TestClient, code: str) -> int:
    return int(client.post("/enter", data={"code": code}).status_code)


def test_the_first_visit_sets_the_code(pages: Door) -> None:
    """Where there is no code, it is asked for twice, and what it may be is said; then its writer is in."""
    client = pages.stranger()
    assert "Choose a staff code" in client.get("/enter").text
    for code, again, said in (
        (CODE, "another", "not the same"),
        (CODE, "", "not the same"),
        ("short", "short", "6 to 200 characters"),
        ("x" * 201, "x" * 201, "6 to 200 characters"),
    ):
        answer = client.post("/enter", data={"code": code, "again": again})
        assert answer.status_code == 400
        assert said in answer.text
        assert not pages.store.gate().closed
    assert client.post("/enter", data={"code": CODE, "again": CODE}).status_code == 303
    assert client.get("/").status_code == 200
    assert "Choose" not in pages.stranger().get("/enter").text


def test_nobody_sets_a_second_code(pages: Door) -> None:
    """Whoever writes a code twice where there is one has tried a wrong one."""
    pages.visitor()
    client = pages.stranger()
    assert client.post("/enter", data={"code": "mine-now-1", "again": "mine-now-1"}).status_code == 403
    assert client.get("/").status_code == 303


def test_only_who_is_asked_sets_the_first_code(invited: Door) -> None:
    """Another user of the machine who comes before there is a code does not choose it."""
    client = invited.stranger()
    for path in ("/enter", "/enter?invitation=", "/enter?invitation=another", "/enter?invitation=%C3%A9"):
        page = client.get(path)
        assert "<form" not in page.text
        assert INVITATION not in page.text
        assert client.post(path, data={"code": CODE, "again": CODE}).status_code == 403
        assert not invited.store.gate().closed
    assert "<form" in client.get(f"/enter?invitation={INVITATION}").text
    answer = client.post(f"/enter?invitation={INVITATION}", data={"code": CODE, "again": CODE})
    assert answer.status_code == 303
    assert client.get("/").status_code == 200


def test_who_runs_the_program_sets_the_first_code(invited: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the system says whose browser it is, whoever runs the program is asked without more."""
    monkeypatch.setattr(peer, "user", lambda _scope: os.getuid() + 1)
    assert invited.stranger().post("/enter", data={"code": CODE, "again": CODE}).status_code == 403
    monkeypatch.setattr(peer, "user", lambda _scope: os.getuid())
    assert invited.stranger().post("/enter", data={"code": CODE, "again": CODE}).status_code == 303


def test_a_stolen_cookie_opens_nothing_to_another_user(pages: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    """A cookie works for the user of the machine who logged in, and for no other."""
    monkeypatch.setattr(peer, "user", lambda _scope: 1000)
    visitor = pages.visitor()
    assert visitor.get("/").status_code == 200
    monkeypatch.setattr(peer, "user", lambda _scope: 1001)
    assert visitor.get("/").status_code == 303
    assert visitor.get("/api/takes/1").status_code == 401
    monkeypatch.setattr(peer, "user", lambda _scope: 1000)
    assert visitor.get("/").status_code == 200


@pytest.mark.parametrize("wrong", ["", "wrong", CODE.upper(), CODE + " ", CODE[:-1], "x" * 200, "\0", "<b>"])
def test_a_wrong_code(pages: Door, wrong: str) -> None:
    """A wrong code opens nothing, gives no cookie, and does not stand on the page that says so."""
    pages.visitor()
    client = pages.stranger()
    answer = client.post("/enter", data={"code": wrong})
    assert answer.status_code in (403, 422)
    assert "set-cookie" not in answer.headers
    assert f'value="{wrong}"' not in answer.text or not wrong
    assert client.get("/").status_code == 303


def test_after_five_wrong_codes_it_waits(pages: Door) -> None:
    """The sixth try is told how long to wait, in words and for programs, with the right code too."""
    pages.visitor()
    client = pages.stranger()
    assert [tried(client, f"wrong-{number}") for number in range(5)] == [403] * 5
    answer = client.post("/enter", data={"code": CODE})
    assert answer.status_code == 429
    assert "Please wait 10 seconds" in answer.text
    assert answer.headers["retry-after"] == "10"
    assert client.get("/").status_code == 303


NEW = "walrus-9-lagoon"


def changed(client: TestClient, code: str = CODE, new: str = NEW, again: str | None = None) -> int:
    fields = {"code": code, "new": new, "again": new if again is None else again}
    status: int = client.post("/code", data=fields).status_code
    return status


def test_the_code_is_changed(pages: Door) -> None:
    """Whoever knows the code changes it: the new one opens, the old one does not, and the page says what to do."""
    visitor = pages.visitor()
    assert '<a href="/code"' in visitor.get("/").text
    answer = visitor.post("/code", data={"code": CODE, "new": NEW, "again": NEW})
    assert (answer.status_code, answer.headers["location"]) == (303, "/code?changed=true")
    assert "The staff code is changed" in visitor.get("/code?changed=true").text
    client = pages.stranger()
    assert tried(client, CODE) == 403
    assert tried(client, NEW) == 303
    assert client.get("/").status_code == 200


def test_a_change_ends_every_other_visit(pages: Door) -> None:
    """Whoever came in with the old code is out; whoever changed it goes on where they were."""
    others = [pages.visitor() for _ in range(3)]
    visitor = pages.visitor()
    assert changed(visitor) == 303
    assert visitor.get("/").status_code == 200
    for other in others:
        assert other.get("/").status_code == 303
        assert other.get("/api/takes/1").status_code == 401


@pytest.mark.parametrize(
    ("code", "new", "again", "status", "said"),
    [
        ("not the code", NEW, NEW, 403, "not the current staff code"),
        (CODE, NEW, NEW[:-1], 400, "not the same"),
        (CODE, "short", "short", 400, "6 to 200 characters"),
        (CODE, "x" * 201, "x" * 201, 400, "6 to 200 characters"),
    ],
)
def test_what_is_no_change_of_the_code(pages: Door, code: str, new: str, again: str, status: int, said: str) -> None:
    """A wrong present code, or a new one that will not do, changes nothing, ends no visit, and is told."""
    other, visitor = pages.visitor(), pages.visitor()
    answer = visitor.post("/code", data={"code": code, "new": new, "again": again})
    assert answer.status_code == status
    assert said in answer.text
    assert not any(f'value="{each}"' in answer.text for each in (code, new, again))
    assert tried(pages.stranger(), CODE) == 303
    assert other.get("/").status_code == visitor.get("/").status_code == 200


def test_changing_is_no_way_to_guess(pages: Door) -> None:
    """Five wrong codes on this page, or here and at the login together, must be waited for in both places."""
    visitor = pages.visitor()
    assert [changed(visitor, f"wrong-{number}") for number in range(3)] == [403] * 3
    assert [tried(pages.stranger(), f"wrong-{number}") for number in range(2)] == [403] * 2
    answer = visitor.post("/code", data={"code": CODE, "new": NEW, "again": NEW})
    assert answer.status_code == 429
    assert answer.headers["retry-after"] == "10"
    assert "Please wait 10 seconds" in answer.text
    assert tried(pages.stranger(), CODE) == 429


def test_nobody_else_changes_the_code(pages: Door) -> None:
    """Without a visit, or without its token, the code stays as it is."""
    visitor = pages.visitor()
    assert pages.stranger().get("/code").status_code == 303
    assert changed(pages.stranger()) == 401
    del visitor.headers["x-bedside-csrf"]
    assert changed(visitor) == 403
    assert tried(pages.stranger(), CODE) == 303


def test_the_cookie(pages: Door) -> None:
    """The cookie is seen by no script, sent for no other site, kept no longer than the browser runs, and random."""
    seen = set()
    for _ in range(3):
        client = pages.stranger()
        code = {"code": CODE} | ({} if pages.store.gate().closed else {"again": CODE})
        header = client.post("/enter", data=code).headers["set-cookie"]
        morsel = SimpleCookie(header)[COOKIE]
        assert morsel["httponly"]
        assert morsel["samesite"].lower() == "strict"
        assert morsel["path"] == "/"
        assert not morsel["domain"] and not morsel["expires"] and not morsel["max-age"]
        assert len(morsel.value) >= 43
        seen.add(morsel.value)
    assert len(seen) == 3


def test_logging_in_again_is_another_visit(pages: Door) -> None:
    """Whoever logs in over an older visit leaves it: what was read from its cookie opens nothing (fixation)."""
    visitor = pages.visitor()
    old = visitor.cookies[COOKIE]
    assert visitor.post("/enter", data={"code": CODE}).status_code == 303
    assert visitor.cookies[COOKIE] != old
    thief = pages.stranger()
    thief.cookies[COOKIE] = old
    assert thief.get("/").status_code == 303


def test_a_cookie_of_ones_own_making(pages: Door) -> None:
    """A cookie that a browser was given by somebody else becomes no visit by logging in with it."""
    pages.visitor()
    client = pages.stranger()
    client.cookies[COOKIE] = "planted"
    assert client.get("/").status_code == 303
    answer = client.post("/enter", data={"code": CODE})
    assert "planted" not in answer.headers["set-cookie"]


def test_log_out(pages: Door) -> None:
    """After logging out the cookie is gone from the browser, and opens nothing for who kept it."""
    visitor = pages.visitor()
    kept = visitor.cookies[COOKIE]
    answer = visitor.post("/leave")
    assert (answer.status_code, answer.headers["location"]) == (303, "/enter")
    assert SimpleCookie(answer.headers["set-cookie"])[COOKIE]["max-age"] == "0"
    assert COOKIE not in visitor.cookies
    thief = pages.stranger()
    thief.cookies[COOKIE] = kept
    assert thief.get("/").status_code == 303


@pytest.mark.slow
def test_the_visit_ends_by_itself(pages: Door) -> None:
    """After half an hour without a request, or ten hours with, the code is asked for again."""
    visitor = pages.visitor()
    pages.now += IDLE_SECONDS - 1
    assert visitor.get("/").status_code == 200
    pages.now += IDLE_SECONDS + 1
    assert visitor.get("/").status_code == 303
    visitor = pages.visitor()
    for _ in range(int(LONGEST_SECONDS // 1000)):
        pages.now += 1000
        assert visitor.get("/").status_code == 200
    pages.now += 1000
    assert visitor.get("/").status_code == 303


def test_when_the_program_ends_nobody_is_logged_in(pages: Door) -> None:
    """A cookie of the program before this one opens nothing."""
    visitor = pages.visitor()
    again = Door(pages.store, pages.folder).stranger()
    again.cookies[COOKIE] = visitor.cookies[COOKIE]
    assert again.get("/").status_code == 303


def test_back_to_what_was_asked_for(pages: Door) -> None:
    """Whoever is asked for the code on the way to a page is there afterwards."""
    pages.visitor()
    client = pages.stranger()
    away = client.get("/?words=a+b%26c&page=2").headers["location"]
    form = client.get(away)
    assert form.status_code == 200
    action = form.text.split('action="')[1].split('"')[0].replace("&amp;", "&")
    answer = client.post(action, data={"code": CODE})
    assert answer.headers["location"] == "/?words=a+b%26c&page=2"
    assert client.get(away).headers["location"] == "/?words=a+b%26c&page=2"


@pytest.mark.parametrize(
    "to",
    [
        *("//evil.example", "/\\evil.example", "http://evil.example/", "javascript:alert(1)", "evil.example", ""),
        *("/\t/evil.example", "/a\r\nset-cookie: a=b", "\\\\evil.example", "/é", "@evil.example"),
    ],
)
def test_nobody_is_sent_elsewhere(pages: Door, to: str) -> None:
    """An address that leads out of these pages leads to the library."""
    visitor = pages.visitor()
    assert visitor.get("/enter", params={"to": to}).headers["location"] == "/"
    client = pages.stranger()
    assert client.post("/enter", params={"to": to}, data={"code": CODE}).headers["location"] == "/"
    assert "evil" not in client.get("/enter", params={"to": to}).text


def test_the_token_stands_on_pages_of_a_visit_alone(pages: Door) -> None:
    """The way in, which everybody sees, has no token; a page has the visit's own."""
    visitor = pages.visitor()
    assert csrf(visitor)
    assert 'name="csrf" content=""' in pages.stranger().get("/enter").text


@pytest.mark.skipif(not peer.KNOWN, reason="only Linux says whose a connection is")
def test_whose_a_connection_is() -> None:
    """The user at the other end of a connection to this machine is found, and nobody where there is none."""
    import socket

    with socket.create_server(("127.0.0.1", 0)) as server, socket.create_connection(server.getsockname()) as client:
        taken, _ = server.accept()
        with taken:
            scope = {"client": client.getsockname(), "server": server.getsockname()}
            assert peer.user(scope) == os.getuid()
            assert peer.is_own(peer.user(scope))
            assert peer.user({**scope, "client": ("127.0.0.1", 1)}) is None
    assert not peer.is_own(None)
    for strange in ({}, {"client": None, "server": None}, {"client": ("testclient", 50000), "server": ("x", None)}):
        assert peer.user(strange) is None


@pytest.mark.skipif(not peer.KNOWN, reason="only Linux says whose a connection is")
def test_whose_a_connection_is_through_ipv6() -> None:
    """A program that reaches this machine by an IPv4 address within IPv6 is found too."""
    import socket

    with socket.create_server(("127.0.0.1", 0)) as server, socket.socket(socket.AF_INET6) as client:
        try:
            client.connect((f"::ffff:{server.getsockname()[0]}", server.getsockname()[1]))
        except OSError:
            pytest.skip("there is no IPv6")
        taken, address = server.accept()
        with taken:
            assert peer.user({"client": address, "server": server.getsockname()}) == os.getuid()
