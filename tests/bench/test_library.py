"""How quickly the library is there: among ten thousand takes, and as a page in a real browser."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from statistics import median

import pytest

from archive.manytakes import fill
from bedside.archive.store.search import FoundTake, Order, TakeQuery
from bedside.archive.store.store import Store
from bedside.music.events import Player
from bench.verdict import at_most
from e2e.reviewing import CODE, PATIENCE_SECONDS, Pages, chromium, served
from review.web.desk import played
from review.web.door import Door

TAKES = 10_000
LOOKS = 20
OPENINGS = 7

LOOK_MILLISECONDS = 100.0
PAGE_MILLISECONDS = 100.0
FIRST_PAGE_SECONDS = 1.0

ASKED = {
    "everything": TakeQuery(),
    "words in remarks": TakeQuery("high bells"),
    "a word that is nowhere": TakeQuery("nowhere"),
    "a code": TakeQuery("K01"),
    "a player": TakeQuery(player=Player.THERAPIST),
    "stars": TakeQuery(starred=True),
    **{f"{order}": TakeQuery(order=order) for order in Order},
}

# Type a word, and return the milliseconds until what is found is shown.
TYPED = """(word) => new Promise((done) => {
  const began = performance.now();
  new MutationObserver((_, watching) => { watching.disconnect(); done(performance.now() - began); })
    .observe(document.querySelector("#count"), { childList: true });
  const field = document.querySelector("#words");
  field.value = word;
  field.dispatchEvent(new Event("input", { bubbles: true }));
})"""


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a folder of ten thousand takes, of which the newest forty have notes."""
    folder = tmp_path_factory.mktemp("library") / "kept"
    with Store.create(folder) as store:
        fill(store, TAKES)
        for take in store.search.page(TakeQuery(), 0, 40):
            with store.writing() as writing:
                writing.append(take.id, played(240.0, seed=len(take.id)))
    return folder


@pytest.fixture(scope="module")
def pages(data: Path) -> Iterator[Pages]:
    with served(data) as made:
        yield made


def milliseconds(ask: Callable[[], object], times: int = LOOKS) -> list[float]:
    """Return how long something takes, each time it is asked for."""
    taken = []
    for _ in range(times):
        began = time.perf_counter()
        ask()
        taken.append(1000 * (time.perf_counter() - began))
    return sorted(taken)


def first_page(store: Store, wanted: TakeQuery) -> tuple[int, list[FoundTake]]:
    return store.search.count(wanted), store.search.page(wanted, 0, 40)


def test_the_search(data: Path, report: Callable[[str], None]) -> None:
    """A page of forty is found and counted among ten thousand, whatever is looked for, in so many milliseconds."""
    with Store.open(data) as store:
        for name, wanted in ASKED.items():
            first = milliseconds(partial(first_page, store, wanted))
            count = store.search.count(wanted)
            end = max(count - 40, 0)
            last = milliseconds(partial(store.search.page, wanted, end, 40))
            report(
                f"{name:>24}: first page {median(first):5.1f} ms (most {first[-1]:5.1f}), last {median(last):5.1f} ms, "
                f"of {count} takes; wanted {LOOK_MILLISECONDS:g} ms: {at_most(median(first), LOOK_MILLISECONDS)}"
            )


def test_the_page(data: Path, tmp_path: Path, report: Callable[[str], None]) -> None:
    """The library's page, guard and template and all, is made in so many milliseconds, and a miniature in fewer."""
    copy = shutil.copytree(data, tmp_path / "kept")
    with Store.create(copy) as store:
        door = Door(store, copy)
        visitor = door.visitor()
        try:
            whole = milliseconds(lambda: visitor.get("/").raise_for_status())
            found = milliseconds(lambda: visitor.get("/?words=high+bells").raise_for_status())
            newest = store.search.page(TakeQuery(), 0, 40)
            drawn = milliseconds(lambda: [visitor.get(f"/rolls/{take.id}.svg") for take in newest], 1)[0] / 40
            again = milliseconds(lambda: [visitor.get(f"/rolls/{take.id}.svg") for take in newest], 1)[0] / 40
            notes = sum(sum(number for _, number in take.notes) for take in newest) // 40
        finally:
            door.bare.state.listening.close()
    report(
        f"page of {TAKES} takes: {median(whole):.0f} ms (most {whole[-1]:.0f}), of words {median(found):.0f} ms, "
        f"wanted {PAGE_MILLISECONDS:g} ms: {at_most(median(whole), PAGE_MILLISECONDS)}; "
        f"a miniature of {notes} notes: {drawn:.1f} ms, again {again:.1f} ms"
    )


@pytest.mark.timeout(900)
def test_in_a_browser(pages: Pages, report: Callable[[str], None]) -> None:
    """From the address to the library that is seen, and to all of its pictures, it takes so long in a real browser."""
    with chromium() as browser:
        seen, whole = [], []
        context = browser.new_context(viewport={"width": 1280, "height": 900})
        page = context.new_page()
        page.set_default_timeout(PATIENCE_SECONDS * 1000)
        page.goto(pages.address)
        page.get_by_label("Staff code").fill(CODE)
        page.keyboard.press("Enter")
        page.wait_for_url(f"{pages.address}/")
        page.wait_for_load_state("networkidle")
        for _ in range(OPENINGS):
            page.goto("about:blank")
            page.goto(pages.address)
            page.wait_for_load_state("networkidle")
            timing = page.evaluate(
                """() => ({
                  seen: performance.getEntriesByName("first-contentful-paint")[0].startTime,
                  whole: performance.getEntriesByType("navigation")[0].loadEventEnd,
                })"""
            )
            seen.append(timing["seen"] / 1000)
            whole.append(timing["whole"] / 1000)
        typed = [page.evaluate(TYPED, word) / 1000 for word in ("bells", "echo", "softly", "nowhere")]
        context.close()
    report(
        f"library of {TAKES} takes in a browser: seen after {median(seen):.2f} s ({min(seen):.2f}–{max(seen):.2f}), "
        f"with its pictures {median(whole):.2f} s, wanted {FIRST_PAGE_SECONDS:g} s: "
        f"{at_most(median(seen), FIRST_PAGE_SECONDS)}; found {median(typed):.2f} s after the last key"
    )
