"""How soon the page of an hour's take can be used, and how smoothly it moves while it plays."""

from __future__ import annotations

import time
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from bench.test_hour import improvised
from bench.verdict import at_least, at_most
from e2e.reviewing import Pages, chromium, entered, opened, served

USABLE_SECONDS = 2.0
FIRST_BYTES_SECONDS = 0.3
PICTURES = 60.0

# Moves the pictures by a wheel once for each picture of the screen, while the music plays.
_MOVE = """
() => new Promise((done) => {
  const roll = document.getElementById("roll");
  const box = roll.getBoundingClientRect();
  const at = { clientX: box.left + 300, clientY: box.top + 60, bubbles: true, cancelable: true };
  const times = [];
  const draw = (now) => {
    times.push(now);
    roll.dispatchEvent(new WheelEvent("wheel", { ...at, deltaX: times.length % 120 < 60 ? 14 : -14 }));
    if (times.length < 240) requestAnimationFrame(draw);
    else done(times);
  };
  requestAnimationFrame(draw);
})
"""


@pytest.mark.timeout(900)
def test_the_page_of_an_hour(tmp_path: Path, report: Callable[[str], None]) -> None:
    """The real pages in a real browser: 20,000 notes from the click to what can be used, then wheel and playhead."""
    hour = tmp_path / "hour.mid"
    improvised(hour)
    with chromium() as browser, served(tmp_path / "kept", hour) as pages:
        for turn in ("at first", "again"):
            with entered(browser, pages) as page:
                opened(page, pages)
                told = page.evaluate(
                    "() => [document.documentElement.dataset.usable, document.documentElement.dataset.whole]"
                )
                usable, whole = (int(each) / 1000 for each in told)
                report(
                    f"the page of an hour, {turn}: usable after {usable:.2f} s, wanted {USABLE_SECONDS:g}: "
                    f"{at_most(usable, USABLE_SECONDS)}; all curves after {whole:.2f} s"
                )
                page.keyboard.press("Space")
                for name, zooms in (("of the whole hour", 0), ("of a minute and a half", 5)):
                    page.keyboard.press("0")
                    for _ in range(zooms):
                        page.keyboard.press("+")
                    times = page.evaluate(_MOVE)
                    apart = sorted(later - at for at, later in pairwise(times))
                    rate = 1000 / apart[len(apart) // 2]
                    report(
                        f"pictures a second while a view {name} moves and plays: {rate:.0f}, wanted {PICTURES:g}: "
                        f"{at_least(rate, PICTURES * 0.98)}; one in a hundred took "
                        f"{apart[int(len(apart) * 0.99)]:.0f} ms"
                    )
        _first_bytes(browser, pages, report)


def _first_bytes(browser: Browser, pages: Pages, report: Callable[[str], None]) -> None:
    with entered(browser, pages) as page:
        began = time.perf_counter()
        asked = {"range": "bytes=0-150000"}
        answer = page.request.get(f"{pages.address}/sound/{pages.take()}.wav?players=therapist", headers=asked)
        took = time.perf_counter() - began
        assert answer.status == 206
        report(
            f"the first second of a player's own sound, not rendered before: after {took:.2f} s, "
            f"wanted {FIRST_BYTES_SECONDS:g}: {at_most(took, FIRST_BYTES_SECONDS)}"
        )
