"""Ask a display server for a sign of life, because SDL waits for ever, and holds the GIL, for one that is silent.

A session that hangs still accepts connections, and so does a session that promises Xwayland but cannot start it. So
each server is first greeted in its own protocol, with a time limit. This costs about a millisecond.
"""

from __future__ import annotations

import contextlib
import os
import re
import socket
import struct
import sys
from collections.abc import Iterator, Mapping

# A session starts Xwayland only when it is first asked for, which takes a second or two on a slow tablet.
ANSWER_SECONDS = 6.0

_DISPLAY = re.compile(r"(?P<host>.*):(?P<number>\d+)(\.\d+)?")

_X11_FOLDER = "/tmp/.X11-unix"  # noqa: S108 - where every X server has it
_X11_PORT = 6000

# A family of sockets, and an address in it.
_Address = tuple[socket.AddressFamily, str | tuple[str, int]]

# A connection setup without authorisation (X Window System Protocol, 8); a server that refuses it answers, too.
_X11_SETUP = struct.pack("=BxHHHHxx", ord("l" if sys.byteorder == "little" else "B"), 11, 0, 0, 0)

# wl_display.sync with a new callback, object 2 (Wayland protocol, 4: object, length and opcode, argument).
_WAYLAND_SYNC = struct.pack("=III", 1, 12 << 16, 2)


def offered_drivers(environment: Mapping[str, str]) -> tuple[str, ...]:
    """Return SDL's names of the display servers that this session offers, the better one first.

    X11 comes first, with Xwayland too, because only there SDL copies what has changed. On Wayland it redraws the whole
    window through OpenGL. Without a graphics card a frame then takes 18 ms instead of 0.2 ms, and a third of a core
    instead of a fiftieth.
    """
    names = {} if sys.platform in ("win32", "darwin") else {"x11": "DISPLAY", "wayland": "WAYLAND_DISPLAY"}
    return tuple(driver for driver, name in names.items() if environment.get(name))


@contextlib.contextmanager
def greeted(driver: str, environment: Mapping[str, str], seconds: float = ANSWER_SECONDS) -> Iterator[bool]:
    """Give whether a driver's display server answers within ``seconds``; true for a driver without a server.

    The connection is held meanwhile: an Xwayland without clients would end, and be started once more.
    """
    with contextlib.ExitStack() as held:
        yield _answers(driver, environment, seconds, held)


def _answers(driver: str, environment: Mapping[str, str], seconds: float, held: contextlib.ExitStack) -> bool:
    match driver:
        case "x11":
            found, greeting = _x11_addresses(environment.get("DISPLAY", "")), _X11_SETUP
        case "wayland" if "WAYLAND_SOCKET" not in environment:
            found, greeting = _wayland_addresses(environment), _WAYLAND_SYNC
        case _:
            return True
    for kind, address in found:
        end = held.enter_context(socket.socket(kind))
        end.settimeout(seconds)
        try:
            end.connect(address)
        except TimeoutError:
            return False
        except OSError:
            continue
        try:
            end.sendall(greeting)
            return bool(end.recv(1))
        except OSError:
            return False
    # SDL may know a way that is not known here, and finds out at once if there is no server.
    return True


def _x11_addresses(display: str) -> list[_Address]:
    """Return the addresses of an X display in the order in which libxcb tries them; none for an unusual name."""
    named = _DISPLAY.fullmatch(display)
    if named is None:
        return []
    host, number = named["host"], int(named["number"])
    if host not in ("", "unix"):
        return [] if ":" in host or "/" in host else [(socket.AF_INET, (host, _X11_PORT + number))]
    path = f"{_X11_FOLDER}/X{number}"
    return _local(f"\0{path}", path) if sys.platform == "linux" else _local(path)


def _wayland_addresses(environment: Mapping[str, str]) -> list[_Address]:
    """Return the address of a Wayland display."""
    folder = environment.get("XDG_RUNTIME_DIR", "")
    return _local(os.path.join(folder, environment.get("WAYLAND_DISPLAY", "") or "wayland-0"))  # noqa: PTH118 - an address


def _local(*paths: str) -> list[_Address]:
    """Return addresses on this machine; none on a system that has no such sockets."""
    if sys.platform == "win32":
        return []
    else:  # noqa: RET505 - only so a type checker sees that the other branch is no part of Windows
        return [(socket.AF_UNIX, path) for path in paths]
