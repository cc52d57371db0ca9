"""The engine: musical events in, blocks of sound out, with no clock, file or device; live and rendered alike.

Its sound is determined by the seed it was last reset with and by the events applied before each block since then.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from bedside.music.events import Event, Level, NoteOff, NoteOn, Player, Program, Resumed, Shape, Stop
from bedside.sound.instrument import Instrument
from bedside.sound.limiter import Limiter
from bedside.sound.room import Room
from bedside.sound.voices import Strike, VoiceBank

# From the softest touch to the hardest.
VELOCITY_SPAN_DB = 30.0

# A part this soft is silent.
SILENT_DB = -60.0

# A stop is heard as a breath, not as a cut, and is over well before 300 ms.
STOP_SECONDS = 0.2

# Sound that comes back after a loss rises by 10 dB in 50 ms, so that nobody is startled.
RISE_SECONDS = 0.3

# Low keys stand left and high keys right of their part's place, as strings do in front of a player.
_KEY_SPREAD = 0.35


class Engine:
    """Plays instruments for up to four players.

    Every player begins with the first instrument, at 0 dB, in the middle. With ``solo``, the notes of other players are
    computed but unheard, so that the voices stolen, and so the solo itself, are those of the whole.
    """

    def __init__(
        self,
        instruments: Sequence[Instrument],
        rate: int,
        block: int,
        polyphony: int = 64,
        solo: Player | None = None,
    ) -> None:
        if not instruments:
            raise ValueError("an engine needs an instrument")
        self.rate = rate
        self.block = block
        self._names = [instrument.name for instrument in instruments]
        self._voices = VoiceBank(instruments, rate, block, polyphony, len(Player))
        self._room = Room(rate, block)
        self._limiter = Limiter(rate, block)
        self._solo = solo
        self._programs = dict.fromkeys(Player, 0)
        self._levels = dict.fromkeys(Player, (0.0, 0.0))
        self._seed = 0
        self._stop_blocks = max(1, math.floor(STOP_SECONDS * rate / block))
        self._stopping = 0
        self._rise_blocks = max(1, math.ceil(RISE_SECONDS * rate / block))
        self._rising = 0
        self._sound = np.zeros((2, block), np.float32)
        self._answer = np.zeros((2, block), np.float32)
        self._ramp = np.arange(1, block + 1) / block
        for player in Player:
            self.apply(Level(player, 0.0, 0.0))

    def parts(self) -> list[Event]:
        """Return the events that give a fresh engine the instruments, levels and places of this one's parts."""
        events: list[Event] = []
        for player in Player:
            events.append(Program(player, self._names[self._programs[player]]))
            events.append(Level(player, *self._levels[player]))
        return events

    def reset(self, seed: int) -> None:
        """Fall to exact silence, and take the seed of what comes next; the parts stay."""
        self._seed = seed
        self._stopping = self._rising = 0
        self._voices.clear()
        self._room.clear()
        self._limiter.clear()

    @property
    def silent(self) -> bool:
        """Whether every state is zero, so that the next block is exact silence."""
        return self._voices.silent and self._room.silent and self._limiter.silent

    @property
    def holding(self) -> bool:
        """Whether a hand holds a note that still sounds."""
        return self._voices.holding

    @property
    def stopping(self) -> bool:
        """Whether a stop is fading; notes asked now should wait."""
        return self._stopping > 0

    @property
    def sounding(self) -> int:
        """How many voices sound."""
        return len(self._voices)

    def apply(self, event: Event) -> None:
        """Let an event take effect from the next block on; an instrument that is not there leaves the part as it is."""
        match event:
            case NoteOn():
                self._strike(event)
            case NoteOff(player, note):
                self._voices.release(player, note)
            case Shape(player, note, brightness):
                self._voices.shade(player, note, brightness)
            case Program(player, name):
                if name in self._names:
                    self._programs[player] = self._names.index(name)
            case Level(player, db, pan):
                self._levels[player] = (db, pan)
                heard = db > SILENT_DB and self._solo in (None, player)
                self._voices.level(player, 10 ** (db / 20) if heard else 0.0)
            case Stop():
                self._stopping = self._stopping or self._stop_blocks
            case Resumed():
                self._rising = self._rise_blocks

    def render(self, out: NDArray[np.float32]) -> None:
        """Write the next block into ``out``, shape (block, 2), within ±0.71 whatever is played."""
        if self.silent:
            self._stopping = self._rising = 0
            out[:] = 0
            return
        sound = self._sound
        self._voices.render(sound)
        if not np.isfinite(sound).all():
            # One bad number would go round in the room for ever.
            np.nan_to_num(sound, copy=False, nan=0.0, posinf=0.0, neginf=0.0)
        answer = self._answer
        answer[:] = sound
        self._room.render(sound, answer)
        if self._rising:
            answer *= self._rise()
            self._rising -= 1
        if self._stopping:
            answer *= self._fade()
        self._limiter.render(answer)
        out[:] = answer.T
        if self._stopping:
            self._stopping -= 1
            if self._stopping == 0:
                self.reset(self._seed)

    def _fade(self) -> NDArray[np.float32]:
        """Return the next block of a raised cosine that falls from 1 to 0 and leaves the limiter's look-ahead empty."""
        lasting = max(1, self._stop_blocks - math.ceil(self._limiter.ahead / self.block))
        done = self._stop_blocks - self._stopping
        phase = np.minimum((done + self._ramp) / lasting, 1.0)
        fade: NDArray[np.float32] = (0.5 + 0.5 * np.cos(np.pi * phase)).astype(np.float32)
        return fade

    def _rise(self) -> NDArray[np.float32]:
        """Return the next block of a straight line of decibels from `SILENT_DB` to 0."""
        done = self._rise_blocks - self._rising
        db = SILENT_DB * (1 - (done + self._ramp) / self._rise_blocks)
        rise: NDArray[np.float32] = (10 ** (db / 20)).astype(np.float32)
        return rise

    def _strike(self, on: NoteOn) -> None:
        # No two strikes of a hand are alike: level, colour and place differ by a little, as the seed has it.
        level, colour, place = _chances(self._seed, on.player, on.note)
        db = -VELOCITY_SPAN_DB * (1 - on.velocity) + 0.8 * level
        pan = self._levels[on.player][1] + _KEY_SPREAD * ((on.key - 60) / 36) + 0.08 * place
        angle = (min(max(pan, -1.0), 1.0) + 1) * math.pi / 4
        self._voices.strike(
            Strike(
                player=on.player,
                note=on.note,
                instrument=self._programs[on.player],
                key=on.key,
                gain=10 ** (db / 20),
                brightness=min(max(on.brightness + 0.1 * colour, 0.0), 1.0),
                left=math.cos(angle),
                right=math.sin(angle),
            )
        )


def _chances(seed: int, player: Player, note: int) -> tuple[float, float, float]:
    """Return three numbers from −0.5 to 0.5 that depend on the arguments alone (SplitMix64, Steele et al. 2014)."""
    state = (seed << 34 ^ note << 2 ^ player) & 0xFFFFFFFFFFFFFFFF
    numbers = []
    for _ in range(3):
        state = (state + 0x9E3779B97F4A7C15) & 0xFFFFFFFFFFFFFFFF
        mixed = (state ^ state >> 30) * 0xBF58476D1CE4E5B9 & 0xFFFFFFFFFFFFFFFF
        mixed = (mixed ^ mixed >> 27) * 0x94D049BB133111EB & 0xFFFFFFFFFFFFFFFF
        numbers.append((mixed ^ mixed >> 31) / 2**64 - 0.5)
    return numbers[0], numbers[1], numbers[2]
