"""The baker makes what is missing, says what it cannot make, and never outlives whoever started it."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from bedside.children import ChildProcess
from bedside.errors import BedsideError
from bedside.sound.instrument import Instrument
from bedside.sound.library import cache, catalogue
from bedside.sound.library.recipe import Recipe
from bedside.sound.live import baker

RATE = 8_000
ROOT = Path(__file__).parents[3]

# Starts a real baker.
Launch = Callable[[], ChildProcess]


@pytest.fixture(scope="module")
def recipes() -> list[Recipe]:
    """Give three small instruments."""
    patch = next(patch for patch in catalogue.shipped_patches() if patch.name == "marimba")
    small = replace(patch, pieces=(replace(patch.pieces[0], lowest=70, highest=72),), register=70)
    return [Recipe(name, replace(small, name=name)) for name in ("one", "two", "three")]


@pytest.fixture
def empty(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give an empty cache that processes started from here use, and the folder in it where instruments come to lie."""
    monkeypatch.setenv("BEDSIDE_CACHE", str(tmp_path))
    return tmp_path / "instruments"


@pytest.fixture
def launch(empty: Path) -> Iterator[Launch]:
    """Give a way to start a real baker."""
    started: list[ChildProcess] = []

    def start() -> ChildProcess:
        started.append(baker.launch(RATE, None, empty.parent / "fallback"))
        return started[-1]

    yield start
    for process in started:
        process.end(20.0)


def wait_for(true: Callable[[], bool], seconds: float = 240.0) -> None:
    """Wait until something is so."""
    until = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < until
        time.sleep(0.01)


def whole(folder: Path) -> list[str]:
    """Return the names of the instruments in a folder, each of which must be whole."""
    found = [cache.read(file) for file in folder.glob("*.tables")]
    return sorted(instrument.name for instrument in found if instrument is not None)


def test_what_is_missing_is_baked(recipes: list[Recipe], tmp_path: Path) -> None:
    """What is there is left as it is, what is missing or damaged is made."""
    for recipe in recipes[:2]:
        cache.load(recipe, RATE, tmp_path, lambda _share: None)
    kept, damaged = (cache.table_path(recipe, RATE, tmp_path) for recipe in recipes[:2])
    damaged.write_bytes(damaged.read_bytes()[:-1])
    before = kept.stat()
    baker.bake_missing(recipes, RATE, tmp_path, tmp_path / "fallback")
    assert whole(tmp_path) == ["one", "three", "two"]
    assert kept.stat().st_mtime_ns == before.st_mtime_ns


def test_what_is_on_the_screen_is_baked_first(empty: Path) -> None:
    """The instrument that is named, the last of all but this, is there before any other."""
    started = baker.launch(RATE, None, empty.parent / "fallback", ("bass",))
    try:
        wait_for(lambda: bool(whole(empty)))
        assert "bass" in whole(empty)
        assert "harp" not in whole(empty)
    finally:
        started.end(20.0)


@pytest.mark.parametrize("fault", [BedsideError("The folder is a picture."), ValueError("deep inside")])
def test_one_that_cannot_be_made_keeps_none_from_those_that_follow(
    fault: Exception,
    recipes: list[Recipe],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """A recipe that fails is told in one sentence, and the next one is baked."""
    made = Recipe.make

    def make(recipe: Recipe, rate: int, progress: Callable[[float], None]) -> tuple[Instrument, list[str]]:
        if recipe.name == "two":
            raise fault
        return made(recipe, rate, progress)

    monkeypatch.setattr(Recipe, "make", make)
    baker.bake_missing(recipes, RATE, tmp_path, tmp_path / "fallback")
    assert whole(tmp_path) == ["one", "three"]
    said = capsys.readouterr().err.splitlines()
    expected = str(fault) if isinstance(fault, BedsideError) else "The instrument “two” could not be made (ValueError)."
    assert said == [expected]


def test_what_is_left_out_is_told_once(
    recipes: list[Recipe], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """What a folder of samples says and nobody knows is listed when it is baked, and not when it is there already."""
    made = Recipe.make
    monkeypatch.setattr(Recipe, "make", lambda *told: (made(*told)[0], ["fil_type", "eq1_gain"]))
    for _ in range(2):
        baker.bake_missing(recipes[:1], RATE, tmp_path, tmp_path / "fallback")
    (said,) = capsys.readouterr().err.splitlines()
    assert "fil_type, eq1_gain" in said
    assert "“one”" in said


def test_without_room_in_the_cache_another_folder_has_them(
    recipes: list[Recipe], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Where the cache cannot be written, all come to lie in the other folder, and the staff get one sentence."""
    (tmp_path / "file").write_text("in the way")
    fallback = tmp_path / "fallback"
    held = []
    for _ in range(2):
        held.append(baker.bake_missing(recipes, RATE, tmp_path / "file" / "cache", fallback))
        assert whole(fallback) == ["one", "three", "two"]
    (said,) = capsys.readouterr().err.splitlines()
    assert "cannot be saved" in said
    for folder in held:
        assert folder is not None
        folder.remove()
    assert not fallback.exists()


def test_without_room_anywhere_it_ends(
    recipes: list[Recipe], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Where nothing at all can be written, nothing more is baked, and the staff are told that too."""
    (tmp_path / "file").write_text("in the way")
    baker.bake_missing(recipes, RATE, tmp_path / "file" / "cache", tmp_path / "file" / "fallback")
    said = capsys.readouterr().err.splitlines()
    assert ["cannot be saved" in said[0], "no room" in said[1], len(said)] == [True, True, 2]


def test_what_is_kept_of_instruments_that_are_no_more_goes(recipes: list[Recipe], tmp_path: Path) -> None:
    """Files of a recipe that is gone are removed, at every rate; those of others and what is no table stay."""
    gone = Recipe("my bells", recipes[0].origin)
    for rate in (RATE, 2 * RATE):
        for recipe in (gone, recipes[0]):
            cache.load(recipe, rate, tmp_path, lambda _share: None)
    (tmp_path / "letter.txt").write_text("keep me")
    baker.bake_missing(recipes, RATE, tmp_path, tmp_path / "fallback")
    assert not any(cache.table_path(gone, rate, tmp_path).exists() for rate in (RATE, 2 * RATE))
    assert cache.table_path(recipes[0], 2 * RATE, tmp_path).exists()
    assert whole(tmp_path) == ["one", "one", "three", "two"]
    assert (tmp_path / "letter.txt").read_text() == "keep me"


@pytest.mark.slow
def test_a_real_baker_bakes_the_catalogue_and_ends(empty: Path, launch: Launch) -> None:
    """The process makes every instrument of the catalogue, in order, behind everything else, and ends by itself."""
    process = launch()
    if hasattr(os, "getpriority"):
        wait_for(lambda: process.poll() is not None or os.getpriority(os.PRIO_PROCESS, process.pid) == 19)
    assert process.wait(120) == 0
    assert whole(empty) == sorted(recipe.name for recipe in catalogue.recipes(None))


@pytest.mark.slow
def test_two_at_once_do_no_harm(empty: Path, launch: Launch) -> None:
    """Two bakers on one cache leave each instrument whole, and nothing else."""
    both = [launch() for _ in range(2)]
    assert [process.wait(240) for process in both] == [0, 0]
    names = [recipe.name for recipe in catalogue.recipes(None)]
    assert whole(empty) == sorted(names)
    assert len(list(empty.iterdir())) == len(names)


@pytest.mark.slow
def test_killed_half_way_it_leaves_nothing_broken(empty: Path, launch: Launch) -> None:
    """Killed at any instant, it leaves whole instruments only; the next one goes on from there."""
    for count in range(1, 4):
        process = launch()

        def enough(least: int = count) -> bool:
            return len(list(empty.glob("*.tables"))) >= least

        wait_for(enough)
        process.kill()
        process.wait()
        files = list(empty.glob("*.tables"))
        assert len(whole(empty)) == len(files) >= count


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="signals are a Unix thing")
def test_it_ends_with_whoever_started_it(empty: Path) -> None:
    """A baker whose parent is killed without a word ends at once, its work unfinished."""
    script = (
        "import sys, time\nfrom pathlib import Path\nfrom bedside.sound.live import baker\n"
        "started = baker.launch(48_000, None, Path(sys.argv[1]))\n"
        "print(started.pid, flush=True)\ntime.sleep(60)"
    )
    fallback = empty.parent / "fallback"
    parent = subprocess.Popen([sys.executable, "-c", script, fallback], stdout=subprocess.PIPE, text=True, cwd=ROOT)
    assert parent.stdout is not None
    pid = int(parent.stdout.readline())
    wait_for(lambda: any(empty.glob("*.part")) or any(empty.glob("*.tables")))
    parent.kill()
    parent.communicate()

    def gone() -> bool:
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return True
        # nobody may be there to reap it
        return Path(f"/proc/{pid}/stat").exists() and ") Z " in Path(f"/proc/{pid}/stat").read_text()

    wait_for(gone, 5.0)
    assert len(whole(empty)) < len(catalogue.shipped_patches())


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="signals are a Unix thing")
@pytest.mark.parametrize("count", [2, len(catalogue.recipes(None))])
def test_a_folder_made_meanwhile_goes_with_whoever_started_it(
    count: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With a cache that cannot be written the baker stays, and removes its folder when its parent is killed."""
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv("BEDSIDE_CACHE", str(tmp_path / "file" / "cache"))
    fallback = tmp_path / "fallback"
    script = (
        "import sys, time\nfrom pathlib import Path\nfrom bedside.sound.live import baker\n"
        f"started = baker.launch({RATE}, None, Path(sys.argv[1]))\ntime.sleep(600)"
    )
    parent = subprocess.Popen([sys.executable, "-c", script, fallback], stderr=subprocess.DEVNULL, cwd=ROOT)
    try:
        wait_for(lambda: len(list(fallback.glob("*.tables"))) >= count)
        assert fallback.stat().st_mode & 0o777 == 0o700
    finally:
        parent.kill()
        parent.wait()
    wait_for(lambda: not fallback.exists(), 5.0)
