"""The archive: the recorder, the encrypted store, import and export.

Everything that is recorded or written passes through here. While somebody plays, only the recorder's thread waits for
the disk.
"""
