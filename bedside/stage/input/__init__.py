"""Input at the bed: fingers, mouse, keys and MIDI keyboards, and the seats and choices of players.

Input knows nothing of pictures. It runs on the loop's thread and never waits; RtMidi's threads only fill a queue.
"""
