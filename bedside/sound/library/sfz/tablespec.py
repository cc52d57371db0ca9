"""Specify and render the table of one key of a region: which sample frames, at which pitch, with which loop."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from bedside.sound import exact
from bedside.sound.library.sfz.opcodes import SHORTEST_RELEASE, Opcodes
from bedside.sound.library.sfz.resample import STEEPEST, reach, resampled
from bedside.sound.library.sfz.samples import MOST_FRAMES
from bedside.sound.tuning import frequency_ratio

# A loop is repeated within its table until its length is a whole number of frames to within a third of a cent, and at
# least a block.
_OUT_OF_TUNE = 2e-4
_SHORTEST_LOOP = 512
_MOST_TRIES = 64

# A decay that ends within this time is baked into the table; in a longer one the voice itself decays.
_UNROLLED_SECONDS = 2.0
_MOST_LIFT_DB = 40.0

# Sixteen octaves down.
_SHALLOWEST = 1 / 65_536

# No table is longer, whatever the envelope.
_LONGEST_SECONDS = 30.0

# The fade at the end of a sound that does not loop, and of one that is cut short.
_END_SECONDS = 0.003
_CUT_SECONDS = 0.25

# The crossfade from the loop of a held note to the rest of the sample.
_CROSSING_SECONDS = 0.05


@dataclass(frozen=True, slots=True)
class SampleSource:
    """A source of sound: its length in frames, its rate in hertz, and its own loop: first and last frame."""

    frames: int
    rate: int
    loop: tuple[int, int] | None = None
    endless: bool = False


@dataclass(frozen=True, slots=True)
class TableSpec:
    """The table of one key: ``count`` source frames, beginning at ``first``, ``step`` of them per table frame.

    The last ``source_loop`` source frames loop; 0 for no loop. The table has ``frames`` frames, of which the last
    ``loop`` repeat; the voice decays by ``fall`` dB a second. ``attack``, ``hold`` and ``decay`` are in table frames,
    ``sustain`` is a level, 0–1. A table that was ``cut`` short fades out at its end.
    """

    first: int
    count: int
    source_loop: int
    step: float
    frames: int
    loop: int
    fall: float
    attack: int
    hold: int
    decay: int
    sustain: float
    cut: bool = False

    def shortened(self, frames: int) -> TableSpec:
        """Return the table cut to at most ``frames``; one that loops is unchanged."""
        if self.loop or self.frames <= frames:
            return self
        needed = math.ceil(frames * self.step) + reach(self.step) + 1
        return replace(self, frames=frames, cut=True, count=self.count if self.source_loop else min(self.count, needed))


def looping(opcodes: Opcodes, source: SampleSource) -> bool:
    """Return whether a held note loops, forever or until it is let go."""
    if opcodes.trigger != "attack":
        return False
    if source.endless or opcodes.loop_mode in ("loop_continuous", "loop_sustain"):
        return True
    stated = opcodes.loop_start is not None or opcodes.loop_end is not None
    return opcodes.loop_mode == "" and (stated or source.loop is not None)


def loop_of(opcodes: Opcodes, source: SampleSource) -> tuple[int, int] | None:
    """Return the first frame of the loop and the one after its last; None if it does not loop."""
    if not looping(opcodes, source):
        return None
    first, last = source.loop or (0, source.frames - 1)
    first = first if opcodes.loop_start is None else opcodes.loop_start
    last = last if opcodes.loop_end is None else opcodes.loop_end
    after = min(last, _last(opcodes, source)) + 1
    if after - first < 2 or after <= opcodes.offset or after - opcodes.offset > MOST_FRAMES:
        return None
    return first, after


def _last(opcodes: Opcodes, source: SampleSource) -> int:
    return source.frames - 1 if opcodes.end is None else min(opcodes.end, source.frames - 1)


def release_region(opcodes: Opcodes, source: SampleSource) -> Opcodes | None:
    """Return the region that plays the rest of the sample after ``loop_sustain``; None if there is no rest."""
    around = loop_of(opcodes, source)
    if opcodes.loop_mode != "loop_sustain" or around is None or source.endless or opcodes.seq_length > 1:
        return None
    whole = (opcodes.lorand, opcodes.hirand) == (0, 1)
    left = (_last(opcodes, source) + 1 - around[1]) / source.rate
    if not whole or min(left, opcodes.ampeg_release) < _CROSSING_SECONDS:
        return None
    return replace(
        opcodes,
        trigger="release",
        offset=around[1],
        ampeg_attack=_CROSSING_SECONDS / 2,
        ampeg_hold=0.0,
        ampeg_decay=opcodes.ampeg_release,
        ampeg_sustain=0.0,
        volume=opcodes.volume + exact.level_db(max(opcodes.ampeg_sustain, 0.01) / 100).item(),
        rt_decay=0.0,
    )


def release(opcodes: Opcodes, source: SampleSource) -> float:
    """Return the release in seconds (60 dB) of a note; infinite if it is played to its end."""
    if opcodes.trigger != "attack" or (opcodes.loop_mode == "one_shot" and not source.endless):
        return math.inf
    if release_region(opcodes, source) is not None:
        return _CROSSING_SECONDS
    return max(opcodes.ampeg_release, SHORTEST_RELEASE)


def table_spec(opcodes: Opcodes, source: SampleSource, semitones: float, rate: int) -> TableSpec | None:
    """Return the table of a region, ``semitones`` above its sample, at ``rate``; None if it is silent."""
    step = source.rate / rate * frequency_ratio(semitones / 12)
    if not _SHALLOWEST < step <= STEEPEST:
        return None
    attack, hold, decay = (
        round(seconds * rate) for seconds in (opcodes.ampeg_attack, opcodes.ampeg_hold, opcodes.ampeg_decay)
    )
    sustain = opcodes.ampeg_sustain / 100
    first = opcodes.offset
    longest = round(_LONGEST_SECONDS * rate)
    dying = attack + hold + decay
    around = loop_of(opcodes, source)
    source_loop = around[1] - around[0] if around else source.frames if source.endless else 0
    if around is None and not source.endless:
        count = min(_last(opcodes, source) + 1 - first, MOST_FRAMES)
        frames = min(math.ceil(count / step), longest)
        if sustain == 0:
            frames = min(frames, dying)
        if count < 1 or frames < 1:
            return None
        return TableSpec(first, count, 0, step, frames, 0, 0.0, attack, hold, decay, sustain)
    after = around[1] if around else source.frames
    fall = 60 * rate / decay if decay else math.inf
    lift = fall * (attack + hold) / rate if attack + hold else 0.0
    unrolled = sustain == 0 and (dying <= _UNROLLED_SECONDS * rate or not lift <= _MOST_LIFT_DB)
    if unrolled or around is None:
        frames = min(dying if sustain == 0 else round(source.frames / step), longest)
        if frames < 1:
            return None
        return TableSpec(first, after - first, source_loop, step, frames, 0, 0.0, attack, hold, decay, sustain)
    loop, step = _in_tune(source_loop, step)
    prelude = max(0, around[0] - first) / step + (reach(step) / step + 1 if step != 1 or around[0] < first else 0)
    if sustain == 0:
        settled = attack + hold
    else:
        fall = 0.0
        settled = attack + hold + math.ceil(decay * -exact.level_db(sustain).item() / 60)
    frames = max(math.ceil(prelude), settled) + loop
    if frames > 2 * longest:
        return None
    return TableSpec(first, after - first, source_loop, step, frames, loop, fall, attack, hold, decay, sustain)


def _in_tune(source_loop: int, step: float) -> tuple[int, float]:
    """Return the loop in whole table frames, and the step, near ``step``, that makes it so."""
    fewest = math.ceil(_SHORTEST_LOOP * step / source_loop)
    # A loop this long is in tune however it is rounded.
    surely = max(fewest, math.ceil(0.5 / _OUT_OF_TUNE * step / source_loop))
    for times in (*range(fewest, min(fewest + _MOST_TRIES, surely)), surely):
        wanted = source_loop * times / step
        loop = round(wanted)
        if abs(loop / wanted - 1) < _OUT_OF_TUNE:
            break
    return loop, source_loop * times / loop


def render_table(made: TableSpec, source: NDArray[np.float32], rate: int) -> NDArray[np.float64]:
    """Return the samples of a table at full level; ``source`` holds the ``count`` frames that it is made from."""
    sound = resampled(source, made.step, made.frames, made.source_loop)
    sound *= _envelope(made, rate)
    if not made.loop:
        seconds = _CUT_SECONDS if made.cut else _END_SECONDS
        fade = min(round(seconds * rate), made.frames // 4)
        sound[made.frames - fade :] *= 1 - np.arange(fade) / max(fade - 1, 1)
    return sound


def _envelope(made: TableSpec, rate: int) -> NDArray[np.float64]:
    """Return the gain of each frame of a table: a linear attack, a hold, a decay (60 dB) and the sustain level."""
    time = np.arange(made.frames)
    level = np.ones(made.frames)
    if made.attack:
        np.minimum(time / made.attack, 1, out=level)
    since = np.maximum(time - made.attack - made.hold, 0)
    if made.fall:
        return np.asarray(level * exact.decibels(made.fall * np.minimum(time, made.attack + made.hold) / rate))
    if made.sustain < 1:
        falling = exact.decibels(-60 * np.minimum(since / made.decay, 10)) if made.decay else (since == 0) * 1.0
        level *= np.maximum(falling, made.sustain)
    return level
