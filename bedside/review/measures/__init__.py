"""What a take's notes measure: pure functions from notes to numbers, the same for every player.

No clock, no file, no chance that was not passed in. What is no data is NaN here and null in JSON, never 0.
"""
