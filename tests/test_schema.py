"""A table becomes a dataclass whole and in range, or one sentence says where and why it does not."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import pytest

from bedside import schema
from bedside.schema import Count, SchemaError, Within


@dataclass(frozen=True)
class Leaf:
    """The innermost table."""

    size: Annotated[float, Within(0, 1)]


@dataclass(frozen=True)
class Tree:
    """A table with one field of each kind."""

    name: str
    rings: Annotated[int, Within(1, 900)]
    leaves: tuple[Leaf, ...]
    heights: Annotated[tuple[float, ...], Within(0, 100), Count(1, 3)]
    place: Annotated[tuple[float, float], Within(-1, 1)] = (0.0, 0.0)
    hollow: bool = False
    nest: Leaf | None = None


WHOLE = {"name": "elm", "rings": 60, "leaves": [{"size": 0.5}, {"size": 1}], "heights": [3, 20.5]}


def test_a_table_becomes_what_it_states() -> None:
    """Numbers become what the field is, lists become tuples, tables dataclasses, and defaults fill what is missing."""
    tree = schema.read(Tree, WHOLE)
    assert tree == Tree("elm", 60, (Leaf(0.5), Leaf(1.0)), (3.0, 20.5))
    assert [type(height) for height in tree.heights] == [float, float]
    full = schema.read(Tree, {**WHOLE, "place": [1, -0.5], "hollow": True, "nest": {"size": 0}})
    assert (full.place, full.hollow, full.nest) == ((1.0, -0.5), True, Leaf(0.0))


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"name": 3}, "“name” must be one line of text"),
        ({"name": "two\nlines"}, "“name” must be one line of text"),
        ({"rings": 2.0}, "“rings” must be a whole number from 1 to 900"),
        ({"rings": True}, "“rings” must be a whole number from 1 to 900"),
        ({"leaves": [{"size": 0.5}, {"size": float("nan")}]}, "“leaves[1].size” must be a number from 0 to 1"),
        ({"leaves": [{"size": "big"}]}, "“leaves[0].size” must be a number from 0 to 1"),
        ({"leaves": [{}]}, "“leaves[0].size” is missing"),
        ({"leaves": [{"sise": 1}]}, "“leaves[0].size” is missing and “leaves[0].sise” is unknown"),
        ({"leaves": [3]}, "“leaves[0]” must be a table"),
        ({"leaves": [{"size": 1}] * 17}, "“leaves” must be a list of at most 16"),
        ({"heights": []}, "“heights” must be a list of 1 to 3"),
        ({"heights": [1, 101]}, "“heights[1]” must be a number from 0 to 100"),
        ({"place": [0, 0, 0]}, "“place” must be a list of 2"),
        ({"place": [0, 2]}, "“place[1]” must be a number from -1 to 1"),
        ({"hollow": 1}, "“hollow” must be true or false"),
        ({"nest": 1}, "“nest” must be a table"),
        ({"bird\n": 1}, "“bird?” is unknown"),
    ],
)
def test_what_does_not_fit_is_told_by_its_path(changes: dict[str, object], words: str) -> None:
    """The words name the value by its whole path and say what would be right."""
    with pytest.raises(SchemaError) as caught:
        schema.read(Tree, {**WHOLE, **changes})
    assert str(caught.value) == words


def test_a_kind_of_file_reads_types_of_its_own() -> None:
    """A reader is asked for its type at any depth, with the path and the range that the annotation states."""
    asked = []

    def halved(stated: object, path: str, within: Within | None) -> float:
        asked.append((path, within))
        assert isinstance(stated, float)
        return stated / 2

    readers = {float: halved}
    assert schema.read(Tree, {**WHOLE, "leaves": [{"size": 4.0}], "heights": [2.0]}, "oak", readers).leaves == (
        Leaf(2),
    )
    assert asked == [("oak.leaves[0].size", Within(0, 1)), ("oak.heights[0]", Within(0, 100))]
