"""Sealing to a public key: each segment has an ephemeral X25519 key, and its frames are closed with ChaCha20-Poly1305.

Whoever seals needs no secret, and forgets the segment's key when the segment is full. Whoever opens needs the private
key; the ephemeral public key, which every frame repeats, says which segment's key it was.
"""

from __future__ import annotations

from collections.abc import Sequence

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from bedside.archive.keys.secret import PublicKey, Secret

TAG_BYTES = 16
EPHEMERAL_BYTES = 32

_INFO = b"bedside journal segment 1"


class Seal:
    """Closes the frames of one segment: ``ephemeral`` is the 32 bytes that let the owner of the key open them."""

    def __init__(self, public: PublicKey) -> None:
        private = X25519PrivateKey.generate()
        self.ephemeral = private.public_key().public_bytes_raw()
        shared = private.exchange(X25519PublicKey.from_public_bytes(public.raw))
        self._cipher = _cipher(shared, self.ephemeral, public.raw)

    def close(self, number: int, header: bytes, plain: bytes) -> bytes:
        """Return the plain bytes sealed, with 16 bytes more; a number must be used once only."""
        return self._cipher.encrypt(_nonce(number), plain, header)


class Opener:
    """Opens frames that were sealed to one of these secrets."""

    def __init__(self, secrets: Sequence[Secret]) -> None:
        self._secrets = tuple(secrets)
        self._ciphers: dict[bytes, list[ChaCha20Poly1305]] = {}

    def open(self, ephemeral: bytes, number: int, header: bytes, sealed: bytes) -> bytes | None:
        """Return the plain bytes, or None if a byte is not what was sealed or the key is not here."""
        ciphers = self._ciphers.get(ephemeral)
        if ciphers is None:
            ciphers = self._ciphers[ephemeral] = list(self._agree(ephemeral))
        for cipher in ciphers:
            try:
                return cipher.decrypt(_nonce(number), sealed, header)
            except InvalidTag:
                continue
        return None

    def _agree(self, ephemeral: bytes) -> Sequence[ChaCha20Poly1305]:
        try:
            there = X25519PublicKey.from_public_bytes(ephemeral)
            agreed = [(each.private.exchange(there), each.public.raw) for each in self._secrets]
        except ValueError:
            # a garbled ephemeral key is no point of the curve's large group; nothing was ever sealed with it
            return []
        return [_cipher(shared, ephemeral, public) for shared, public in agreed]


def _cipher(shared: bytes, ephemeral: bytes, public: bytes) -> ChaCha20Poly1305:
    return ChaCha20Poly1305(HKDF(SHA256(), 32, salt=ephemeral + public, info=_INFO).derive(shared))


def _nonce(number: int) -> bytes:
    return number.to_bytes(12, "little")
