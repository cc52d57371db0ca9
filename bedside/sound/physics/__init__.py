"""How a table is made: strings, bars, pipes, membranes and bodies, each from its modes and its exciter.

Pure: numbers in, arrays out. Nothing here knows a file, a clock, a thread or a device; chance comes from a generator
that was passed in.
"""
