"""Find the user of this machine who opened a connection, where the operating system tells."""

from __future__ import annotations

import os
import socket
import sys
from pathlib import Path

from starlette.types import Scope

# Whether this operating system tells.
KNOWN = sys.platform == "linux"

# Linux's lists of connections: number, local address, remote address, state, …; the user is in the eighth column.
_LISTS = ("/proc/net/tcp", "/proc/net/tcp6")
_LOCAL, _USER = 1, 7
_ESTABLISHED = "01"

# Before an IPv4 address in the list of IPv6 connections.
_MAPPED = "0000000000000000FFFF0000"


def user(scope: Scope) -> int | None:
    """Return the id of the user whose program sent a request, None if it is unknown."""
    if not KNOWN:
        return None
    try:
        own, other = _written(*scope["client"]), _written(*scope["server"])
    except (KeyError, OSError, TypeError, ValueError):
        return None
    for path in _LISTS:
        try:
            listed = Path(path).read_text("ascii")
        except OSError:
            continue
        for prefix in ("", _MAPPED):
            # Searched as one text: of a thousand connections, to split each line would take ten times as long.
            found = listed.find(f" {prefix}{own} {prefix}{other} {_ESTABLISHED} ")
            if found >= 0:
                return int(listed[found:].split(maxsplit=_USER - _LOCAL + 1)[_USER - _LOCAL])
    return None


def is_own(number: int | None) -> bool:
    """Return whether a user is known to be the user who runs this program."""
    return sys.platform != "win32" and number is not None and number == os.getuid()


def _written(host: str, port: int) -> str:
    """Return an IPv4 address and a port as Linux lists them: hexadecimal, in native byte order."""
    return f"{int.from_bytes(socket.inet_aton(host), sys.byteorder):08X}:{port:04X}"
