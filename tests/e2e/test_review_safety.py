"""PROMISES 17 on the real program, in a real browser: other sites, other users of the machine, and what is loaded."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import tempfile
import threading
import urllib.parse
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Dialog, Page
from sqlalchemy import delete

from bedside.archive.store.models import StaffCode
from bedside.archive.store.store import Store
from bedside.review.web.visits import COOKIE
from e2e.reviewing import CODE, Pages, entered, served
from review.web.door import Door
from review.web.test_library import SPITE, keep

PLANTED = "waits for the high bells"

# What a page of another site tries: each way to send something, and each way to read something.
ATTACK = (Path(__file__).parent / "attack.html").read_text("utf-8")
OTHER_USER = Path(__file__).parent / "other_user.py"


@dataclass
class Ward:
    """Pages with one take, and what was planted in them."""

    pages: Pages
    take: str
    patient: str

    @property
    def port(self) -> int:
        """The port of the pages."""
        return int(self.pages.address.rpartition(":")[2])

    def state(self) -> tuple[Any, ...]:
        """Return what an attack would have changed."""
        with Store.open(self.pages.data) as store:
            casenotes = store.casenotes
            return (casenotes.patient(self.patient).picture, casenotes.remarks(self.take), casenotes.markers(self.take))


@dataclass
class Site:
    """Another site on this machine: what it serves, and the cookies that browsers show it."""

    page: str = ""
    port: int = 0
    cookies: list[str] = field(default_factory=list)


@pytest.fixture(scope="module")
def ward() -> Iterator[Ward]:
    """Give pages whose data lie where everybody may look for them."""
    with tempfile.TemporaryDirectory(prefix="bedside-open-") as place:
        Path(place).chmod(0o755)
        data = Path(place) / "kept"
        with Store.create(data) as store:
            take = keep(Door(store, data), "K7")
            store.casenotes.remark(take, 0, 0, PLANTED)
            patient = store.casenotes.patients()[0].id
        with served(data) as pages:
            yield Ward(pages, take, patient)


@contextmanager
def site() -> Iterator[Site]:
    """Serve another site, on another port of this machine."""
    made = Site()

    class Handler(BaseHTTPRequestHandler):
        """What answers at the other site."""

        def do_GET(self) -> None:
            """Give the page, and keep the cookies."""
            made.cookies.append(self.headers.get("cookie", ""))
            self.send_response(200)
            self.send_header("content-type", "text/html")
            self.end_headers()
            self.wfile.write(made.page.encode())

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    made.port = server.server_port
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield made
    finally:
        server.shutdown()
        server.server_close()


def as_another_user(ward: Ward, cookie: str = "", code: str = "") -> dict[str, Any]:
    """Return what a program of another user of this machine gets from the pages and the data folder."""
    if os.getuid() != 0:
        pytest.skip("only root can become another user")
    paths = ["/", f"/takes/{ward.take}", f"/api/takes/{ward.take}", f"/rolls/{ward.take}.svg", "/enter"]
    given = json.dumps([ward.port, str(ward.pages.data), [*paths, f"/sound/{ward.take}.wav"], cookie, code])
    ran = subprocess.run(
        [sys.executable, str(OTHER_USER), given], capture_output=True, text=True, timeout=120, check=False, cwd="/"
    )
    assert ran.returncode == 0, ran.stderr
    told: dict[str, Any] = json.loads(ran.stdout)
    return told


@pytest.mark.parametrize("name", ["127.0.0.1", "localhost"])
def test_another_site_can_do_and_read_nothing(browser: Browser, ward: Ward, name: str) -> None:
    """A page of another port or another name that is open beside the pages does and reads nothing."""
    before = ward.state()
    with site() as other, entered(browser, ward.pages) as page:
        values = {"ADDRESS": ward.pages.address, "TAKE": ward.take, "PATIENT": ward.patient}
        other.page = ATTACK
        for key, value in values.items():
            other.page = other.page.replace(key, json.dumps(value), 1)
        evil = page.context.new_page()
        evil.goto(f"http://{name}:{other.port}/")
        evil.wait_for_function("window.attacked", timeout=60_000)
        told = evil.evaluate("window.attacked")
        framed = [frame.content() for frame in evil.frames if frame.url.startswith(ward.pages.address)]
        evil.close()
        page.reload()
        assert page.get_by_role("heading", name="Library").is_visible(), "the visit goes on"
    assert len(told) >= 30
    for what, answer in told.items():
        assert answer[0] in ("refused", "nothing") or (answer[0] == "opaque" and answer[1:] == [0, ""]), (what, answer)
    assert PLANTED not in json.dumps([told, framed])
    assert not any("Library" in page for page in framed)
    assert ward.state() == before


def test_a_site_that_opens_the_pages_cannot_look_into_them(browser: Browser, ward: Ward) -> None:
    """Another site may lead to the pages, in a window that it then has no hold of."""
    with site() as other, entered(browser, ward.pages) as page:
        other.page = f"<a href='{ward.pages.address}/' target=_blank rel=opener>go</a>"
        evil = page.context.new_page()
        evil.goto(f"http://127.0.0.1:{other.port}/")
        evil.evaluate(f"() => {{ window.opened = window.open('{ward.pages.address}/'); }}")
        evil.wait_for_timeout(1500)
        assert (
            evil.evaluate(
                """() => {
              if (!window.opened || window.opened.closed) return "no hold";
              try { return window.opened.document.body.textContent; } catch { return "no hold"; }
            }"""
            )
            == "no hold"
        )
        with page.context.expect_page() as opened:
            evil.get_by_role("link", name="go").click()
        opened.value.wait_for_load_state()
        assert opened.value.evaluate("window.opener") is None


def test_another_user_gets_nothing(browser: Browser, ward: Ward) -> None:
    """Another user of the machine reads no page and no file, not with a stolen cookie, and learns only the way in."""
    with site() as other, entered(browser, ward.pages) as page:
        # Browsers show a cookie to every port of a machine: another user's site is shown it.
        lured = page.context.new_page()
        lured.goto(f"http://127.0.0.1:{other.port}/")
        stolen = next(cookie for cookie in other.cookies if COOKIE in cookie)
        told = as_another_user(ward, stolen, "a-guess-1")
        page.reload()
        assert page.get_by_role("heading", name="Library").is_visible(), "for whose it is, the cookie goes on"
    assert PLANTED not in json.dumps(told)
    for path, answer in told.items():
        if path in ("choose", "files") or path.startswith("bedside"):
            continue
        if path.endswith("/enter"):
            assert answer[0] == 200
            assert "Staff code" in answer[2]
        elif "/api/" in path or "/sound/" in path:
            assert answer[0] == 401
        else:
            assert (answer[0], answer[1].partition("?")[0], answer[2]) == (303, "/enter", "")
    assert told["choose"][0] in (403, 429)
    assert told["files"] == []
    assert {told[name] for name in ("bedside.db", "bedside.key", "bedside.db-wal")} == {"PermissionError"}
    with Store.create(ward.pages.data) as store:
        assert store.gate().opens(CODE)


def test_another_user_chooses_no_code(browser: Browser, tmp_path: Path) -> None:
    """Before there is a code, another user of the machine is given no form; whose program it is chooses it."""
    with served(tmp_path / "kept") as pages:
        with Store.create(pages.data) as store, store.writing() as writing:
            writing._connection.execute(delete(StaffCode))
        told = as_another_user(Ward(pages, "0" * 32, ""), code="mine-now-1")
        assert told["choose"][0] == 403
        assert "<form" not in told["/enter"][2]
        with Store.open(pages.data) as store:
            assert not store.gate().closed
        page = browser.new_page()
        page.goto(pages.address)
        assert page.get_by_label("The same code again").is_visible()
        page.close()


def test_only_this_machine_is_listened_to(ward: Ward) -> None:
    """The pages listen at 127.0.0.1 and at no other address of this machine, which answers nobody there."""
    connections = [
        line.split()
        for path in ("/proc/net/tcp", "/proc/net/tcp6")
        for line in Path(path).read_text("ascii").splitlines()[1:]
    ]
    listening = [
        own.partition(":")[0]
        for _, own, _, state, *_ in connections
        if state == "0A" and own.endswith(f":{ward.port:04X}")
    ]
    assert listening == [f"{int.from_bytes(socket.inet_aton('127.0.0.1'), sys.byteorder):08X}"]
    for address in {str(each[4][0]) for each in socket.getaddrinfo(socket.gethostname(), None)} - {"127.0.0.1"}:
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        with socket.socket(family) as knock:
            knock.settimeout(5)
            assert knock.connect_ex((address, ward.port)) != 0, address


def test_no_other_name_is_answered(ward: Ward) -> None:
    """A request under another name, as after DNS rebinding, is told one sentence."""
    for name in ("evil.example", f"evil.example:{ward.port}", "127.0.0.1", ""):
        with socket.create_connection(("127.0.0.1", ward.port)) as line:
            line.sendall(f"GET /enter HTTP/1.1\r\nHost: {name}\r\nConnection: close\r\n\r\n".encode())
            answer = b"".join(iter(lambda line=line: line.recv(65536), b""))  # type: ignore[misc]
        assert b" 421 " in answer.splitlines()[0]
        assert b"Staff code" not in answer


def test_nobody_says_for_whom_he_asks(ward: Ward) -> None:
    """Headers with which a proxy would say whose request it is change nothing about whose it is."""
    request = f"GET / HTTP/1.1\r\nHost: 127.0.0.1:{ward.port}\r\nX-Forwarded-For: 10.0.0.1\r\n"
    request += "X-Forwarded-Proto: https\r\nX-Forwarded-Host: evil.example\r\nConnection: close\r\n\r\n"
    with socket.create_connection(("127.0.0.1", ward.port)) as line:
        line.sendall(request.encode())
        answer = b"".join(iter(lambda: line.recv(65536), b""))
    assert b" 303 " in answer.splitlines()[0]
    assert b"location: /enter\r\n" in answer
    assert b"evil" not in answer


def everywhere(page: Page, ward: Ward) -> Iterator[str]:
    """Open every page that a menu or a link leads to, and give its address."""
    waiting = ["/", f"/takes/{ward.take}", f"/?patient={ward.patient}"]
    seen: set[str] = set()
    while waiting and len(seen) < 40:
        path = waiting.pop(0)
        if path in seen:
            continue
        seen.add(path)
        page.goto(ward.pages.address + path)
        page.wait_for_load_state("networkidle")
        links = page.eval_on_selector_all("a[href]", "all => all.map((each) => each.href)")
        here = urllib.parse.urlsplit(ward.pages.address).netloc
        ours = [link for link in map(urllib.parse.urlsplit, links) if link.netloc == here]
        waiting += [link.path + (f"?{link.query}" if link.query else "") for link in ours]
        yield path


def test_nothing_is_loaded_from_elsewhere(browser: Browser, ward: Ward) -> None:
    """Every page that there is asks this machine's own address for all that it needs, and breaks no policy."""
    with entered(browser, ward.pages) as page:
        asked: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        visited = list(everywhere(page, ward))
    assert len(visited) >= 5
    elsewhere = [url for url in asked if not url.startswith((f"{ward.pages.address}/", "data:", "blob:"))]
    assert elsewhere == []
    assert len(asked) > len(visited)


def test_no_script_that_was_written_runs(browser: Browser, tmp_path: Path) -> None:
    """With a script in every field that people write into, no page runs it, shows a picture of it or calls anywhere."""
    data = tmp_path / "kept"
    with Store.create(data) as store:
        take = keep(Door(store, data), SPITE)
        casenotes, session = store.casenotes, store.summary(take).session
        patient = casenotes.patients()[0].id
        casenotes.remark(take, 0, 9, SPITE)
        casenotes.judge(take, SPITE, 0, 9, accepted=True)
        casenotes.write_note(session, SPITE, SPITE, SPITE, SPITE)
        goal = casenotes.set_goal(patient, SPITE, [SPITE] * 5).id
        casenotes.attain(goal, session, 1, SPITE)
        casenotes.rate(take, SPITE, SPITE, 0, 9)
        casenotes.link(take, 0, 9, goal=goal)
    with served(data) as pages, entered(browser, pages) as page:
        ran: list[str] = []

        def dismiss(dialog: Dialog) -> None:
            ran.append(dialog.message)
            dialog.dismiss()

        page.on("dialog", dismiss)
        page.on("request", lambda request: ran.append(request.url) if request.url.endswith("/x") else None)
        visited = list(everywhere(page, Ward(pages, take, patient)))
        assert f"/takes/{take}" in visited
        page.goto(f"{pages.address}/?{urllib.parse.urlencode({'words': SPITE})}")
        page.get_by_label("Search").press_sequentially("<img src=x onerror=alert(2)>")
        page.wait_for_timeout(500)
    assert ran == []
