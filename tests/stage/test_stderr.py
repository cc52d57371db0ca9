from __future__ import annotations

import os

import pytest

from bedside.stage.stderr import silenced_stderr


def test_two_threads_that_silence_standard_error_leave_it_as_it_was(capfd: pytest.CaptureFixture[str]) -> None:
    """It is heard again after the last of two blocks that overlap, whichever ends first."""
    for first_ends_first in (True, False):
        first, second = silenced_stderr(), silenced_stderr()
        first.__enter__()
        second.__enter__()
        os.write(2, b"nothing")
        ends = (first, second) if first_ends_first else (second, first)
        ends[0].__exit__(None, None, None)
        os.write(2, b"nothing")
        ends[1].__exit__(None, None, None)
        os.write(2, b"heard")
        assert capfd.readouterr().err == "heard"
