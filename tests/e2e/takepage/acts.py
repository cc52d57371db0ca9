"""What a therapist does at the page of a take, and what is then heard and kept."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import numpy as np
from playwright.sync_api import Page

from e2e.reviewing import RATE, WINDOW_SECONDS, Pages, heard, places

NEAR_SECONDS = 0.1
SURE = 0.97


def x_of(page: Page, seconds: float) -> float:
    """Return where a second of the take lies on the pictures, when the whole of it is seen."""
    box = page.locator("#roll").bounding_box()
    assert box is not None
    return 52 + seconds * (box["width"] - 58) / page_length(page)


def page_length(page: Page) -> float:
    return float(page.locator("#take").get_attribute("data-seconds") or 0)


def click(page: Page, seconds: float, what: str = "#roll") -> None:
    page.locator(what).click(position={"x": x_of(page, seconds), "y": 12})


def drag(page: Page, what: str, first: float, last: float) -> None:
    box = page.locator(what).bounding_box()
    assert box is not None
    y = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + x_of(page, first), y)
    page.mouse.down()
    page.mouse.move(box["x"] + x_of(page, (first + last) / 2), y)
    page.mouse.move(box["x"] + x_of(page, last), y)
    page.mouse.up()


def until(met: Callable[[], bool], what: str, seconds: float = 30.0) -> None:
    end = time.monotonic() + seconds
    while not met():
        assert time.monotonic() < end, f"never: {what}"
        time.sleep(0.05)


def listen(page: Page, seconds: float) -> np.ndarray:
    """Return so much of what the page plays, once it plays."""
    until(lambda: bool(np.count_nonzero(np.abs(heard(page)) > 1e-3) >= seconds * RATE * 0.6), "sound")
    return heard(page)


def heard_first(page: Page, whole: np.ndarray) -> float:
    """Return the second of the take that was heard first since `forget`; the loaded machine may blur its beginning."""
    sound = listen(page, 4 * WINDOW_SECONDS)
    onset, window = int(np.argmax(np.abs(sound) > 1e-3)), int(WINDOW_SECONDS * RATE)
    pieces = [places(sound[onset + n * window :][: window + 1], whole) for n in range(4)]
    return next(at - n * WINDOW_SECONDS for n, piece in enumerate(pieces) for at, _, _ in sure(piece))


def sure(found: list[tuple[float, float, int]]) -> list[tuple[float, float, int]]:
    return [each for each in found if each[1] >= SURE]


def ready(page: Page) -> None:
    """Wait until all of the sound is there, so that what is measured is the page and not the rendering."""
    page.wait_for_selector("#ready[hidden]", state="attached")


def written(page: Page, pages: Pages) -> dict[str, Any]:
    found: dict[str, Any] = page.request.get(f"{pages.address}/api/takes/{pages.take()}/written").json()
    return found
