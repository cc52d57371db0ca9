"""The encrypted store: its database, key and tables, and all code that reads and writes them.

SQLCipher, SQLAlchemy and the key store are used only here. All of it may wait for the disk, so the loop and the engine
reach it only through the recorder's thread.
"""
