"""Which instruments there are, and their tables: patches, samples, baking, and the cache on the disk.

It reads and writes files and may block, so the sound card's thread never calls it. It starts no thread and no process.
"""
