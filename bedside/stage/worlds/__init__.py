"""The worlds: `World`, read from an artist's file, the shapes of its notes, and the layers of its backdrop.

Worlds know nothing of hands and keyboards. They are read before play, or on the picture worker's thread; the loop
never waits for them.
"""
