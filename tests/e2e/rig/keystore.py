"""A key store that opens, locks or hangs as a test says: a backend for ``keyring``, in whatever process it is loaded.

The file that ``BEDSIDE_RIG_KEYSTORE`` names holds what is kept, and ``state``: open, locked or hanging.
"""

from __future__ import annotations

import json
import os
import time
from pathlib import Path
from typing import Any

from keyring.backend import KeyringBackend
from keyring.errors import KeyringLocked

_VARIABLE = "BEDSIDE_RIG_KEYSTORE"
_TESTS = Path(__file__).parent.parent.parent


class RigKeyring(KeyringBackend):
    """Keeps passwords in a file; in the state ``hanging`` no call returns, in ``locked`` every call is refused."""

    priority = 9

    def get_password(self, service: str, username: str) -> str | None:
        """Return what is kept."""
        found: str | None = self._opened()["kept"].get(f"{service} {username}")
        return found

    def set_password(self, service: str, username: str, password: str) -> None:
        """Keep something."""
        held = self._opened()
        held["kept"][f"{service} {username}"] = password
        self._path.write_text(json.dumps(held))

    def delete_password(self, service: str, username: str) -> None:
        """Forget something."""
        held = self._opened()
        held["kept"].pop(f"{service} {username}", None)
        self._path.write_text(json.dumps(held))

    @property
    def _path(self) -> Path:
        return Path(os.environ[_VARIABLE])

    def _opened(self) -> dict[str, Any]:
        while (held := json.loads(self._path.read_text()))["state"] == "hanging":
            time.sleep(0.1)
        if held["state"] == "locked":
            raise KeyringLocked("locked")
        return dict(held)


class Keystore:
    """A key store whose file is at ``path``; ``env`` is for the programs that use it."""

    def __init__(self, path: Path) -> None:
        self._path = path
        path.write_text(json.dumps({"state": "open", "kept": {}}))
        self.env = {
            _VARIABLE: str(path),
            "BEDSIDE_KEYRING": "on",
            "PYTHON_KEYRING_BACKEND": f"{__name__}.{RigKeyring.__name__}",
            "PYTHONPATH": os.pathsep.join(filter(None, (str(_TESTS), os.environ.get("PYTHONPATH")))),
        }

    def turn(self, state: str) -> None:
        """Open it, lock it, or let it hang."""
        held = json.loads(self._path.read_text())
        self._path.write_text(json.dumps({**held, "state": state}))
