"""The keys of a data folder: a secret that reads the record, and a public key that suffices to write it.

A key is made once, and never replaced or overwritten. Only asking the system's key store may take long.
"""

from bedside.archive.keys.secret import PublicKey, Secret

__all__ = ["PublicKey", "Secret"]
