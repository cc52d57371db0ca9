"""The staff's sheet: which page is open, which fingers are on it, and when it closes by itself.

It stands before the players: what lands on it goes no further, what landed elsewhere before it opened still does. It
never waits: pages are drawn elsewhere, and the store is asked elsewhere.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Hashable
from dataclasses import dataclass, replace
from random import Random

import pygame

from bedside.archive.patientcodes import new_code
from bedside.stage.input.hands import MOUSE, Finger
from bedside.stage.picture.worker import Worker
from bedside.stage.sheet.acts import Act, Doing, Page
from bedside.stage.sheet.drawing import SheetPicture, Target, draw_page
from bedside.stage.sheet.facts import Facts, KnownPatient
from bedside.stage.sheet.grid import LEAST_TILE_MM
from bedside.stage.sheet.lettering import Lettering
from bedside.stage.sheet.lock import Guarded, Lock, Tried
from bedside.stage.sheet.pages import Shown
from bedside.stage.sheet.words import Wording

# It closes when nobody has touched it for so long.
CLOSES_SECONDS = 60.0

# If the store has not said by then whether there is a code, staff are let in all the same, but not to louder sound.
_STORE_SECONDS = 2.0

# A touch that lands so soon after another page is shown was meant for the page before.
_SETTLE_SECONDS = 0.25

_LOOK_SECONDS = 0.1
_LONGEST_CODE = 200


@dataclass(frozen=True, slots=True)
class Behind:
    """What is behind the sheet: ``facts`` says how the bed is, ``do`` does what is asked, both at once.

    ``facts`` is given the known patients; both are given whether loudness may be raised. ``surface`` is what is on the
    screen, ``least`` the least size of a player's target in pixels and its millimetres; ``show`` fades a page in, or
    with None the last one out. The sheet does not open while it is not ``permitted``.
    """

    facts: Callable[[tuple[KnownPatient, ...], bool], Facts]
    do: Callable[[Act, bool, float], None]
    surface: Callable[[], pygame.Surface]
    least: Callable[[], tuple[float, float]]
    show: Callable[[pygame.Surface | None], None]
    permitted: Callable[[], bool]


class Sheet:
    """The sheet of one screen; every ``now`` is in seconds. ``worker`` draws for it alone, ``random`` makes codes."""

    def __init__(self, behind: Behind, lock: Lock, worker: Worker, words: Wording, random: Random) -> None:
        self._behind = behind
        self._lock = lock
        self._worker = worker
        self._words = words
        self._random = random
        self._text = Lettering()
        self._shown: Shown | None = None
        self._guarded = Guarded(None)
        # When it was asked for, while the store has not answered.
        self._asked: float | None = None
        self._typed = ""
        self._trying = False
        self._touched = 0.0
        self._looked = 0.0
        self._settled = 0.0
        self._now = 0.0
        # The world behind it, and the page as it was last asked to be drawn.
        self._world: pygame.Surface | None = None
        self._wanted: tuple[Shown, Facts, tuple[int, int], float, Act | None] | None = None
        self._drawing = 0
        self._targets: tuple[Target, ...] = ()
        # What landed on it, on which target; and what landed elsewhere.
        self._own: dict[Hashable, Target | None] = {}
        self._others: set[Hashable] = set()

    @property
    def page(self) -> Page | None:
        """The page that is open, None while the sheet is closed."""
        return None if self._shown is None else self._shown.page

    @property
    def targets(self) -> tuple[Target, ...]:
        """What can be touched now."""
        return self._targets

    def open(self, now: float) -> None:
        """Open the sheet, as soon as it is known whether there is a staff code."""
        if self._shown is None and self._asked is None and self._behind.permitted():
            self._asked = now
            self._lock.look(self._look)

    def close(self) -> None:
        """Close the sheet; what lies on it plays nothing."""
        self._asked = None
        if self._shown is not None:
            self._shown, self._wanted, self._world, self._typed, self._targets = None, None, None, "", ()
            self._drawing += 1
            self._behind.show(None)

    def feed(self, event: pygame.event.Event, now: float) -> bool:
        """Follow an input event; return whether it belongs to the sheet alone."""
        match event.type:
            case pygame.KEYDOWN if event.key == pygame.K_F1 and not event.mod & pygame.KMOD_SHIFT:
                self.close() if self._shown is not None else self.open(now)
                return True
            case pygame.KEYDOWN if self._shown is not None:
                return self._type(event, now)
            case pygame.FINGERDOWN | pygame.FINGERMOTION | pygame.FINGERUP:
                size = self._behind.surface().get_size()
                at = (event.x * size[0], event.y * size[1])
                return self._touch((event.touch_id, event.finger_id), event.type, at, now)
            case pygame.MOUSEBUTTONDOWN | pygame.MOUSEBUTTONUP if event.button == 1:
                down = event.type == pygame.MOUSEBUTTONDOWN
                return self._touch(MOUSE, pygame.FINGERDOWN if down else pygame.FINGERUP, event.pos, now)
            case pygame.MOUSEMOTION:
                return MOUSE in self._own
            case pygame.WINDOWFOCUSLOST:
                self._own.clear()
                self._others.clear()
        return False

    def release_missing(self, there: Collection[Finger]) -> None:
        """Forget the fingers whose leaving was not reported: those that are no longer ``there``."""
        for finger in [each for each in self._own if each != MOUSE and each not in there]:
            del self._own[finger]
        self._others = {each for each in self._others if each == MOUSE or each in there}

    def tick(self, now: float) -> None:
        """Take the answers that there are, have drawn what has changed, and close when nobody has touched it."""
        self._now = now
        self._lock.deliver()
        self._worker.deliver()
        if self._asked is not None and now - self._asked > _STORE_SECONDS:
            self._look(Guarded(None))
        if self._shown is not None and (now - self._touched > CLOSES_SECONDS or not self._behind.permitted()):
            self.close()
        if self._shown is not None and now - self._looked > _LOOK_SECONDS:
            self._looked = now
            self._draw()

    def _look(self, guarded: Guarded) -> None:
        if self._asked is None:
            if guarded.code and self._shown is not None and self._guarded.code is None:
                # The store was late, and there is a code after all.
                self._guarded = guarded
                self._turn(Shown(Page.CODE))
            return
        self._asked = None
        self._guarded = guarded
        self._touched = self._now
        self._world = self._behind.surface().copy()
        self._turn(Shown(Page.CODE if guarded.code else Page.HOME))

    def _turn(self, shown: Shown) -> None:
        self._shown = shown
        self._draw()

    def _touch(self, finger: Hashable, kind: int, at: tuple[float, float], now: float) -> bool:
        if kind == pygame.FINGERDOWN and finger not in self._own and finger not in self._others:
            if self._shown is None:
                self._others.add(finger)
                return False
            self._touched = now
            soon = now - self._settled < _SETTLE_SECONDS
            self._own[finger] = None if soon else next((each for each in self._targets if each.area.holds(*at)), None)
            self._draw()
            return True
        if kind == pygame.FINGERUP:
            self._others.discard(finger)
        if finger not in self._own:
            return False
        if kind == pygame.FINGERUP:
            target = self._own.pop(finger)
            if target is not None and target in self._targets and target.area.holds(*at):
                self._act(target.act, now)
            if self._shown is not None:
                self._draw()
        return True

    def _type(self, event: pygame.event.Event, now: float) -> bool:
        """Take a key of the computer's: Escape closes, and a staff code may have letters."""
        if event.mod & (pygame.KMOD_CTRL | pygame.KMOD_ALT | pygame.KMOD_META):
            return False
        if event.key == pygame.K_ESCAPE:
            self.close()
            return True
        if self.page is not Page.CODE:
            return False
        self._touched = now
        match event.key:
            case pygame.K_BACKSPACE:
                self._act(Act(Doing.ERASE), now)
            case pygame.K_RETURN | pygame.K_KP_ENTER:
                self._act(Act(Doing.TRY), now)
            case _ if event.unicode and event.unicode.isprintable():
                self._act(Act(Doing.TYPE, event.unicode), now)
        return True

    def _act(self, act: Act, now: float) -> None:
        shown = self._shown
        if shown is None:
            return
        self._touched = now
        match act.doing:
            case Doing.TURN:
                page = Page(act.which)
                self._turn(Shown(page, act.player, offered=self._offer() if page is Page.NEW_PATIENT else ""))
            case Doing.MORE:
                self._turn(replace(shown, leaf=shown.leaf + 1))
            case Doing.CLOSE:
                self.close()
            case Doing.TYPE:
                self._typed = (self._typed + act.which)[:_LONGEST_CODE]
                self._turn(replace(shown, typed=len(self._typed), said=""))
            case Doing.ERASE:
                self._typed = self._typed[:-1]
                self._turn(replace(shown, typed=len(self._typed), said=""))
            case Doing.TRY if not self._trying and self._typed:
                self._trying = True
                self._lock.attempt(self._typed, self._tried)
            case Doing.ANOTHER:
                self._turn(replace(shown, offered=self._offer()))
            case Doing.TRY:
                pass
            case _:
                self._behind.do(act, self._guarded.code is not None, now)
                self._after(act, shown)

    def _after(self, act: Act, shown: Shown) -> None:
        """Go where one looks after something was done."""
        match act.doing:
            case Doing.PATIENT | Doing.END_SESSION:
                # Another child: the screen is wiped first.
                self._turn(Shown(Page.WIPE))
            case Doing.SOUND:
                self._turn(Shown(Page.PLAYERS))
            case Doing.BOOKMARK:
                self._turn(replace(shown, said=self._words.say("sheet.bookmarked")))
            case Doing.WIPE | Doing.LEAVE:
                self.close()
            case _:
                self._turn(replace(shown, said=""))

    def _tried(self, tried: Tried) -> None:
        self._trying = False
        if self.page is not Page.CODE:
            return
        self._typed = ""
        if tried.right:
            self._touched = self._now
            self._turn(Shown(Page.HOME))
        elif tried.wait:
            self._turn(Shown(Page.CODE, said=self._words.say("sheet.wait", seconds=tried.wait)))
        else:
            self._turn(Shown(Page.CODE, said=tried.fault or self._words.say("sheet.wrong")))

    def _offer(self) -> str:
        return new_code(self._random, {each.code for each in self._guarded.known})

    def _draw(self) -> None:
        """Have the page drawn if it is not what is shown, or being drawn."""
        shown, world = self._shown, self._world
        if shown is None or world is None:
            return
        facts = self._behind.facts(self._guarded.known, self._guarded.code is not None)
        size = self._behind.surface().get_size()
        pixels, millimetres = self._behind.least()
        least = pixels * LEAST_TILE_MM / millimetres
        pressed = next((each.act for each in self._own.values() if each is not None), None)
        wanted = (shown, facts, size, least, pressed)
        if wanted == self._wanted:
            return
        another = self._wanted is None or self._wanted[0] != shown
        self._wanted = wanted
        self._drawing += 1
        turn, words, text = self._drawing, self._words, self._text
        if world.get_size() != size:
            world = self._world = pygame.transform.smoothscale(world, size)

        def arrive(drawn: SheetPicture) -> None:
            if turn == self._drawing:
                self._targets = drawn.targets
                self._behind.show(drawn.picture)
                if another:
                    self._settled = self._now

        self._worker.submit(lambda: draw_page(shown, facts, words, world, least, text, pressed), arrive)
