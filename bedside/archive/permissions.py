"""Nobody but its user may read a key: what others can read is mended, and said."""

from __future__ import annotations

import os
import re
import stat
import sys
from pathlib import Path

_NAME = re.compile(r"bedside(-[0-9a-f]{8})?\.key")
_OTHERS = 0o077


def mend_permissions(folder: Path) -> str | None:
    """Forbid others to read a folder's key files and what lies beside them; return a sentence if they could, or None.

    What is another user's, or has no key, is left alone. Where the system has no such permissions, nothing is done.
    """
    if os.name == "nt":
        return None
    try:
        keys = [path for path in folder.glob("bedside*.key") if _NAME.fullmatch(path.name)]
        opened = [path for path in (folder, *keys) if keys and _is_open(path)]
    except OSError:
        return None
    if not opened:
        return None
    names = " and ".join(str(path) if path == folder else path.name for path in opened)
    try:
        for path in opened:
            path.chmod(0o700 if path == folder else 0o600)
    except OSError:
        return f"Other users of this computer can read {names}, and this cannot be changed; use another folder."
    # Where only one of both was open, nobody came as far as the key.
    advice = (
        " In case somebody did, make a new key: bedside key change." if folder in opened and len(opened) > 1 else ""
    )
    return f"Other users of this computer could read {names}; they no longer can.{advice}"


def _is_open(path: Path) -> bool:
    status = path.stat()
    ours = sys.platform != "win32" and status.st_uid == os.getuid()
    return ours and bool(stat.S_IMODE(status.st_mode) & _OTHERS)
