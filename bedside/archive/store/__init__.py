"""The index: an encrypted database, built from the journal, and all code that reads, feeds, checks and mends it.

What is written is a change (`changes`), which goes into the journal first (`keeping`) and is then applied (`applying`).
SQLCipher and SQLAlchemy are used only here. All of it may wait for the disk, so the loop and the engine reach it only
through the recorder's thread.
"""
