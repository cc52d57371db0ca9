"""The decisions of players besides the music: stop, go on, listen again, star, lead, sound and world.

Presses in, effects out, with no screen, clock or sound. Each choice is kept with who made it. A stop is its player's:
nobody else at the screen can take it back.
"""

from __future__ import annotations

from collections.abc import Sequence

from bedside.music.events import Event, Lead, NoteOn, Player, Program, Source, Stop, TakeBegan
from bedside.music.settings import AllSettings
from bedside.stage.input.effects import Ask, Effect, Enter, Keep, Listen, ReleaseAll
from bedside.stage.input.hands import LetGo, Picked, Press, Pressed, Programmed
from bedside.stage.input.mute import Mute
from bedside.stage.input.seats import Control

# Debounce: a trembling hand counts as one touch, so a control does not act again within this time.
_DEBOUNCE_SECONDS = 0.6

_CHILDREN = (Player.CHILD, Player.CHILD2)


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
        self._seat(players, others)
        self.world = world
        self.worlds = list(worlds)
        self.sounds = list(sounds)
        # The players whose hand lies on everything, and when it was last touched.
        self._stops: set[Player] = set()
        self._touched: dict[Player, float] = {}
        # Players whose hand was touched anew while it lay there: it lifts when the finger leaves.
        self._lifting: set[Player] = set()
        self.mute = Mute()
        self.starred = False
        self.listening = False
        self.settings = settings
        self.choosing: dict[Player, Control] = {}
        self._own: set[Player] = set()
        self._new_take = False
        self._acted: dict[tuple[Control, Player], float] = {}

    @property
    def stopped(self) -> bool:
        """Whether anybody has stopped everything."""
        return bool(self._stops)

    @property
    def silent(self) -> bool:
        """Whether nothing may sound: somebody stopped or muted."""
        return self.stopped or self.mute.on

    def stopped_by(self, player: Player) -> bool:
        """Return whether a player's hand lies on everything."""
        return player in self._stops

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
            case Pressed(Control.HAND, player):
                return self._lay_hand(player, now)
            case LetGo(player):
                return self._lift_hand(player)
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
        self._forget_stops()
        self.starred = False
        self.choosing.clear()
        return [Ask(Lead(self._leaders[0]))]

    def go_on(self) -> list[Effect]:
        """Return the effects of staff who let everything go on, whoever stopped it."""
        if not self._stops:
            return []
        self._forget_stops()
        return [Keep("go on", "", "adult")]

    def retract(self, player: Player) -> None:
        """Take a stop back because the touch was meant for something else; nothing is recorded."""
        self._stops.discard(player)
        self._lifting.discard(player)

    def seat(self, players: Sequence[Player], others: Sequence[Player]) -> list[Effect]:
        """Return the effects of other ``players`` sitting at the screen, and ``others`` at keyboards.

        What those who left stopped goes on, and a lead that they had goes to the first.
        """
        self._seat(players, others)
        stopped = self.stopped
        for player in {*self._stops, *self.choosing} - {*players}:
            self.retract(player)
            self.choosing.pop(player, None)
        effects: list[Effect] = [] if self.lead in self._leaders else [Ask(Lead(self._leaders[0]))]
        return [*effects, Keep("go on", "", "adult")] if stopped and not self.stopped else effects

    def _seat(self, players: Sequence[Player], others: Sequence[Player]) -> None:
        self._leaders = list(dict.fromkeys((*players, *others)))
        self._others = tuple(others)

    def _forget_stops(self) -> None:
        self._stops.clear()
        self._touched.clear()
        self._lifting.clear()

    def _lay_hand(self, player: Player, now: float) -> list[Effect]:
        """Return the effects of a touch on a player's hand: everything stops, however often it is touched."""
        before, self._touched[player] = self._touched.get(player, float("-inf")), now
        effects: list[Effect] = [ReleaseAll(), Ask(Stop())]
        if player not in self._stops:
            self._stops.add(player)
            return [*effects, Keep("stop", "", _side(player))]
        # A hand that trembles or drums touches again and again; only one that rested first means to lift it.
        if now - before >= _DEBOUNCE_SECONDS:
            self._lifting.add(player)
        else:
            self._lifting.discard(player)
        return effects

    def _lift_hand(self, player: Player) -> list[Effect]:
        """Return the effects of the finger leaving a player's hand: it no longer lies there if it was touched anew."""
        if player not in self._lifting:
            return []
        self.retract(player)
        return [Keep("go on", "", _side(player))]

    def _press(self, control: Control, player: Player, now: float) -> list[Effect]:
        if now - self._acted.get((control, player), float("-inf")) < _DEBOUNCE_SECONDS:
            return []
        self._acted[control, player] = now
        by = _side(player)
        match control:
            case Control.EAR if self.silent:
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
