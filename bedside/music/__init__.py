"""What is played: events, scales, layouts and gestures, as plain values and pure functions.

It imports the standard library and numpy only, and knows no clock, file, thread or device.
"""
