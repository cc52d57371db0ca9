"""What panels, mice, letters and MIDI keyboards report, to hands at sides that everybody knows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import mido
import pygame

from bedside.music.compass import Compass
from bedside.music.events import Event, NoteOn, Player, Program
from bedside.music.layout import fit
from bedside.music.scales import scale
from bedside.music.settings import AllSettings
from bedside.stage.input.hands import Hands, Tuning
from bedside.stage.input.midi import KeyboardMessage
from bedside.stage.input.seats import Button, Control, Side, Together, seats

SIZE = (800, 480)
LEAST = 40.0
TONES = scale("major pentatonic")
KEYS = [TONES.key(degree, 60) for degree in range(10)]
TUNING = Tuning(TONES, 60, Player.THERAPIST, False)

# Pads and choir sound on under a held finger; drums are a set, and a bass plays low.
INSTRUMENTS: Mapping[str, Compass | None] = {
    "harp": Compass(48, 103, 60),
    "marimba": None,
    "pad": Compass(36, 96, 60),
    "drum": Compass(35, 59, 36, (36, 38, 42)),
    "bass": Compass(28, 67, 36),
}
SUSTAINED = frozenset({"pad"})


def sides(together: Together = Together.ALONE, players: Sequence[Player] = (Player.CHILD,)) -> tuple[Side, ...]:
    """Return sides with ten pads in rows."""
    degrees = [number % 5 for number in range(10)]
    return tuple(
        Side(seat, fit("rows", KEYS, degrees, seat.play, LEAST)) for seat in seats(together, players, SIZE, LEAST)
    )


ALONE = sides()
PADS = ALONE[0].pads


def hands(tuning: Tuning = TUNING, at: Sequence[Side] = ALONE) -> Hands:
    return Hands(at, SIZE, tuning, INSTRUMENTS, AllSettings(), SUSTAINED)


def give(each: Hands, player: Player, instrument: str) -> None:
    """Let a player have an instrument, as the engine reported it."""
    each.settings.apply(Program(player, instrument))
    each.tune(player)


def finger(kind: int, x: float, y: float, number: int = 0, panel: int = 1) -> pygame.event.Event:
    """Return what a panel says of a finger at a place in pixels."""
    return pygame.event.Event(
        kind, x=x / SIZE[0], y=y / SIZE[1], dx=0.0, dy=0.0, finger_id=number, touch_id=panel, pressure=1.0
    )


def tap(each: Hands, x: float, y: float, number: int = 0) -> list[Event]:
    """Let a finger come and go."""
    return [
        *each.feed(finger(pygame.FINGERDOWN, x, y, number)),
        *each.feed(finger(pygame.FINGERUP, x, y, number)),
    ]


def mouse(kind: int, x: int, y: int, button: int = 1) -> pygame.event.Event:
    if kind == pygame.MOUSEMOTION:
        return pygame.event.Event(kind, pos=(x, y), rel=(0, 0), buttons=(1, 0, 0))
    return pygame.event.Event(kind, pos=(x, y), button=button)


def key(kind: int, scancode: int = 0, symbol: int = 0, mod: int = 0) -> pygame.event.Event:
    return pygame.event.Event(kind, scancode=scancode, key=symbol, mod=mod, unicode="")


def heard(each: Hands, keyboard: str, *messages: mido.Message) -> list[Event]:
    return [event for message in messages for event in each.hear(KeyboardMessage(keyboard, message), 0.0)]


def strikes(events: Sequence[Event]) -> list[NoteOn]:
    return [event for event in events if isinstance(event, NoteOn)]


def middle(button: Button) -> tuple[float, float]:
    area = button.area
    return area.x + area.width / 2, area.y + area.height / 2


def button(control: Control, player: Player = Player.CHILD, at: Sequence[Side] = ALONE) -> Button:
    """Return a player's target of a control."""
    return next(each for side in at for each in side.seat.buttons if (each.control, each.player) == (control, player))
