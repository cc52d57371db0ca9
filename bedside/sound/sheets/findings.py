"""Measure an instrument for its sheet: the decay of its partials, its tuning, and its loudness.

Decay and pitch are measured on the note itself, without the room; loudness on the output of the engine.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bedside.sound.instrument import Instrument, Region
from bedside.sound.loudness import OFFSET_LU, WINDOW_SECONDS, k_weighting
from bedside.sound.sheets import partials
from bedside.sound.sheets.partials import Fall, Floats, LevelTrace
from bedside.sound.sheets.sheet import Passage, SheetStrike, Subject, key_name, white_keys
from bedside.sound.tuning import hertz

# A medium strike.
_VELOCITY, _BRIGHTNESS = 0.6, 0.5

# A struck note is followed until it has decayed by this much, or enough to measure its T60; a sustained one is let go
# after a while; each for at most so long.
_FLOOR_DB, _ENOUGH_DB = 66.0, 34.0
_LONGEST_SECONDS = 24.0
HELD_SECONDS = 2.5
_LONGEST_RELEASE = 4.0

_MOST_PARTIALS = 6

# The pitch of a struck note is measured at its beginning.
_PITCH_SECONDS = 0.8

# The least distance between two lines, as a fraction of the fundamental, and in hertz.
_SPACING, _LEAST_SPACING_HZ = 0.25, 12.0
_SHARE_OF_GAP = 0.8

# By then nothing is left of what rings on in the K-weighting.
_RINGING_SECONDS = 0.5


@dataclass(frozen=True, slots=True)
class Ringing:
    """A partial or a piece: its label, its level over time, and the line fitted to its decay, if it decays."""

    label: str
    trace: LevelTrace
    fall: Fall | None


@dataclass(frozen=True, slots=True)
class Tuned:
    """A key: its pitch error from equal temperament in cents, and the T60 of its fundamental in seconds.

    Either is NaN if it cannot be measured.
    """

    key: int
    cents: float
    t60: float


@dataclass(frozen=True, slots=True)
class Findings:
    """All measurements of one instrument.

    ``ringing`` holds the partials of the register's key, or the pieces of a set; ``tuning`` the keys of the scale, none
    for a set; ``loudness`` pairs of velocity and momentary loudness in LUFS, from soft to loud; ``balance`` the
    loudness of each piece of a set.
    """

    ringing: tuple[Ringing, ...]
    tuning: tuple[Tuned, ...]
    loudness: tuple[tuple[float, float], ...]
    balance: tuple[tuple[str, float], ...]

    @property
    def span(self) -> float:
        """The range of loudness from the softest strike to the loudest, in LU."""
        return self.loudness[-1][1] - self.loudness[0][1]


def assess(subject: Subject, played: Sequence[Passage], sound: NDArray[np.float32]) -> Findings:
    """Return the findings about an instrument whose sheet ``played`` sounded as ``sound``, (frames, 2)."""
    instrument = subject.instrument
    first, rising = played[0], played[-1]
    levels = _loudness(rising, sound, instrument.rate)
    loud = tuple((strike.velocity, level) for strike, level in zip(rising.strikes, levels, strict=True))
    if subject.pieces:
        heard = _loudness(first, sound, instrument.rate)
        labels = [key_name(strike.key) for strike in first.strikes]
        return Findings(
            ringing=tuple(_piece(instrument, key, model) for key, model in subject.pieces),
            tuning=(),
            loudness=loud,
            balance=tuple(zip(labels, heard, strict=True)),
        )
    return Findings(
        ringing=_partials(instrument, subject.register),
        tuning=tuple(_tuned(instrument, key) for key in white_keys(instrument.lowest, instrument.highest)),
        loudness=loud,
        balance=(),
    )


def note(instrument: Instrument, key: int, depth_db: float = _FLOOR_DB) -> Floats:
    """Return a note of medium velocity as its voice plays it, (frames,), without the room.

    A struck note rings until it has decayed by ``depth_db``; a sustained one is let go after `HELD_SECONDS`.
    """
    voices = [_voice(instrument, region, depth_db) for region in instrument.at(key) if _sounds(region)]
    if not voices:
        return np.zeros(1)
    longest = max(voice.size for voice in voices)
    return np.asarray(sum(np.pad(voice, (0, longest - voice.size)) for voice in voices), dtype=np.float64)


def _sounds(region: Region) -> bool:
    low, high = region.velocity
    return (
        not region.on_release
        and region.turn == 0
        and low <= _VELOCITY <= high
        and region.chance[0] <= 0.5 < region.chance[1]
    )


def _voice(instrument: Instrument, region: Region, depth_db: float) -> Floats:
    rate, length = instrument.rate, region.length
    held = math.inf
    seconds = length / rate
    if region.loop:
        seconds = min(seconds + depth_db / region.fall, _LONGEST_SECONDS) if region.fall else _LONGEST_SECONDS
    if instrument.sustained:
        held = HELD_SECONDS
        seconds = min(seconds, held + min(region.release, _LONGEST_RELEASE))
    at = np.arange(round(seconds * rate))
    gain = region.gain(_VELOCITY) * 10 ** (-region.fall / 20 * at / rate)
    if held < math.inf and region.release < math.inf:
        gain *= 10 ** (-3 * np.maximum(at / rate - held, 0) / region.release)
    if region.loop:
        at = np.where(at < length, at, length - region.loop + (at - length) % region.loop)
    soft, bright = (instrument.pool[begin + at].astype(np.float64) for begin in (region.soft, region.bright))
    return np.asarray(((1 - _BRIGHTNESS) * soft + _BRIGHTNESS * bright) * gain, dtype=np.float64)


def _let_go(instrument: Instrument) -> float:
    """Return when a note begins to decay, in seconds."""
    return HELD_SECONDS if instrument.sustained else 0.0


def _partials(instrument: Instrument, key: int) -> tuple[Ringing, ...]:
    sound = note(instrument, key)
    spacing = max(_SPACING * hertz(key), _LEAST_SPACING_HZ)
    found = partials.strongest_lines(sound, instrument.rate, spacing, _MOST_PARTIALS)
    places = [0.0, *(hz for hz, _ in found)]
    ringing = []
    for hz, _ in found:
        gap = min(abs(hz - other) for other in places if other != hz)
        trace = partials.trace_line(sound, instrument.rate, hz, min(_SHARE_OF_GAP * gap, hertz(key)))
        ringing.append(Ringing(f"{hz:,.0f} Hz", trace, partials.fall(trace, _let_go(instrument))))
    return tuple(ringing)


def _piece(instrument: Instrument, key: int, model: str) -> Ringing:
    trace = partials.loudness(note(instrument, key), instrument.rate)
    return Ringing(f"{key_name(key)} {model}", trace, partials.fall(trace, _let_go(instrument)))


def _tuned(instrument: Instrument, key: int) -> Tuned:
    sound = note(instrument, key, _ENOUGH_DB)
    seconds = HELD_SECONDS if instrument.sustained else _PITCH_SECONDS
    hz = partials.pitch(sound, instrument.rate, hertz(key), seconds)
    if math.isnan(hz):
        return Tuned(key, math.nan, math.nan)
    width = max(_SHARE_OF_GAP * hertz(key), _LEAST_SPACING_HZ)
    fall = partials.fall(partials.trace_line(sound, instrument.rate, hz, width), _let_go(instrument))
    return Tuned(key, 1200 * math.log2(hz / hertz(key)), fall.t60 if fall else math.nan)


def _loudness(part: Passage, sound: NDArray[np.float32], rate: int) -> list[float]:
    """Return the maximal momentary loudness in LUFS (BS.1770) between each strike of a passage and the next."""
    ends = [strike.seconds for strike in part.strikes[1:]] + [part.end]
    return [_momentary(strike, end, sound, rate) for strike, end in zip(part.strikes, ends, strict=True)]


def _momentary(strike: SheetStrike, end: float, sound: NDArray[np.float32], rate: int) -> float:
    frames = round(WINDOW_SECONDS * rate)
    heard = sound[round(strike.seconds * rate) : round(end * rate)]
    heard = np.pad(heard, ((0, max(0, frames - len(heard))), (0, 0)))
    energy = np.pad(np.cumsum(np.sum(_k_weighted(heard, rate) ** 2, axis=1)), (1, 0))
    return OFFSET_LU + 10 * math.log10(np.max(energy[frames:] - energy[:-frames]) / frames + 1e-12)


def _k_weighted(sound: NDArray[np.float32], rate: int) -> NDArray[np.float64]:
    """Return a sound, (frames, channels), K-weighted in its spectrum; silence after it takes up what rings on."""
    frames = len(sound) + round(_RINGING_SECONDS * rate)
    late = np.exp(-2j * np.pi * np.arange(frames // 2 + 1) / frames)
    powers = np.stack([late**0, late, late**2])
    response = np.prod([(section[:3] @ powers) / (section[3:] @ powers) for section in k_weighting(rate)], axis=0)
    spectrum = np.fft.rfft(sound.astype(np.float64), frames, axis=0)
    return np.fft.irfft(spectrum * response[:, None], frames, axis=0)[: len(sound)]
