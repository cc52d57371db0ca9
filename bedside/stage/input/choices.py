"""The decisions of players besides the music: stop, go on, listen again, star, lead, sound and world.

Presses in, effects out, with no screen, clock or sound. Each choice is kept with who made it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bedside.music.events import Event, Lead, NoteOn, Player, Program, Source, Stop, TakeBegan
from bedside.music.settings import AllSettings
from bedside.stage.input.hands import Picked, Press, Pressed, Programmed
from bedside.stage.input.seats import Control

# Debounce: a trembling hand counts as one touch, so a control does not act again within this time.
_DEBOUNCE_SECONDS = 0.6

_CHILDREN = (Player.CHILD, Player.CHILD2)


@dataclass(frozen=True, slots=True)
class Ask:
    """Ask the engine for an event."""

    event: Event


@dataclass(frozen=True, slots=True)
class ReleaseAll:
    """Release all notes of all hands, and end a replay."""


@dataclass(frozen=True, slots=True)
class Listen:
    """Replay the last phrase; with ``on`` False, stop the replay."""

    on: bool


@dataclass(frozen=True, slots=True)
class Enter:
    """Move everybody to another world."""

    world: str


@dataclass(frozen=True, slots=True)
class Keep:
    """Record a choice: ``what`` (stop, go on, listen, star, lead, sound, world), ``which``, and ``by`` whom."""

    what: str
    which: str
    by: str


Effect = Ask | ReleaseAll | Listen | Enter | Keep


class Choices:
    """The decisions of the ``players`` at a screen, and of the ``others`` at keyboards.

    ``worlds`` and ``sounds`` are the names to choose from, ``settings`` those that the engine reports. ``listening``,
    whether a replay is heard, is set from outside.
    """

    def __init__(
        self,
        players: Sequence[Player],
        others: Sequence[Player],
        world: str,
        worlds: Sequence[str],
        sounds: Sequence[str],
        settings: AllSettings,
    ) -> None:
        self._leaders = list(dict.fromkeys((*players, *others)))
        self._others = tuple(others)
        self.world = world
        self.worlds = list(worlds)
        self.sounds = list(sounds)
        self.stopped = False
        self.starred = False
        self.listening = False
        self.settings = settings
        self.choosing: dict[Player, Control] = {}
        self._own: set[Player] = set()
        self._new_take = False
        self._acted: dict[tuple[Control, Player | None], float] = {}

    @property
    def lead(self) -> Player:
        """The player who has the lead."""
        return self.settings.lead

    @property
    def sound(self) -> dict[Player, str]:
        """The names of the instruments that players play, once the engine has reported them."""
        return {player: part.instrument for player, part in self.settings.parts.items() if part.instrument}

    def follow(self, event: Event) -> None:
        """Update from an event that the engine performed."""
        match event:
            case TakeBegan():
                self._new_take = True
            case NoteOn(source=source) if source is not Source.REPLAY and self._new_take:
                # The star belonged to the take before this one.
                self._new_take = self.starred = False

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
        """Return the effects of arriving in a world: all take its instrument, unless they chose one at a keyboard.

        The sound that a child chose at the screen holds only in the world where it was chosen.
        """
        self.world = world
        kept = self._own & set(self._others)
        return [Ask(Program(player, instrument)) for player in Player if player not in kept]

    def renew(self) -> list[Effect]:
        """Return the effects of a new session: nothing is stopped, starred or chosen, and the child leads."""
        self.stopped = self.starred = False
        self.choosing.clear()
        return [Ask(Lead(self._leaders[0]))]

    def _press(self, control: Control, player: Player, now: float) -> list[Effect]:
        # Two who stop at the same moment stop once.
        whose = None if control is Control.HAND else player
        last = self._acted.get((control, whose), float("-inf"))
        # A stop never waits.
        if now - last < _DEBOUNCE_SECONDS and not (control is Control.HAND and not self.stopped):
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
        return [ReleaseAll(), Ask(Stop()), Keep("stop", "", by)]

    def _pass_lead(self, player: Player, by: str) -> list[Effect]:
        if self.lead is player and len(self._leaders) > 1:
            at = self._leaders.index(player)
            leader = self._leaders[(at + 1) % len(self._leaders)]
        else:
            leader = player
        if leader is self.lead:
            return []
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
