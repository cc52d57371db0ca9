"""Standard MIDI Files: reading a file into takes, and writing a take as a file.

Pure functions turn bytes into tracks and tracks into events; only `midifile` opens files.
"""
