"""How a table of a file becomes a dataclass, and what an artist is told where it does not."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bedside.schema import Count, SchemaError, Within
from bedside.stage.worlds.colours import Colour, saturated_red
from bedside.stage.worlds.reading import Name, read, read_value

Share = Annotated[float, Within(0, 1)]


@dataclass(frozen=True, slots=True)
class Leaf:
    at: Share
    colour: Colour = (1, 2, 3)


@dataclass(frozen=True, slots=True)
class Tree:
    name: Name
    age: Annotated[int, Within(1, 9)]
    height: Annotated[float, Within(0.5, 4)]
    words: str = ""
    bare: bool = False
    picture: Name | None = None
    leaves: Annotated[tuple[Leaf, ...], Count(1, 3)] = ()
    spread: Annotated[tuple[float, float], Within(0, 1)] = (0.0, 1.0)


GOOD: dict[str, Any] = {"name": "oak-2", "age": 3, "height": 2}


def test_what_is_stated_is_read_and_the_rest_is_as_usual() -> None:
    """Each field takes its value in its own kind; a whole number is a number; what may be missing may be missing."""
    assert read(Tree, GOOD, "") == Tree(Name("oak-2"), 3, 2.0)
    assert type(read(Tree, GOOD, "").height) is float
    full = {
        **GOOD,
        "words": "An old oak, § \u00fcber all.",
        "bare": True,
        "picture": "leaf",
        "leaves": [{"at": 0}, {"at": 1.0, "colour": "#FFd27a"}],
        "spread": [0.25, 1],
    }
    assert read(Tree, full, "") == Tree(
        Name("oak-2"),
        3,
        2.0,
        "An old oak, § \u00fcber all.",
        True,
        Name("leaf"),
        (Leaf(0.0), Leaf(1.0, (255, 210, 122))),
        (0.25, 1.0),
    )


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"roots": 3}, "“roots” is unknown"),
        ({"x" * 400: 3}, f"“{'x' * 40}” is unknown"),
        ({"name": "Oak"}, "“name” must be a name of small letters, digits and hyphens"),
        ({"name": "../oak"}, "“name” must be a name"),
        ({"name": "oak\n"}, "“name” must be a name"),
        ({"name": ""}, "“name” must be a name"),
        ({"name": "o" * 41}, "“name” must be a name"),
        ({"name": 7}, "“name” must be a name"),
        ({"picture": None}, "“picture” must be a name"),
        ({"age": 0}, "“age” must be a whole number from 1 to 9"),
        ({"age": 10}, "“age” must be a whole number from 1 to 9"),
        ({"age": 3.0}, "“age” must be a whole number from 1 to 9"),
        ({"age": True}, "“age” must be a whole number from 1 to 9"),
        ({"age": "3"}, "“age” must be a whole number from 1 to 9"),
        ({"height": 0.49}, "“height” must be a number from 0.5 to 4"),
        ({"height": float("nan")}, "“height” must be a number from 0.5 to 4"),
        ({"height": float("inf")}, "“height” must be a number from 0.5 to 4"),
        ({"height": True}, "“height” must be a number from 0.5 to 4"),
        ({"height": []}, "“height” must be a number from 0.5 to 4"),
        ({"words": 1}, "“words” must be one line of text"),
        ({"bare": 1}, "“bare” must be true or false"),
        ({"leaves": []}, "“leaves” must be a list of 1 to 3"),
        ({"leaves": [{"at": 0}] * 4}, "“leaves” must be a list of 1 to 3"),
        ({"leaves": {"at": 0}}, "“leaves” must be a list of 1 to 3"),
        ({"leaves": [3]}, "“leaves[0]” must be a table"),
        ({"leaves": [{}]}, "“leaves[0].at” is missing"),
        ({"leaves": [{"at": 2}]}, "“leaves[0].at” must be a number from 0 to 1"),
        ({"leaves": [{"at": 0, "to": 1}]}, "“leaves[0].to” is unknown"),
        ({"leaves": [{"at": 0, "colour": "gold"}]}, "“leaves[0].colour” must be a colour such as #ffd27a"),
        ({"leaves": [{"at": 0, "colour": "#ffd27"}]}, "“leaves[0].colour” must be a colour such as"),
        ({"leaves": [{"at": 0, "colour": "#ffd27a00"}]}, "“leaves[0].colour” must be a colour such as"),
        ({"leaves": [{"at": 0, "colour": [1, 2, 3]}]}, "“leaves[0].colour” must be a colour such as"),
        ({"leaves": [{"at": 0, "colour": "#ff1010"}]}, "softer colour than the saturated red #ff1010"),
        ({"spread": [0.5]}, "“spread” must be a list of 2"),
        ({"spread": [0.5, 0.5, 0.5]}, "“spread” must be a list of 2"),
        ({"spread": 0.5}, "“spread” must be a list of 2"),
        ({"spread": [0.5, 1.5]}, "“spread[1]” must be a number from 0 to 1"),
    ],
    ids=lambda case: next(iter(case))[:12] if isinstance(case, dict) else "",
)
def test_what_does_not_fit_is_told_by_its_name(change: dict[str, Any], words: str) -> None:
    """One wrong value is one end of a sentence that names it and says what it must be; nothing is guessed."""
    with pytest.raises(SchemaError) as raised:
        read(Tree, {**GOOD, **change}, "")
    assert words in str(raised.value)


@pytest.mark.parametrize("name", sorted(GOOD))
def test_what_must_be_there_is_missed(name: str) -> None:
    """Each field without a usual value is asked for by its name."""
    with pytest.raises(SchemaError, match=f"“{name}” is missing"):
        read(Tree, {other: stated for other, stated in GOOD.items() if other != name}, "")


@pytest.mark.parametrize(("low", "high"), [(0.0, 1.0), (0.5, 0.5)])
def test_a_range_holds_its_ends(low: float, high: float) -> None:
    """The smallest and the largest number that are allowed are allowed, whole or not."""
    hint = Annotated[float, Within(low, high)]
    assert (read_value(hint, low, "at"), read_value(hint, high, "at")) == (low, high)


# What a TOML file can hold.
_PLAIN = st.one_of(
    st.booleans(), st.integers(), st.floats(), st.sampled_from(("#ffd27a", "#ff0000", "oak", "", 1, 0.5))
)
_INNER = st.dictionaries(st.sampled_from(("at", "colour", "odd")), _PLAIN, max_size=3)
_ANY = st.one_of(_PLAIN, _INNER, st.lists(st.one_of(_PLAIN, _INNER), max_size=4))
_NAMES = st.sampled_from(("name", "age", "height", "words", "bare", "picture", "leaves", "spread", "odd"))


@settings(deadline=None)
@given(st.dictionaries(_NAMES, _ANY, max_size=3))
def test_anything_that_a_file_can_state_is_read_or_refused(table: dict[str, Any]) -> None:
    """No table, whatever it holds, does anything but become a good tree or raise what an artist is told."""
    try:
        tree = read(Tree, {**GOOD, **table}, "")
    except SchemaError:
        return
    assert 1 <= tree.age <= 9
    assert 0.5 <= tree.height <= 4
    assert isinstance(tree.bare, bool)
    assert all(0 <= leaf.at <= 1 and not saturated_red(leaf.colour) for leaf in tree.leaves)
    assert len(tree.leaves) <= 3
