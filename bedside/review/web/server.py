"""The server of the pages, on this machine's loopback address only."""

from __future__ import annotations

import asyncio
import contextlib
import os
import secrets
import socket
import threading
import webbrowser
from collections.abc import Callable, Generator
from pathlib import Path

import uvicorn

from bedside import ends
from bedside.archive.ownership import Ownership
from bedside.archive.store.store import Store
from bedside.errors import BedsideError
from bedside.review.web import app, peer
from bedside.review.web.connection import PromptConnection

ADDRESS = "127.0.0.1"
USUAL_PORT = 8023

# The server ends within a second, also while somebody listens to an hour.
_ANSWERS_SECONDS = 0.3


def serve(folder: Path, port: int | None, browser: bool, say: Callable[[str], None]) -> None:
    """Serve the pages of a data folder until the process is told to stop.

    ``port`` None is the usual port, or any free one if that is taken. ``browser``: whether to open a browser. Raise
    BedsideError if the port is taken or the store cannot be opened.
    """
    with (
        Ownership(folder, "review") as claimed,
        Store.open_or_set_aside(folder, claimed.held, "review") as store,
        _listening(port) as listening,
    ):
        if store.notice:
            say(store.notice)
        taken = listening.getsockname()[1]
        address = f"http://{ADDRESS}:{taken}/"
        invitation = secrets.token_urlsafe(16)
        shown = address if store.gate().closed else f"{address}enter?invitation={invitation}"
        hosts = frozenset({f"{ADDRESS}:{taken}", f"localhost:{taken}"})
        guarded, made = app.create(store, folder, hosts, invitation=invitation)
        # There is no proxy in front, so headers that claim to come from one are ignored.
        config = uvicorn.Config(
            guarded,
            http=PromptConnection,
            log_level="warning",
            access_log=False,
            server_header=False,
            lifespan="off",
            proxy_headers=False,
        )
        pages = _Pages(config)

        def end() -> None:
            pages.should_exit = True
            made.state.listening.refuse()

        try:
            with ends.calling(end):
                say(f"The pages are open at {shown} on this computer; Ctrl+C closes them.")
                if browser:
                    # Other users can see a browser's command line; where its user is known, it needs no invitation.
                    threading.Timer(0.3, _open, [address if peer.KNOWN else shown]).start()
                made.state.listening.warm()
                pages.run(sockets=[listening])
        finally:
            made.state.listening.close()


class _Pages(uvicorn.Server):
    """A server that leaves the signals to `ends`, and at its end waits no longer for answers than a moment."""

    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        """Capture none."""
        yield

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Finish the answers that can be finished in `_ANSWERS_SECONDS`."""
        asyncio.get_running_loop().call_later(_ANSWERS_SECONDS, setattr, self, "force_exit", True)
        await super().shutdown(sockets)


def _listening(port: int | None) -> socket.socket:
    """Return a socket that listens; raise BedsideError if the port is taken."""
    for wanted in (USUAL_PORT, 0) if port is None else (port,):
        listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        # On Windows SO_REUSEADDR would let another program take over the port.
        alone = "SO_EXCLUSIVEADDRUSE" if os.name == "nt" else "SO_REUSEADDR"
        listening.setsockopt(socket.SOL_SOCKET, getattr(socket, alone), 1)
        try:
            listening.bind((ADDRESS, wanted))
        except OSError:
            listening.close()
            continue
        listening.listen(128)
        return listening
    raise BedsideError(f"The port {port} is taken by another program; choose another with --port.")


def _open(address: str) -> None:
    with contextlib.suppress(webbrowser.Error, OSError):
        webbrowser.open(address)
