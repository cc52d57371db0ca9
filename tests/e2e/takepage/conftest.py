"""The page of a duet in a real browser, for those tests that use it as a therapist does."""

from __future__ import annotations

import random
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from bedside.archive.store.choices import Chosen
from bedside.archive.store.store import Store
from e2e.reviewing import Pages, entered, opened, score, served

SECONDS = 24.0

CHOICES = ((2.5, "world", "sea", "child"), (8.25, "sound", "harp", "child"), (16.0, "stop", "", "adult"))


@pytest.fixture(scope="package")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pages]:
    """Give the pages of a duet: a flute and a piano, whose notes tell every moment from every other."""
    folder = tmp_path_factory.mktemp("duet")
    chance = random.Random(5)
    flute = [(0, 0.1 + 0.5 * n, 0.4, 72 + chance.randrange(15), chance.randrange(60, 110)) for n in range(47)]
    piano = [(1, 0.3 + 0.7 * n, 0.6, 45 + chance.randrange(15), chance.randrange(60, 110)) for n in range(33)]
    with served(folder / "kept", score(folder / "duet.mid", [*flute, *piano], SECONDS, (73, 0))) as made:
        with Store.create(made.data) as store, store.writing() as writing:
            take = store.summary(made.take())
            for seconds, what, which, by in CHOICES:
                writing.choose(take.session, take.id, Chosen(round(seconds * take.rate), what, which, by))
        yield made


@pytest.fixture
def page(browser: Browser, pages: Pages) -> Iterator[Page]:
    """Give the open page of the duet, with ears."""
    with entered(browser, pages, ears=True) as made:
        yield opened(made, pages)
