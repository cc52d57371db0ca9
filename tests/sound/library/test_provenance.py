"""A take says what made its sound, and each change of it that may be heard is told."""

from __future__ import annotations

from dataclasses import fields, replace
from pathlib import Path

import numpy as np
import pytest

from bedside import __version__
from bedside.sound.library import cache, catalogue, loading, provenance, recipe
from bedside.sound.library.patch import Patch
from bedside.sound.library.provenance import LONGEST, Provenance, changes_since, made_by, parse, render
from bedside.sound.library.recipe import Recipe
from bedside.sound.version import SOUND

FULL = Provenance("0.2.0", "2", "aaaaaa", "bbbbbb", "cccccc", "2.4.6")

# A take of the version before the bits were the same everywhere.
OLDER = "bedside 0.1.0 code:5a5b53 tables:a00275 numpy:2.4.6 blas:SkylakeX simd:AVX512_ICL"


@pytest.fixture
def recipes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[Recipe]:
    """Give shipped recipes, one of them short, whose tables are in a cache."""
    monkeypatch.setenv("BEDSIDE_CACHE", str(tmp_path / "cache"))
    (drum,) = (each for each in catalogue.recipes(None) if each.name == "drum")
    assert isinstance(drum.origin, Patch)
    pieces = (replace(drum.origin.pieces[0], lowest=60, highest=61),)
    few = [Recipe(name, replace(drum.origin, name=name, pieces=pieces)) for name in ("drum", "drums")]
    for each in few:
        _baked(each)
    return few


def _baked(made: Recipe) -> Path:
    cache.load(made, 48_000, loading.cache_folder(), lambda _share: None)
    return cache.table_path(made, 48_000, loading.cache_folder())


@pytest.fixture
def glass(tmp_path: Path) -> Recipe:
    """Give a folder of samples."""
    (tmp_path / "glass").mkdir()
    (tmp_path / "glass" / "glass.sfz").write_text("<region> sample=*sine key=60\n")
    return Recipe("glass", tmp_path / "glass")


def test_a_line_says_all_of_it_and_is_short(recipes: list[Recipe], glass: Recipe) -> None:
    """The line has every part of this version, and is what it was when it is parsed again."""
    line = made_by([*recipes, glass])
    assert line.startswith(f"bedside {__version__} sound:{SOUND} code:")
    assert len(line) <= LONGEST
    made = parse(line)
    assert {field.name for field in fields(made) if not getattr(made, field.name)} == {"blas", "simd"}
    assert made.numpy == np.__version__
    assert render(made) == line == made_by([*recipes, glass])


def test_the_longest_line_has_room_in_a_take() -> None:
    """Whatever a machine calls its parts, the line is cut to what a take has room for, and still compares as equal."""
    line = render(Provenance(*["x y" * 40 for _ in fields(Provenance)]))
    assert len(line) == LONGEST
    assert changes_since(line, line, on_samples=True) is None


def test_one_version_of_the_sound_has_the_same_bits() -> None:
    """Nothing is told within one version, whatever program, source or library of numbers it is of."""
    other = replace(FULL, version="0.3.0", code="other", numpy="9.9")
    for then, now in ((FULL, FULL), (FULL, other), (other, FULL)):
        assert changes_since(render(then), render(now), on_samples=True) is None


@pytest.mark.parametrize(
    ("part", "words"), [("sound", "the program"), ("tables", "its instruments"), ("samples", "your own sounds")]
)
def test_each_part_that_is_another_is_told(part: str, words: str) -> None:
    """One sentence names what has changed."""
    said = changes_since(render(FULL), render(replace(FULL, **{part: "other"})), on_samples=True)
    assert said is not None
    assert "may sound slightly different" in said
    assert said.endswith(f"{words}.")
    assert "\n" not in said


def test_several_are_told_in_one_sentence() -> None:
    """All that has changed is named in one sentence."""
    said = changes_since(render(FULL), render(replace(FULL, sound="3", tables="other")), on_samples=False)
    assert said is not None
    assert said.endswith("to the program and its instruments.")


def test_own_samples_count_for_a_take_that_is_played_on_them() -> None:
    """A change in the user's folders is nothing to a take that none of them sounds in."""
    none = replace(FULL, samples="")
    for then, now in ((FULL, none), (none, FULL)):
        assert changes_since(render(then), render(now), on_samples=False) is None
        assert changes_since(render(then), render(now), on_samples=True) is not None


def test_tables_that_were_not_there_are_those_of_the_version() -> None:
    """A take that was played before every instrument was baked is told nothing of instruments."""
    unknown = replace(FULL, tables="")
    for then, now in ((FULL, unknown), (unknown, FULL)):
        assert changes_since(render(then), render(now), on_samples=True) is None


@pytest.mark.parametrize("older", [OLDER, OLDER.split(" blas")[0], OLDER.split(" numpy")[0]])
def test_an_older_take_may_differ(older: str) -> None:
    """A take of before the versions of the sound is told to differ, and its parts can still be read."""
    said = changes_since(older, render(FULL), on_samples=False)
    assert said is not None
    assert "a change was made to the program" in said
    made = parse(OLDER)
    assert (made.sound, made.code, made.numpy, made.blas, made.simd) == (
        "",
        "5a5b53",
        "2.4.6",
        "SkylakeX",
        "AVX512_ICL",
    )
    assert render(made) == OLDER


@pytest.mark.parametrize("old", ["bedside 0.1.0", "1", "", "bedside", "code:", "sound:"])
def test_of_the_first_takes_it_is_not_known(old: str) -> None:
    """A take of the time when only the version was kept is told as one of which nothing is known."""
    said = changes_since(old, render(FULL), on_samples=False)
    assert said is not None
    assert "not known" in said
    assert parse("bedside 0.1.0") == Provenance("0.1.0")


def test_what_sounds_differently_has_another_line(
    recipes: list[Recipe], glass: Recipe, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Other tables, another sample, another source of the engine and another numpy each change their part alone."""
    before = parse(made_by([*recipes, glass]))
    patch = recipes[0].origin
    assert isinstance(patch, Patch)
    (piece, *rest) = patch.pieces
    other = Recipe(recipes[0].name, replace(patch, pieces=(replace(piece, release=0.7), *rest)))

    def changed(now: Provenance) -> set[str]:
        return {field.name for field in fields(now) if getattr(now, field.name) != getattr(before, field.name)}

    assert isinstance(glass.origin, Path)
    (glass.origin / "a.wav").write_bytes(b"RIFF")
    assert changed(parse(made_by([*recipes, glass]))) == {"samples"}
    (glass.origin / "a.wav").unlink()
    with monkeypatch.context() as patched:
        patched.setattr(np, "__version__", "9.9")
        assert changed(parse(made_by([*recipes, glass]))) == {"numpy"}
    with monkeypatch.context() as patched:
        patched.setattr(provenance, "code", lambda root: b"x" * 32 if root == "sound.engine.offline" else b"")
        assert changed(parse(made_by([*recipes, glass]))) == {"code"}
    with monkeypatch.context() as patched:
        patched.setattr(provenance, "SOUND", 99)
        assert changed(parse(made_by([*recipes, glass]))) == {"sound"}
    _baked(other)
    assert changed(parse(made_by([other, *recipes[1:], glass]))) == {"tables"}


def test_tables_are_known_by_what_is_loaded(recipes: list[Recipe]) -> None:
    """A cache with other samples under the same recipe is another line; one without an instrument knows no tables."""
    before = parse(made_by(recipes)).tables
    file = cache.table_path(recipes[0], 48_000, loading.cache_folder())
    baked = cache.read(file)
    assert baked is not None
    pool = baked.pool.copy()
    pool[-1] = np.nextafter(pool[-1], np.float32(1))
    cache.keep(replace(baked, pool=pool), file)
    other = parse(made_by(recipes)).tables
    assert len({"", before, other}) == 3
    for damage in (b"", b"nonsense " * 9):
        file.write_bytes(damage)
        assert parse(made_by(recipes)).tables == ""
    file.unlink()
    assert parse(made_by(recipes)).tables == ""


def test_the_code_that_sounds_is_the_engine_alone() -> None:
    """Its hash covers every module of the engine and the loudness that it keeps, and none of live play."""
    sounding = recipe.sources("sound.engine.offline")
    engine = {f"sound.engine.{file.stem}" for file in Path(recipe._PACKAGE / "sound" / "engine").glob("[a-z]*.py")}
    assert engine <= sounding.keys()
    assert {"sound.profiles", "sound.instrument", "sound.tuning"} <= sounding.keys()
    assert not any(name.startswith(("sound.live", "sound.library", "sound.physics")) for name in sounding)


def test_a_fault_costs_only_the_knowledge(recipes: list[Recipe], monkeypatch: pytest.MonkeyPatch) -> None:
    """Where it cannot be found out what makes the sound, the line names the versions, and the take is kept."""

    def fails(_root: str) -> bytes:
        raise OSError("no source")

    monkeypatch.setattr(provenance, "code", fails)
    assert made_by(recipes) == f"bedside {__version__} sound:{SOUND}"
    assert changes_since(made_by(recipes), render(replace(FULL, sound=str(SOUND))), on_samples=False) is None
