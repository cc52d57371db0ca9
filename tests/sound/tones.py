"""Small instruments of plain sines, for tests of what plays them."""

import numpy as np

from bedside.sound.instrument import GUARD, LEAD, Instrument, Region

RATE = 48000


def tone(
    name: str = "tone",
    lowest: int = 48,
    highest: int = 72,
    seconds: float = 0.5,
    loop_seconds: float = 0.0,
    release: float = 0.2,
    peak: float = 0.25,
    fall: float = 0.0,
) -> Instrument:
    """Return an instrument whose bright tables are the soft ones with an octave added; looped where asked."""
    pool, regions = [], []
    at = LEAD
    for key in range(lowest, highest + 1):
        hz = 440 * 2 ** ((key - 69) / 12)
        period = RATE / hz
        loops = round(loop_seconds * hz) * period if loop_seconds else 0
        loop_frames = round(loops)
        frames = max(round(seconds * RATE), loop_frames + 64)
        time = np.arange(frames + GUARD)
        if loop_frames:
            hz = round(loop_frames / period) * RATE / loop_frames
            rise = np.minimum(time / (frames - loop_frames), 1)
            envelope = rise
        else:
            envelope = np.where(time < frames, np.minimum(time / 96, 1) * (1 - time / frames) ** 2, 0)
        phase = 2 * np.pi * hz * time / RATE
        for table in (np.sin(phase), 0.7 * np.sin(phase) + 0.3 * np.sin(2 * phase)):
            pool.append(np.zeros(LEAD, np.float32))
            pool.append((peak * envelope * table).astype(np.float32))
        bright = at + frames + GUARD + LEAD
        regions.append((Region(at, bright, frames, loop_frames, fall, release),))
        at = bright + frames + GUARD + LEAD
    return Instrument(
        name=name,
        picture=name,
        lowest=lowest,
        highest=highest,
        sustained=bool(loop_seconds),
        rate=RATE,
        pool=np.concatenate(pool),
        regions=tuple(regions),
    )


def band() -> list[Instrument]:
    """Return a struck and a sustained instrument."""
    return [tone("struck"), tone("held", loop_seconds=0.4)]
