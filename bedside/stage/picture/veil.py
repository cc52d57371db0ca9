"""The veil over a world: it comes down when nobody plays, or when the child has stopped everything, and lifts again.

It moves so slowly that no play of the hands makes it flash.
"""

from __future__ import annotations

# What is left of the world when nobody plays, and when everything is stopped.
ASLEEP, STOPPED = 0.10, 0.38

# So long after the last light the veil begins to come down, and so long it takes.
REST_SECONDS = 40.0
_SLEEP_SECONDS = 40.0

# All else that it does takes so long from end to end.
TURN_SECONDS = 2.5

# Its level, as it is drawn, in so many steps.
_STEPS = 255


class Veil:
    """How much of the world's light is let through, from 0 to 1; every ``now`` is in seconds and does not go back."""

    def __init__(self) -> None:
        self._level = 1.0
        self._wanted = 1.0
        self._now: float | None = None
        self._lively = 0.0
        self._stopped = False
        self.level = 1.0

    @property
    def moving(self) -> bool:
        """Whether it moves so fast that it should be drawn at every frame."""
        return self._level != self._wanted and not self._falling_asleep

    @property
    def _falling_asleep(self) -> bool:
        return self._wanted == ASLEEP < self._level

    def wake(self) -> None:
        """Lift it: somebody plays."""
        self._wanted = STOPPED if self._stopped else 1.0
        self._lively = self._now or 0.0

    def stop(self, stopped: bool) -> None:
        """Bring it half down, for as long as everything is stopped."""
        self._stopped = stopped
        self.wake()

    def advance(self, now: float, lively: bool) -> bool:
        """Move it to a time at which something is lit or not; return whether it is to be drawn anew."""
        before = now if self._now is None else self._now
        self._now = max(now, before)
        if self._now == now and (lively or before == now == self._lively):
            self._lively = now
        if lively and self._wanted == ASLEEP:
            self.wake()
        if self._lively == 0.0:
            self._lively = now
        if now - self._lively > REST_SECONDS:
            self._wanted = ASLEEP
        seconds = _SLEEP_SECONDS if self._falling_asleep else TURN_SECONDS
        step = max(now - before, 0.0) / seconds
        self._level += min(max(self._wanted - self._level, -step), step)
        level = round(self._level * _STEPS) / _STEPS
        changed, self.level = level != self.level, level
        return changed
