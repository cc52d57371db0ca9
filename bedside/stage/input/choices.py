"""What players decide beside the music: to stop and go on, to hear again, to keep, to lead, to change sound and world.

It knows no screen, no clock and no sound: presses come in, effects go out. Whoever decided is kept with each choice.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bedside.music.events import Event, Lead, NoteOn, Player, Program, Source, Stop, TakeBegan
from bedside.stage.input.hands import Picked, Press, Pressed, Programmed
from bedside.stage.input.seats import Control

# One touch of a trembling hand is one touch: the same control does not act again within this time.
_AGAIN_SECONDS = 0.6

_CHILDREN = (Player.CHILD, Player.CHILD2)


@dataclass(frozen=True, slots=True)
class Ask:
    """The engine is asked for an event."""

    event: Event


@dataclass(frozen=True, slots=True)
class Hush:
    """All hands let go of everything, and nothing is replayed any more."""


@dataclass(frozen=True, slots=True)
class Listen:
    """What was just played is to be heard again; with ``on`` False, no more."""

    on: bool


@dataclass(frozen=True, slots=True)
class Enter:
    """Everybody goes to another world."""

    world: str


@dataclass(frozen=True, slots=True)
class Keep:
    """A choice to be recorded: ``what`` (stop, go on, listen, star, lead, sound, world), ``which``, and ``by`` whom."""

    what: str
    which: str
    by: str


Effect = Ask | Hush | Listen | Enter | Keep


class Choices:
    """The decisions of the ``players`` at a screen, and of those at keyboards, ``others``.

    ``worlds`` and ``sounds`` are the names that there are to choose among. ``listening`` is told from outside.
    """

    def __init__(
        self,
        players: Sequence[Player],
        others: Sequence[Player],
        world: str,
        worlds: Sequence[str],
        sounds: Sequence[str],
    ) -> None:
        self._leaders = list(dict.fromkeys((*players, *others)))
        self._others = tuple(others)
        self.world = world
        self.worlds = list(worlds)
        self.sounds = list(sounds)
        self.stopped = False
        self.starred = False
        self.listening = False
        self.lead = self._leaders[0]
        self.sound: dict[Player, str] = {}
        self.choosing: dict[Player, Control] = {}
        self._own: set[Player] = set()
        self._fresh = False
        self._acted: dict[tuple[Control, Player | None], float] = {}

    def performed(self, event: Event) -> None:
        """Take in what the engine played."""
        match event:
            case TakeBegan():
                self._fresh = True
            case NoteOn(source=source) if source is not Source.REPLAY and self._fresh:
                # What was called one's own was the music before this.
                self._fresh = self.starred = False
            case Program(player, name):
                self.sound[player] = name
            case Lead(player):
                self.lead = player

    def act(self, press: Press, now: float) -> list[Effect]:
        """Return the effects of a press at ``now`` seconds."""
        match press:
            case Pressed(control, player):
                return self._press(control, player, now)
            case Picked(player, number):
                return self._pick(player, number)
            case Programmed(player, number) if self.sounds:
                name = self.sounds[number % len(self.sounds)]
                self._own.add(player)
                return [Ask(Program(player, name)), Keep("sound", name, "adult")]
        return []

    def entered(self, world: str, instrument: str) -> list[Effect]:
        """Return the effects of having come to a world that has an instrument: all take it up but who chose another.

        A child's own choice of a sound holds in its world; who plays a keyboard keeps it.
        """
        self.world = world
        kept = self._own & set(self._others)
        return [Ask(Program(player, instrument)) for player in Player if player not in kept]

    def renew(self) -> list[Effect]:
        """Return the effects of another child's coming: nothing is stopped, starred or chosen, and the child leads."""
        self.stopped = self.starred = False
        self.choosing.clear()
        self.lead = self._leaders[0]
        return [Ask(Lead(self.lead))]

    def _press(self, control: Control, player: Player, now: float) -> list[Effect]:
        # Two who stop in one moment stop once.
        whose = None if control is Control.HAND else player
        last = self._acted.get((control, whose), float("-inf"))
        # To stop never waits.
        if now - last < _AGAIN_SECONDS and not (control is Control.HAND and not self.stopped):
            return []
        self._acted[control, whose] = now
        by = _side(player)
        match control:
            case Control.HAND:
                return self._hand(by)
            case Control.EAR if self.stopped:
                return []
            case Control.EAR if self.listening:
                return [Listen(False)]
            case Control.EAR:
                return [Listen(True), Keep("listen", "", by)]
            case Control.STAR:
                self.starred = True
                return [Keep("star", "", by)]
            case Control.SUN:
                return self._pass_lead(player, by)
            case Control.SOUND | Control.DOOR:
                if self.choosing.get(player) is control:
                    del self.choosing[player]
                else:
                    self.choosing[player] = control
        return []

    def _hand(self, by: str) -> list[Effect]:
        self.stopped = not self.stopped
        if not self.stopped:
            return [Keep("go on", "", by)]
        return [Hush(), Ask(Stop()), Keep("stop", "", by)]

    def _pass_lead(self, player: Player, by: str) -> list[Effect]:
        if self.lead is player and len(self._leaders) > 1:
            at = self._leaders.index(player)
            leader = self._leaders[(at + 1) % len(self._leaders)]
        else:
            leader = player
        if leader is self.lead:
            return []
        self.lead = leader
        return [Ask(Lead(leader)), Keep("lead", leader.label, by)]

    def _pick(self, player: Player, number: int | None) -> list[Effect]:
        control = self.choosing.pop(player, None)
        if control is None or number is None:
            return []
        by = _side(player)
        if control is Control.SOUND and number < len(self.sounds):
            name = self.sounds[number]
            return [Ask(Program(player, name)), Keep("sound", name, by)]
        if control is Control.DOOR and number < len(self.worlds):
            name = self.worlds[number]
            if name == self.world:
                return []
            return [Enter(name), Keep("world", name, by)]
        return []


def _side(player: Player) -> str:
    return "child" if player in _CHILDREN else "adult"
