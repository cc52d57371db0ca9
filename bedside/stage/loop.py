"""The loop at the bed: hands in, light out, and never a wait for anything but the next finger or the next frame."""

from __future__ import annotations

import contextlib
import gc
import logging
import math
import signal
import sys
import time
from collections import deque
from collections.abc import Callable, Iterator
from types import FrameType

import pygame
from pygame._sdl2 import touch

from bedside.music.events import Performed
from bedside.stage.input.hands import Finger
from bedside.stage.input.midi import Keyboards
from bedside.stage.playground import Playground

_log = logging.getLogger(__name__)

FRAME_SECONDS = 1 / 60

# With nothing to draw the loop still looks this often whether it should end.
_IDLE_SECONDS = 0.1

_TEND_SECONDS = 1.0

# While a frame is drawn, fingers are looked at this often.
_GLANCE_SECONDS = 0.0006

# A thread that wants Python waits for the picture this long, not the usual 5 ms.
_SWITCH_SECONDS = 0.0005

_WAKE = pygame.event.custom_type()


def fingers() -> set[Finger]:
    """Return the fingers that are on the machine's touch panels now."""
    there: set[Finger] = set()
    for number in range(touch.get_num_devices()):
        panel = touch.get_device(number)
        # pygame takes a panel without a finger for an error
        with contextlib.suppress(pygame.error):
            found = [touch.get_finger(panel, place) for place in range(touch.get_num_fingers(panel))]
            there |= {(panel, finger["id"]) for finger in found if finger is not None}
    return there


class Inbox:
    """What other threads bring to the loop: performed events, and a knock that wakes it."""

    def __init__(self) -> None:
        self._performed: deque[Performed] = deque()
        self._open = False
        self._knocked = False

    def put(self, performed: Performed) -> None:
        """Bring a performed event, from any thread."""
        self._performed.append(performed)
        self.knock()

    def knock(self) -> None:
        """Wake the loop, from any thread."""
        if self._open and not self._knocked:
            self._knocked = True
            pygame.event.post(pygame.event.Event(_WAKE))

    def __bool__(self) -> bool:
        """Whether something waits to be drawn."""
        return bool(self._performed)

    def woken(self) -> None:
        """Let the next knock through: the last one was heard."""
        self._knocked = False

    def open(self) -> None:
        """Let knocks through: the window is there."""
        self._open = True

    def close(self) -> None:
        """Let no knock through any more: the window goes."""
        self._open = False

    def performed(self) -> Iterator[Performed]:
        """Yield what was performed since the last call."""
        while self._performed:
            yield self._performed.popleft()


class Play:
    """The playground, its keyboards and the engine's ear, in one window.

    ``renew`` is called when the staff begin a new session, with Ctrl and N; ``tend`` is called about once a second;
    ``say`` is given sentences for the staff. `run` returns when the window is closed, Ctrl and Q are pressed, or the
    process is asked to end.
    """

    def __init__(
        self,
        playground: Playground,
        keyboards: Keyboards,
        inbox: Inbox,
        renew: Callable[[], None],
        tend: Callable[[], None],
        say: Callable[[str], None],
    ) -> None:
        self._playground = playground
        self._keyboards = keyboards
        self._inbox = inbox
        self._renew = renew
        self._tend = tend
        self._say = say
        self._complained: set[str] = set()
        self._tended = 0.0
        self._running = True
        self._drawn = 0.0
        self._looked = 0.0

    def run(self) -> None:
        """Play until the end."""
        sys.setswitchinterval(_SWITCH_SECONDS)
        numbers = (signal.SIGINT, signal.SIGTERM)
        before = [signal.signal(number, self._end) for number in numbers]
        # What was made so far stays; looking through it again and again would hold up the picture.
        gc.collect()
        gc.freeze()
        self._inbox.open()
        try:
            self._loop()
        finally:
            self._playground.lift()
            self._inbox.close()
            for number, handler in zip(numbers, before, strict=True):
                signal.signal(number, handler)

    def _loop(self) -> None:
        while self._running:
            try:
                self._turn()
            except Exception as fault:
                _log.exception("A frame of the picture failed.")
                # A picture that fails is drawn anew; the music does not end for it.
                self._complain(f"The picture had to be drawn anew ({type(fault).__name__}); the music went on.")
                self._playground.expose()
                time.sleep(FRAME_SECONDS)

    def _turn(self) -> None:
        """Wait for the next finger, the next frame or what is due otherwise, and do it."""
        still = self._playground.resting and not self._inbox
        due = self._drawn + (_IDLE_SECONDS if still else FRAME_SECONDS)
        self._wait(min(due, self._playground.next_due))
        now = time.perf_counter()
        self._playground.tick(now)
        if now >= due:
            self._drawn = due if now - due < FRAME_SECONDS else now
            self._draw(now)
        if now - self._tended > _TEND_SECONDS:
            self._tended = now
            self._playground.miss(fingers())
            self._tend()

    def _complain(self, sentence: str) -> None:
        """Tell the staff, once for each kind of fault."""
        if sentence not in self._complained:
            self._complained.add(sentence)
            self._say(sentence)

    def _end(self, _signal: int, _frame: FrameType | None) -> None:
        self._running = False

    def _wait(self, due: float) -> None:
        """Sleep until something happens or a frame is due, and pass on what happened."""
        seconds = due - time.perf_counter()
        if seconds > 0:
            self._feel(pygame.event.wait(math.ceil(seconds * 1000)))
        self._look()

    def _look(self) -> None:
        """Pass on all that happened meanwhile, without waiting."""
        for event in pygame.event.get():
            self._feel(event)
        now = time.perf_counter()
        for played in self._keyboards.played():
            self._playground.hear(played, now)
        self._looked = time.perf_counter()

    def _feel(self, event: pygame.event.Event) -> None:
        match event.type:
            case _ if event.type == _WAKE:
                self._inbox.woken()
            case pygame.QUIT:
                self._running = False
            case pygame.KEYDOWN if event.mod & pygame.KMOD_CTRL and event.key == pygame.K_q:
                self._running = False
            case pygame.KEYDOWN if event.mod & pygame.KMOD_CTRL and event.key == pygame.K_l:
                self._playground.lead(time.perf_counter())
            case pygame.KEYDOWN if event.mod & pygame.KMOD_CTRL and event.key == pygame.K_n:
                self._playground.renew()
                self._renew()
            case pygame.WINDOWEXPOSED:
                self._playground.expose()
            case _:
                self._playground.feed(event, time.perf_counter())

    def _draw(self, now: float) -> None:
        """Draw a frame, looking at the fingers between its pieces."""
        for performed in self._inbox.performed():
            self._playground.performed(performed, now)
        for _ in self._playground.paint(now):
            self._glance()
        for rect in self._playground.dirty:
            # The screen takes its time for each; a touch should not wait for all of them.
            pygame.display.update(rect)
            self._glance()

    def _glance(self) -> None:
        """Look, unless that was a moment ago: a look has a price of its own."""
        if time.perf_counter() - self._looked > _GLANCE_SECONDS:
            self._look()
