"""Faults that a person can act on, each with one plain sentence; builtin exceptions are for a programmer's mistakes."""


class BedsideError(Exception):
    """A fault outside the program; its message is one plain sentence for the person who meets it."""


class NotFound(BedsideError):  # noqa: N818 - the name says what happened
    """The requested thing does not exist, or no longer exists; ``which`` is its id or name."""

    def __init__(self, sentence: str, which: str = "") -> None:
        super().__init__(sentence)
        self.which = which


class Refused(BedsideError):  # noqa: N818 - the name says what happened
    """The input is invalid, or is not allowed now."""
