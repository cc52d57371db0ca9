"""An instrument's file gives back the instrument, or nothing."""

import dataclasses
import sys
from pathlib import Path

import numpy as np
import pytest

from bedside.sound.instrument import GUARD, LEAD, RESPONSE, Instrument, Region
from bedside.sound.library import tablefile

FRAMES = 3_000


@pytest.fixture
def instrument() -> Instrument:
    """Give an instrument in which no two fields of a region are alike, and some keys have none or several."""
    pool = np.random.default_rng(5).standard_normal(2 * (LEAD + FRAMES + GUARD)).astype(np.float32)
    hard = np.linspace(0.0, 1.0, 128) ** 2
    soft, bright = LEAD, 2 * LEAD + FRAMES + GUARD
    layers = (
        Region(soft, bright, FRAMES, 700, 1.5, 0.25, (0.0, 0.4), (0.1, 0.6), 1, 3, hard, -0.3, 5, 6, True, 7.5),
        Region(bright, bright, FRAMES - 9, velocity=(0.4, 1.0), gains=hard),
        Region(soft, soft, 17, off_by=9),
    )
    regions = ((), layers, (Region(soft, bright, FRAMES),))
    return Instrument("Großes Klavier", "sample", 60, 62, True, 44_100, pool, regions)


def write(instrument: Instrument, file: Path) -> bytes:
    with file.open("wb") as out:
        tablefile.write(instrument, out)
    return file.read_bytes()


def read(file: Path) -> Instrument:
    with file.open("rb") as source:
        return tablefile.read(source)


def values(thing: object) -> list[object]:
    """Return the fields of an instrument or region as plain values."""
    found: list[object] = []
    for field in dataclasses.fields(thing):  # type: ignore[arg-type]
        value = getattr(thing, field.name)
        if field.name == "regions":
            found.append([[values(region) for region in key] for key in value])
        else:
            found.append(value.tolist() if isinstance(value, np.ndarray) else value)
    return found


def test_what_is_read_is_what_was_written(instrument: Instrument, tmp_path: Path) -> None:
    """Every field of the instrument and of its regions comes back, types and bits alike."""
    write(instrument, tmp_path / "a")
    again = read(tmp_path / "a")
    assert values(again) == values(instrument)
    assert again.regions[1][0].on_release is True
    assert again.regions[2][0].release == float("inf")


def test_each_field_of_a_region_is_kept_apart(instrument: Instrument) -> None:
    """The test's own first region differs from a bare one in every field, so that none can be forgotten above."""
    told, bare = instrument.regions[1][0], Region(0, 0, 1)
    for field in dataclasses.fields(Region):
        assert not np.array_equal(getattr(told, field.name), getattr(bare, field.name)), field.name


def test_gains_that_are_alike_are_kept_once(instrument: Instrument, tmp_path: Path) -> None:
    """A thousand regions of one response take no more room than their own numbers."""
    many = dataclasses.replace(instrument, regions=((), (), (instrument.regions[2][0],) * 1000))
    larger = len(write(many, tmp_path / "many")) - len(write(instrument, tmp_path / "few"))
    assert larger < 1000 * 160
    first, *_, last = read(tmp_path / "many").regions[2]
    assert np.array_equal(last.gains, RESPONSE)
    assert not last.gains.flags.writeable
    assert first.gains is last.gains


def test_the_pool_is_the_file_itself_and_cannot_be_written(instrument: Instrument, tmp_path: Path) -> None:
    """The pool is mapped read-only, so that processes share it."""
    write(instrument, tmp_path / "a")
    again = read(tmp_path / "a")
    with pytest.raises(ValueError, match="read-only"):
        again.pool[0] = 1.0
    if sys.platform == "linux":
        assert str(tmp_path / "a") in Path("/proc/self/maps").read_text()


def test_a_damaged_byte_anywhere_is_noticed(instrument: Instrument, tmp_path: Path) -> None:
    """A bit flipped anywhere in what describes the instrument or in its pool, a cut and a longer file are refused."""
    whole = write(instrument, tmp_path / "whole")
    begin = whole.index(instrument.pool.tobytes()[:400])
    described = len(whole[:begin].rstrip(b"\0"))
    places = [*range(200), *range(200, described, 7), begin, begin + 4_321, len(whole) - 1]
    damaged = tmp_path / "damaged"
    for place in places:
        changed = bytearray(whole)
        changed[place] ^= 0x10
        damaged.write_bytes(changed)
        with pytest.raises(ValueError, match=r"not an instrument|damaged|cut short|another length|outside"):
            read(damaged)
    for length in (0, 1, 20, 60, described, begin - 1, begin, begin + 4, len(whole) - 4, len(whole) - 1):
        damaged.write_bytes(whole[:length])
        with pytest.raises(ValueError, match=r"damaged|cut short"):
            read(damaged)
    damaged.write_bytes(whole + b"\0\0\0\0")
    with pytest.raises(ValueError, match="damaged"):
        read(damaged)


def test_a_table_outside_the_pool_is_refused(instrument: Instrument, tmp_path: Path) -> None:
    """A file whose checksums hold, but whose tables lie where no pool is, does not become an instrument."""
    for wrong in (Region(LEAD - 1, LEAD, 9), Region(LEAD, instrument.pool.size, 9), Region(LEAD, LEAD, 9, 10, 1.0)):
        write(dataclasses.replace(instrument, regions=((), (), (wrong,))), tmp_path / "a")
        with pytest.raises(ValueError, match="outside"):
            read(tmp_path / "a")
