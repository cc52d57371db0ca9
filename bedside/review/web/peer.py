"""Which user of this machine is at the other end of a connection, where the system says so."""

from __future__ import annotations

import os
import socket
import sys
from pathlib import Path

from starlette.types import Scope

# Whether the system says so at all.
KNOWN = sys.platform == "linux"

# Connections as Linux lists them: number, own address, other's address, state, …; the user is the eighth column.
_LISTS = ("/proc/net/tcp", "/proc/net/tcp6")
_OWN, _OTHER, _STATE, _USER = 1, 2, 3, 7
_ESTABLISHED = "01"

# How an IPv4 address is written in the list of IPv6.
_MAPPED = "0000000000000000FFFF0000"


def user(scope: Scope) -> int | None:
    """Return the number of the user whose program sent a request; None where that is not known."""
    if not KNOWN:
        return None
    try:
        own, other = _written(*scope["client"]), _written(*scope["server"])
    except (KeyError, OSError, TypeError, ValueError):
        return None
    for path in _LISTS:
        try:
            lines = Path(path).read_text("ascii").splitlines()
        except OSError:
            continue
        for columns in (line.split() for line in lines[1:]):
            if (
                columns[_STATE] == _ESTABLISHED
                and columns[_OWN].removeprefix(_MAPPED) == own
                and columns[_OTHER].removeprefix(_MAPPED) == other
            ):
                return int(columns[_USER])
    return None


def is_own(number: int | None) -> bool:
    """Return whether a user is known to be the one who runs this program."""
    return number is not None and number == os.getuid()


def _written(host: str, port: int) -> str:
    """Return an IPv4 address and a port as Linux lists them: the address as one number of this machine's order."""
    return f"{int.from_bytes(socket.inet_aton(host), sys.byteorder):08X}:{port:04X}"
