"""Instruments arrive whole, once each, as soon as the cache has them."""

from dataclasses import replace
from pathlib import Path

import pytest

from bedside.sound.library import cache, catalogue
from bedside.sound.library.recipe import Recipe
from bedside.sound.live.arrivals import Arrivals

RATE = 8_000


@pytest.fixture(scope="module")
def recipes() -> list[Recipe]:
    """Give three small instruments."""
    patch = next(patch for patch in catalogue.shipped_patches() if patch.name == "marimba")
    small = replace(patch, pieces=(replace(patch.pieces[0], lowest=70, highest=72),), register=70)
    return [Recipe(name, replace(small, name=name)) for name in ("one", "two", "three")]


def bake(recipe: Recipe, folder: Path) -> Path:
    cache.load(recipe, RATE, folder, lambda _share: None)
    return cache.table_path(recipe, RATE, folder)


def names(arrivals: Arrivals) -> list[str]:
    return [instrument.name for instrument in arrivals.poll()]


def test_each_comes_once_when_it_is_there(recipes: list[Recipe], tmp_path: Path) -> None:
    """A look gives what has come since the last one, in the order of the catalogue, until nothing is awaited."""
    arrivals = Arrivals(recipes, RATE, tmp_path)
    assert names(arrivals) == []
    bake(recipes[2], tmp_path)
    bake(recipes[0], tmp_path)
    assert names(arrivals) == ["one", "three"]
    assert names(arrivals) == []
    assert arrivals.missing == ["two"]
    bake(recipes[1], tmp_path)
    assert names(arrivals) == ["two"]
    assert arrivals.missing == []


def test_what_is_needed_at_once_is_made(recipes: list[Recipe], tmp_path: Path) -> None:
    """Those that are needed first are made here; where none of them is known, the first of all is."""
    arrivals = Arrivals(recipes, RATE, tmp_path)
    assert [instrument.name for instrument in arrivals.load_now(("two", "none such"))] == ["two"]
    assert arrivals.missing == ["one", "three"]
    assert cache.table_path(recipes[1], RATE, tmp_path).is_file()
    assert [instrument.name for instrument in Arrivals(recipes, RATE, tmp_path).load_now(("none such",))] == ["one"]


def test_what_is_begun_arrives_whole(recipes: list[Recipe], tmp_path: Path) -> None:
    """With keys, what the cache lacks is begun with these alone; it is still missing, and comes whole once it is kept.

    What the cache has is whole at once, and so is what has none of the keys.
    """
    bake(recipes[0], tmp_path)
    arrivals = Arrivals(recipes, RATE, tmp_path)
    whole, begun = arrivals.load_now(("one", "two"), (71,))
    assert (whole.finished, begun.finished) == (True, False)
    assert [bool(begun.at(key)) for key in (70, 71, 72)] == [False, True, False]
    assert arrivals.missing == ["two", "three"]
    assert names(arrivals) == []
    bake(recipes[1], tmp_path)
    assert [(each.name, each.finished) for each in arrivals.poll()] == [("two", True)]
    (other,) = arrivals.load_now(("three",), (30,))
    assert other.finished
    assert arrivals.missing == []


def test_what_the_cache_has_no_room_for_comes_from_elsewhere(recipes: list[Recipe], tmp_path: Path) -> None:
    """What lies in the folder made meanwhile is given like what lies in the cache, once, at once or later."""
    cached, fallback = tmp_path / "cache", tmp_path / "fallback"
    for folder, recipe in ((cached, recipes[0]), (fallback, recipes[0]), (fallback, recipes[1])):
        bake(recipe, folder)
    assert names(Arrivals(recipes, RATE, cached, fallback)) == ["one", "two"]
    arrivals = Arrivals(recipes, RATE, cached, fallback)
    assert [instrument.name for instrument in arrivals.load_now(("two",))] == ["two"]
    assert not cache.table_path(recipes[1], RATE, cached).exists()
    assert names(arrivals) == ["one"]


def test_a_damaged_file_is_removed_and_never_given(recipes: list[Recipe], tmp_path: Path) -> None:
    """A file that is not whole goes, and so does one of another instrument; the whole one that follows is given."""
    for wrong in (b"", bake(recipes[0], tmp_path).read_bytes()[:-1], bake(recipes[1], tmp_path).read_bytes()):
        arrivals = Arrivals(recipes[:1], RATE, tmp_path)
        file = cache.table_path(recipes[0], RATE, tmp_path)
        file.unlink(missing_ok=True)
        file.write_bytes(wrong)
        assert names(arrivals) == []
        assert not file.exists()
        bake(recipes[0], tmp_path)
        assert names(arrivals) == ["one"]
