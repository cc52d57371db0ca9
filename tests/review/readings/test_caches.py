"""What the pages read of takes is cached, up to a cap; the least recently used goes first."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from bedside.archive.store.store import Store
from bedside.review.drawings import rolls
from bedside.review.measures.take import PlayedTake
from bedside.review.readings import measured, takes
from review.web.desk import keep, played

ROOM = 2

Ask = Callable[[str], object]


def ways_to_ask(store: Store) -> dict[str, Ask]:
    """Return a question to each cache, by name."""
    reads = takes.Takes(store)
    measures = measured.Measured(store, takes.Takes(store))
    return {
        "takes": reads.read,
        "players": measures.players,
        "pairs": measures.pairs,
        "circumstances": measures.circumstances,
        "measures": measures.measures,
        "proposals": measures.proposals,
        "rolls": rolls.Rolls(store).roll,
    }


NAMES = ["takes", "players", "pairs", "circumstances", "measures", "proposals", "rolls"]


@pytest.mark.parametrize("name", NAMES)
def test_a_cache_holds_the_latest_and_no_more(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """A second question is answered from memory, until as many other takes as there is room for came since."""
    computed: list[object] = []

    def counted(where: object, what: str) -> None:
        real = getattr(where, what)

        def count(*values: object) -> object:
            computed.append(what)
            return real(*values)

        monkeypatch.setattr(where, what, count)

    monkeypatch.setattr(takes, "MOST_TAKES", ROOM)
    monkeypatch.setattr(measured, "MOST_WHOLE", ROOM)
    monkeypatch.setattr(measured, "MOST_CURVES", ROOM)
    monkeypatch.setattr(rolls, "MOST_ROLLS", ROOM)
    with Store.create(tmp_path) as store:
        _, (first, second, third) = keep(store, 0, *(played(seconds=6.0, seed=seed) for seed in (1, 2, 3)))
        ask = ways_to_ask(store)[name]
        counted(takes, "LoadedTake")
        counted(PlayedTake, "of")
        counted(rolls, "miniature")

        def computes(take: str) -> bool:
            computed.clear()
            ask(take)
            return bool(computed)

        assert computes(first)
        assert computes(second)
        assert not computes(first)
        assert computes(third)
        assert not computes(first)
        assert computes(second)


@pytest.mark.parametrize("name", NAMES)
def test_a_take_that_grows_is_read_again(tmp_path: Path, name: str) -> None:
    """Who looks at a take while it is played sees, at the next look, what was played meanwhile."""
    whole = played(seconds=12.0)
    half = len(whole) // 2
    with Store.create(tmp_path) as store, Store.open(tmp_path) as reader:
        _, (take,) = keep(store, 0, whole[:half])
        ask = ways_to_ask(reader)[name]
        before = ask(take)
        assert ask(take) is before
        with store.writing() as writing:
            writing.append(take, whole[half:])
        assert ask(take) is not before
