"""The key files of a data folder: found, read, made all at once, and replaced only by a better form of the same key."""

from __future__ import annotations

import contextlib
import os
import re
import sys
from collections.abc import Iterator
from pathlib import Path

from bedside import leftovers
from bedside.archive.keys import keytext
from bedside.archive.keys.keytext import KeyText
from bedside.archive.keys.secret import KEY_BYTES, Secret
from bedside.errors import BedsideError
from bedside.files import reason, replacing, sync_folder

KEY_FILE = "bedside.key"
# The database that the keys of a folder are for.
DATABASE = "bedside.db"

_ANOTHER = re.compile(r"bedside-[0-9a-f]{8}\.key")


def key_files(folder: Path) -> list[Path]:
    """Return the key files of a folder, `KEY_FILE` first; raise BedsideError if it cannot be read."""
    try:
        names = {each.name for each in folder.iterdir()}
    except (FileNotFoundError, NotADirectoryError):
        return []
    except OSError as error:
        raise BedsideError(f"The folder {folder} cannot be read: {reason(error)}.") from error
    others = sorted(name for name in names if _ANOTHER.fullmatch(name))
    return [folder / name for name in ((KEY_FILE,) if KEY_FILE in names else ()) + tuple(others)]


def key_file_name(secret: Secret) -> str:
    """Return the name of the file that keeps a key beside another."""
    return f"bedside-{secret.public.fingerprint[:8]}.key"


def read(path: Path) -> KeyText | None:
    """Return what a key file says, or None if it is not there; raise BedsideError if it is damaged."""
    try:
        text = path.read_text("ascii", errors="replace")
    except FileNotFoundError:
        return None
    except OSError as error:
        raise BedsideError(f"The key of the recordings, {path}, cannot be read: {reason(error)}.") from error
    kept = keytext.parse(text)
    if kept is None:
        raise BedsideError(
            f"The key of the recordings, {path}, is damaged: put a copy of it back, "
            "or type its words after bedside key restore."
        )
    return kept


def digest_in(path: Path) -> str | None:
    """Return the SHA-256 of a key that a key file, sound or damaged, seems to name; None if it names none."""
    try:
        lines = path.read_text("ascii", errors="replace").split("\n")
    except OSError:
        return None
    return next((line for line in lines[2:3] if keytext.from_hex(line, KEY_BYTES) is not None), None)


def is_sound(path: Path) -> bool:
    """Return whether a key file is there and says where its key is."""
    try:
        return read(path) is not None
    except BedsideError:
        return False


def link_new(path: Path, kept: KeyText) -> bool:
    """Write a new key file, all of it at once; return whether it is there now, as another program may be first.

    Raise OSError if that fails, which leaves nothing.
    """
    file, draft = leftovers.new_file(path.parent)
    with file:
        try:
            file.write(kept.format().encode("ascii"))
            file.flush()
            os.fsync(file.fileno())
            # Unlike a rename, a link never replaces the key that another program has just made.
            os.link(draft, path)
        except FileExistsError:
            return False
        finally:
            if os.name == "nt":
                # Windows removes no file that is open.
                file.close()
            draft.unlink(missing_ok=True)
    sync_folder(path.parent)
    return True


def replace_text(path: Path, before: KeyText, after: KeyText) -> bool:
    """Replace the text of a key file in one step, unless it changed meanwhile; raise BedsideError if that fails."""
    with locked(path.parent):
        if read(path) != before:
            return False
        with replacing(path) as file:
            file.write(after.format().encode("ascii"))
    return True


@contextlib.contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Let no other program replace a key file of this folder while the block runs, where the system can."""
    if sys.platform == "win32":
        yield
    else:
        import fcntl

        descriptor = os.open(folder, os.O_RDONLY)
        try:
            # Some network folders cannot be locked.
            with contextlib.suppress(OSError):
                fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield
        finally:
            os.close(descriptor)
