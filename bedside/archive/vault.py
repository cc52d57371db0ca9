"""An encrypted scratch file for pieces of sound; its key exists only in memory, so nobody can read it later."""

from __future__ import annotations

import threading
from pathlib import Path

from bedside.archive.store.database import scratch
from bedside.errors import NotFound


class Vault:
    """Pieces of bytes in a file at ``path``, looked up by two numbers, under a 32-byte key; any thread may use it."""

    def __init__(self, path: Path, key: bytes) -> None:
        self._connection = scratch(path, key)
        self._lock = threading.Lock()
        with self._lock:
            self._connection.execute("CREATE TABLE piece (of INTEGER, at INTEGER, held BLOB, PRIMARY KEY (of, at))")

    def put(self, of: int, at: int, held: bytes) -> None:
        """Store a piece; replaces an earlier one."""
        with self._lock:
            self._connection.execute("INSERT OR REPLACE INTO piece VALUES (?, ?, ?)", (of, at, held))

    def get(self, of: int, at: int) -> bytes:
        """Return a piece; raise NotFound for one that is not stored."""
        with self._lock:
            row = self._connection.execute("SELECT held FROM piece WHERE of = ? AND at = ?", (of, at)).fetchone()
        if row is None:
            raise NotFound("That piece of sound is not kept any more.", f"{of} {at}")
        return bytes(row[0])

    def forget(self, of: int) -> None:
        """Forget all pieces of a first number."""
        with self._lock:
            self._connection.execute("DELETE FROM piece WHERE of = ?", (of,))

    def close(self) -> None:
        """Close the file; without the key nobody can read it again."""
        with self._lock:
            self._connection.close()
