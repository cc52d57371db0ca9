"""The stage: the window and the loop that connect hands, pictures, engine and recorder.

One process, one loop. It sleeps until an event arrives or a frame is due, and never waits for disk, engine or card.
"""
