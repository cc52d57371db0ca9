"""What the ward needs while somebody plays: mute, wipe-down, a silent bookmark, and the corner that opens the sheet.

It stands before the players: input goes through it first, and what is meant for staff goes no further.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence

import pygame

from bedside.archive.store.choices import BOOKMARK, Chosen, Marked
from bedside.music.events import Player, Stop
from bedside.stage.input.choices import Choices
from bedside.stage.input.corners import CornerGesture, Corners
from bedside.stage.input.effects import Ask, Effect, Keep, ReleaseAll
from bedside.stage.input.hands import Finger
from bedside.stage.input.midi import KeyboardMessage
from bedside.stage.input.staffkeys import BookmarkPedal, key_gesture
from bedside.stage.wipedown import WipeDown

_log = logging.getLogger(__name__)

# A bookmark marks so much of what was just heard; a pedal that bounces marks once.
BOOKMARK_SECONDS = 15.0
_ONCE_SECONDS = 1.0


class Ward:
    """Mute, wipe-down and bookmark at one screen of ``size`` pixels; ``least`` is the least size of a target there.

    ``frame`` returns the frame that the take has reached, None between takes, and ``keep`` records; neither blocks.
    ``open_sheet`` is called when staff ask for their sheet. Every ``now`` is in seconds.
    """

    def __init__(
        self,
        size: tuple[int, int],
        least: float,
        choices: Choices,
        frame: Callable[[], int | None],
        keep: Callable[[Chosen | Marked], None],
        open_sheet: Callable[[], None],
    ) -> None:
        self._corners = Corners(size, least)
        self._choices = choices
        self._frame = frame
        self._keep = keep
        self._open_sheet = open_sheet
        self._pedal = BookmarkPedal()
        self._wipe: WipeDown | None = None
        self._wiping = False
        self._asked: list[CornerGesture] = []
        self._marked = float("-inf")
        # Stops whose touch may still become a gesture of both corners.
        self._unsure: dict[Player, Chosen] = {}

    @property
    def wiping(self) -> bool:
        """Whether the screen is being wiped."""
        return self._wiping

    def wiped(self, now: float) -> float | None:
        """Return the share of the wipe-down that is left, from 1 to 0; None while there is none."""
        return self._wipe.left(now) if self._wipe is not None and self._wiping else None

    def resize(self, size: tuple[int, int], least: float) -> None:
        """Take a screen of another size; a gesture that has begun is none."""
        self.settle()
        self._corners.resize(size, least)

    def feed(self, event: pygame.event.Event, now: float) -> pygame.event.Event | None:
        """Follow an input event; return what of it is meant for players, None if nothing is."""
        if self._wipe is not None and self._wipe.feed(event, now):
            return None
        asked = key_gesture(event)
        if asked is not None:
            self._asked.append(asked)
            return None
        return self._corners.feed(event, now)

    def hear(self, played: KeyboardMessage) -> None:
        """Follow a message of a MIDI keyboard, which players are given too."""
        if self._pedal.pressed(played.keyboard, played.message) and not self._wiping:
            self._asked.append(CornerGesture.BOOKMARK)
        message = played.message
        if self._wipe is not None and self._wiping and message is not None and message.type == "note_on":
            self._wipe.touches += message.velocity > 0

    def claimed(self) -> list[Finger]:
        """Return the fingers that belong to a gesture since the last call."""
        return self._corners.claimed()

    def release_missing(self, there: set[Finger]) -> None:
        """Forget the fingers whose leaving was not reported: those that are no longer ``there``."""
        self._corners.release_missing(there)
        if self._wipe is not None:
            self._wipe.release_missing(there)

    def hold(self, player: Player, effects: Sequence[Effect], now: float) -> list[Effect]:
        """Return the effects of a touch on a hand without its record, while it may be part of a gesture.

        What it silences is silent at once; it is recorded when it is sure to be a stop.
        """
        if not self._corners.forming(now):
            return list(effects)
        for effect in effects:
            if isinstance(effect, Keep):
                self._unsure[player] = Chosen(self._frame(), effect.what, effect.which, effect.by)
        return [effect for effect in effects if not isinstance(effect, Keep)]

    def settle(self) -> None:
        """Record the stops that wait: no gesture will come of them."""
        for chosen in self._unsure.values():
            self._keep(chosen)
        self._unsure.clear()

    def due(self, now: float) -> list[Effect]:
        """Return the effects of what staff asked for since the last call, and of a wipe-down that is over."""
        effects: list[Effect] = []
        asked, self._asked = [*self._asked, *self._corners.gestures(now)], []
        for gesture in asked:
            match gesture:
                case CornerGesture.BOOKMARK:
                    self.mark(now)
                case CornerGesture.MUTE:
                    self._retract()
                    effects += self._choices.mute.gesture()
                case CornerGesture.SHEET:
                    self._retract()
                    self._open_sheet()
        if self._unsure and not self._corners.forming(now):
            self.settle()
        return [*effects, *self._end_wiping(now)]

    def wipe_down(self, seconds: float, now: float) -> list[Effect]:
        """Return the effects of a wipe-down of so many seconds, 30 to 180; none if there is one already.

        Raises ValueError for another length.
        """
        if self._wiping:
            return []
        self._wipe, self._wiping = WipeDown(seconds, now), True
        self._corners.clear()
        self.settle()
        _log.info("The screen is wiped for %d s.", round(seconds))
        return [ReleaseAll(), Ask(Stop()), Keep("wipe-down", f"{seconds:.0f}", "adult")]

    def _end_wiping(self, now: float) -> list[Effect]:
        if self._wipe is None or not self._wipe.over(now):
            return []
        touches, was, self._wiping = self._wipe.touches, self._wiping, False
        if self._wipe.lifted:
            self._wipe = None
        if not was:
            return []
        _log.info("The screen was wiped; %d touches were ignored.", touches)
        return [Keep("wiped", str(touches), "adult")]

    def _retract(self) -> None:
        """Take back the stops that were the beginning of a gesture."""
        for player in self._unsure:
            self._choices.retract(player)
        self._unsure.clear()

    def mark(self, now: float) -> None:
        """Mark the last seconds, silently; a mark that follows at once is none."""
        if now - self._marked < _ONCE_SECONDS:
            return
        self._marked = now
        frame = self._frame()
        self._keep(Chosen(None, BOOKMARK, "", "adult") if frame is None else Marked(frame, BOOKMARK_SECONDS))
