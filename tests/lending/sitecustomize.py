"""Python runs this first in every process of a test: links are handed over as on Windows.

A child gets a copy of its link, which its parent can make only for a process that it knows by its id. Here it waits at
a socket of the file system, and nobody but that process is given it.
"""

import socket
import struct
import tempfile
import threading
from pathlib import Path

from bedside import children


def share(end: socket.socket, pid: int) -> bytes:
    """Let one process fetch a copy; return where."""
    place = str(Path(tempfile.mkdtemp(prefix="bedside-link-"), "copy"))
    waiting = socket.socket(socket.AF_UNIX)
    waiting.bind(place)
    waiting.listen(1)
    threading.Thread(target=hand_over, args=(waiting, end.dup(), pid), daemon=True).start()
    return place.encode()


def hand_over(waiting: socket.socket, copy: socket.socket, pid: int) -> None:
    """Give the copy to the process of this id, and to no other."""
    with waiting, copy:
        fetching, _ = waiting.accept()
        with fetching:
            who, _, _ = struct.unpack("3i", fetching.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12))
            if who == pid:
                socket.send_fds(fetching, [b"copy"], [copy.fileno()])


def shared(place: bytes) -> socket.socket:
    """Fetch the copy that waits for this process."""
    with socket.socket(socket.AF_UNIX) as fetching:
        fetching.connect(place)
        _, (end,), _, _ = socket.recv_fds(fetching, 16, 1)
    path = Path(place.decode())
    path.unlink()
    path.parent.rmdir()
    return socket.socket(fileno=end)


children.LENDS = True
setattr(children, "_share", share)  # noqa: B010 - they differ in the names of their arguments
setattr(children, "_shared", shared)  # noqa: B010
