"""The first pages of a database: which key and salt they were sealed with, found without opening it.

SQLCipher 4 keeps the salt in the first 16 bytes of the file, and 80 bytes at the end of each page: 16 of an
initialisation vector, and the HMAC-SHA512 of the page, the vector and the page's number. Reading changes nothing, and a
page that another program is writing at this moment only seems not to fit.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterator
from itertools import count
from pathlib import Path

from bedside.archive.keys.secret import SALT_BYTES, Secret

PAGE = 4096
_TAG = 64
# A damaged page says nothing of the key; all of them seldom are.
_LOOKED_AT = 8

# The write-ahead log: its header, and the header of each page, which begins with the page's number.
_LOG_HEADER, _FRAME_HEADER = 32, 24


def fits(database: Path, secret: Secret) -> bool | None:
    """Return whether one of the first pages was sealed with a secret; None if there is no page.

    Raise OSError if the file cannot be read.
    """
    pages = list(_pages(database))
    if not pages:
        return None
    sealing = _sealing_key(secret.key, secret.salt)
    return any(_is_sealed(page, number, sealing) for number, page in pages)


def fits_anywhere(database: Path, secret: Secret) -> bool:
    """Return whether any page at all was sealed with a secret; takes about 10 ms per megabyte if none was.

    Raise OSError if the file cannot be read.
    """
    sealing = _sealing_key(secret.key, secret.salt)
    return any(_is_sealed(page, number, sealing) for number, page in _pages(database, None))


def find_salt(database: Path, key: bytes) -> bytes | None:
    """Return the salt that the first page was sealed with under a key, from the file or its log; None if neither fits.

    Raise OSError if a file cannot be read.
    """
    for page in (*(page for number, page in _pages(database) if number == 1), *_logged(database)):
        salt = page[:SALT_BYTES]
        if _is_sealed(page, 1, _sealing_key(key, salt)):
            return salt
    return None


def header_salt(database: Path) -> bytes | None:
    """Return the first 16 bytes, the salt if they are not damaged; None if there are fewer."""
    try:
        with database.open("rb") as file:
            salt = file.read(SALT_BYTES)
    except FileNotFoundError:
        return None
    return salt if len(salt) == SALT_BYTES else None


def _pages(database: Path, most: int | None = _LOOKED_AT) -> Iterator[tuple[int, bytes]]:
    try:
        with database.open("rb") as file:
            for number in count(1):
                page = file.read(PAGE)
                if len(page) < PAGE or (most is not None and number > most):
                    return
                yield number, page
    except FileNotFoundError:
        return


def _logged(database: Path) -> Iterator[bytes]:
    """Yield the copies of the first page in the write-ahead log."""
    try:
        with database.with_name(f"{database.name}-wal").open("rb") as log:
            log.seek(_LOG_HEADER)
            while len(frame := log.read(_FRAME_HEADER + PAGE)) == _FRAME_HEADER + PAGE:
                if frame[:4] == b"\0\0\0\1":
                    yield frame[_FRAME_HEADER:]
    except FileNotFoundError:
        return


def _sealing_key(key: bytes, salt: bytes) -> bytes:
    return hashlib.pbkdf2_hmac("sha512", key, bytes(each ^ 0x3A for each in salt), 2, 32)


def _is_sealed(page: bytes, number: int, sealing: bytes) -> bool:
    """Return whether a page is as it was sealed; the first one's first bytes, the salt, are outside."""
    inside = page[SALT_BYTES if number == 1 else 0 : -_TAG]
    tag = hmac.digest(sealing, inside + number.to_bytes(4, "little"), "sha512")
    return hmac.compare_digest(tag, page[-_TAG:])
