"""Whether a sound card that plays has fallen silent: it asks for no more sound, though this process runs on time."""

from __future__ import annotations

# A card that has not asked for sound for this long hangs.
SILENT_SECONDS = 0.13

# A card with long blocks asks more rarely.
_BLOCKS = 3

# A tick that comes after more intervals than this is late.
_LATE_TICKS = 2.5


class CardWatch:
    """Watches the blocks of a card, in ticks that come every ``interval`` seconds if the machine is not held up.

    A tick that comes late shows that the machine stood still, and the card may have too: that time does not count. So a
    machine that stutters loses no card. Every ``now`` is in seconds.

    Two threads may use this: one that plays blocks and says so by setting ``last``, when the card asked last for sound,
    and ``lasts``, how long that sound is, and one that ticks.
    """

    def __init__(self, interval: float) -> None:
        self._interval = interval
        self.lasts = 0.0
        self._ticked = 0.0
        self._silent = 0.0
        self.last = 0.0

    @property
    def begun(self) -> bool:
        """Whether blocks are expected."""
        return self.last > 0

    @property
    def due(self) -> float:
        """When the next block was due; 0 where none is expected."""
        return self.last + self.lasts if self.begun else 0.0

    def blocks_expected(self, now: float) -> None:
        """Expect blocks from here on."""
        self.last = max(self.last, now)

    @property
    def quiet(self) -> bool:
        """Whether no block came for some ticks, or ever."""
        return not self.begun or self._silent > max(1.5 * self._interval, self.lasts)

    def tick(self, now: float) -> bool:
        """Return whether the card is silent."""
        passed = now - self._ticked
        if self.last >= self._ticked:
            self._silent = 0.0
        elif passed < _LATE_TICKS * self._interval:
            self._silent += passed
        self._ticked = now
        return self.begun and self._silent > max(SILENT_SECONDS, _BLOCKS * self.lasts)
