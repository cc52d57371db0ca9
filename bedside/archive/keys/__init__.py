"""The keys of a data folder: a secret that reads the record, and a public key that suffices to write it.

A key is made once, and never replaced or overwritten. Only asking the system's key store may take long.
"""

from bedside.archive.keys.secret import PublicKey, Secret  # isort: skip - the function of this name comes after it
from bedside.archive.keys.keyfile import make, make_another, public_key, secret, secrets

__all__ = ["PublicKey", "Secret", "make", "make_another", "public_key", "secret", "secrets"]
