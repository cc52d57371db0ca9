"""An afternoon on the real devices: a child and another at one screen, a therapist at the keyboard, two takes."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from pathlib import Path

from bedside.archive.store.store import Choice
from bedside.music.events import AllOff, Bend, Event, Expression, NoteOff, NoteOn, Pedal, Player, TakeEnded, Vibrato
from bedside.music.events import Program as Programmed
from bedside.music.pad import Pad
from bedside.sound.library import catalogue
from bedside.stage.bed import least
from bedside.stage.input.seats import Control, Side, Together
from bedside.stage.picture.chooser import Chooser
from bedside.stage.worlds import world
from e2e.bed import bed, button, sides, spot, takes, until_recorded, wait_for_silence
from e2e.control import ledger
from e2e.rig.keyboard import Keyboard
from e2e.rig.program import Program
from e2e.rig.soundcard import SoundCard
from e2e.rig.touchscreen import Touchscreen

_PLAYERS = (Player.CHILD, Player.CHILD2)
_NAMES = [recipe.name for recipe in catalogue.recipes(None)]
# A control that was touched does not act again at once, and pictures take a moment to hang.
_AGAIN_SECONDS = 0.8


class Afternoon:
    """What the hands can do, each done until the program has kept it."""

    def __init__(self, program: Program, screen: Touchscreen, keyboard: Keyboard) -> None:
        self._program = program
        self._screen = screen
        self._keyboard = keyboard
        self.laid: dict[Player, Side] = {}
        self.enter("night")

    def enter(self, name: str) -> None:
        """Lay the sides of a world."""
        self.laid = sides(self._screen, name, Together.BESIDE, _PLAYERS)

    def tap(self, player: Player, numbers: Sequence[int], held: float = 0.2, lift: float = 0.6) -> None:
        """Touch pads one after the other."""
        for number in numbers:
            pads = self.laid[player].pads
            self._screen.tap(0, *spot(self._screen, pads[number % len(pads)], lift), held)
            time.sleep(held / 2)

    def slide(self, player: Player, seconds: float = 1.5) -> None:
        """Slide a finger along a player's lowest row."""
        row: list[Pad] = [pad for pad in self.laid[player].pads if pad.y == self.laid[player].pads[0].y]
        (x0, y), (x1, _) = spot(self._screen, row[0]), spot(self._screen, row[-1])
        self._screen.down(0, x0, y)
        time.sleep(0.4)
        steps = round(seconds / 0.03)
        for step in range(steps + 1):
            self._screen.move(0, x0 + (x1 - x0) * step / steps, y)
            time.sleep(0.03)
        time.sleep(0.3)
        self._screen.up(0)

    def press(self, control: Control, what: str) -> None:
        """Touch one of the child's controls, and wait for the choice."""
        before = self._chosen(what)
        self._touch(control)
        self._program.wait_for(lambda: len(self._chosen(what)) > len(before), 30, what)
        time.sleep(_AGAIN_SECONDS)

    def choose(self, control: Control, what: str, number: int, count: int) -> None:
        """Choose the picture of a number, of so many that a control shows."""
        before = self._chosen(what)
        self._touch(control)
        time.sleep(_AGAIN_SECONDS)
        area = Chooser(self.laid[Player.CHILD].seat.play, count, least(self._screen.size, None)).areas[number]
        width, height = self._screen.size
        self._screen.tap(9, (area.x + area.width / 2) / width, (area.y + area.height / 2) / height)
        self._program.wait_for(lambda: len(self._chosen(what)) > len(before), 30, what)
        time.sleep(_AGAIN_SECONDS)

    def strike(self, key: int, velocity: int = 80) -> int:
        """Press a key of the keyboard, and return the note that it begins."""
        struck = until_recorded(
            self._program,
            lambda: self._keyboard.note_on(key, velocity),
            lambda event: isinstance(event, NoteOn) and event.player == Player.THERAPIST,
            f"key {key}",
        )
        assert isinstance(struck, NoteOn)
        return struck.note

    def let_go(self, key: int, note: int) -> None:
        """Let a key go."""
        self._until(lambda: self._keyboard.note_off(key), NoteOff(Player.THERAPIST, note))

    def program(self, name: str) -> None:
        """Have the keyboard play an instrument."""
        self._until(lambda: self._keyboard.program(_NAMES.index(name)), Programmed(Player.THERAPIST, name))

    def express(self) -> None:
        """Hold keys while the wheels, the swell, the pedal and the pressure move; end with all notes off."""
        note = self.strike(60)
        self._until(lambda: self._keyboard.bend(8191), Bend(Player.THERAPIST, 2.0))
        self._until(lambda: self._keyboard.bend(0), Bend(Player.THERAPIST, 0.0))
        self._until(lambda: self._keyboard.control(1, 127), Vibrato(Player.THERAPIST, 1.0))
        self._until(lambda: self._keyboard.control(11, 80), Expression(Player.THERAPIST, 80 / 127))
        self._keyboard.press(110)
        time.sleep(0.3)
        self._until(lambda: self._keyboard.control(64, 127), Pedal(Player.THERAPIST, True))
        self.let_go(60, note)
        self.strike(67)
        self._until(lambda: self._keyboard.control(1, 0), Vibrato(Player.THERAPIST, 0.0))
        self._until(lambda: self._keyboard.control(11, 127), Expression(Player.THERAPIST, 1.0))
        self._until(lambda: self._keyboard.control(123, 0), AllOff(Player.THERAPIST))

    def _touch(self, control: Control) -> None:
        self._screen.tap(9, *button(self._screen, self.laid[Player.CHILD], control))

    def _chosen(self, what: str) -> list[Choice]:
        return [choice for choice in ledger(self._program.data) if choice.what == what]

    def _until(self, act: Callable[[], None], wanted: Event) -> None:
        until_recorded(self._program, act, lambda event: event == wanted, str(wanted))


def play(data: Path, patient: str) -> None:
    """Play two takes of a patient into a data folder."""
    together = ("--patient", patient, "--together", "beside")
    with (
        Touchscreen(size=(1280, 800)) as screen,
        SoundCard() as card,
        Keyboard(card) as keyboard,
        bed(screen, card, data, *together) as program,
    ):
        program.wait_for(keyboard.connected, 30, "the keyboard to be heard")
        hands = Afternoon(program, screen, keyboard)
        for phrase in ((1, 3, 0, 4, 2), (0, 2, 4, 2), (5, 3, 1), (2, 2, 0, 1)):
            hands.tap(Player.CHILD, phrase, 0.15)
            hands.tap(Player.CHILD2, phrase, 0.2, 0.4)
        hands.press(Control.STAR, "star")
        hands.choose(Control.SOUND, "sound", _NAMES.index("choir"), len(_NAMES))
        hands.slide(Player.CHILD)
        hands.press(Control.SUN, "lead")
        hands.program("organ")
        hands.express()
        hands.press(Control.SUN, "lead")
        hands.tap(Player.CHILD, (2, 5), 0.4)
        program.wait_for(lambda: isinstance(takes(data)[-1][-1].event, TakeEnded), 90, "the first take to end")
        hands.press(Control.EAR, "listen")
        time.sleep(2.0)
        wait_for_silence(card, program)
        hands.choose(Control.DOOR, "world", world.names().index("space"), len(world.names()))
        hands.enter("space")
        hands.tap(Player.CHILD, (0, 2, 4, 3), 0.3)
        for name, key in (("flute", 72), ("bass", 43), ("drum", 62), ("bell", 60)):
            hands.program(name)
            note = hands.strike(key)
            hands.tap(Player.CHILD2, (1, 3))
            hands.let_go(key, note)
        hands.press(Control.HAND, "stop")
        hands.press(Control.HAND, "go on")
        hands.tap(Player.CHILD2, (0, 1, 2))
        hands.tap(Player.CHILD, (3, 1, 0))
        assert program.stop() == 0
        assert program.stderr.read_text() == ""
