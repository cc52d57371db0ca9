"""What a trained ear would say of the card's sound: how high, how loud, how bright, how steady."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.signal import resample_poly, sosfilt

from sound.listening import envelope, peak_hz

Sound = NDArray[np.floating]

SHORT_TERM_SECONDS = 3.0

# The K-weighting of ITU-R BS.1770-4, annex 1, as printed there for 48 kHz.
_K_WEIGHTING_48K = (
    (1.53512485958697, -2.69169618940638, 1.19839281085285, 1, -1.69065929318241, 0.73248077421585),
    (1.0, -2.0, 1.0, 1, -1.99004745483398, 0.99007225036621),
)


def hertz(key: float) -> float:
    """Return the frequency of a MIDI key in equal temperament, A4 at 440 Hz."""
    return 440 * 2 ** ((key - 69) / 12)


def pitch(sound: Sound, rate: int, key: float, around: float = 0.1) -> float:
    """Return the pitch, in MIDI keys, of the strongest line of a mono sound within ``around`` (a part) of a key."""
    return 69 + 12 * float(np.log2(peak_hz(sound.astype(float), rate, hertz(key), around) / 440))


def pitches(sound: Sound, rate: int, keys: tuple[float, float], frames: int = 4096, hop: int = 1024) -> Sound:
    """Return, piece by piece of a mono sound, the pitch of the strongest line between two keys."""
    middle = sum(keys) / 2
    around = 2 ** ((keys[1] - keys[0]) / 24) - 1
    starts = range(0, len(sound) - frames + 1, hop)
    return np.array([pitch(sound[start : start + frames], rate, middle, around) for start in starts])


def wavering(sound: Sound, rate: int, key: float) -> tuple[float, float]:
    """Return by how many cents to either side the line at a key wavers, and how often in a second.

    ``sound`` is mono; of its frequency the fastest and slowest twentieth is left out.
    """
    turned = np.unwrap(np.angle(envelope(sound.astype(float), rate, hertz(key), hertz(key) / 4)))
    hz = hertz(key) + np.diff(turned) * rate / (2 * np.pi)
    cents = 1200 * np.log2(np.maximum(hz, 1.0) / np.median(hz))
    low, high = np.percentile(cents, (5, 95))
    size = 8 * len(cents)
    line = np.abs(np.fft.rfft((cents - cents.mean()) * np.hanning(len(cents)), size))
    slow = int(1.0 * size / rate)
    pace = (slow + int(np.argmax(line[slow : int(20.0 * size / rate)]))) * rate / size
    return float(high - low) / 2, pace


def level_db(sound: Sound) -> float:
    """Return the RMS of a sound in dB of full scale."""
    return 10 * float(np.log10(np.mean(np.square(sound, dtype=float)) + 1e-30))


def line_db(sound: Sound, rate: int, hz: float) -> float:
    """Return the amplitude, in dB of full scale, of one frequency in a mono sound."""
    window = np.hanning(len(sound))
    phase = np.exp(-2j * np.pi * hz * np.arange(len(sound)) / rate)
    return 20 * float(np.log10(abs((sound * window) @ phase) * 2 / window.sum() + 1e-15))


def centroid_hz(sound: Sound, rate: int) -> float:
    """Return the centre of gravity of a mono sound's amplitude spectrum, the middle one of its pieces of 0.1 s.

    So a torn block of a late card, which is a click, counts for nothing.
    """
    frames = rate // 10
    pieces = sound[: len(sound) // frames * frames].reshape(-1, frames)
    lines = np.abs(np.fft.rfft(pieces * np.hanning(frames)))
    return float(np.median(lines @ np.arange(lines.shape[1]) / lines.sum(axis=1)) * rate / frames)


def true_peak_db(sound: Sound) -> float:
    """Return the true peak of (frames, 2), four times oversampled, in dBTP."""
    return 20 * float(np.log10(np.abs(resample_poly(sound, 4, 1, axis=0, window=("kaiser", 8.0))).max() + 1e-12))


def short_term_lufs(sound: Sound, rate: int) -> float:
    """Return the greatest loudness of any three seconds of (frames, 2) at 48 kHz, after EBU Tech 3341."""
    if rate != 48000:
        raise ValueError(f"the filter is printed for 48000 Hz, not {rate}")
    power = np.sum(sosfilt(_K_WEIGHTING_48K, sound.astype(float), axis=0) ** 2, axis=1)
    frames = round(SHORT_TERM_SECONDS * rate)
    summed = np.cumsum(np.concatenate((np.zeros(frames), power)))
    return -0.691 + 10 * float(np.log10((summed[frames:] - summed[:-frames]).max() / frames + 1e-12))
