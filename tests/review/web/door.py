"""The way to the pages for tests: a store, its guarded application on a clock that tests move, and browsers of it."""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import pytest
from argon2 import PasswordHasher
from fastapi import FastAPI
from starlette.types import ASGIApp

from bedside.archive.store import staffcode
from bedside.archive.store.store import Store
from bedside.review.web import app

with warnings.catch_warnings():
    # Starlette would have its tests on another client than the one that stands in our list.
    warnings.simplefilter("ignore")
    from starlette.testclient import TestClient as TestClient

CODE = "seahorse-7-harbour"
HOST = "127.0.0.1:8023"


class Door:
    """The guarded pages of a folder; ``now`` is what their clock shows."""

    def __init__(self, store: Store, folder: Path, invitation: str | None = None) -> None:
        self.store = store
        self.folder = folder
        self.now = 1000.0
        made: tuple[ASGIApp, FastAPI] = app.create(
            store, folder, frozenset({HOST, "localhost:8023"}), lambda: self.now, invitation
        )
        self.guarded, self.bare = made

    def stranger(self) -> TestClient:
        """Return a browser that is not logged in; faults of the program are answers, as they are to people."""
        return TestClient(
            self.guarded, base_url=f"http://{HOST}", follow_redirects=False, raise_server_exceptions=False
        )

    def visitor(self) -> TestClient:
        """Return a browser that is logged in; its CSRF token is in its headers."""
        client = self.stranger()
        code = {"code": CODE} if self.store.gate().closed else {"code": CODE, "again": CODE}
        assert client.post("/enter", data=code).status_code == 303
        client.headers["x-bedside-csrf"] = csrf(client)
        return client


def csrf(client: TestClient) -> str:
    """Return the CSRF token of a visit, as its pages have it."""
    found = re.search(r'name="csrf" content="([^"]+)"', client.get("/").text)
    assert found is not None, "nobody is logged in"
    return found[1]


@contextmanager
def door(folder: Path, invitation: str | None = None) -> Iterator[Door]:
    """Give the pages of a new store in a folder, whose staff code costs little to hash."""
    cheap = partial(PasswordHasher, time_cost=1, memory_cost=8, parallelism=1)
    with pytest.MonkeyPatch.context() as patch, Store.create(folder) as store:
        patch.setattr(staffcode, "PasswordHasher", cheap)
        made = Door(store, folder, invitation)
        try:
            yield made
        finally:
            made.bare.state.listening.close()
