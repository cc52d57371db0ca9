"""A playroom with the staff's sheet before it, worked by touch."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

import pygame

from bedside.stage.input.seats import LEAST_MM
from bedside.stage.sheet.acts import Act, Doing
from bedside.stage.sheet.errands import Errands, Office
from bedside.stage.sheet.facts import KnownPatient
from bedside.stage.sheet.lock import Guarded, Tried
from bedside.stage.sheet.sheet import Behind, Sheet
from bedside.stage.sheet.words import words
from bedside.stage.worlds import world as worlds
from stage.playroom import Playroom, PromptWorker, offered


class CodeLock:
    """Guards a sheet with a code, or with none; it answers at the next delivery, unless it ``hangs``."""

    def __init__(self, code: str | None = None, known: tuple[KnownPatient, ...] = ()) -> None:
        self._code = code
        self._known = known
        self._answers: list[Callable[[], None]] = []
        self.wait = 0
        self.hangs = False
        self.tries = 0

    def look(self, answer: Callable[[Guarded], None]) -> None:
        """Answer whether there is a code."""
        self._answers.append(lambda: answer(Guarded(self._code is not None, self._known)))

    def attempt(self, code: str, answer: Callable[[Tried], None]) -> None:
        """Answer whether a code is right."""
        self.tries += 1
        tried = Tried(code == self._code and not self.wait, self.wait)
        self._answers.append(lambda: answer(tried))

    def deliver(self) -> None:
        """Hand over the answers, unless the disk hangs."""
        answers, self._answers = self._answers, self._answers if self.hangs else []
        if not self.hangs:
            for answer in answers:
                answer()


class Desk:
    """A sheet over a playroom; ``renewed`` are the sessions that began, ``left`` whether the program was left."""

    def __init__(self, lock: CodeLock | None = None, size: tuple[int, int] = (960, 600), least: float = 80.0) -> None:
        self.room = Playroom(worlds.find("night"), size, least=least)
        self.renewed: list[tuple[str | None, str | None]] = []
        self.left = False
        playground = self.room.playground
        pictures = {each.name: each.picture for each in offered()}
        office = Office(
            lambda *who: self.renewed.append(who), self._leave, self.room.keep, lambda: ("A sentence.",), None
        )
        errands = Errands(playground, office, worlds.find_all(lambda _: None), pictures, None)
        behind = Behind(
            errands.facts,
            errands.do,
            lambda: playground.surface,
            lambda: (playground.setting.least, LEAST_MM),
            lambda page: playground.view.hide_sheet() if page is None else playground.view.show_sheet(page),
            lambda: not playground.wiping,
        )
        self.worker = PromptWorker()
        self.lock = lock or CodeLock()
        self.sheet = Sheet(behind, self.lock, self.worker, words("en"), Random(5))

    def wait(self, seconds: float) -> None:
        """Let time pass, frame by frame."""
        until = self.room.now + seconds
        while self.room.now < until:
            self.room.paint(min(self.room.now + 0.05, until))
            self.sheet.tick(self.room.now)
            self.worker.deliver()

    def open(self) -> None:
        """Ask for the sheet, and wait until it is there."""
        self.sheet.open(self.room.now)
        self.wait(1.5)

    def finger(self, kind: int, number: int, x: float, y: float) -> bool:
        """Move a finger at a place in pixels; return whether that is the sheet's alone."""
        width, height = self.room.size
        event = pygame.event.Event(kind, touch_id=1, finger_id=number, x=x / width, y=y / height)
        own = self.sheet.feed(event, self.room.now)
        if not own:
            self.room.playground.feed(event, self.room.now)
        return own

    def touch(self, doing: Doing, which: str | None = None) -> None:
        """Touch the tile that does something, turning to further leaves for it, and wait until it is done."""
        target = next((each for each in self.sheet.targets if _fits(each.act, doing, which)), None)
        if target is None:
            more = next(each for each in self.sheet.targets if each.act.doing is Doing.MORE)
            target = more
        x, y = target.area.x + target.area.width / 2, target.area.y + target.area.height / 2
        assert self.finger(pygame.FINGERDOWN, 7, x, y)
        assert self.finger(pygame.FINGERUP, 7, x, y)
        self.wait(0.5)
        if target.act.doing is Doing.MORE and doing is not Doing.MORE:
            self.touch(doing, which)

    def _leave(self) -> None:
        self.left = True


def _fits(act: Act, doing: Doing, which: str | None) -> bool:
    return act.doing is doing and (which is None or act.which == which)
