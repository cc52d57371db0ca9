"""Pure functions from a take's notes to numbers, the same for every player.

They use no clock, no file and no random source that was not passed in. Missing data is NaN here and null in JSON, never
0.
"""
