"""The devices of a bed for the end-to-end tests. A device that cannot be had fails the test; it never skips it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from e2e.reviewing import chromium
from e2e.rig.keyboard import Keyboard
from e2e.rig.soundcard import SoundCard
from e2e.rig.touchscreen import Touchscreen

# These wait for what they see, or listen only for whether there is sound; tests among them that listen more closely say
# so themselves.
_BESIDE_OTHERS = (
    *("test_review_desk", "test_review_library", "test_review_report", "test_review_safety"),
    *("test_seeing", "test_writing"),
    *(
        "test_monkey",
        "test_rest",
        "test_storage",
        "test_cuts",
        "test_together",
        "test_wayland",
        "test_lock",
        "test_kiosk",
    ),
)


def pytest_collection_modifyitems(items: Sequence[pytest.Item]) -> None:
    """Mark those that must have the machine to themselves: what plays and is listened to in real time."""
    for item in items:
        if Path(__file__).parent in item.path.parents and item.path.stem not in _BESIDE_OTHERS:
            item.add_marker(pytest.mark.alone)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Give Debian's browser."""
    with chromium() as made:
        yield made


@pytest.fixture(scope="session")
def touchscreen() -> Iterator[Touchscreen]:
    """Give a touchscreen of 1280 × 800 pixels for ten fingers, the same for all tests."""
    with Touchscreen(size=(1280, 800)) as screen:
        yield screen


@pytest.fixture(autouse=True)
def _lifted_fingers(request: pytest.FixtureRequest) -> Iterator[None]:
    """Lift the fingers that a failing test left on the screen."""
    yield
    if "touchscreen" in request.fixturenames:
        request.getfixturevalue("touchscreen").lift()


@pytest.fixture
def card() -> Iterator[SoundCard]:
    """Give a sound card that nobody has played on: blocks of 128 frames at 48 kHz."""
    with SoundCard() as card:
        yield card


@pytest.fixture
def keyboard(card: SoundCard) -> Iterator[Keyboard]:
    """Give a MIDI keyboard, plugged in."""
    with Keyboard(card) as keyboard:
        yield keyboard
