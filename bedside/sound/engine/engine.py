"""The engine: musical events in, blocks of sound out, with no clock, file or device; live and rendered alike.

Its sound is determined by the seed it was last reset with and by the events applied before each block since then.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bedside.music.events import (
    AllOff,
    Bend,
    Event,
    Expression,
    Glide,
    Lead,
    Level,
    NoteOff,
    NoteOn,
    Pedal,
    Player,
    Profile,
    Program,
    Resumed,
    Reverb,
    Shape,
    Stop,
    Vibrato,
)
from bedside.sound.engine.chain import SILENT_DB, Chain
from bedside.sound.engine.parts import Part
from bedside.sound.engine.strike import Strike
from bedside.sound.engine.voices import VoiceBank
from bedside.sound.instrument import Instrument, Region

# Low keys stand left and high keys right of their part's place, as strings do in front of a player.
_KEY_SPREAD = 0.35

# So many notes may wait for an end that sounds.
_MOST_ENDING = 256


class Engine:
    """Plays instruments for up to four players.

    ``names`` are those of the instruments there may be, in their order; each is there once it is adopted. Every player
    begins with the first that is adopted, at 0 dB, in the middle. Where not all players are ``heard``, the notes of
    the others are computed all the same, so that the voices stolen, and so a solo itself, are those of the whole.
    """

    def __init__(
        self,
        names: Sequence[str],
        rate: int,
        block: int,
        polyphony: int = 64,
        heard: Collection[Player] = tuple(Player),
    ) -> None:
        self.rate = rate
        self.block = block
        self._names = list(names)
        self._instruments: list[Instrument | None] = [None] * len(self._names)
        self._voices = VoiceBank(len(self._names), rate, block, polyphony, len(Player))
        self._chain = Chain(rate, block)
        self._heard = frozenset(heard)
        self._parts = {player: Part() for player in Player}
        self._lead = Player.CHILD
        self._turns: dict[tuple[int, int], int] = {}
        # Notes that have something to sound when they end; those of them that the hand has left.
        self._ending: dict[tuple[Player, int], _Ending] = {}
        self._left: set[tuple[Player, int]] = set()
        self._frame = 0
        self._seed = 0
        self._sound = np.zeros((2, block), np.float32)
        for player in Player:
            self._bring(player)

    @classmethod
    def of(
        cls,
        instruments: Sequence[Instrument],
        rate: int,
        block: int,
        polyphony: int = 64,
        heard: Collection[Player] = tuple(Player),
    ) -> Engine:
        """Return an engine that has adopted these instruments, at least one."""
        if not instruments:
            raise ValueError("an engine needs an instrument")
        engine = cls([instrument.name for instrument in instruments], rate, block, polyphony, heard)
        for instrument in instruments:
            engine.adopt(instrument)
        return engine

    def adopt(self, instrument: Instrument) -> None:
        """Make an instrument ready to be played from the next block on; raise ValueError for one it has no name for."""
        slot = self._names.index(instrument.name)
        first = not any(self._instruments)
        self._instruments[slot] = instrument
        self._voices.adopt(slot, instrument)
        if first:
            for part in self._parts.values():
                part.slot = slot

    def has(self, name: str) -> bool:
        """Return whether the instrument of this name is there."""
        return name in self._names and self._instruments[self._names.index(name)] is not None

    def parts(self) -> list[Event]:
        """Return the events that give a fresh engine this one's room, profile, lead and parts."""
        room, profile = self._chain.surroundings.wanted, self._chain.profile
        events: list[Event] = [Reverb(room), Profile(profile), Lead(self._lead)]
        for player, part in self._parts.items():
            events += part.events(player, self._names[part.slot])
        return events

    @property
    def spent(self) -> float:
        """How much is gone of the loudness that three seconds may have, 0–1."""
        return self._chain.spent

    def reset(self, seed: int, spent: float = 0.0) -> None:
        """Fall to exact silence, and take the seed of what comes next; room, profile and parts stay.

        ``spent`` is how much was gone by then of the loudness that three seconds may have, 0–1.
        """
        self._seed = seed
        self._frame = 0
        self._turns.clear()
        self._end_all()
        self._chain.clear(within(spent, 0.0, 1.0))

    def _end_all(self) -> None:
        self._ending.clear()
        self._left.clear()
        self._voices.clear()

    @property
    def silent(self) -> bool:
        """Whether nothing sounds, so that the next block is exact silence."""
        return self._voices.silent and self._chain.silent

    @property
    def holding(self) -> bool:
        """Whether a hand or a pedal holds a note that still sounds."""
        return self._voices.holding

    @property
    def stopping(self) -> bool:
        """Whether a stop is fading; notes asked now should wait."""
        return self._chain.stopping

    @property
    def sounding(self) -> int:
        """How many voices sound."""
        return len(self._voices)

    def apply(self, event: Event, ahead: int = 0) -> None:
        """Let an event take effect from the next block on; what names nothing that is there changes nothing.

        A note begins ``ahead`` frames into the block.
        """
        match event:
            case NoteOn():
                self._strike(event, ahead)
            case NoteOff(player, note):
                self._release(player, note)
            case Shape(player, note, brightness):
                self._voices.shade(player, note, within(brightness, 0.0, 1.0))
            case Glide(player, note, pitch):
                self._voices.glide(player, note, within(pitch, 0.0, 127.0))
            case Bend(player, semitones):
                self._parts[player].bend = within(semitones, -24.0, 24.0)
                self._voices.bend(player, self._parts[player].bend)
            case Vibrato(player, depth):
                self._parts[player].vibrato = within(depth, 0.0, 1.0)
                self._voices.vibrato(player, self._parts[player].vibrato)
            case Expression(player, share):
                self._parts[player].expression = within(share, 0.0, 1.0)
                self._bring(player)
            case Pedal(player, down):
                self._parts[player].pedal = down
                if not down:
                    self._lift(player)
            case AllOff(player):
                self._parts[player].pedal = False
                self._voices.release_all(player)
                for hand in [hand for hand in self._ending if hand[0] == player]:
                    del self._ending[hand]
                    self._left.discard(hand)
            case Program(player, name):
                if self.has(name):
                    self._parts[player].slot = self._names.index(name)
            case Level(player, db, pan):
                self._parts[player].db, self._parts[player].pan = within(db, -120.0, 24.0), within(pan, -1.0, 1.0)
                self._bring(player)
            case Reverb(name):
                self._chain.surroundings.enter(name)
            case Profile(name):
                self._chain.take(name)
            case Lead(player):
                self._lead = player
            case Stop():
                self._chain.stop()
            case Resumed():
                self._chain.rise()

    def render(self, out: NDArray[np.float32]) -> None:
        """Write the next block into ``out``, shape (block, 2), within ±0.71 whatever is played."""
        self._frame += self.block
        if self.silent:
            self._chain.rest()
            out[:] = 0
            return
        self._voices.render(self._sound)
        if self._chain.render(self._sound, out.T):
            self._end_all()
            self._chain.hush()

    def _bring(self, player: Player) -> None:
        """Bring a part to its level."""
        part = self._parts[player]
        heard = part.db > SILENT_DB and player in self._heard
        self._voices.level(player, part.gain if heard else 0.0)

    def _release(self, player: Player, note: int) -> None:
        held = self._parts[player].pedal
        self._voices.release(player, note, held)
        if not held:
            self._end(player, note)
        elif (player, note) in self._ending:
            self._left.add((player, note))

    def _lift(self, player: Player) -> None:
        """Let go of the notes that only the pedal holds."""
        self._voices.lift(player)
        for hand in sorted(hand for hand in self._left if hand[0] == player):
            self._left.discard(hand)
            self._end(*hand)

    def _strike(self, on: NoteOn, ahead: int) -> None:
        part = self._parts[on.player]
        instrument = self._instruments[part.slot]
        if instrument is None:
            return
        # No two strikes of a hand are alike: level, colour and place differ by a little, as the seed has it.
        level, colour, place, chance = _chances(self._seed, on.player, on.note)
        key = instrument.nearest(min(max(on.key, 0), 127))
        turn = self._turns.get((part.slot, key), 0)
        self._turns[part.slot, key] = turn + 1
        ends = False
        for layer, region in enumerate(instrument.at(key)):
            if not region.suits(on.velocity, chance + 0.5, turn):
                continue
            if region.on_release:
                ends = True
            else:
                self._sound_region(on, key, layer, region, ahead, 0.8 * level, colour, place)
        if ends:
            if len(self._ending) >= _MOST_ENDING:
                oldest = next(iter(self._ending))
                del self._ending[oldest]
                self._left.discard(oldest)
            self._ending[on.player, on.note] = _Ending(on, part.slot, self._frame, chance + 0.5, turn)

    def _sound_region(
        self,
        on: NoteOn,
        key: int,
        layer: int,
        region: Region,
        ahead: int,
        db: float,
        colour: float,
        place: float,
    ) -> None:
        part = self._parts[on.player]
        if region.off_by:
            self._voices.choke(on.player, part.slot, region.off_by, on.note)
        pan = part.pan + region.pan + _KEY_SPREAD * ((on.key - 60) / 36) + 0.08 * place
        angle = (within(pan, -1.0, 1.0) + 1) * math.pi / 4
        self._voices.strike(
            Strike(
                player=on.player,
                note=on.note,
                slot=part.slot,
                layer=layer,
                region=region,
                key=key,
                pitch=key,
                fold=on.key - key,
                gain=region.gain(on.velocity) * 10 ** (db / 20),
                brightness=within(on.brightness + 0.1 * colour, 0.0, 1.0),
                left=math.cos(angle),
                right=math.sin(angle),
                attack=self._chain.limits.attack_seconds,
            ),
            -ahead,
        )

    def _end(self, player: Player, note: int) -> None:
        """Sound what a note has for its end."""
        kept = self._ending.pop((player, note), None)
        if kept is None:
            return
        instrument = self._instruments[kept.slot]
        if instrument is None or kept.slot != self._parts[player].slot:
            return
        key = instrument.nearest(kept.on.key)
        seconds = (self._frame - kept.began) / self.rate
        for layer, region in enumerate(instrument.at(key)):
            if region.on_release and region.suits(kept.on.velocity, kept.chance, kept.turn):
                self._sound_region(kept.on, key, layer, region, 0, -region.rest * seconds, 0.0, 0.0)
                self._voices.release(player, note, False)


@dataclass(frozen=True, slots=True)
class _Ending:
    """A note that has something to sound when it ends: on which instrument, and how it began at which frame."""

    on: NoteOn
    slot: int
    began: int
    chance: float
    turn: int


def within(value: float, low: float, high: float) -> float:
    """Return the nearest number to ``value`` from ``low`` to ``high``; 0 or the nearest to it for one that is none."""
    return min(max(value if math.isfinite(value) else 0.0, low), high)


def _chances(seed: int, player: Player, note: int) -> tuple[float, float, float, float]:
    """Return four numbers from −0.5 to 0.5 that depend on the arguments alone (SplitMix64, Steele et al. 2014)."""
    mixed = ((seed << 34 ^ note << 2 ^ player) + 0x9E3779B97F4A7C15) & 0xFFFFFFFFFFFFFFFF
    mixed = (mixed ^ mixed >> 30) * 0xBF58476D1CE4E5B9 & 0xFFFFFFFFFFFFFFFF
    mixed = (mixed ^ mixed >> 27) * 0x94D049BB133111EB & 0xFFFFFFFFFFFFFFFF
    mixed ^= mixed >> 31
    return (
        (mixed & 0xFFFF) / 0x10000 - 0.5,
        (mixed >> 16 & 0xFFFF) / 0x10000 - 0.5,
        (mixed >> 32 & 0xFFFF) / 0x10000 - 0.5,
        (mixed >> 48) / 0x10000 - 0.5,
    )
