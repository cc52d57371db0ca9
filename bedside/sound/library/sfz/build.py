"""From the regions of an SFZ file to an instrument: their tables in one pool, at one loudness."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from bedside.sound.instrument import GUARD, LEAD, Instrument, Region
from bedside.sound.library.bake import LOUDNESS_LUFS, PEAK, QUANTUM
from bedside.sound.library.sfz import oscillator
from bedside.sound.library.sfz.form import Form, SampleSource, release, render_form, tail
from bedside.sound.library.sfz.opcodes import Opcodes
from bedside.sound.library.sfz.plan import PlannedTable, endless, plan
from bedside.sound.loudness import momentary

# What gives ``count`` frames of a sample from ``first`` on.
Read = Callable[[str, int, int], NDArray[np.float32]]


def build_instrument(
    name: str, stated: Sequence[Opcodes], samples: dict[str, SampleSource], read: Read, rate: int
) -> tuple[Instrument, tuple[str, ...]]:
    """Return the instrument of some regions at ``rate``, and in words what of it did not fit.

    ``samples`` are the sounds that regions name, oscillators not among them; ``read`` gives their frames. Raises
    ValueError with words that end a sentence where nothing sounds or where too much does.
    """
    tails = (tail(region, samples[region.sample]) for region in stated if region.sample in samples)
    regions = [*stated, *(rest for rest in tails if rest is not None)]
    made = plan(regions, samples, rate)
    begins = [LEAD]
    for one in made.tables:
        begins.append(begins[-1] + one.form.frames + GUARD + LEAD)
    pool = _filled(made.tables, begins, samples, read, rate)
    groups = _numbered(regions)
    struck = [use.key for use in made.uses if use.region.trigger == "attack"]
    lowest, highest = min(struck), max(struck)
    keys: list[list[Region]] = [[] for _ in range(lowest, highest + 1)]
    for use in made.uses:
        if lowest <= use.key <= highest:
            source = samples.get(use.region.sample) or endless(use.region, rate, 1)
            form = made.tables[use.table].form
            keys[use.key - lowest].append(_region(use.region, source, form, begins[use.table], groups))
    whole = Instrument(
        name=name,
        picture="sample",
        lowest=lowest,
        highest=highest,
        sustained=any(region.loop and not region.fall for key in keys for region in key),
        rate=rate,
        pool=pool,
        regions=tuple(map(tuple, keys)),
    )
    _levelled(whole, pool, made.tables, begins)
    pool.flags.writeable = False
    return whole, made.left_out


def _filled(
    tables: Sequence[PlannedTable], begins: Sequence[int], samples: dict[str, SampleSource], read: Read, rate: int
) -> NDArray[np.float32]:
    """Return the pool with every table in its place, at the level that the file gives it."""
    pool = np.zeros(begins[-1] - LEAD, np.float32)
    frames = np.zeros(0, np.float32)
    at: tuple[str, float, int] | None = None
    most: dict[tuple[str, float, int], int] = {}
    for one in tables:
        place = (one.sample, one.hz, one.form.first)
        most[place] = max(most.get(place, 0), one.form.count)
    for number in sorted(range(len(tables)), key=lambda n: (tables[n].sample, tables[n].hz, tables[n].form.first)):
        one, begin = tables[number], begins[number]
        place = (one.sample, one.hz, one.form.first)
        if one.sample not in samples:
            frames = oscillator.loop(one.sample, one.hz, rate)
        elif place != at:
            frames = read(one.sample, one.form.first, most[place])
        at = place
        sound = render_form(one.form, frames[: one.form.count], rate) * one.gain
        end = begin + one.form.frames
        pool[begin:end] = sound
        if one.form.loop:
            pool[end : end + GUARD] = sound[one.form.frames - one.form.loop + np.arange(GUARD) % one.form.loop]
    return pool


def _region(opcodes: Opcodes, source: SampleSource, made: Form, begin: int, groups: dict[int, int]) -> Region:
    # A velocity between two of MIDI's steps belongs to one layer alone: each ends just below the middle.
    low = 0.0 if opcodes.lovel <= 1 else (opcodes.lovel - 0.5) / 127
    high = 1.0 if opcodes.hivel >= 127 else math.nextafter((opcodes.hivel + 0.5) / 127, 0)
    return Region(
        soft=begin,
        bright=begin,
        length=made.frames,
        loop=made.loop,
        fall=made.fall,
        release=release(opcodes, source),
        velocity=(low, high),
        chance=(opcodes.lorand, opcodes.hirand),
        turn=opcodes.seq_position - 1,
        turns=opcodes.seq_length,
        gains=response(opcodes.amp_veltrack),
        pan=opcodes.pan / 100,
        # In the format it is the voice that names the strike which ends it.
        group=groups[opcodes.off_by],
        off_by=groups[opcodes.group],
        on_release=opcodes.trigger != "attack",
        rest=opcodes.rt_decay,
    )


def response(veltrack: float) -> NDArray[np.float64]:
    """Return the gains of velocities 0–127 at an ``amp_veltrack`` in percent.

    At 100 it is the square of the velocity's part of 127, 20·log10((v/127)²) dB (sfzformat.com, amp_veltrack); at 0 it
    is 1 throughout, and between them a straight line, as sfizz has it; a negative one is softest at 127.
    """
    missing = abs(veltrack) / 100 * (1 - (np.arange(128) / 127) ** 2)
    gains = missing if veltrack < 0 else 1 - missing
    gains.flags.writeable = False
    return np.asarray(gains, dtype=np.float64)


def _numbered(regions: Sequence[Opcodes]) -> dict[int, int]:
    """Return small numbers, from 1, for the groups of a file, whose own may be of any size; 0 stays 0."""
    named = sorted({region.group for region in regions} | {region.off_by for region in regions} - {0})
    return {0: 0} | {group: number for number, group in enumerate((n for n in named if n), start=1)}


def _levelled(
    made: Instrument, pool: NDArray[np.float32], tables: Sequence[PlannedTable], begins: Sequence[int]
) -> None:
    """Bring the middle key at velocity 1 to −23 LUFS, and all others with it; no table passes a peak of 0.9."""
    keys = sorted(range(len(made.regions)), key=lambda key: abs(2 * key - len(made.regions) + 1))
    loudness = next((level for key in keys if (level := _loudness(made, pool, key)) > -120), None)
    peak = float(max(abs(pool.max()), abs(pool.min())))
    if loudness is None or peak == 0:
        return
    gain = min(10 ** ((LOUDNESS_LUFS - loudness) / 20), (PEAK - QUANTUM) / peak)
    for one, begin in zip(tables, begins, strict=False):
        piece = pool[begin : begin + one.form.frames + GUARD]
        piece[:] = np.rint(piece.astype(np.float64) * (gain / QUANTUM)) * QUANTUM


def _loudness(made: Instrument, pool: NDArray[np.float32], key: int) -> float:
    """Return the loudness in LUFS of a first hardest strike of a key, the number of it from the lowest."""
    chosen = [
        region
        for region in made.regions[key]
        if region.velocity[1] == 1 and region.turn == 0 and region.chance[0] == 0 and not region.on_release
    ]
    sound = np.zeros(3 * made.rate)
    for region in chosen:
        at = np.arange(sound.size if region.loop else min(region.length, sound.size))
        over = np.maximum(at - region.length, 0) % max(region.loop, 1)
        at = np.where(at < region.length, at, region.length - region.loop + over)
        falling = 10 ** (-region.fall / 20 / made.rate * np.arange(at.size))
        # Where the hardest strike is a silent one, the softest is the loudest.
        gain = region.gain(1.0) or float(region.gains.max())
        sound[: at.size] += pool[region.soft + at] * falling * gain
    return float(momentary(sound, made.rate))
