"""A display server that hangs is found out before SDL waits for it for ever; the sockets are real."""

from __future__ import annotations

import socket
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from bedside.stage import displayserver
from bedside.stage.displayserver import greeted, offered_drivers

pytestmark = pytest.mark.skipif(sys.platform in ("win32", "darwin"), reason="these systems have one display server")

SHORT_SECONDS = 0.2
LONG_SECONDS = 30.0


@contextmanager
def server(path: Path, answer: bytes | None) -> Iterator[list[bytes]]:
    """Give what a display server at ``path`` was told first; it answers, hangs up (b"") or is silent (None)."""
    told: list[bytes] = []
    ended = threading.Event()
    with socket.socket(socket.AF_UNIX) as waiting:
        waiting.bind(str(path))
        waiting.listen()

        def serve() -> None:
            with waiting.accept()[0] as end:
                told.append(end.recv(64))
                if answer is not None:
                    end.sendall(answer)
                    end.shutdown(socket.SHUT_WR)
                ended.wait(LONG_SECONDS)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield told
        ended.set()
        thread.join(LONG_SECONDS)


@pytest.fixture
def x11(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give the socket of X display 77."""
    monkeypatch.setattr(displayserver, "_X11_FOLDER", str(tmp_path))
    return tmp_path / "X77"


def test_x11_comes_before_wayland() -> None:
    """A session offers what its variables name, X11 first; an empty variable names nothing."""
    assert offered_drivers({"DISPLAY": ":0", "WAYLAND_DISPLAY": "wayland-1"}) == ("x11", "wayland")
    assert offered_drivers({"DISPLAY": "", "WAYLAND_DISPLAY": "wayland-1"}) == ("wayland",)
    assert offered_drivers({}) == ()


@pytest.mark.parametrize("display", [":77", "unix:77.0", ":77.1"])
def test_an_x_server_that_answers_is_greeted(x11: Path, display: str) -> None:
    """It is told a setup of version 11, and any answer counts, a refusal too: SDL finds out about that at once."""
    with server(x11, b"\0") as told, greeted("x11", {"DISPLAY": display}, LONG_SECONDS) as answers:
        assert answers
    assert len(told[0]) == 12
    assert int.from_bytes(told[0][2:4], sys.byteorder) == 11


def test_a_wayland_server_that_answers_is_greeted(tmp_path: Path) -> None:
    """It is asked for a callback, in its folder or at an absolute path."""
    path = tmp_path / "wayland-5"
    for environment in (
        {"XDG_RUNTIME_DIR": str(tmp_path), "WAYLAND_DISPLAY": "wayland-5"},
        {"XDG_RUNTIME_DIR": "/elsewhere", "WAYLAND_DISPLAY": str(path)},
    ):
        with server(path, b"\2\0\0\0") as told, greeted("wayland", environment, LONG_SECONDS) as answers:
            assert answers
        assert len(told[0]) == 12
        path.unlink()


@pytest.mark.parametrize("answer", [None, b""])
def test_a_server_that_hangs_or_hangs_up_does_not_answer(tmp_path: Path, x11: Path, answer: bytes | None) -> None:
    """The one is waited for no longer than told, the other is known at once."""
    seconds = SHORT_SECONDS if answer is None else LONG_SECONDS
    with server(x11, answer), greeted("x11", {"DISPLAY": ":77"}, seconds) as answers:
        assert not answers
    environment = {"XDG_RUNTIME_DIR": str(tmp_path), "WAYLAND_DISPLAY": "wayland-5"}
    with server(tmp_path / "wayland-5", answer), greeted("wayland", environment, seconds) as answers:
        assert not answers


def test_the_greeting_is_held_while_the_window_opens(x11: Path) -> None:
    """An Xwayland that was started for the greeting does not end before SDL comes."""
    with socket.socket(socket.AF_UNIX) as waiting:
        waiting.bind(str(x11))
        waiting.listen()
        ends = []

        def serve() -> None:
            ends.append(waiting.accept()[0])
            ends[0].recv(64)
            ends[0].sendall(b"\1")

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        with greeted("x11", {"DISPLAY": ":77"}, LONG_SECONDS) as answers:
            assert answers
            ends[0].settimeout(SHORT_SECONDS)
            with pytest.raises(TimeoutError):
                ends[0].recv(1)
        ends[0].settimeout(LONG_SECONDS)
        assert ends[0].recv(1) == b""
        ends[0].close()
        thread.join(LONG_SECONDS)


@pytest.mark.parametrize(
    ("driver", "environment"),
    [
        ("x11", {"DISPLAY": ":78"}),
        ("x11", {"DISPLAY": "a name of another kind"}),
        ("x11", {}),
        ("wayland", {"XDG_RUNTIME_DIR": "/elsewhere", "WAYLAND_DISPLAY": "wayland-5"}),
        ("wayland", {"WAYLAND_SOCKET": "7"}),
        ("windows", {}),
        ("", {}),
    ],
)
def test_what_nobody_can_ask_is_left_to_sdl(x11: Path, driver: str, environment: dict[str, str]) -> None:
    """A server that is not there fails at once, and other drivers have none."""
    assert not x11.exists()
    with greeted(driver, environment, LONG_SECONDS) as answers:
        assert answers
