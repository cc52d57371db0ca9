"""All hands at the bed, as musical events and presses: fingers, mouse, computer keys and MIDI keyboards.

A finger belongs to what it landed on (a player's pads, a control or a picture to choose), wherever it moves later.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import count
from typing import Any

import pygame

from bedside.music.compass import Compass, keys, tuned
from bedside.music.events import Event, NoteOff, NoteOn, Player, Source
from bedside.music.gestures import Fingers
from bedside.music.keyboard import Keyboard
from bedside.music.pad import Area
from bedside.music.scales import Scale
from bedside.music.settings import AllSettings
from bedside.stage.input.midi import KeyboardMessage
from bedside.stage.input.seats import HANDS, Button, Control, Side

# The letters of a computer keyboard by position, so that every language's layout plays the same: the home row has the
# lowest pads, then the row above it, then the row below it.
_COMPUTER_KEYS = tuple(getattr(pygame, f"KSCAN_{name}") for name in (*"ASDFGHJKL", "SEMICOLON", *"QWERTYUIOP", *"ZXCV"))

# A computer key has no position in its pad, so it counts as a finger well inside.
_COMPUTER_LIFT = 0.6

# The mouse counts as one finger.
MOUSE = "mouse"


# A panel and a finger on it, as SDL numbers them.
Finger = tuple[int, int]

_OF_THE_DESKTOP = pygame.KMOD_ALT | pygame.KMOD_META


@dataclass(frozen=True, slots=True)
class Tuning:
    """The world's scale and root, and the ``player`` at the MIDI keyboards, which play every key if ``free``."""

    scale: Scale
    root: int
    player: Player
    free: bool


@dataclass(frozen=True, slots=True)
class Pressed:
    """A control was pressed at a player's seat."""

    control: Control
    player: Player


@dataclass(frozen=True, slots=True)
class LetGo:
    """The finger that pressed a player's hand, the control, left it."""

    player: Player


@dataclass(frozen=True, slots=True)
class Picked:
    """A player chose the picture of this number; None for a touch outside all of them."""

    player: Player
    number: int | None


@dataclass(frozen=True, slots=True)
class Programmed:
    """An instrument, by its number, was asked for at a keyboard: an adult's choice."""

    player: Player
    number: int


Press = Pressed | LetGo | Picked | Programmed

# Targets that a finger may have landed on, apart from a player's pads.
_Target = Button | Picked


class Hands:
    """The hands at one screen of ``size`` pixels with these sides, and at any number of keyboards.

    ``instruments`` are the names that a program change selects from, each with its compass, None if it is not known.
    On ``sustained`` ones a held finger slides its note from pad to pad; on others it strikes the next pad. ``settings``
    are those that the engine reports; they hold each player's instrument. ``numbers`` yields a new number for every
    note of a session.

    While the hands are ``deaf`` they begin no note. ``choosing`` holds, for each player who chooses among pictures, the
    pictures' areas.
    """

    def __init__(
        self,
        sides: Sequence[Side],
        size: tuple[int, int],
        tuning: Tuning,
        instruments: Mapping[str, Compass | None],
        settings: AllSettings,
        sustained: frozenset[str] = frozenset(),
        numbers: Iterator[int] | None = None,
    ) -> None:
        self._instruments = dict(instruments)
        self.settings = settings
        self._sustained = sustained
        self.numbers = count(1) if numbers is None else numbers
        self._touching: set[Finger] = set()
        self._keyboards: dict[str, Keyboard] = {}
        self._presses: list[Press] = []
        self.deaf = False
        self.choosing: dict[Player, Sequence[Area]] = {}
        self._fingers: dict[Player, Fingers] = {}
        self._began: dict[Hashable, Fingers | _Target] = {}
        self._places: dict[tuple[Player, int], tuple[float, float]] = {}
        self._moved: list[tuple[Player, int, float, float]] = []
        self._felt: list[tuple[float, float]] = []
        self._tuning = tuning
        self.settle(sides, size, tuning)

    def settle(self, sides: Sequence[Side], size: tuple[int, int], tuning: Tuning) -> list[Event]:
        """Switch to other sides on a screen of ``size`` pixels, and to another tuning.

        Fingers and keys that are down hold their notes until they leave. Return the events that release the
        fingers of players who are no longer there, and the wheels and pedals of keyboards that change hands.
        """
        self._sides = tuple(sides)
        self._size = size
        gone = dict(self._fingers)
        self._fingers = {}
        for side in sides:
            player = side.seat.player
            there = gone.pop(player, None)
            if there is None:
                there = Fingers(side.pads, player, self.numbers)
            else:
                there.lay(side.pads)
            self._fingers[player] = there
        # A control or a picture under a finger is no longer there.
        self._began = {at: hands for at, hands in self._began.items() if hands in self._fingers.values()}
        events = [event for fingers in gone.values() for event in fingers.lift()]
        self._tuning = tuning
        for keyboard in self._keyboards.values():
            keyboard.scale, keyboard.root = (None if tuning.free else tuning.scale), tuning.root
            events += keyboard.hand_over(tuning.player)
        # Where a finger lies among the new pads says nothing of its note.
        self._places.clear()
        self._moved.clear()
        for player in self._fingers:
            self.tune(player)
        return events

    @property
    def pads(self) -> dict[Player, tuple[int, ...]]:
        """The keys that each player's pads play now."""
        return {player: tuple(pad.key for pad in fingers.pads) for player, fingers in self._fingers.items()}

    def tune(self, player: Player) -> None:
        """Set a player's pads, and whether fingers slide, for an instrument; without one, pads play as laid out."""
        fingers = self._fingers.get(player)
        instrument = self.settings.parts[player].instrument
        if fingers is None or not instrument:
            return
        fingers.sliding = instrument in self._sustained
        compass = self._instruments.get(instrument)
        fingers.tune(tuned(fingers.pads, keys(self._tuning.scale, self._tuning.root, len(fingers.pads), compass)))

    def presses(self) -> list[Press]:
        """Return the presses and choices since the last call."""
        presses, self._presses = self._presses, []
        return presses

    def moved(self) -> list[tuple[Player, int, float, float]]:
        """Return player, note and place of each finger that moved since the last call."""
        moved, self._moved = self._moved, []
        return moved

    def felt(self) -> list[tuple[float, float]]:
        """Return where fingers landed on pads since the last call, in pixels, also where no note came of it."""
        felt, self._felt = self._felt, []
        return felt

    def place(self, player: Player, note: int) -> tuple[float, float] | None:
        """Return the place of the finger that plays a note, in pixels; None for a note of a key."""
        return self._places.get((player, note))

    def feed(self, event: pygame.event.Event) -> list[Event]:
        """Return the musical events of an input event of the screen, the mouse or the computer's keys."""
        match event.type:
            case pygame.FINGERDOWN | pygame.FINGERMOTION:
                x, y = self._point(event)
                finger = (event.touch_id, event.finger_id)
                if event.type == pygame.FINGERDOWN:
                    self._touching.add(finger)
                return self._touch(finger, x, y, Source.TOUCH, event.type == pygame.FINGERDOWN)
            case pygame.FINGERUP:
                finger = (event.touch_id, event.finger_id)
                self._touching.discard(finger)
                return self._leave(finger, *self._point(event))
            case pygame.MOUSEBUTTONDOWN if event.button == 1:
                return self._touch(MOUSE, event.pos[0], event.pos[1], Source.MOUSE, True)
            case pygame.MOUSEMOTION:
                return self._touch(MOUSE, event.pos[0], event.pos[1], Source.MOUSE, False)
            case pygame.MOUSEBUTTONUP if event.button == 1:
                return self._leave(MOUSE, *event.pos)
            case pygame.KEYDOWN if event.mod & _OF_THE_DESKTOP:
                # A child who leans on the keyboard asks the desktop for nothing.
                return []
            case pygame.KEYDOWN if event.scancode in _COMPUTER_KEYS and not event.mod & pygame.KMOD_CTRL:
                return self._type(event.scancode)
            case pygame.KEYDOWN if pygame.K_F2 <= event.key <= pygame.K_F12:
                player = self._tuning.player if event.mod & pygame.KMOD_SHIFT else self._sides[0].seat.player
                self._presses.append(Programmed(player, event.key - pygame.K_F2))
            case pygame.KEYUP:
                return self._leave(("key", event.scancode), -1.0, -1.0)
            case pygame.WINDOWFOCUSLOST:
                return self.lift()
        return []

    def hear(self, played: KeyboardMessage, now: float) -> list[Event]:
        """Return the musical events of a MIDI keyboard's message at ``now`` seconds, or of its disconnection."""
        keyboard = self._keyboards.get(played.keyboard)
        if keyboard is None:
            tuning = self._tuning
            keyboard = Keyboard(tuning.player, None if tuning.free else tuning.scale, tuning.root, self.numbers)
            self._keyboards[played.keyboard] = keyboard
        message = played.message
        if message is None:
            return self._keyboards.pop(played.keyboard).lift()
        return [*self._play_keys(keyboard, message), *keyboard.sense(now, message.type == "active_sensing")]

    def _play_keys(self, keyboard: Keyboard, message: Any) -> list[Event]:
        match message.type:
            case "note_on" if self.deaf:
                return keyboard.up(message.note)
            case "note_on":
                return keyboard.down(message.note, message.velocity)
            case "note_off":
                return keyboard.up(message.note)
            case "program_change":
                self._presses.append(Programmed(keyboard.player, message.program))
            case "control_change":
                return keyboard.control(message.control, message.value)
            case "pitchwheel":
                return keyboard.bend(message.pitch)
            case "aftertouch":
                return keyboard.press(message.value)
            case "polytouch":
                return keyboard.press(message.value, message.note)
            case "reset":
                return keyboard.lift()
        return []

    def release_missing(self, there: set[Finger]) -> list[Event]:
        """Return the events that release fingers that left unreported: all that play but are not ``there``."""
        events: list[Event] = []
        for finger in self._touching - there:
            events += self._leave(finger, -1.0, -1.0)
        self._touching &= there
        return events

    def cancel(self, finger: Hashable) -> list[Event]:
        """Return the events that release a finger; a control or a picture under it is not pressed."""
        if isinstance(self._began.get(finger), Fingers):
            return self._leave(finger, -1.0, -1.0)
        self._began.pop(finger, None)
        return []

    def lift(self) -> list[Event]:
        """Return the events of all fingers leaving the screen and the computer's keys at once."""
        self._places.clear()
        self._touching.clear()
        self._began.clear()
        return [event for fingers in self._fingers.values() for event in fingers.lift()]

    def release(self) -> list[Event]:
        """Return the events of all fingers leaving, for a stop: only one that lies on a hand, the control, stays."""
        stopping = {at: target for at, target in self._began.items() if isinstance(target, Button)}
        stopping = {at: target for at, target in stopping.items() if target.control in HANDS}
        touching = self._touching & stopping.keys()
        events = self.lift()
        self._began.update(stopping)
        self._touching |= touching
        return events

    def lift_keys(self) -> list[Event]:
        """Return the events that release every key of every MIDI keyboard; wheels and pedals stay as they are."""
        return [event for keyboard in self._keyboards.values() for event in keyboard.lift_keys()]

    def _point(self, event: pygame.event.Event) -> tuple[float, float]:
        """Return where a finger is, in pixels; at the far edges, on the last pixel."""
        return (
            event.x * self._size[0] if event.x != 1 else self._size[0] - 1,
            event.y * self._size[1] if event.y != 1 else self._size[1] - 1,
        )

    def _type(self, scancode: int) -> list[Event]:
        pads = self._fingers[self._sides[0].seat.player].pads
        number = _COMPUTER_KEYS.index(scancode)
        if number >= len(pads) or self.deaf or self._sides[0].seat.player in self.choosing:
            return []
        pad = pads[number]
        y = pad.y + (0.5 - _COMPUTER_LIFT) * pad.height
        return self._touch(("key", scancode), pad.x, y, Source.KEYS, True)

    def _touch(self, finger: Hashable, x: float, y: float, source: Source, lands: bool) -> list[Event]:
        began = self._began.get(finger)
        if began is None:
            if not lands:
                return []
            began = self._began[finger] = self._target(x, y)
            if isinstance(began, Button):
                if began.control in HANDS:
                    # A stop waits for nothing.
                    self._presses.append(Pressed(Control.HAND, began.player))
                return []
        if not isinstance(began, Fingers):
            return []
        if lands:
            self._felt.append((x, y))
        events = [] if self.deaf and began.note(finger) is None else self._play(began, finger, x, y, source, lands)
        note = began.note(finger)
        if note is not None and not began.adrift(finger):
            self._places[began.player, note] = (x, y)
            self._moved.append((began.player, note, x, y))
        return events

    def _play(self, fingers: Fingers, finger: Hashable, x: float, y: float, source: Source, lands: bool) -> list[Event]:
        act = fingers.down if lands else fingers.move
        events = act(finger, x, y, source)
        if self.deaf and any(isinstance(event, NoteOn) for event in events):
            # A held finger may slide its note, but not strike another: it holds nothing from here on.
            fingers.up(finger)
            events = [event for event in events if not isinstance(event, NoteOn)]
        self._forget(events)
        return events

    def _leave(self, finger: Hashable, x: float, y: float) -> list[Event]:
        began = self._began.pop(finger, None)
        match began:
            case Fingers():
                events = began.up(finger)
                self._forget(events)
                return events
            case Button(control, player, area) if area.holds(x, y):
                self._presses.append(LetGo(player) if control in HANDS else Pressed(control, player))
            case Picked(player, number) if player in self.choosing and self._picked(player, x, y) == number:
                self._presses.append(began)
        return []

    def _forget(self, events: Sequence[Event]) -> None:
        for event in events:
            if isinstance(event, NoteOff):
                self._places.pop((event.player, event.note), None)

    def _target(self, x: float, y: float) -> Fingers | _Target:
        """Return the target on which a finger lands."""
        side = next((side for side in self._sides if side.seat.whole.holds(x, y)), self._sides[0])
        for button in side.seat.buttons:
            if button.area.holds(x, y):
                return button
        player = side.seat.player
        if player in self.choosing:
            return Picked(player, self._picked(player, x, y))
        return self._fingers[player]

    def _picked(self, player: Player, x: float, y: float) -> int | None:
        areas = self.choosing.get(player, ())
        return next((number for number, area in enumerate(areas) if area.holds(x, y)), None)
