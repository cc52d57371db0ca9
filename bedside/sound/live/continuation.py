"""What to tell an engine that continues another one's take."""

from __future__ import annotations

from collections.abc import Iterable

from bedside.music.events import Event, Performed, Report, TakeBegan, TakeEnded
from bedside.sound.live import wire
from bedside.sound.live.handover import Handover

# A note that has waited so long for a card is performed unheard: it is kept, and would startle if it came later.
LATE_SECONDS = 0.1


class Continuation:
    """Tracks the take, the requests and the reports. Not thread-safe: threads that share it hold a lock.

    ``sustained`` names the instruments whose held notes ring on, as far as is known before they are ready.
    """

    def __init__(self, sustained: Iterable[str]) -> None:
        self._sustained = set(sustained)
        self._handover = Handover(self._sustained)
        self._take: TakeBegan | None = None
        self._frame = 0
        self._at_ns = 0

    @property
    def instruments(self) -> list[str]:
        """The names of the instruments that the parts want or play."""
        return self._handover.instruments

    def have(self, name: str, sustained: bool) -> None:
        """Register that an instrument is ready, and whether its held notes ring on."""
        if sustained:
            self._sustained.add(name)

    def ask(self, event: Event, now_ns: int) -> None:
        """Register a request for an event, and its monotonic time, later than the last."""
        self._handover.ask(event, now_ns)

    def close(self, now_ns: int) -> None:
        """Register a request to end the take, if there is one, and every held note; the time is as in `ask`."""
        self._handover.ask(None, now_ns)

    def late(self, now_ns: int) -> bool:
        """Return whether a note has waited for so long that it must be performed, heard or not."""
        since = self._handover.unplayed_ns
        return since is not None and now_ns - since > LATE_SECONDS * 1e9

    def follow(self, report: Report, now_ns: int) -> None:
        """Register a report of an engine, and the monotonic time of its arrival."""
        self._handover.follow(report)
        if not isinstance(report, Performed):
            return
        match report.event:
            case TakeBegan() as began:
                self._take = began
            case TakeEnded():
                self._take = None
        self._frame, self._at_ns = report.frame, now_ns

    def beat(self, beat: wire.Beat) -> None:
        """Register the frame that a playing engine's take has reached, and what the engine has handled."""
        self._handover.done(beat.done_ns)
        if beat.playing:
            self._frame, self._at_ns = beat.frame, beat.at_ns

    def frame(self, now_ns: int, rate: int) -> int | None:
        """Return the frame that the take has reached at a monotonic time; None between takes."""
        if self._take is None:
            return None
        return self._frame + max(now_ns - self._at_ns, 0) * rate // 10**9

    def messages(self, heard: bool) -> list[wire.Message]:
        """Return the messages that bring a fresh engine, ``heard`` or not, to where the last one was.

        One that is not heard is given the held notes, by `held`, when it is.
        """
        since = self._handover.unplayed_ns or 0
        messages: list[wire.Message] = [] if heard else [wire.Open(wire.Opening.UNHEARD, since)]
        if self._take is not None:
            messages.append(wire.Resume(self._take.seed, self._frame, self._at_ns, heard))
        settings, wishes = self._handover.settings()
        held = self._handover.held() if heard else []
        messages += [wire.Request(event, 0) for event in (*settings, *held, *wishes)]
        return messages + [
            wire.Close(asked) if event is None else wire.Request(event, asked)
            for event, asked in self._handover.waiting
        ]

    def held(self) -> list[wire.Message]:
        """Return the messages that bring back the held notes, for an engine that is heard again."""
        return [wire.Request(event, 0) for event in self._handover.held()]
