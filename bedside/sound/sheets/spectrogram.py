"""A spectrogram with logarithmic frequency: fine in pitch at low frequencies, and in time at high ones."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from bedside.sound.sheets.partials import Floats, blackman_harris

_LOWEST_HZ, _HIGHEST_HZ, _ROWS = 30.0, 20_000.0, 420

# Long windows below the first frequency, short ones above the second, a crossfade between; in seconds and hertz.
_LONG, _SHORT = 0.2, 0.05
_BELOW_HZ, _ABOVE_HZ = 300.0, 1200.0

_COLUMNS = 1800


@dataclass(frozen=True, slots=True)
class Spectrogram:
    """Levels (rows, columns) in dB, 0 for a full-scale sine; the frequency of each row, the time of each column."""

    db: NDArray[np.float32]
    hz: Floats
    seconds: Floats


def spectrogram(sound: Floats, rate: int) -> Spectrogram:
    """Return the spectrogram of a mono sound, (frames,), from 30 Hz to 20 kHz or just below half its rate."""
    hz = np.geomspace(_LOWEST_HZ, min(_HIGHEST_HZ, 0.49 * rate), _ROWS)
    columns = min(_COLUMNS, max(sound.size, 1))
    middles = ((np.arange(columns) + 0.5) * sound.size / columns).astype(np.int64)
    low, high = (_levels(sound, rate, seconds, middles, hz) for seconds in (_LONG, _SHORT))
    share = np.clip(np.log(hz / _BELOW_HZ) / np.log(_ABOVE_HZ / _BELOW_HZ), 0, 1)[:, None].astype(np.float32)
    return Spectrogram((1 - share) * low + share * high, hz, middles / rate)


def _levels(sound: Floats, rate: int, seconds: float, middles: NDArray[np.int64], hz: Floats) -> NDArray[np.float32]:
    """Return the levels in dB at frequencies ``hz``, (rows, columns), in windows centred on the frames ``middles``."""
    frames = round(seconds * rate)
    shape = blackman_harris(frames)
    size = 2 * frames
    # Take the maximum over the width of each row, so that no narrow line is lost between two rows.
    edges = np.sqrt(hz[1:] * hz[:-1])
    first = np.concatenate(([hz[0]], edges)) * size / rate
    last = np.concatenate((edges, [hz[-1]])) * size / rate
    heard = sliding_window_view(np.pad(sound, frames), frames)
    out = np.empty((hz.size, middles.size), np.float32)
    for begin in range(0, middles.size, 128):
        some = middles[begin : begin + 128] + frames - frames // 2
        power = np.abs(np.fft.rfft(heard[some] * (shape * 2 / shape.sum()), size, axis=1))
        level = 20 * np.log10(power + 1e-7)
        out[:, begin : begin + some.size] = _rows(level, first, last).T
    return out


def _rows(level: Floats, first: Floats, last: Floats) -> Floats:
    """Return the maximal level of each row, from its first to its last fractional position in the spectrum."""
    points = np.arange(level.shape[1])
    rows = np.empty((level.shape[0], first.size))
    for number, (low, high) in enumerate(zip(first, last, strict=True)):
        if high - low > 2:
            rows[:, number] = level[:, int(low) : int(high) + 1].max(axis=1)
        else:
            middle = 0.5 * (low + high)
            left = min(int(middle), points[-1] - 1)
            rows[:, number] = level[:, left] + (middle - left) * (level[:, left + 1] - level[:, left])
    return rows
