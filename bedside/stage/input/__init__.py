"""What people do at the bed: fingers, mouse, keys and MIDI keyboards, who sits where, and what they choose.

Input knows nothing of pictures. It runs on the loop's thread and never waits; RtMidi's threads only fill a queue.
"""
