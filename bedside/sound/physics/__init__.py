"""Physical models that synthesise the tables: strings, bars, pipes, membranes, bodies and others.

Pure: numbers in, arrays out. Nothing here uses a file, a clock, a thread or a device; randomness comes from a generator
that is passed in.
"""
