"""What players see and touch at one screen, and how they get from one world to another.

It joins hands, choices and pictures: what hands do is asked of the engine, what the engine performed is seen, and what
somebody chose is kept. It waits for nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial

import pygame

from bedside.archive.store.moments import Chosen
from bedside.errors import BedsideError
from bedside.music import scales
from bedside.music.events import (
    AllOff,
    Event,
    Lead,
    NoteOn,
    Performed,
    Player,
    Program,
    Reverb,
    Source,
    TakeBegan,
    TakeEnded,
)
from bedside.music.recall import Recall
from bedside.stage.input.choices import Ask, Choices, Effect, Enter, Hush, Keep, Listen
from bedside.stage.input.echo import Echo
from bedside.stage.input.hands import Finger, Hands, Pressed, Tuning
from bedside.stage.input.midi import KeyboardMessage
from bedside.stage.input.seats import Control, Side
from bedside.stage.picture import arrangement
from bedside.stage.picture.arrangement import Arrangement, Offered, Setting
from bedside.stage.picture.panels import Panels
from bedside.stage.picture.view import View
from bedside.stage.picture.worker import Worker
from bedside.stage.worlds import world as worlds
from bedside.stage.worlds.world import World


@dataclass(frozen=True, slots=True)
class Outside:
    """What the playground needs of the sound and of the record; none of it waits.

    ``ask`` asks the engine for an event, ``close_take`` ends the take that is playing, ``frame`` says how far it has
    come, None between takes, and ``keep`` records a choice.
    """

    ask: Callable[[Event], None]
    close_take: Callable[[], None]
    frame: Callable[[], int | None]
    keep: Callable[[Chosen], None]


class Playground:
    """A world on a surface, with everything that can be done in it; every ``now`` is in seconds.

    Players begin in ``world``, and may go to ``others``, by default to all that are shipped. ``offered`` are the
    instruments in their order, ``worker`` makes pictures. A display mode must be set; raises BedsideError where the
    world cannot be shown.
    """

    def __init__(
        self,
        surface: pygame.Surface,
        world: World,
        setting: Setting,
        offered: Sequence[Offered],
        outside: Outside,
        worker: Worker,
        others: Mapping[str, World] | None = None,
    ) -> None:
        self._surface = surface
        self._size = surface.get_size()
        self._setting = setting
        self._offered = {each.name: each for each in offered}
        self._outside = outside
        self._worker = worker
        self._recall = Recall()
        self._pending: list[tuple[float, Event]] = []
        self._taking = False
        self._joined = False
        self._entering = 0
        self._going: set[Player] = set()
        self._worlds = {**(worlds.find_all(lambda _: None) if others is None else others), world.name: world}
        keyboards = [setting.keys] if setting.keys not in setting.players else []
        there, sounds = sorted(self._worlds), [each.name for each in offered]
        self.choices = Choices(setting.players, keyboards, world.name, there, sounds)
        place = arrangement.arrange(world, setting, self._size, self._offered)
        self._sides = place.sides
        self.view = View(place.scene, place.signs)
        self._panels = Panels(self.choices, self.view, setting, self._offered, self._worlds, worker)
        compasses = {each.name: each.compass for each in offered}
        sustained = frozenset(each.name for each in offered if each.sustained)
        self.hands = Hands(place.sides, self._size, self._tuning(world), compasses, sustained)
        self._echo = Echo(self.hands.numbers)
        self._ask(Lead(self.choices.lead))
        self._ask(Reverb(world.room))
        self._do(self.choices.entered(world.name, world.instrument), 0.0)
        self._show()

    @property
    def resting(self) -> bool:
        """Whether nothing moves and nothing is due."""
        return self.view.resting and not self._echo.active

    @property
    def next_due(self) -> float:
        """When something is to be asked that does not come from a hand; infinite where nothing is."""
        return self._echo.next_due

    @property
    def sides(self) -> tuple[Side, ...]:
        """Each seat with its pads, as they are now."""
        return self._sides

    def feed(self, event: pygame.event.Event, now: float) -> None:
        """Take in something that happened at the screen, the mouse or the computer's keys."""
        self._ask_all(self.hands.feed(event))
        for player, note, x, y in self.hands.moved():
            self.view.scene.move(player, note, x, y, now)
        self._press(now)

    def hear(self, played: KeyboardMessage, now: float) -> None:
        """Take in what a MIDI keyboard played."""
        self._ask_all(self.hands.hear(played))
        self._press(now)

    def miss(self, there: set[Finger]) -> None:
        """Take in which fingers are on the panel, for those whose leaving was not reported."""
        self._ask_all(self.hands.missing(there))

    def lift(self) -> None:
        """Let every hand go, and end a replay."""
        self._ask_all(self.hands.lift())
        self._end_listening()

    def lead(self, now: float) -> None:
        """Let whoever plays the keyboards take the lead, or give it back."""
        self._do(self.choices.act(Pressed(Control.SUN, self._setting.keys), now), now)
        self._show()

    def renew(self) -> None:
        """Let the next child begin anew: nothing of the last one's can be heard, and everything goes on."""
        self.lift()
        self._recall = Recall()
        self._do(self.choices.renew(), 0.0)
        self._show()
        self._hang()

    def performed(self, performed: Performed, now: float) -> None:
        """Take in what the engine played."""
        event = performed.event
        self._recall.feed(performed)
        self._take_in(event)
        at = self.hands.place(event.player, event.note) if isinstance(event, NoteOn) else None
        self.view.handle(event, now, at)
        match event:
            case TakeBegan():
                self._taking = True
                self._joined = False
            case NoteOn() if self._echo.active and event.source is not Source.REPLAY:
                self._joined = True
            case TakeEnded():
                self._taking = False
                self._begin_listening(now)
        self._show()

    def tick(self, now: float) -> None:
        """Ask for what is due, and hang up what the worker has made."""
        active = self._echo.active
        self._ask_all(self._echo.due(now))
        if active and not self._echo.active:
            if not self._joined:
                # What was only listened to is no improvisation that the next touch would go on with.
                self._outside.close_take()
            self._show()
        self._worker.deliver()
        if not self._taking and self.view.resting:
            self._panels.prepare(self._sides[0], now)

    def expose(self) -> None:
        """Draw everything anew, because something else was drawn over it."""
        self.view.expose()

    def paint(self, now: float) -> Iterator[None]:
        """Draw what changed, yielding after every little of work; then `dirty` says where."""
        yield from self.view.paint(self._surface, now)

    @property
    def dirty(self) -> list[pygame.Rect]:
        """The rectangles that the last paint changed."""
        return self.view.dirty

    def _ask_all(self, events: Sequence[Event]) -> None:
        for event in events:
            self._ask(event)

    def _ask(self, event: Event) -> None:
        self._outside.ask(event)
        if isinstance(event, Program | Lead):
            # Between two takes the engine says nothing of what it was told.
            self._take_in(event)

    def _take_in(self, event: Event) -> None:
        self.choices.performed(event)
        self.hands.performed(event)
        if isinstance(event, Program):
            self.view.scene.tune(self.hands.pads)

    def _press(self, now: float) -> None:
        presses = self.hands.presses()
        for press in presses:
            meant = self._panels.resolve(press, now)
            if meant is not None:
                self._do(self.choices.act(meant, now), now)
        if presses:
            self._show()
            self._hang()

    def _do(self, effects: Sequence[Effect], now: float) -> None:
        for effect in effects:
            match effect:
                case Ask(event):
                    self._ask(event)
                    if isinstance(event, Program):
                        self._echo.keep(event)
                case Keep(what, which, by):
                    self._outside.keep(Chosen(self._outside.frame(), what, which, by))
                case Hush():
                    self._ask_all([*self.hands.lift(), *self.hands.lift_keys()])
                    self._end_listening()
                    self._ask_all([AllOff(player) for player in Player])
                case Listen(True):
                    self._listen(now)
                case Listen(False):
                    self._end_listening()
                case Enter(name):
                    self._enter(name)
        self.hands.deaf = self.choices.stopped
        self.view.scene.dimmer.stop(self.choices.stopped)

    def _listen(self, now: float) -> None:
        """Begin to replay the last phrase, once the take that is playing has ended."""
        self._pending = self._recall.phrase()
        if not self._pending:
            return
        self.choices.listening = True
        if self._taking:
            self._ask_all([*self.hands.lift(), *self.hands.lift_keys()])
            self._outside.close_take()
        else:
            self._begin_listening(now)

    def _begin_listening(self, now: float) -> None:
        if self._pending:
            self._echo.start(self._pending, self.choices.sound, now)
            self._pending = []

    def _end_listening(self) -> None:
        self._pending = []
        self._ask_all(self._echo.stop())
        self.choices.listening = False

    def _enter(self, name: str) -> None:
        """Have another world made, and go there when it is ready."""
        self._entering += 1
        self._going |= self.view.open_panels
        turn = self._entering

        def make() -> Arrangement | None:
            with suppress(BedsideError):
                return arrangement.arrange(self._worlds[name], self._setting, self._size, self._offered)
            # Where its pictures are damaged, everybody stays where they are.
            return None

        def arrive(place: Arrangement | None) -> None:
            if turn != self._entering:
                return
            if place is None:
                self._going.clear()
                self._hang()
            else:
                self._arrive(place)

        self._worker.submit(make, arrive)

    def _arrive(self, place: Arrangement) -> None:
        self._ask_all(self.hands.lift())
        self._going.clear()
        self.choices.choosing.clear()
        self._sides = place.sides
        self.view.crossfade(self._surface, place.scene, place.signs)
        self.hands.settle(place.sides, self._tuning(place.world))
        self._ask(Reverb(place.world.room))
        self._do(self.choices.entered(place.world.name, place.world.instrument), 0.0)
        place.scene.tune(self.hands.pads)
        self._show()
        self._hang()

    def _hang(self) -> None:
        """Hang the panels of those who choose, and take away the others'."""
        choosing = self.choices.choosing
        for side in self._sides:
            player = side.seat.player
            if player in self._going:
                self.hands.choosing[player] = ()
            elif player in choosing:
                self.hands.choosing[player] = self._panels.open(side, choosing[player])
            else:
                self.hands.choosing.pop(player, None)
                self.view.hide_panel(player)

    def _show(self) -> None:
        """Let the signs show how things stand."""
        choices = self.choices
        choices.listening = self._echo.active or bool(self._pending)
        for side in self._sides:
            player = side.seat.player
            sign = partial(self.view.sign, player=player)
            sign(Control.HAND).light(choices.stopped)
            sign(Control.EAR).light(choices.listening)
            sign(Control.STAR).light(choices.starred)
            sign(Control.SUN).show("sun" if choices.lead is player else "sunless")
            sign(Control.SUN).light(True)
            sign(Control.DOOR).light(choices.choosing.get(player) is Control.DOOR)
            sign(Control.SOUND).light(choices.choosing.get(player) is Control.SOUND)
            name = choices.sound.get(player)
            if name in self._offered:
                sign(Control.SOUND).show(self._offered[name].picture)

    def _tuning(self, world: World) -> Tuning:
        return Tuning(scales.scale(world.scale), world.root, self._setting.keys, self._setting.free)
