"""The key files of a data folder: `KEY_FILE`, and others beside it, each of which says where one key is.

A key file is made once, at once or not at all, and never replaced by another key. Where the key of the recordings
cannot be had, one more is made beside it. Only `public_key` needs neither the key store nor the database.

The database is opened with whichever key it was made with, and what is recorded now is sealed to the first sound one;
so a change of the key, or a key that comes back, needs no moment at which two files change at once.
"""

from __future__ import annotations

import contextlib
import errno
import logging
import time
import uuid
from collections.abc import Iterator
from pathlib import Path

from bedside.archive.keys import firstpages, keystore
from bedside.archive.keys.keyfolder import DATABASE, KEY_FILE, key_file_name, key_files, link_new, read
from bedside.archive.keys.keystore import Hurried, Unanswered
from bedside.archive.keys.keytext import KeyText, digest_of
from bedside.archive.keys.recalling import recalled
from bedside.archive.keys.secret import PublicKey, Secret
from bedside.errors import BedsideError
from bedside.files import reason, sync_folder

_log = logging.getLogger(__name__)


def public_key(folder: Path) -> PublicKey | None:
    """Return the key that is recorded under, or None if no key was made; it never waits and never asks the key store.

    It is that of the first sound key file. Raise BedsideError if there are only damaged ones, and for a file of an
    older version whose key is in the key store: its public key is not known before `secret` was asked.
    """
    fault: BedsideError | None = None
    for path in key_files(folder):
        try:
            kept = read(path)
        except BedsideError as error:
            fault = fault or error
            continue
        if kept is not None and (public := kept.known_public) is not None:
            return public
        if kept is not None:
            fault = fault or BedsideError(f"The key of the recordings in {folder} is of an older version.")
    if fault is not None:
        raise fault
    return None


def secret(folder: Path, hurried: Hurried = lambda: False) -> Secret | None:
    """Return the secret of a folder's database; None if no key was made, or if that of recordings is missing.

    If none fits the database, it is that of `KEY_FILE`. It asks the key store, for up to ten seconds, or one if
    ``hurried``. Raise BedsideError if `KEY_FILE` does not give its key and no other fits.
    """
    database = folder / DATABASE
    first: Secret | None = None
    other: Secret | None = None
    fault: BedsideError | None = None
    for path, each in _recalled_all(folder, hurried):
        if isinstance(each, BedsideError):
            fault = fault or each
            continue
        fitting = _fits(database, each)
        if fitting or (fitting is None and path.name == KEY_FILE):
            return each
        if path.name == KEY_FILE:
            first = each
        elif fitting is None:
            other = other or each
    if (first or other) is None and fault is not None:
        raise fault
    return first or other


def secrets(folder: Path) -> list[Secret]:
    """Return the secrets of all key files that give theirs, first that of the database; it asks the key store.

    Raise BedsideError if there are key files and none gives its key.
    """
    recalled = [each for _, each in _recalled_all(folder)]
    found = [each for each in recalled if isinstance(each, Secret)]
    if recalled and not found:
        raise next(each for each in recalled if isinstance(each, BedsideError))
    # While a key is changed, two files may have the same. Sorting keeps the order of those that are alike.
    return sorted(dict.fromkeys(found), key=lambda each: not _fits(folder / DATABASE, each))


def make(folder: Path, hurried: Hurried = lambda: False) -> Secret:
    """Return the secret of `KEY_FILE`, made now if there is none; raise BedsideError if that fails.

    Where the key store does not answer, the key is kept in the file; so it is, after a second, if it is ``hurried``.
    """
    return add(folder, Secret.random(), hurried=hurried)


def make_another(folder: Path) -> Secret:
    """Return the secret of another key file, beside what is there; raise BedsideError if that fails.

    One that was made before, and gives its key, serves again.
    """
    for path in key_files(folder):
        if path.name != KEY_FILE:
            with contextlib.suppress(BedsideError):
                found = recalled(path, keystore.HASTE_SECONDS)
                if found is not None:
                    return found
    return add_another(folder, Secret.random())


def add_another(folder: Path, secret: Secret) -> Secret:
    """Keep a secret in a key file of its own, beside what is there; raise BedsideError if that fails."""
    return add(folder, secret, key_file_name(secret), keystore.HASTE_SECONDS)


def add(
    folder: Path,
    secret: Secret,
    name: str = KEY_FILE,
    patience: float | None = None,
    hurried: Hurried = lambda: False,
) -> Secret:
    """Keep a secret in a new key file; return that of the file that was there before, if one was.

    Raise BedsideError if the file cannot be written, or the one that is there does not give its key.
    """
    path = folder / name
    found = recalled(path, patience, hurried)
    if found is not None:
        return found
    entry = uuid.uuid4().hex
    in_store = keystore.entrust(entry, secret.key.hex(), patience, hurried)
    made = False
    try:
        made = link_new(path, KeyText.of(secret, entry if in_store else None))
    except OSError as error:
        raise BedsideError(
            f"The key of the recordings cannot be saved in {folder}: {reason(error)}. {_advice(error)}"
        ) from error
    finally:
        if in_store and not made:
            keystore.forget(entry)
    kept = secret if made else recalled(path)
    if kept is None:
        raise BedsideError(f"The key of the recordings was made in {folder} and is gone again.")
    return kept


def holds(path: Path, secret: Secret) -> bool:
    """Return whether a key file is sound and that of a secret."""
    try:
        kept = read(path)
    except BedsideError:
        return False
    return kept is not None and kept.digest == digest_of(secret.key)


def give_back(path: Path, secret: Secret) -> bool:
    """Return whether a sound key file gives this secret, if need be after its key was put into the key store again."""
    with contextlib.suppress(BedsideError):
        return recalled(path) == secret
    kept = read(path)
    if kept is None or not isinstance(kept.where, str) or keystore.recall(kept.where) is not Unanswered.EMPTY:
        return False
    return keystore.entrust(kept.where, secret.key.hex())


def remove(path: Path) -> None:
    """Remove a key file for good, and its key from the key store; raise BedsideError or OSError if that fails.

    What a disk keeps of a removed file nobody knows: the recordings must not need its secrecy any more either.
    """
    kept = read(path)
    path.unlink()
    sync_folder(path.parent)
    if kept is not None and isinstance(kept.where, str):
        keystore.forget(kept.where)


def _recalled_all(folder: Path, hurried: Hurried = lambda: False) -> Iterator[tuple[Path, Secret | BedsideError]]:
    """Yield each key file with its secret, or with why it does not give it; all share the patience of one."""
    until = time.monotonic() + keystore.PATIENCE_SECONDS
    for path in key_files(folder):
        try:
            found = recalled(path, max(keystore.HASTE_SECONDS, until - time.monotonic()), hurried)
        except BedsideError as error:
            _log.warning("A key file does not give its key.", exc_info=True)
            yield path, error
            continue
        if found is not None:
            yield path, found


def _advice(error: OSError) -> str:
    """Return what to do where a key file cannot be written."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return "Make room on that disk."
    # Some disks, such as most memory sticks, know no links.
    return "Choose a folder on this computer's own disk."


def _fits(database: Path, secret: Secret) -> bool | None:
    try:
        return firstpages.fits(database, secret)
    except OSError:
        # Whoever opens it says what is wrong with it.
        return None
