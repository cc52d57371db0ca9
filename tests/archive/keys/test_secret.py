"""What follows from a key, and what shows of it."""

from __future__ import annotations

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey

from bedside.archive.keys.secret import PublicKey, Secret

KEY = bytes(range(32))


def test_everything_follows_from_the_key() -> None:
    """The 32 bytes on paper give the same salt and the same private key for ever."""
    secret = Secret.derive(KEY)
    assert secret.salt.hex() == "0f54552f268d89163a65c68b7ac52d80"
    assert (
        secret.private.private_bytes_raw().hex() == "eb9910df9386b8c2723cedc1a6db9a5a548c6716fdfb433fb6cd18e475d2cfae"
    )
    assert secret.public == Secret(KEY, bytes(16)).public


def test_who_has_the_public_key_agrees_with_who_has_the_secret() -> None:
    """An ephemeral key and the public key give what the private key and the ephemeral one's public part give."""
    secret, ephemeral = Secret.random(), X25519PrivateKey.generate()
    there = X25519PublicKey.from_public_bytes(secret.public.raw)
    assert ephemeral.exchange(there) == secret.private.exchange(ephemeral.public_key())


def test_a_secret_shows_nothing_of_itself() -> None:
    """Neither key nor salt is in the text of a secret, which may end up in a log."""
    secret = Secret.derive(KEY)
    assert str(secret) == repr(secret) == "Secret()"


@pytest.mark.parametrize("make", [lambda: Secret(b"", bytes(16)), lambda: Secret(KEY, b""), lambda: PublicKey(b"x")])
def test_a_key_of_another_length_is_refused(make: object) -> None:
    """A key that is too short is a programmer's mistake."""
    with pytest.raises(ValueError, match="bytes, not"):
        make()  # type: ignore[operator]
