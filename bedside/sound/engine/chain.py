"""The effect chain from the voices to the card: rooms, fades, loudness guard, limiter, scrub and clamp."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from bedside.sound import exact, profiles
from bedside.sound.engine.guard import LoudnessGuard
from bedside.sound.engine.limiter import Limiter
from bedside.sound.engine.rise import Rise
from bedside.sound.engine.surroundings import Surroundings

# A stop fades softly and is over well before 300 ms.
STOP_SECONDS = 0.2


class Chain:
    """Processes blocks of stereo sound, (2, block) float64, in exactly this order; the limiter's output is float32."""

    def __init__(self, rate: int, block: int) -> None:
        self.block = block
        self.surroundings = Surroundings(rate, block)
        self.profile = profiles.USUAL
        self._guard = LoudnessGuard(rate, block, self.limits.loudness_lufs)
        self._limiter = Limiter(rate, block)
        self._stop_blocks = max(1, math.floor(STOP_SECONDS * rate / block))
        self._stopping = 0
        self._rise = Rise(rate, block, self.limits.loudness_lufs)
        self._answer = np.zeros((2, block))
        self._ramp = np.arange(1, block + 1) / block

    @property
    def limits(self) -> profiles.Limits:
        """The limits of the profile: how loud and how sudden the sound may be."""
        return profiles.PROFILES[self.profile]

    @property
    def silent(self) -> bool:
        """Whether every stage of the chain is silent."""
        return self.surroundings.silent and self._limiter.silent

    @property
    def stopping(self) -> bool:
        """Whether a stop is fading."""
        return self._stopping > 0

    @property
    def spent(self) -> float:
        """The share of the loudness budget of three seconds that is spent, 0–1."""
        return self._guard.spent

    def take(self, profile: str) -> None:
        """Apply the profile of this name, if there is one."""
        if profile in profiles.PROFILES:
            self.profile = profile
            self._guard.limit(self.limits.loudness_lufs)
            self._rise.limit(self.limits.loudness_lufs)

    def stop(self) -> None:
        """Start to fade out to silence."""
        self._stopping = self._stopping or self._stop_blocks

    def rise(self) -> None:
        """Start at silence and fade in, so that nobody is startled."""
        self._rise.begin()

    def silence(self) -> None:
        """Fall to exact silence; the loudness guard still remembers what was loud."""
        self._stopping = 0
        self._rise.end()
        self.surroundings.clear()
        self._limiter.clear()

    def clear(self, spent: float) -> None:
        """Fall to exact silence; ``spent`` is the share of the loudness budget that is spent, 0–1."""
        self.silence()
        self._guard.clear(spent)

    def rest(self) -> None:
        """Process a block of silence."""
        self._stopping = 0
        self._rise.end()
        self._guard.rest()

    def render(self, sound: NDArray[np.float64], out: NDArray[np.float32]) -> bool:
        """Write a processed block into ``out``, both (2, block); return whether it ended a stop."""
        answer = self._answer
        bound = self.surroundings.render(sound, answer)
        if self._rise.active:
            self._rise.render(answer)
        if self._stopping:
            answer *= self._fade()
        bound = self._guard.render(answer, bound)
        self._limiter.render(answer, out, bound)
        if not self._stopping:
            return False
        self._stopping -= 1
        return self._stopping == 0

    def _fade(self) -> NDArray[np.float64]:
        """Return the next block of a raised cosine from 1 to 0 that ends early enough to empty the limiter's delay."""
        lasting = max(1, self._stop_blocks - math.ceil(self._limiter.delay / self.block))
        done = self._stop_blocks - self._stopping
        phase = np.minimum((done + self._ramp) / lasting, 1.0)
        return np.asarray(0.5 + 0.5 * exact.cosine_sine(0.5 * phase)[0])
