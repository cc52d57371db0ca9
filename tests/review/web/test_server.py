from __future__ import annotations

import queue
import re
import socket
import webbrowser
from pathlib import Path

import pytest
import uvicorn

from bedside.archive.store.store import Store
from bedside.errors import BedsideError
from bedside.review.web import peer, server
from review.web.door import CODE


@pytest.fixture
def said(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Give what is said while the pages are served, to nobody."""
    monkeypatch.setattr(uvicorn.Server, "run", lambda *_, **__: None)
    return []


def free() -> int:
    with socket.socket() as probe:
        probe.bind((server.ADDRESS, 0))
        return int(probe.getsockname()[1])


@pytest.mark.parametrize("closed", [True, False])
def test_whoever_starts_the_pages_is_invited(tmp_path: Path, said: list[str], closed: bool) -> None:
    """Until there is a staff code, the address that is said lets it be chosen; afterwards it is the pages'."""
    if closed:
        with Store.create(tmp_path) as store:
            store.gate().set(CODE)
    port = free()
    server.serve(tmp_path, port, False, said.append)
    [sentence] = said
    address = rf"http://127\.0\.0\.1:{port}/"
    if closed:
        assert re.search(rf"{address} on this computer", sentence)
    else:
        assert re.search(rf"{address}enter\?invitation=[\w-]{{20,}} on this computer", sentence)


@pytest.mark.parametrize("known", [True, False])
def test_the_browser_is_opened(tmp_path: Path, said: list[str], monkeypatch: pytest.MonkeyPatch, known: bool) -> None:
    """A browser is opened at the pages; with the invitation, which others may see there, only where it needs it."""
    opened: queue.SimpleQueue[str] = queue.SimpleQueue()
    monkeypatch.setattr(peer, "KNOWN", known)
    monkeypatch.setattr(webbrowser, "open", opened.put)
    server.serve(tmp_path, free(), True, said.append)
    address = opened.get(timeout=30)
    assert address in said[0]
    assert ("invitation" in address) is not known


def test_every_start_has_another_invitation(tmp_path: Path, said: list[str]) -> None:
    """An invitation that was seen once opens nothing at the next start."""
    for _ in range(3):
        server.serve(tmp_path, free(), False, said.append)
    assert len({sentence.partition("invitation=")[2].partition(" ")[0] for sentence in said}) == 3


def test_a_port_that_is_taken(tmp_path: Path, said: list[str]) -> None:
    """A port that was asked for and is taken is named in one sentence; the usual one gives way to any that is free."""
    with socket.create_server((server.ADDRESS, 0)) as other:
        port = other.getsockname()[1]
        with pytest.raises(BedsideError, match=rf"port {port} is taken .* --port"):
            server.serve(tmp_path, port, False, said.append)
    assert said == []
    try:
        usual = socket.create_server((server.ADDRESS, server.USUAL_PORT))
    except OSError:
        usual = socket.socket()
    with usual:
        server.serve(tmp_path, None, False, said.append)
    assert f":{server.USUAL_PORT}/" not in said[0]


@pytest.mark.slow
def test_a_damaged_store_is_said(tmp_path: Path, said: list[str]) -> None:
    """Where the recordings are damaged the pages open all the same, and whoever started them is told."""
    with Store.create(tmp_path) as store, store.writing() as writing:
        writing.begin_session("K7")
    path = tmp_path / "bedside.db"
    content = bytearray(path.read_bytes())
    content[-1000] ^= 1
    path.write_bytes(content)
    server.serve(tmp_path, free(), False, said.append)
    assert "built anew from the journal" in said[0]
    assert "The pages are open" in said[1]
