"""The worst that hands can do to a playground, and what eyes see of it at sixty frames a second."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import numpy as np

from bedside.music.events import NoteOff, NoteOn, Player, Source
from bedside.music.pad import Pad
from bedside.stage.input.seats import Control
from stage import hazards
from stage.hazards import Floats
from stage.playroom import Playroom

FRAMES = 60

# Stripes stand: they are looked for in every so many frames.
_LOOK = 10

# Notes of players who do not sit at the screen have numbers from here on.
_OTHERS = 100_000

# What hands do before each frame, given its number.
Mash = Callable[[int], None]


@dataclass(slots=True)
class Seen:
    """What was seen so far: the light of every area in every frame, and the most that stripes ever covered."""

    light: list[Floats] = field(default_factory=list)
    striped: float = 0.0

    @property
    def flashes(self) -> int:
        """The most flashes that any area had in any second."""
        return hazards.flashes(hazards.luminance(np.stack(self.light)), FRAMES)

    @property
    def red_flashes(self) -> int:
        """The most flashes to or from a saturated red that any area had in any second."""
        return hazards.red_flashes(np.stack(self.light), FRAMES)

    @property
    def harmless(self) -> bool:
        """Whether it is within what is promised."""
        return self.flashes <= 2 and self.red_flashes == 0 and self.striped <= hazards.STRIPED

    def __str__(self) -> str:
        return f"{self.flashes} flashes, {self.red_flashes} red, stripes over {self.striped:.0%}"


def watch(room: Playroom, seconds: float, *mashes: Mash, seen: Seen | None = None) -> Seen:
    """Return what is seen while hands do all of this at once, added to what was ``seen`` before."""
    seen = seen or Seen()
    begin = room.now
    for frame in range(round(seconds * FRAMES)):
        for mash in mashes:
            mash(frame)
        room.paint(begin + (frame + 1) / FRAMES)
        seen.light.append(hazards.light(room.surface))
        if frame % _LOOK == 0:
            seen.striped = max(seen.striped, hazards.striped(room.surface))
    return seen


def due(frame: int, rate: float) -> bool:
    """Return whether something that is done ``rate`` times a second is done before this frame."""
    return int(frame * rate / FRAMES) != int((frame - 1) * rate / FRAMES) or frame == 0


class Drum:
    """All pads struck and left at a rate, anywhere in them, by four players in turns of whom others play from afar."""

    def __init__(self, room: Playroom, rate: float) -> None:
        self._room = room
        self._rate = rate
        self._chance = np.random.default_rng(1)
        self._held: dict[tuple[int, int], Player] = {}
        self._strikes = 0

    def __call__(self, frame: int) -> None:
        """Strike, move and leave as is due."""
        down = (frame / FRAMES * self._rate) % 1 < 0.5
        for number, (side, pad, owner) in enumerate(self._pads()):
            at = [
                centre + self._chance.uniform(-0.45, 0.45) * size
                for centre, size in ((pad.x, pad.width), (pad.y, pad.height))
            ]
            hand = (side, pad.number)
            if down and hand not in self._held:
                self._strikes += 1
                self._held[hand] = Player(self._strikes % 4)
                self._strike(self._held[hand], number, pad, owner, at)
            elif not down and hand in self._held:
                self._leave(self._held.pop(hand), number, owner, at)
            elif down and self._held[hand] == owner:
                self._room.move(number, *at)

    def _pads(self) -> Iterator[tuple[int, Pad, Player]]:
        for number, side in enumerate(self._room.playground.sides):
            for pad in side.pads:
                yield number, pad, side.seat.player

    def _strike(self, player: Player, number: int, pad: Pad, owner: Player, at: list[float]) -> None:
        if player == owner:
            self._room.down(number, *at)
        else:
            key = self._room.playground.hands.pads[owner][pad.number]
            self._room.engine.ask(NoteOn(player, _OTHERS + number, key, 1.0, self._chance.random(), Source.MIDI))

    def _leave(self, player: Player, number: int, owner: Player, at: list[float]) -> None:
        if player == owner:
            self._room.up(number, *at)
        else:
            self._room.engine.ask(NoteOff(player, _OTHERS + number))


class Arm:
    """An octave and a half of keys of a keyboard; each is struck ``turn`` of a period after the one below it."""

    def __init__(self, room: Playroom, rate: float, turn: float) -> None:
        self._room = room
        self._rate = rate
        self._turn = turn
        self._held: set[int] = set()

    def __call__(self, frame: int) -> None:
        """Strike and leave keys as is due."""
        for key in range(36, 54):
            down = (frame / FRAMES * self._rate + self._turn * key) % 1 < 0.5
            if down != (key in self._held):
                self._room.key(key, 127 if down else 0)
                self._held ^= {key}


class Presses:
    """A control of every player at the screen, touched again and again."""

    def __init__(self, room: Playroom, control: Control, rate: float) -> None:
        self._room = room
        self._control = control
        self._rate = rate

    def __call__(self, frame: int) -> None:
        """Touch the control if it is due."""
        if due(frame, self._rate):
            for side in self._room.playground.sides:
                self._room.press(self._control, side.seat.player)


class Journey:
    """From world to world through the door, as fast as the door opens."""

    def __init__(self, room: Playroom) -> None:
        self._room = room
        self.entered = [room.playground.choices.world]

    def __call__(self, frame: int) -> None:
        """Touch the door, or a world behind it, as soon as it is there."""
        choices, hands = self._room.playground.choices, self._room.playground.hands
        if choices.world != self.entered[-1]:
            self.entered.append(choices.world)
        if choices.choosing.get(Player.CHILD) is Control.DOOR:
            self._room.pick((choices.worlds.index(choices.world) + 1) % len(choices.worlds))
        elif Player.CHILD not in hands.choosing and frame % 3 == 0:
            self._room.press(Control.DOOR)
