"""The secret of a data folder, and the public key that is derived from it: to record, no secret is needed."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass, field
from functools import cached_property

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

KEY_BYTES = 32
SALT_BYTES = 16

_PRIVATE = b"bedside journal 1"
_SALT = b"bedside salt 1"


@dataclass(frozen=True, slots=True)
class PublicKey:
    """An X25519 public key of 32 bytes: whoever has it can write the record, and cannot read it."""

    raw: bytes

    def __post_init__(self) -> None:
        if len(self.raw) != KEY_BYTES:
            raise ValueError(f"a public key has {KEY_BYTES} bytes, not {len(self.raw)}")

    @property
    def fingerprint(self) -> str:
        """The SHA-256 of the key, in hex."""
        return hashlib.sha256(self.raw).hexdigest()


@dataclass(frozen=True)
class Secret:
    """The 32-byte key of a data folder, and the 16-byte salt of its database; its repr shows neither.

    Python cannot wipe bytes or strings, so a process that has asked for a secret has it in memory until it ends: here,
    in the hex that the key file, the key store and SQLCipher take, and in its connections. OpenSSL wipes its copies. A
    process that only records has no secret at all.
    """

    key: bytes = field(repr=False)
    salt: bytes = field(repr=False)

    def __post_init__(self) -> None:
        if len(self.key) != KEY_BYTES:
            raise ValueError(f"a key has {KEY_BYTES} bytes, not {len(self.key)}")
        if len(self.salt) != SALT_BYTES:
            raise ValueError(f"a salt has {SALT_BYTES} bytes, not {len(self.salt)}")

    @classmethod
    def derive(cls, key: bytes) -> Secret:
        """Return the secret of a folder made new with this key: its salt follows from the key."""
        return cls(key, _derive(key, _SALT, SALT_BYTES))

    @classmethod
    def random(cls) -> Secret:
        """Return a new secret."""
        return cls.derive(secrets.token_bytes(KEY_BYTES))

    @cached_property
    def private(self) -> X25519PrivateKey:
        """The private key that opens the journal, derived from the key."""
        return X25519PrivateKey.from_private_bytes(_derive(self.key, _PRIVATE, KEY_BYTES))

    @cached_property
    def public(self) -> PublicKey:
        """The public key that the journal is sealed to."""
        return PublicKey(self.private.public_key().public_bytes_raw())


def _derive(key: bytes, info: bytes, length: int) -> bytes:
    return HKDF(SHA256(), length, salt=b"", info=info).derive(key)
