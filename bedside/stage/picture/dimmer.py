"""The dimmer of a world: it darkens when nobody plays or the child has stopped everything.

It moves too slowly for any play of the hands to make the screen flash.
"""

from __future__ import annotations

# The world's brightness when nobody plays, and when everything is stopped.
ASLEEP, STOPPED = 0.10, 0.38

# It starts to dim this long after the last light went out, and takes this long.
REST_SECONDS = 40.0
_SLEEP_SECONDS = 40.0

# Every other change takes this long from end to end.
TURN_SECONDS = 2.5

# The drawn level is rounded to this many steps.
_STEPS = 255


class Dimmer:
    """The brightness of a world: ``level``, 0–1.

    Every ``now`` is in seconds; a time before the last counts as the last.
    """

    def __init__(self) -> None:
        self._level = 1.0
        self._target = 1.0
        self._now: float | None = None
        self._last_lit = 0.0
        self._stopped = False
        self.level = 1.0

    @property
    def moving(self) -> bool:
        """Whether it changes fast enough to need a redraw at every frame."""
        return self._level != self._target and not self._falling_asleep

    @property
    def _falling_asleep(self) -> bool:
        return self._target == ASLEEP < self._level

    def wake(self) -> None:
        """Brighten again because somebody plays."""
        self._target = STOPPED if self._stopped else 1.0
        self._last_lit = self._now or 0.0

    def stop(self, stopped: bool) -> None:
        """Dim halfway for as long as everything is stopped; a change wakes the world."""
        if stopped != self._stopped:
            self._stopped = stopped
            self.wake()

    def advance(self, now: float, lit: bool) -> bool:
        """Advance to ``now``, when something is ``lit`` or nothing; return whether a redraw is needed."""
        before = now if self._now is None else self._now
        self._now = max(now, before)
        if self._now == now and (lit or before == now == self._last_lit):
            self._last_lit = now
        if lit and self._target == ASLEEP:
            self.wake()
        if self._last_lit == 0.0:
            self._last_lit = now
        if now - self._last_lit > REST_SECONDS:
            self._target = ASLEEP
        seconds = _SLEEP_SECONDS if self._falling_asleep else TURN_SECONDS
        step = max(now - before, 0.0) / seconds
        self._level += min(max(self._target - self._level, -step), step)
        level = round(self._level * _STEPS) / _STEPS
        changed, self.level = level != self.level, level
        return changed
