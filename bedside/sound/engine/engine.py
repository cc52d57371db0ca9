"""The engine: musical events in, blocks of sound out, with no clock, file or device; the same live and offline.

The seed of its last reset and the events applied before each block since then determine its sound.
"""

from __future__ import annotations

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
    StillHeld,
    Stop,
    Vibrato,
)
from bedside.music.settings import AllSettings, PartSettings, clamp
from bedside.sound import exact
from bedside.sound.engine.chain import Chain
from bedside.sound.engine.rise import SILENT_DB
from bedside.sound.engine.strike import Strike
from bedside.sound.engine.voices import VoiceBank
from bedside.sound.instrument import Instrument, Region

# Low keys are panned to the left and high keys to the right of their part's pan, as strings lie before a player.
_KEY_SPREAD = 0.35

# The most held notes whose release regions wait to sound.
_MOST_RELEASES = 256


class Engine:
    """Plays instruments for up to four players.

    ``names`` lists the instruments that it knows, in order; each can be played once it is adopted. Every part starts on
    the first one adopted, at 0 dB, in the middle. Players who are not ``heard`` are computed all the same: they steal
    the same voices, so that a solo sounds as it does in the mix.

    ``settings`` holds the current settings; only `apply` and `adopt` change them.
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
        self._slots = {name: slot for slot, name in enumerate(names)}
        self._instruments: list[Instrument | None] = [None] * len(names)
        self._voices = VoiceBank(len(names), rate, block, polyphony, len(Player))
        self._chain = Chain(rate, block)
        self._heard = frozenset(heard)
        first = PartSettings(names[0] if names else "")
        self.settings = AllSettings(
            self._chain.surroundings.wanted, self._chain.profile, parts=dict.fromkeys(Player, first)
        )
        self._turns: dict[tuple[int, int], int] = {}
        # Held notes with release regions; those of them that only the pedal holds.
        self._releases: dict[tuple[Player, int], _Release] = {}
        self._pedalled: set[tuple[Player, int]] = set()
        self._frame = 0
        self._seed = 0
        self._sound = np.zeros((2, block))
        for player in Player:
            self._apply_gain(player)

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
        """Make an instrument playable from the next block on; raise ValueError for one that the engine does not know.

        The first one adopted goes to all parts.
        """
        if not self.knows(instrument.name):
            raise ValueError(f"the engine knows no instrument called {instrument.name!r}")
        slot = self._slots[instrument.name]
        first = not self.equipped
        self._instruments[slot] = instrument
        self._voices.adopt(slot, instrument)
        if first:
            for player in Player:
                self.settings.apply(Program(player, instrument.name))

    @property
    def equipped(self) -> bool:
        """Whether any instrument was adopted."""
        return any(self._instruments)

    def knows(self, name: str) -> bool:
        """Return whether there is an instrument of this name, adopted or still to come."""
        return name in self._slots

    def has(self, name: str) -> bool:
        """Return whether the instrument of this name was adopted."""
        return name in self._slots and self._instruments[self._slots[name]] is not None

    @property
    def unfinished(self) -> bool:
        """Whether an instrument was adopted of which some keys are still being made."""
        return any(instrument is not None and not instrument.finished for instrument in self._instruments)

    def sounds(self, player: Player, key: int) -> bool:
        """Return whether a MIDI key sounds on the instrument that a player has."""
        slot = self._slots.get(self.settings.parts[player].instrument)
        instrument = None if slot is None else self._instruments[slot]
        return instrument is not None and bool(instrument.at(instrument.nearest(min(max(key, 0), 127))))

    @property
    def spent(self) -> float:
        """The share of the loudness budget of three seconds that is spent, 0–1."""
        return self._chain.spent

    def reset(self, seed: int, spent: float = 0.0) -> None:
        """Fall to exact silence and set the seed for the next sound; all settings stay.

        ``spent`` is the share of the loudness budget that was spent by then, 0–1.
        """
        self._seed = seed
        self._frame = 0
        self._turns.clear()
        self._clear_notes()
        self._chain.clear(clamp(spent, 0.0, 1.0))

    def _clear_notes(self) -> None:
        self._releases.clear()
        self._pedalled.clear()
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
    def longest_hold(self) -> int:
        """The frames after which a held note ends by itself."""
        return self._voices.longest_hold

    @property
    def stopping(self) -> bool:
        """Whether a stop is fading; notes asked for now should wait."""
        return self._chain.stopping

    @property
    def sounding(self) -> int:
        """The number of voices that sound."""
        return len(self._voices)

    def apply(self, event: Event, ahead: int = 0) -> None:
        """Apply an event from the next block on; one that names something unknown changes nothing.

        A note begins ``ahead`` frames into the block.
        """
        settings = self.settings
        match event:
            case NoteOn():
                self._strike(event, ahead)
            case NoteOff(player, note):
                self._release(player, note)
            case StillHeld(player, note):
                self._voices.keep(player, note)
            case Shape(player, note, brightness):
                self._voices.shade(player, note, clamp(brightness, 0.0, 1.0))
            case Glide(player, note, pitch):
                self._voices.glide(player, note, clamp(pitch, 0.0, 127.0))
            case Bend(player):
                settings.apply(event)
                self._voices.bend(player, settings.parts[player].bend)
            case Vibrato(player):
                settings.apply(event)
                self._voices.vibrato(player, settings.parts[player].vibrato)
            case Expression(player) | Level(player):
                settings.apply(event)
                self._apply_gain(player)
            case Pedal(player, down):
                settings.apply(event)
                if not down:
                    self._lift_pedal(player)
            case AllOff(player):
                settings.apply(event)
                self._voices.release_all(player)
                for hand in [hand for hand in self._releases if hand[0] == player]:
                    del self._releases[hand]
                    self._pedalled.discard(hand)
            case Program(_, name):
                if self.has(name):
                    settings.apply(event)
            case Reverb(name):
                self._chain.surroundings.enter(name)
                settings.apply(Reverb(self._chain.surroundings.wanted))
            case Profile(name):
                self._chain.take(name)
                settings.apply(Profile(self._chain.profile))
            case Lead():
                settings.apply(event)
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
            self._clear_notes()
            self._chain.silence()

    def _apply_gain(self, player: Player) -> None:
        part = self.settings.parts[player]
        heard = part.db > SILENT_DB and player in self._heard
        # Expression attenuates by its square, as controller 11 does in General MIDI 2.
        gain = exact.decibels(part.db) * part.expression * part.expression
        self._voices.level(player, gain if heard else 0.0)

    def _release(self, player: Player, note: int) -> None:
        pedal = self.settings.parts[player].pedal
        self._voices.release(player, note, pedal)
        if not pedal:
            self._sound_release(player, note)
        elif (player, note) in self._releases:
            self._pedalled.add((player, note))

    def _lift_pedal(self, player: Player) -> None:
        """Release the notes that only the pedal holds."""
        self._voices.lift(player)
        for hand in sorted(hand for hand in self._pedalled if hand[0] == player):
            self._pedalled.discard(hand)
            self._sound_release(*hand)

    def _strike(self, on: NoteOn, ahead: int) -> None:
        slot = self._slots.get(self.settings.parts[on.player].instrument)
        instrument = None if slot is None else self._instruments[slot]
        if slot is None or instrument is None:
            return
        # No two strikes are alike: level, brightness and pan vary a little, at random from the seed.
        level, colour, place, chance = _chances(self._seed, on.player, on.note)
        key = instrument.nearest(min(max(on.key, 0), 127))
        turn = self._turns.get((slot, key), 0)
        self._turns[slot, key] = turn + 1
        has_release = False
        for layer, region in enumerate(instrument.at(key)):
            if not region.suits(on.velocity, chance + 0.5, turn):
                continue
            if region.on_release:
                has_release = True
            else:
                self._sound_region(on, slot, key, layer, region, ahead, 0.8 * level, colour, place)
        if has_release:
            if len(self._releases) >= _MOST_RELEASES:
                oldest = next(iter(self._releases))
                del self._releases[oldest]
                self._pedalled.discard(oldest)
            self._releases[on.player, on.note] = _Release(on, slot, self._frame, chance + 0.5, turn)

    def _sound_region(
        self,
        on: NoteOn,
        slot: int,
        key: int,
        layer: int,
        region: Region,
        ahead: int,
        db: float,
        colour: float,
        place: float,
    ) -> None:
        if region.off_by:
            self._voices.choke(on.player, slot, region.off_by, on.note)
        pan = self.settings.parts[on.player].pan + region.pan + _KEY_SPREAD * ((on.key - 60) / 36) + 0.08 * place
        left, right = exact.cosine_sine((clamp(pan, -1.0, 1.0) + 1) / 8)
        self._voices.strike(
            Strike(
                player=on.player,
                note=on.note,
                slot=slot,
                layer=layer,
                region=region,
                key=key,
                pitch=key,
                fold=on.key - key,
                gain=region.gain(on.velocity) * exact.decibels(db),
                brightness=clamp(on.brightness + 0.1 * colour, 0.0, 1.0),
                left=left,
                right=right,
                attack=self._chain.limits.attack_seconds,
            ),
            -ahead,
        )

    def _sound_release(self, player: Player, note: int) -> None:
        """Sound the release regions of a note; none where its part has taken another instrument since."""
        kept = self._releases.pop((player, note), None)
        if kept is None:
            return
        instrument = self._instruments[kept.slot]
        if instrument is None or instrument.name != self.settings.parts[player].instrument:
            return
        key = instrument.nearest(kept.on.key)
        seconds = (self._frame - kept.began) / self.rate
        for layer, region in enumerate(instrument.at(key)):
            if region.on_release and region.suits(kept.on.velocity, kept.chance, kept.turn):
                self._sound_region(kept.on, kept.slot, key, layer, region, 0, -region.rest * seconds, 0.0, 0.0)
                self._voices.release(player, note, False)


@dataclass(frozen=True, slots=True)
class _Release:
    """A held note with release regions: its instrument's slot, the frame at which it began, and its random choices."""

    on: NoteOn
    slot: int
    began: int
    chance: float
    turn: int


def _chances(seed: int, player: Player, note: int) -> tuple[float, float, float, float]:
    """Return four numbers from −0.5 to 0.5 that depend only on the arguments (SplitMix64, Steele et al. 2014)."""
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
