"""All hands of the bed, as musical events: fingers, mouse and computer keys on the pads, and MIDI keyboards."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from itertools import count

import pygame

from bedside.music.events import Event, NoteOff, Player, Program, Source
from bedside.music.gestures import Fingers
from bedside.music.keyboard import Keyboard
from bedside.music.layout import Pad
from bedside.music.scales import Scale
from bedside.stage.midi import Played

# The letters of a computer keyboard by where they lie, so that any language's layout plays the same: the home row is
# the lowest pads, the row above it goes on, the row below it ends.
_COMPUTER_KEYS = tuple(getattr(pygame, f"KSCAN_{name}") for name in (*"ASDFGHJKL", "SEMICOLON", *"QWERTYUIOP", *"ZXCV"))

# A computer key has no height; it sounds as a finger well inside its pad does.
_COMPUTER_LIFT = 0.6

_MOUSE = "mouse"


# A panel and a finger on it, as SDL numbers them.
Finger = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Tuning:
    """What MIDI keyboards play: whose they are, and their scale and root, or None for free keys."""

    player: Player
    scale: Scale | None
    root: int


class Hands:
    """The hands at one screen of ``size`` pixels with these pads, and at any number of keyboards.

    ``instruments`` are the names that a keyboard's program changes choose among. On those that are ``sustained`` a held
    finger takes its note with it from pad to pad, through all the pitches between; on others it strikes the next.
    """

    def __init__(
        self,
        pads: Sequence[Pad],
        size: tuple[int, int],
        tuning: Tuning,
        instruments: Sequence[str],
        sustained: frozenset[str] = frozenset(),
    ) -> None:
        self._size = size
        self._tuning = tuning
        self._instruments = tuple(instruments)
        self._sustained = sustained
        self._numbers = count(1)
        self._fingers = Fingers(pads, Player.CHILD, self._numbers)
        self._touching: set[Finger] = set()
        self._keyboards: dict[str, Keyboard] = {}
        self._places: dict[int, tuple[float, float]] = {}
        self._moved: list[tuple[Player, int, float, float]] = []

    def performed(self, event: Event) -> None:
        """Take in what the engine played: on another instrument the fingers may play in another way."""
        if isinstance(event, Program) and event.player == self._fingers.player:
            self._fingers.sliding = event.instrument in self._sustained

    def moved(self) -> list[tuple[Player, int, float, float]]:
        """Return player, note and place of each finger that moved since the last call."""
        moved, self._moved = self._moved, []
        return moved

    def place(self, note: int) -> tuple[float, float] | None:
        """Return where on the screen, in pixels, the finger is that plays a note; None for a note of a key."""
        return self._places.get(note)

    def feed(self, event: pygame.event.Event) -> list[Event]:
        """Return the musical events of something that happened at the screen, the mouse or the computer's keys."""
        match event.type:
            case pygame.FINGERDOWN | pygame.FINGERMOTION:
                x, y = event.x * self._size[0], event.y * self._size[1]
                finger = (event.touch_id, event.finger_id)
                if event.type == pygame.FINGERDOWN:
                    self._touching.add(finger)
                return self._touch(finger, x, y, Source.TOUCH, event.type == pygame.FINGERDOWN)
            case pygame.FINGERUP:
                self._touching.discard((event.touch_id, event.finger_id))
                return self._leave((event.touch_id, event.finger_id))
            case pygame.MOUSEBUTTONDOWN if event.button == 1:
                x, y = event.pos
                return self._touch(_MOUSE, x, y, Source.MOUSE, True)
            case pygame.MOUSEMOTION:
                x, y = event.pos
                return self._touch(_MOUSE, x, y, Source.MOUSE, False)
            case pygame.MOUSEBUTTONUP if event.button == 1:
                return self._leave(_MOUSE)
            case pygame.KEYDOWN if event.scancode in _COMPUTER_KEYS and not event.mod & (pygame.KMOD_CTRL):
                number = _COMPUTER_KEYS.index(event.scancode)
                if number >= len(self._fingers.pads):
                    return []
                pad = self._fingers.pads[number]
                y = pad.y + (0.5 - _COMPUTER_LIFT) * pad.height
                return self._touch(("key", event.scancode), pad.x, y, Source.KEYS, True)
            case pygame.KEYDOWN if pygame.K_F1 <= event.key <= pygame.K_F12:
                number = event.key - pygame.K_F1
                if number >= len(self._instruments):
                    return []
                player = self._tuning.player if event.mod & pygame.KMOD_SHIFT else self._fingers.player
                return [Program(player, self._instruments[number])]
            case pygame.KEYUP:
                return self._leave(("key", event.scancode))
            case pygame.WINDOWFOCUSLOST:
                return self.lift()
        return []

    def hear(self, played: Played) -> list[Event]:
        """Return the musical events of what a MIDI keyboard played, or of its going away."""
        keyboard = self._keyboards.get(played.keyboard)
        if keyboard is None:
            tuning = self._tuning
            keyboard = Keyboard(tuning.player, tuning.scale, tuning.root, self._numbers)
            self._keyboards[played.keyboard] = keyboard
        message = played.message
        if message is None:
            return self._keyboards.pop(played.keyboard).lift()
        match message.type:
            case "note_on":
                return keyboard.down(message.note, message.velocity)
            case "note_off":
                return keyboard.up(message.note)
            case "program_change":
                return [Program(keyboard.player, self._instruments[message.program % len(self._instruments)])]
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

    def missing(self, there: set[Finger]) -> list[Event]:
        """Return the events of fingers whose leaving was not reported: they play, and are not among those ``there``."""
        events: list[Event] = []
        for finger in self._touching - there:
            events += self._leave(finger)
        self._touching &= there
        return events

    def lift(self) -> list[Event]:
        """Return the events of every finger leaving the screen and the computer's keys at once."""
        self._places.clear()
        self._touching.clear()
        return self._fingers.lift()

    def _touch(self, finger: Hashable, x: float, y: float, source: Source, lands: bool) -> list[Event]:
        act = self._fingers.down if lands else self._fingers.move
        events = act(finger, x, y, source)
        for event in events:
            if isinstance(event, NoteOff):
                self._places.pop(event.note, None)
        note = self._fingers.note(finger)
        if note is not None:
            self._places[note] = (x, y)
            self._moved.append((self._fingers.player, note, x, y))
        return events

    def _leave(self, finger: Hashable) -> list[Event]:
        events = self._fingers.up(finger)
        for event in events:
            if isinstance(event, NoteOff):
                self._places.pop(event.note, None)
        return events
