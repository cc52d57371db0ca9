"""The cache gives what baking gives, whatever happens to its files."""

import ast
import hashlib
import os
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from bedside.sound import bake, cache, catalogue
from bedside.sound.patch import Patch

RATE = 48_000


@pytest.fixture(scope="module")
def patch() -> Patch:
    return replace(catalogue.shipped()[3], lowest=70, highest=72, register=70)


def load(patch: Patch, folder: Path, rate: int = RATE) -> tuple[cache.Instrument, list[float]]:
    """Return the instrument and the progress that was told."""
    heard: list[float] = []
    return cache.load(patch, rate, folder, heard.append), heard


def same(one: cache.Instrument, other: cache.Instrument) -> bool:
    """Return whether two instruments are alike in every field and bit."""
    arrays = ("pool", "soft", "bright", "length", "loop")
    values = ("name", "picture", "lowest", "highest", "sustained", "release", "rate")
    return all(np.array_equal(getattr(one, name), getattr(other, name)) for name in arrays) and all(
        getattr(one, name) == getattr(other, name) for name in values
    )


def test_what_is_read_is_what_was_baked(patch: Patch, tmp_path: Path) -> None:
    """Baked, written and read back, an instrument is the same in every field, and the second time nothing is baked."""
    baked = bake.bake(patch, RATE, lambda _: None)
    first, heard = load(patch, tmp_path / "new" / "cache")
    again, heard_again = load(patch, tmp_path / "new" / "cache")
    assert same(first, baked)
    assert same(again, baked)
    assert (len(heard), heard[-1], heard_again) == (4, 1.0, [1.0])


def test_the_pool_is_mapped_and_cannot_be_written(patch: Patch, tmp_path: Path) -> None:
    """The pool is the file itself, mapped read-only, so that processes share it."""
    for _ in range(2):
        instrument, _ = load(patch, tmp_path)
        assert not instrument.pool.flags.writeable
        with pytest.raises(ValueError, match="read-only"):
            instrument.pool[0] = 1.0
        if sys.platform == "linux":
            assert str(next(tmp_path.iterdir())) in Path("/proc/self/maps").read_text()


@pytest.mark.parametrize("share", [0.0, 0.0001, 0.001, 0.3, 0.999999])
def test_a_truncated_file_is_baked_anew(patch: Patch, tmp_path: Path, share: float) -> None:
    """A file cut anywhere is noticed, replaced by a whole one, and never heard."""
    baked, _ = load(patch, tmp_path)
    pool = baked.pool.copy()
    del baked
    file = next(tmp_path.iterdir())
    whole = file.read_bytes()
    # as another inode: cutting a file that is still mapped would take the pages from under the first instrument
    file.unlink()
    file.write_bytes(whole[: int(share * len(whole))])
    healed, heard = load(patch, tmp_path)
    assert np.array_equal(healed.pool, pool)
    assert len(heard) > 1
    assert file.read_bytes() == whole


def test_a_flipped_bit_anywhere_is_baked_anew(patch: Patch, tmp_path: Path) -> None:
    """A single bit flipped in any part of what is read is noticed: prelude, layout, pool, and bytes at the end."""
    baked, _ = load(patch, tmp_path)
    file = next(tmp_path.iterdir())
    whole = file.read_bytes()
    begin = whole.index(bake.bake(patch, RATE, lambda _: None).pool.tobytes()[:4_000])
    places = [0, 9, 13, 17, 21, 25, 60, begin, begin + 4_321, len(whole) - 1]
    for place in places:
        damaged = bytearray(whole)
        damaged[place] ^= 0x10
        file.unlink()
        file.write_bytes(damaged)
        healed, heard = load(patch, tmp_path)
        assert len(heard) > 1, place
        assert same(healed, baked)
    file.unlink()
    file.write_bytes(whole + b"\0\0\0\0")
    assert len(load(patch, tmp_path)[1]) > 1
    file.unlink()
    file.mkdir()
    assert same(load(patch, tmp_path)[0], baked)


def test_without_a_place_to_write_it_still_plays(patch: Patch, tmp_path: Path) -> None:
    """Where no folder can be made, the instrument comes from memory, read-only like any other."""
    (tmp_path / "file").write_text("in the way")
    instrument, heard = load(patch, tmp_path / "file" / "cache")
    assert same(instrument, bake.bake(patch, RATE, lambda _: None))
    assert heard[-1] == 1.0
    assert not instrument.pool.flags.writeable


@pytest.mark.skipif(sys.platform == "win32", reason="file size limits are a Unix thing")
def test_a_disk_that_fills_leaves_nothing_behind(tmp_path: Path) -> None:
    """A write that fails half-way costs the cache file, not the instrument, and leaves no part of it."""
    script = (
        "import resource, sys\nfrom dataclasses import replace\nfrom pathlib import Path\n"
        "from bedside.sound import cache, catalogue\n"
        "patch = replace(catalogue.shipped()[3], lowest=70, highest=71, register=70)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))\n"
        "print(cache.load(patch, 48_000, Path(sys.argv[1]), lambda _: None).pool.size)\n"
    )
    done = subprocess.run([sys.executable, "-c", script, str(tmp_path)], capture_output=True, text=True, check=True)
    assert int(done.stdout) > 20_000
    assert list(tmp_path.iterdir()) == []


def test_several_processes_may_load_at_once(tmp_path: Path) -> None:
    """Four processes that start together hear the same bits, and leave one whole file."""
    script = (
        "import hashlib, sys\nfrom dataclasses import replace\nfrom pathlib import Path\n"
        "from bedside.sound import cache, catalogue\n"
        "patch = replace(catalogue.shipped()[3], lowest=60, highest=72, register=60)\n"
        "for _ in range(3):\n"
        "    made = cache.load(patch, 48_000, Path(sys.argv[1]), lambda _: None)\n"
        "    print(hashlib.sha256(made.pool.tobytes()).hexdigest())\n"
    )
    command = [sys.executable, "-c", script, str(tmp_path)]
    running = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(4)]
    heard = {line for process in running for line in process.communicate(timeout=60)[0].split()}
    assert [process.returncode for process in running] == [0] * 4
    assert len(heard) == 1
    assert [file.suffix for file in tmp_path.iterdir()] == [".tables"]


def test_what_is_out_of_date_is_removed(patch: Patch, tmp_path: Path) -> None:
    """Files of an earlier patch and parts left by a crash go; other instruments, rates and writers are left alone."""
    old, rate, harp = (tmp_path / f"{name}-{'0' * 64}.tables" for name in ("drum-48000", "drum-44100", "harp-48000"))
    crashed, writing = tmp_path / "drum-48000-old.part", tmp_path / "drum-48000-new.part"
    for file in (old, rate, harp, crashed, writing):
        file.write_bytes(b"x")
    os.utime(crashed, (time.time() - 7_200,) * 2)
    load(patch, tmp_path)
    assert not old.exists()
    assert not crashed.exists()
    assert rate.exists()
    assert harp.exists()
    assert writing.exists()


def test_whatever_determines_the_sound_changes_the_fingerprint(
    patch: Patch, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another parameter, rate or line of code gives another fingerprint; the same gives the same."""
    prints = {cache.fingerprint(patch, RATE), cache.fingerprint(patch, 44_100)}
    prints.add(cache.fingerprint(replace(patch, pieces=(replace(patch.pieces[0], model=replace(patch.pieces[0].model, onset=0.002)),)), RATE))
    assert len(prints) == 3
    assert cache.fingerprint(patch, RATE) in prints
    code = ModuleType("code")
    code.__file__ = str(tmp_path / "code.py")
    Path(code.__file__).write_text("x = 1\n")
    monkeypatch.setattr(cache, "SOURCES", (*cache.SOURCES, code))
    before = cache.fingerprint(patch, RATE)
    Path(code.__file__).write_text("x = 2\n")
    assert cache.fingerprint(patch, RATE) != before


def test_the_fingerprint_covers_every_module_that_bakes() -> None:
    """Every module of the program that baking imports, directly or through another, is among the sources."""
    covered = {module.__name__ for module in cache.SOURCES}
    waiting, seen = ["bedside.sound.bake"], set()
    while waiting:
        name = waiting.pop()
        if name in seen:
            continue
        seen.add(name)
        tree = ast.parse(Path(str(sys.modules[name].__file__)).read_text(encoding="utf-8"))
        imports = {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and node.module}
        waiting += [module for module in imports if module.startswith("bedside.sound.")]
    assert seen == covered
    assert hashlib.sha256(b"").hexdigest() != cache.fingerprint(catalogue.shipped()[0], RATE)
