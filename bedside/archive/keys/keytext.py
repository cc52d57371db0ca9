"""The text of a key file: where the key is, and what can be known without it.

    bedside key 2
    keyring NAME            or: file HEX, the key itself
    HEX                     the SHA-256 of the key
    salt HEX                of the database
    public HEX              what the journal is sealed to
    HEX                     the SHA-256 of the five lines

Files of version 1 end after the third line. The last line was not in their way: one flipped bit of the public key would
seal a record to a key that nobody has.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field

from bedside.archive.keys.secret import KEY_BYTES, SALT_BYTES, PublicKey, Secret

_HEADING, _FIRST_HEADING = "bedside key 2", "bedside key 1"
_IN_STORE, _IN_FILE = "keyring", "file"


@dataclass(frozen=True, slots=True)
class KeyText:
    """What a key file says: ``where`` is the key's name in the key store, or the key; its repr does not show it.

    The salt and the public key are None in version 1.
    """

    where: str | bytes = field(repr=False)
    digest: str
    salt: bytes | None = field(repr=False, default=None)
    public: PublicKey | None = None

    @classmethod
    def of(cls, secret: Secret, name: str | None) -> KeyText:
        """Return what the file of a secret says whose key has this name in the key store; None keeps it in the file."""
        return cls(name or secret.key, digest_of(secret.key), secret.salt, secret.public)

    @property
    def known_public(self) -> PublicKey | None:
        """The public key, if the file is enough to know it."""
        if self.public is None and isinstance(self.where, bytes):
            return Secret.derive(self.where).public
        return self.public

    def format(self) -> str:
        """Return the text of a file, in version 2."""
        if self.salt is None or self.public is None:
            raise ValueError("a key file is written with its salt and its public key")
        where = f"{_IN_STORE} {self.where}" if isinstance(self.where, str) else f"{_IN_FILE} {self.where.hex()}"
        lines = f"{_HEADING}\n{where}\n{self.digest}\nsalt {self.salt.hex()}\npublic {self.public.raw.hex()}\n"
        return f"{lines}{_checksum(lines)}\n"


def parse(text: str) -> KeyText | None:
    """Return what the text of a key file says, or None if it is damaged."""
    lines = text.split("\n")
    match lines:
        case [heading, where, digest, ""] if heading == _FIRST_HEADING:
            return _parsed(where, digest, None, None)
        case [heading, where, digest, salt, public, checksum, ""] if heading == _HEADING:
            if checksum != _checksum("".join(f"{line}\n" for line in lines[:5])):
                return None
            salted = from_hex(salt.removeprefix("salt "), SALT_BYTES)
            raw = from_hex(public.removeprefix("public "), KEY_BYTES)
            return None if salted is None or raw is None else _parsed(where, digest, salted, PublicKey(raw))
        case _:
            return None


def digest_of(key: bytes) -> str:
    """Return the SHA-256 of a key, in hex."""
    return hashlib.sha256(key).hexdigest()


def from_hex(text: str, length: int) -> bytes | None:
    """Return so many bytes from their hex, or None if it is not that."""
    try:
        value = bytes.fromhex(text)
    except ValueError:
        return None
    return value if len(value) == length else None


def _parsed(where: str, digest: str, salt: bytes | None, public: PublicKey | None) -> KeyText | None:
    kind, _, value = where.partition(" ")
    if from_hex(digest, KEY_BYTES) is None:
        return None
    if kind == _IN_STORE and value:
        return KeyText(value, digest, salt, public)
    key = from_hex(value, KEY_BYTES)
    if kind != _IN_FILE or key is None or digest_of(key) != digest:
        return None
    return KeyText(key, digest, salt, public)


def _checksum(lines: str) -> str:
    return hashlib.sha256(lines.encode("ascii", "replace")).hexdigest()
