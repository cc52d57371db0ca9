"""The reference take: every instrument and stage of the engine, and the hashes of what a machine makes of it.

Two machines whose hashes are equal make the same bits of every take.
"""
