"""A take says what made its sound, and each change of it that may be heard is told."""

from __future__ import annotations

from dataclasses import fields, replace
from pathlib import Path

import numpy as np
import pytest

from bedside import __version__
from bedside.sound.library import catalogue, provenance, recipe
from bedside.sound.library.patch import Patch
from bedside.sound.library.provenance import LONGEST, Provenance, changes_since, made_by, parse, render
from bedside.sound.library.recipe import Recipe

FULL = Provenance("0.1.0", "aaaaaa", "bbbbbb", "cccccc", "2.4.6", "SkylakeX", "AVX512_ICL")


@pytest.fixture
def recipes() -> list[Recipe]:
    return catalogue.recipes(None)[:3]


@pytest.fixture
def glass(tmp_path: Path) -> Recipe:
    """Give a folder of samples."""
    (tmp_path / "glass").mkdir()
    (tmp_path / "glass" / "glass.sfz").write_text("<region> sample=*sine key=60\n")
    return Recipe("glass", tmp_path / "glass")


def test_a_line_says_all_of_it_and_is_short(recipes: list[Recipe], glass: Recipe) -> None:
    """The line of this machine has every part, names the program first, and is what it was when it is parsed again."""
    line = made_by([*recipes, glass])
    assert line.startswith(f"bedside {__version__} code:")
    assert len(line) <= LONGEST
    made = parse(line)
    assert all(getattr(made, field.name) for field in fields(made))
    assert made.numpy == np.__version__
    assert render(made) == line == made_by([*recipes, glass])


def test_the_longest_line_has_room_in_a_take() -> None:
    """Whatever a machine calls its parts, the line is cut to what a take has room for, and still compares as equal."""
    line = render(Provenance(*["x y" * 40 for _ in fields(Provenance)]))
    assert len(line) == LONGEST
    assert changes_since(line, line, on_samples=True) is None


def test_equal_parts_are_no_news() -> None:
    """Nothing is told where all is equal, nor of another version whose code is the same."""
    assert changes_since(render(FULL), render(FULL), on_samples=True) is None
    assert changes_since(render(FULL), render(replace(FULL, version="0.2.0")), on_samples=True) is None


@pytest.mark.parametrize(
    ("part", "words"),
    [
        ("code", "the program"),
        ("tables", "its instruments"),
        ("samples", "your own sounds"),
        ("numpy", "its library of numbers"),
        ("blas", "arithmetic"),
        ("simd", "arithmetic"),
    ],
)
def test_each_part_that_is_another_is_told(part: str, words: str) -> None:
    """One sentence names what has changed."""
    said = changes_since(render(FULL), render(replace(FULL, **{part: "other"})), on_samples=True)
    assert said is not None
    assert "may sound slightly different" in said
    assert said.endswith(f"{words}.")
    assert "\n" not in said


def test_several_are_told_in_one_sentence() -> None:
    """What goes by one name is named once."""
    other = replace(FULL, code="other", tables="other", blas="other", simd="other")
    said = changes_since(render(FULL), render(other), on_samples=False)
    assert said is not None
    assert said.endswith("to the program, its instruments and this computer’s arithmetic.")


def test_own_samples_count_for_a_take_that_is_played_on_them() -> None:
    """A change in the user's folders is nothing to a take that none of them sounds in."""
    none = replace(FULL, samples="")
    for then, now in ((FULL, none), (none, FULL)):
        assert changes_since(render(then), render(now), on_samples=False) is None
        assert changes_since(render(then), render(now), on_samples=True) is not None


@pytest.mark.parametrize("old", ["bedside 0.1.0", "1", "", "bedside", "code:"])
def test_of_an_older_take_it_is_not_known(old: str) -> None:
    """A take of the time when only the version was kept is told as one of which nothing is known."""
    said = changes_since(old, render(FULL), on_samples=False)
    assert said is not None
    assert "not known" in said
    assert parse("bedside 0.1.0") == Provenance("0.1.0")


def test_what_sounds_differently_has_another_line(
    recipes: list[Recipe], glass: Recipe, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another patch, another sample, another source of the engine and another numpy each change their part alone."""
    before = parse(made_by([*recipes, glass]))
    patch = recipes[0].origin
    assert isinstance(patch, Patch)
    (piece, *rest) = patch.pieces
    other = Recipe(recipes[0].name, replace(patch, pieces=(replace(piece, release=0.7), *rest)))

    def changed(now: Provenance) -> set[str]:
        return {field.name for field in fields(now) if getattr(now, field.name) != getattr(before, field.name)}

    assert changed(parse(made_by([other, *recipes[1:], glass]))) == {"tables"}
    assert isinstance(glass.origin, Path)
    (glass.origin / "a.wav").write_bytes(b"RIFF")
    assert changed(parse(made_by([*recipes, glass]))) == {"samples"}
    (glass.origin / "a.wav").unlink()
    with monkeypatch.context() as patched:
        patched.setattr(np, "__version__", "9.9")
        assert changed(parse(made_by([*recipes, glass]))) == {"numpy"}
    with monkeypatch.context() as patched:
        patched.setattr(provenance, "_kernel", lambda: "Zen")
        assert changed(parse(made_by([*recipes, glass]))) == {"blas"}
    with monkeypatch.context() as patched:
        patched.setattr(provenance, "code", lambda root: b"x" * 32 if root == "sound.engine.offline" else b"")
        assert changed(parse(made_by([*recipes, glass]))) == {"code"}


def test_the_code_that_sounds_is_the_engine_alone() -> None:
    """Its hash covers every module of the engine and the loudness that it keeps, and none of live play."""
    sounding = recipe.sources("sound.engine.offline")
    engine = {f"sound.engine.{file.stem}" for file in Path(recipe._PACKAGE / "sound" / "engine").glob("[a-z]*.py")}
    assert engine <= sounding.keys()
    assert {"sound.profiles", "sound.instrument", "sound.tuning"} <= sounding.keys()
    assert not any(name.startswith(("sound.live", "sound.library", "sound.physics")) for name in sounding)


def test_a_fault_costs_only_the_knowledge(recipes: list[Recipe], monkeypatch: pytest.MonkeyPatch) -> None:
    """Where it cannot be found out what makes the sound, the line names the version, and the take is kept."""
    monkeypatch.setattr(provenance, "threadpool_info", lambda: [{}])
    assert made_by(recipes) == f"bedside {__version__}"
