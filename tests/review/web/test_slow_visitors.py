"""Visitors who take for ever hold up nobody, and are not waited for."""

from __future__ import annotations

import contextlib
import http.client
import queue
import socket
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import uvicorn

from bedside.review.web import connection, guard, server

PATIENCE_SECONDS = 60.0

SLOW = {
    "a body": "POST /enter HTTP/1.1\r\nhost: 127.0.0.1:{port}\r\ncontent-type: application/x-www-form-urlencoded\r\n"
    "content-length: 1000\r\n\r\ncode=",
    "headers after an answer": "GET /static/players.css HTTP/1.1\r\nhost: 127.0.0.1:{port}\r\n\r\nPOST /enter HTTP",
    "a body that nobody wants": "POST /goals HTTP/1.1\r\nhost: 127.0.0.1:{port}\r\ncontent-length: 1000\r\n\r\ncode=",
    "headers": "POST /enter HTTP/1.1\r\nhost: 127",
    "nothing": "",
}


def most() -> int:
    """Return how many visitors a process can play as well as serve."""
    if sys.platform == "win32":
        return 200
    import resource

    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return min(900, (soft - 200) // 2)


@pytest.fixture
def port(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    """Give the port of pages that are less patient than usual."""
    monkeypatch.setattr(guard, "BODY_SECONDS", 1.0)
    monkeypatch.setattr(connection, "LOOK_SECONDS", 1.0)
    served: list[uvicorn.Server] = []
    made = server._Pages

    def pages(config: uvicorn.Config) -> uvicorn.Server:
        served.append(made(config))
        return served[0]

    monkeypatch.setattr(server, "_Pages", pages)
    said: queue.SimpleQueue[str] = queue.SimpleQueue()
    with socket.create_server((server.ADDRESS, 0)) as probe:
        free: int = probe.getsockname()[1]
    thread = threading.Thread(target=server.serve, args=(tmp_path, free, False, said.put))
    thread.start()
    try:
        said.get(timeout=PATIENCE_SECONDS)
        yield free
    finally:
        served[0].should_exit = True
        thread.join(PATIENCE_SECONDS)
    assert not thread.is_alive()


def visit(port: int) -> int:
    """Return the status of the login page."""
    line = http.client.HTTPConnection(server.ADDRESS, port, timeout=PATIENCE_SECONDS)
    try:
        line.request("GET", "/enter")
        answer = line.getresponse()
        answer.read()
        return answer.status
    finally:
        line.close()


def ended(line: socket.socket) -> bool:
    """Go on sending, byte by byte, and return whether the other end has closed a connection."""
    try:
        line.send(b"x")
        return line.recv(65536) == b""
    except BlockingIOError:
        return False
    except OSError:
        return True


@pytest.mark.slow
@pytest.mark.parametrize("what", SLOW)
def test_slow_visitors_hold_up_nobody_and_end(port: int, what: str) -> None:
    """While hundreds send without end, the next visitor is answered; and all of them are sent away."""
    with contextlib.ExitStack() as lines:
        slow = [
            lines.enter_context(socket.create_connection((server.ADDRESS, port)))
            for _ in range(most() if what == "a body" else 100)
        ]
        for line in slow:
            line.sendall(SLOW[what].format(port=port).encode())
        assert visit(port) == 200
        for line in slow:
            line.setblocking(False)
        left = set(slow)
        until = threading.Event()
        for _ in range(round(PATIENCE_SECONDS / 0.05)):
            left = {line for line in left if not ended(line)}
            if not left:
                break
            until.wait(0.05)
        assert not left
        assert visit(port) == 200


@pytest.mark.slow
def test_a_slow_body_is_told_so(port: int) -> None:
    """Who sends too slowly reads one sentence."""
    with socket.create_connection((server.ADDRESS, port)) as line:
        line.sendall(SLOW["a body"].format(port=port).encode())
        line.settimeout(PATIENCE_SECONDS)
        answer = b"".join(iter(lambda: line.recv(65536), b""))
    assert b" 408 " in answer.splitlines()[0]
    assert b"too long to arrive" in answer
    assert b"content-security-policy" in answer


@pytest.mark.slow
def test_a_connection_that_rests_between_requests_serves_on(port: int) -> None:
    """A browser that asks again over the same connection, before it is closed as idle, is answered."""
    line = http.client.HTTPConnection(server.ADDRESS, port, timeout=PATIENCE_SECONDS)
    for _ in range(6):
        line.request("GET", "/static/players.css")
        answer = line.getresponse()
        assert answer.status == 200
        assert answer.read()
        threading.Event().wait(0.4)
    line.close()
