"""Recall the secret of a key file: its key from the file or the key store, its salt from the file or the database."""

from __future__ import annotations

import logging
from dataclasses import replace
from pathlib import Path

from bedside.archive.keys import firstpages, keystore, keytext
from bedside.archive.keys.keyfolder import DATABASE, read, replace_text
from bedside.archive.keys.keystore import Hurried, Unanswered
from bedside.archive.keys.keytext import KeyText
from bedside.archive.keys.secret import KEY_BYTES, Secret
from bedside.errors import BedsideError

_log = logging.getLogger(__name__)


def recalled(path: Path, patience: float | None = None, hurried: Hurried = lambda: False) -> Secret | None:
    """Return the secret of a key file, or None if it is not there; an older file is brought to this version."""
    kept = read(path)
    if kept is None:
        return None
    key = _key(path, kept, patience, hurried)
    if keytext.digest_of(key) != kept.digest:
        raise BedsideError(f"The key of the recordings in {path.parent} is not the one that they were made with.")
    return _salted(path, kept, key)


def _key(path: Path, kept: KeyText, patience: float | None, hurried: Hurried) -> bytes:
    if isinstance(kept.where, bytes):
        return kept.where
    answer = keystore.recall(kept.where, patience, hurried)
    if isinstance(answer, Unanswered):
        raise BedsideError(_silent(path.parent, answer))
    key = keytext.from_hex(answer, KEY_BYTES)
    if key is None:
        raise BedsideError(_silent(path.parent, Unanswered.EMPTY))
    return key


def _silent(folder: Path, silence: Unanswered) -> str:
    beginning = f"The key of the recordings in {folder} is in this computer's key store, "
    match silence:
        case Unanswered.OFF:
            return f"{beginning}which BEDSIDE_KEYRING=off keeps closed: start without that setting."
        case Unanswered.ABSENT:
            return (
                f"{beginning}and none is running: log in at its own screen as the user who made them, and start again."
            )
        case Unanswered.LATE:
            return f"{beginning}which does not answer: unlock the key store, or restart the computer, and start again."
        case Unanswered.FAILED:
            return f"{beginning}which is locked or broken: unlock the key store and start again."
        case Unanswered.EMPTY:
            return (
                f"{beginning}which does not have it: log in as the user who made them, unlock the key store and start "
                "again, or type the key's words after bedside key restore."
            )


def _salted(path: Path, kept: KeyText, key: bytes) -> Secret:
    """Return the secret of a key file; the salt of a sound database is kept in the file from now on.

    A file of version 1 has no salt, and one that was restored from words has that which follows from the key; the
    database that belongs to them may be put beside them later.
    """
    database = path.parent / DATABASE
    found = Secret.derive(key) if kept.salt is None else Secret(key, kept.salt)
    try:
        if kept.salt is not None and firstpages.fits(database, found) is not False:
            return found
        salt = firstpages.find_salt(database, key)
        if salt is None:
            header = firstpages.header_salt(database)
            return found if kept.salt is not None or header is None else Secret(key, header)
    except OSError:
        # Whoever opens it says what is wrong with it.
        return found
    found = Secret(key, salt)
    try:
        replace_text(path, kept, replace(kept, salt=found.salt, public=found.public))
    except (BedsideError, OSError):
        _log.info("The key file stays without the salt.", exc_info=True)
    return found
