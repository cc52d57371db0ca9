"""The servers behind the devices: each is ended for certain, so that no test leaves one running."""

from __future__ import annotations

import subprocess

_END_SECONDS = 10.0


def end_server(server: subprocess.Popen[bytes]) -> None:
    """Ask a server to end, and kill it if it has not after ten seconds."""
    server.terminate()
    try:
        server.wait(_END_SECONDS)
    except subprocess.TimeoutExpired:
        server.kill()
        server.wait()
