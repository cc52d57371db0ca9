"""The worlds: how an artist's file becomes a `World`, the shapes of its notes, and the layers of its backdrop.

Worlds know nothing of hands and keyboards. They are read before play, or on the picture worker's thread; the loop
never waits for them.
"""
