"""What can go wrong outside the program, said so that a nurse could act on it."""


class BedsideError(Exception):
    """A fault of the world outside, with one plain sentence for the person who meets it."""
