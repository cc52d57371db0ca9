"""The loop at the bed: input in, pictures out; it waits only for the next input or the next frame."""

from __future__ import annotations

import contextlib
import gc
import logging
import math
import sys
import time
from collections import deque
from collections.abc import Callable, Iterator

import pygame
from pygame._sdl2 import touch

from bedside import ends
from bedside.music.events import Report
from bedside.stage.input.hands import Finger
from bedside.stage.input.midi import Keyboards
from bedside.stage.lock import uncover
from bedside.stage.playground import Playground
from bedside.stage.sheet.sheet import Sheet
from bedside.stage.window import covers_screen, show

_log = logging.getLogger(__name__)

FRAME_SECONDS = 1 / 60

# Even with nothing to draw, the loop checks this often whether it should end.
_IDLE_SECONDS = 0.1

_CHECK_SECONDS = 1.0

# While a frame is drawn, input is polled this often.
_POLL_SECONDS = 0.0006

# A thread that wants the GIL waits this long for the drawing, not the usual 5 ms.
_SWITCH_SECONDS = 0.0005

_WAKE = pygame.event.custom_type()


def fingers() -> set[Finger]:
    """Return the fingers that touch the machine's panels now."""
    there: set[Finger] = set()
    for number in range(touch.get_num_devices()):
        panel = touch.get_device(number)
        # pygame raises for a panel without a finger
        with contextlib.suppress(pygame.error):
            found = [touch.get_finger(panel, place) for place in range(touch.get_num_fingers(panel))]
            there |= {(panel, finger["id"]) for finger in found if finger is not None}
    return there


class Inbox:
    """The loop's inbox for other threads: the engine's reports, and a wake-up."""

    def __init__(self) -> None:
        self._reports: deque[Report] = deque()
        self._open = False
        self._posted = False

    def put(self, report: Report) -> None:
        """Queue a report of the engine, from any thread."""
        self._reports.append(report)
        self.wake()

    def wake(self) -> None:
        """Wake the loop, from any thread."""
        if self._open and not self._posted:
            self._posted = True
            pygame.event.post(pygame.event.Event(_WAKE))

    def __bool__(self) -> bool:
        """Whether a report waits to be drawn."""
        return bool(self._reports)

    def woken(self) -> None:
        """Allow the next wake-up: the last one has arrived."""
        self._posted = False

    def open(self) -> None:
        """Allow wake-ups: the window is open."""
        self._open = True

    def close(self) -> None:
        """Stop wake-ups: the window closes."""
        self._open = False

    def reports(self) -> Iterator[Report]:
        """Yield the reports of the engine since the last call."""
        while self._reports:
            yield self._reports.popleft()


class Play:
    """The playground, its keyboards and the engine's reports, in one window.

    ``renew`` is called when the staff begin a new session, with Ctrl and N; ``check`` is called about once a second;
    ``alive`` at every turn, as a sign of life; ``say`` gets sentences for the staff; ``resize`` is called when the
    window may have another size; ``ask_to_leave`` when somebody wants to close it while it covers the screen, which by
    itself changes nothing; ``sheet`` is the staff's. `run` returns when Ctrl and Q are pressed, when a smaller window
    is closed, or after `leave`; it raises `ends.Ended` when the process is told to end.
    """

    def __init__(
        self,
        playground: Playground,
        keyboards: Keyboards,
        inbox: Inbox,
        renew: Callable[[], None],
        check: Callable[[], None],
        say: Callable[[str], None],
        alive: Callable[[], None] = lambda: None,
        resize: Callable[[], None] = lambda: None,
        ask_to_leave: Callable[[], None] = lambda: None,
        sheet: Sheet | None = None,
    ) -> None:
        self._playground = playground
        self._keyboards = keyboards
        self._inbox = inbox
        self._renew = renew
        self._check = check
        self._say = say
        self._alive = alive
        self._resize = resize
        self._ask_to_leave = ask_to_leave
        self._sheet = sheet
        self._said: set[str] = set()
        self._checked = 0.0
        self._running = True
        self._drawn = 0.0
        self._polled = 0.0

    def run(self) -> None:
        """Play until the end."""
        sys.setswitchinterval(_SWITCH_SECONDS)
        # Objects that exist now stay; collecting them again and again would hold up the drawing.
        gc.collect()
        gc.freeze()
        self._inbox.open()
        try:
            with ends.calling(self.leave):
                self._loop()
        finally:
            self._playground.lift()
            self._inbox.close()

    def leave(self) -> None:
        """End the play: staff have left."""
        self._running = False

    def _loop(self) -> None:
        while self._running:
            try:
                self._turn()
            except Exception as fault:
                # A picture that fails is redrawn; the music goes on.
                _log.exception("A frame of the picture failed.")
                self._say_once(f"The picture had to be drawn again ({type(fault).__name__}); the music went on.")
                self._playground.expose()
                time.sleep(FRAME_SECONDS)

    def _turn(self) -> None:
        """Wait for the next input, frame or replayed event, and process it."""
        still = self._playground.resting and not self._inbox
        due = self._drawn + (_IDLE_SECONDS if still else FRAME_SECONDS)
        self._wait(min(due, self._playground.next_due))
        now = time.perf_counter()
        self._alive()
        self._playground.tick(now)
        if self._sheet is not None:
            self._sheet.tick(now)
        if now >= due:
            self._drawn = due if now - due < FRAME_SECONDS else now
            self._draw(now)
        if now - self._checked > _CHECK_SECONDS:
            self._checked = now
            there = fingers()
            self._playground.release_missing(there)
            if self._sheet is not None:
                self._sheet.release_missing(there)
            # Not every system tells of it.
            self._resize()
            self._check()

    def _say_once(self, sentence: str) -> None:
        """Say a sentence to the staff, but only once."""
        if sentence not in self._said:
            self._said.add(sentence)
            self._say(sentence)

    def _wait(self, due: float) -> None:
        """Sleep until there is input or a frame is due, and pass the input on."""
        seconds = due - time.perf_counter()
        if seconds > 0:
            self._dispatch(pygame.event.wait(math.ceil(seconds * 1000)))
        self._poll()

    def _poll(self) -> None:
        """Pass on all input that came meanwhile, without waiting."""
        for event in pygame.event.get():
            self._dispatch(event)
        now = time.perf_counter()
        for played in self._keyboards.played():
            self._playground.hear(played, now)
        self._polled = time.perf_counter()

    def _dispatch(self, event: pygame.event.Event) -> None:
        match event.type:
            case _ if event.type == _WAKE:
                self._inbox.woken()
            case pygame.WINDOWSIZECHANGED:
                self._resize()
            case pygame.QUIT if covers_screen():
                # Whoever presses Alt and F4 may be the child.
                self._ask_to_leave()
            case pygame.WINDOWMINIMIZED:
                uncover()
            case pygame.QUIT | pygame.APP_TERMINATING:
                self.leave()
            case pygame.KEYDOWN if event.mod & pygame.KMOD_CTRL and event.key == pygame.K_q:
                self.leave()
            case pygame.KEYDOWN if event.mod & pygame.KMOD_CTRL and event.key == pygame.K_l:
                self._playground.lead(time.perf_counter())
            case pygame.KEYDOWN if event.mod & pygame.KMOD_CTRL and event.key == pygame.K_n:
                self._playground.renew()
                self._renew()
            case pygame.WINDOWEXPOSED:
                self._playground.expose()
            case _ if self._sheet is not None and self._sheet.feed(event, time.perf_counter()):
                pass
            case _:
                self._playground.feed(event, time.perf_counter())

    def _draw(self, now: float) -> None:
        """Draw a frame, polling the input between its steps."""
        for report in self._inbox.reports():
            self._playground.follow(report, now)
        for _ in self._playground.paint(now):
            self._poll_again()
        for _ in show(self._playground.dirty):
            self._poll_again()

    def _poll_again(self) -> None:
        """Poll the input, unless that was a moment ago: polling takes time as well."""
        if time.perf_counter() - self._polled > _POLL_SECONDS:
            self._poll()
