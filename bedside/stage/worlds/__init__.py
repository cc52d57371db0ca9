"""What a world is, as an artist states it in a file, and what its backdrop is painted of.

Worlds know nothing of hands and keyboards. They are read before play, or on the picture's own thread; the loop does
not wait for them.
"""
