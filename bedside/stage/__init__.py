"""Where it is played: the window and the loop that join hands, pictures, engine and recorder.

One process, one loop: it sleeps until an event arrives or a frame is due, and never waits for disk, engine or card.
"""
