"""The cache gives what baking gives, whatever happens to its files."""

import os
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from bedside.sound.instrument import Instrument
from bedside.sound.library import cache, catalogue
from bedside.sound.library.recipe import Recipe

RATE = 48_000

# Three keys of a marimba, in a process of its own too.
SMALL = (
    "import hashlib, sys\nfrom dataclasses import replace\nfrom pathlib import Path\n"
    "from bedside.sound.library import cache, catalogue\nfrom bedside.sound.library.recipe import Recipe\n"
    "patch = next(patch for patch in catalogue.shipped_patches() if patch.name == 'marimba')\n"
    "pieces = (replace(patch.pieces[0], lowest=70, highest=72),)\n"
    "recipe = Recipe('marimba', replace(patch, pieces=pieces, register=70))\n"
)


@pytest.fixture(scope="module")
def recipe() -> Recipe:
    patch = next(patch for patch in catalogue.shipped_patches() if patch.name == "marimba")
    pieces = (replace(patch.pieces[0], lowest=70, highest=72),)
    return Recipe("marimba", replace(patch, pieces=pieces, register=70))


def load(recipe: Recipe, folder: Path) -> tuple[Instrument, list[float]]:
    """Return the instrument and the progress that was told."""
    heard: list[float] = []
    return cache.load(recipe, RATE, folder, heard.append), heard


def baked(recipe: Recipe) -> Instrument:
    return recipe.make(RATE, lambda _share: None)[0]


def same(one: Instrument, other: Instrument) -> bool:
    """Return whether two instruments have the same name, regions and bits."""
    shapes = [
        [(region.soft, region.bright, region.length, region.loop) for key in each.regions for region in key]
        for each in (one, other)
    ]
    return np.array_equal(one.pool, other.pool) and shapes[0] == shapes[1] and one.name == other.name


def test_what_is_read_is_what_was_baked(recipe: Recipe, tmp_path: Path) -> None:
    """Baked, written and read back, an instrument is the same, and the second time nothing is baked."""
    first, heard = load(recipe, tmp_path / "new" / "cache")
    again, heard_again = load(recipe, tmp_path / "new" / "cache")
    assert same(first, baked(recipe))
    assert same(again, first)
    assert (len(heard), heard[-1], heard_again) == (4, 1.0, [1.0])


@pytest.mark.parametrize("share", [0.0, 0.0001, 0.001, 0.3, 0.999999])
def test_a_truncated_file_is_baked_anew(recipe: Recipe, tmp_path: Path, share: float) -> None:
    """A file cut anywhere is noticed, replaced by a whole one, and never heard."""
    file = cache.table_path(recipe, RATE, tmp_path)
    load(recipe, tmp_path)
    whole = file.read_bytes()
    # as another inode: cutting a file that is still mapped would take the pages from under the first instrument
    file.unlink()
    file.write_bytes(whole[: int(share * len(whole))])
    healed, heard = load(recipe, tmp_path)
    assert same(healed, baked(recipe))
    assert len(heard) > 1
    assert file.read_bytes() == whole


def test_a_damaged_file_is_baked_anew(recipe: Recipe, tmp_path: Path) -> None:
    """A bit flipped in the pool is noticed, and so is a folder in the place of the file."""
    file = cache.table_path(recipe, RATE, tmp_path)
    load(recipe, tmp_path)
    damaged = bytearray(file.read_bytes())
    damaged[-4_321] ^= 0x10
    file.unlink()
    file.write_bytes(damaged)
    healed, heard = load(recipe, tmp_path)
    assert len(heard) > 1
    assert same(healed, baked(recipe))
    file.unlink()
    file.mkdir()
    assert same(load(recipe, tmp_path)[0], baked(recipe))


def test_without_a_place_to_write_it_still_plays(recipe: Recipe, tmp_path: Path) -> None:
    """Where no folder can be made, the instrument comes from memory, read-only like any other."""
    (tmp_path / "file").write_text("in the way")
    instrument, heard = load(recipe, tmp_path / "file" / "cache")
    assert same(instrument, baked(recipe))
    assert heard[-1] == 1.0
    assert not instrument.pool.flags.writeable


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="file size limits are a Unix thing")
def test_a_disk_that_fills_leaves_nothing_behind(tmp_path: Path) -> None:
    """A write that fails half-way costs the cache file, not the instrument, and leaves no part of it."""
    script = SMALL + (
        "import resource\nresource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))\n"
        "print(cache.load(recipe, 48_000, Path(sys.argv[1]), lambda _: None).pool.size)\n"
    )
    done = subprocess.run([sys.executable, "-c", script, str(tmp_path)], capture_output=True, text=True, check=True)
    assert int(done.stdout) > 20_000
    assert list(tmp_path.iterdir()) == []


@pytest.mark.slow
def test_several_processes_may_load_at_once(tmp_path: Path) -> None:
    """Four processes that start together hear the same bits, and leave one whole file."""
    script = SMALL + (
        "for _ in range(3):\n"
        "    made = cache.load(recipe, 48_000, Path(sys.argv[1]), lambda _: None)\n"
        "    print(hashlib.sha256(made.pool.tobytes()).hexdigest())\n"
    )
    command = [sys.executable, "-c", script, str(tmp_path)]
    running = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(4)]
    heard = {line for process in running for line in process.communicate(timeout=60)[0].split()}
    assert [process.returncode for process in running] == [0] * 4
    assert len(heard) == 1
    assert [file.suffix for file in tmp_path.iterdir()] == [".tables"]


def test_what_is_out_of_date_is_removed(recipe: Recipe, tmp_path: Path) -> None:
    """Files of an earlier recipe and parts left by a crash go; other instruments, rates and writers are left alone."""
    fingerprint = "0" * 64
    names = ("marimba-48000", "marimba-44100", "harp-48000", "marimba_2d_48000-48000")
    old, *others = (tmp_path / f"{name}-{fingerprint}.tables" for name in names)
    crashed, writing = tmp_path / "marimba-48000-old.part", tmp_path / "marimba-48000-new.part"
    for file in (old, *others, crashed, writing):
        file.write_bytes(b"x")
    os.utime(crashed, (time.time() - 7_200,) * 2)
    load(recipe, tmp_path)
    assert not old.exists()
    assert not crashed.exists()
    assert all(file.exists() for file in (*others, writing))


def test_a_name_may_be_anything(recipe: Recipe, tmp_path: Path) -> None:
    """Names that no file could have, or that begin another's, are kept apart."""
    for name in ("a/b", "..", "marimba-48000", "Ü:*?", "marimba"):
        named = Recipe(name, recipe.origin)
        cache.keep(replace(baked(recipe), name=name), cache.table_path(named, RATE, tmp_path))
    assert len(list(tmp_path.iterdir())) == 5
    kept = cache.read(cache.table_path(Recipe("Ü:*?", recipe.origin), RATE, tmp_path))
    assert kept is not None
    assert kept.name == "Ü:*?"
