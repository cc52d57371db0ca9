"""One bed for each module of tests that leave nothing behind: each has a session of its own."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from bedside.sound.library import catalogue
from e2e.bed import bed, begin_session
from e2e.rig.program import Program
from e2e.rig.soundcard import SoundCard
from e2e.rig.touchscreen import Touchscreen


@pytest.fixture(scope="module")
def card() -> Iterator[SoundCard]:
    """Give one sound card for all tests of a module."""
    with SoundCard() as card:
        yield card


@pytest.fixture(scope="module")
def shared(touchscreen: Touchscreen, card: SoundCard, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Program]:
    """Give one program for all tests of a module."""
    with bed(touchscreen, card, tmp_path_factory.mktemp("shared") / "kept") as program:
        yield program
        assert program.stop() == 0
        assert program.stderr.read_text() == ""


@pytest.fixture
def program(touchscreen: Touchscreen, card: SoundCard, shared: Program) -> Iterator[Program]:
    """Give the program in a session of its own, in which the child has the harp."""
    yield shared
    touchscreen.lift()
    touchscreen.key(f"F{[recipe.name for recipe in catalogue.recipes(None)].index('harp') + 2}")
    begin_session(touchscreen, card, shared)
