"""The keys of a data folder: a secret that reads the record, and a public key that suffices to write it."""
