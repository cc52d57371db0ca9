"""The music: events, scales, layouts and gestures, as plain values and pure functions.

It imports only the standard library and numpy, and knows no clock, file, thread or device.
"""
