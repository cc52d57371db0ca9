"""The encrypted store: its database, its key, its tables, and what is read from and written to them.

SQLCipher, SQLAlchemy and the key store are touched here and nowhere else. Everything here may wait for the disk, so the
loop and the engine reach it only through the recorder's thread.
"""
