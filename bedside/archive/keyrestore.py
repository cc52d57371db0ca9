"""Put a key back that somebody types from paper: beside what is there, never in the place of another key."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from bedside.archive.journal.resealing import is_opened_by
from bedside.archive.keys import firstpages, keyfile
from bedside.archive.keys.keyfolder import DATABASE, KEY_FILE, digest_in, key_file_name, key_files
from bedside.archive.keys.keytext import digest_of
from bedside.archive.keys.secret import Secret
from bedside.archive.keys.words import corrections, key_of
from bedside.archive.store.index import JOURNAL
from bedside.errors import BedsideError
from bedside.files import make_private, reason


@dataclass(frozen=True, slots=True)
class RestoredKey:
    """What came of it: the key's file, and whether recordings here open with it, None if there are none.

    ``mistake`` says what was wrong with the words, or is None.
    """

    path: Path
    opens: bool | None
    mistake: str | None


def restore_key(folder: Path, words: Sequence[str], anyway: bool = False) -> RestoredKey:
    """Keep the key of 24 words in a folder; with one mistake in them, the recordings may tell which it is.

    Raise BedsideError if the words do not belong together, if no recording here opens with the key, unless ``anyway``,
    and if a file cannot be written.
    """
    try:
        return _restored(folder, words, anyway)
    except OSError as error:
        raise BedsideError(
            f"The recordings in {folder} cannot be read: {reason(error)}. Nothing was changed."
        ) from error


def _restored(folder: Path, words: Sequence[str], anyway: bool) -> RestoredKey:
    key, mistake = key_of(words), None
    if key is None:
        key, mistake = _corrected(folder, words)
    secret = _salted(folder, key)
    opens = _opens(folder, secret)
    for path in key_files(folder):
        if keyfile.holds(path, secret) and keyfile.give_back(path, secret):
            return RestoredKey(path, opens, mistake)
    if opens is False and not anyway:
        raise BedsideError(
            f"These are the words of another bed's key: nothing in {folder} opens with them. Nothing was changed. "
            "With --anyway the key is kept beside the others."
        )
    make_private(folder)
    fingerprint = secret.public.fingerprint
    names = [key_file_name(secret), f"bedside-{fingerprint[8:16]}.key"]
    if opens is not False:
        names.insert(0, KEY_FILE)
    path = next(path for name in names if not (path := folder / name).exists())
    keyfile.add(folder, secret, path.name)
    return RestoredKey(path, opens, mistake)


def _corrected(folder: Path, words: Sequence[str]) -> tuple[bytes, str]:
    """Return the key that the recordings, or a damaged key file, know among those that one mistake leads to."""
    digests = {digest for path in key_files(folder) if (digest := digest_in(path)) is not None}
    for each in corrections(words):
        if digest_of(each.key) in digests or firstpages.fits(folder / DATABASE, _salted(folder, each.key)):
            return each.key, each.sentence
    raise BedsideError(
        "All of these words are in the list, but they do not belong together: one of them is another word, or two are "
        "exchanged. Compare each with the paper. Nothing was changed."
    )


def _salted(folder: Path, key: bytes) -> Secret:
    salt = firstpages.find_salt(folder / DATABASE, key)
    return Secret.derive(key) if salt is None else Secret(key, salt)


def _opens(folder: Path, secret: Secret) -> bool | None:
    """Return whether the database or a segment of the journal opens with a secret; None if there are neither."""
    answers = firstpages.fits(folder / DATABASE, secret), is_opened_by(folder / JOURNAL, secret)
    return True if True in answers else False if False in answers else None
