"""The instruments and their tables: patches, samples, baking, and the cache on disk.

The code here reads and writes files and may block, so the sound card's thread never calls it. It starts no threads and
no processes.
"""
