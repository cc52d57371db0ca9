"""Standard MIDI Files: how a file becomes takes, and a take a file.

Bytes become tracks, tracks become events, without a file or a clock; only `midifile` opens files.
"""
