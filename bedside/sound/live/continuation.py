"""What to tell an engine that continues another one's take."""

from __future__ import annotations

from collections.abc import Iterable

from bedside.music.events import Event, Performed, Report, Stop, TakeBegan, TakeEnded
from bedside.sound.live import wire
from bedside.sound.live.handover import Handover


class Continuation:
    """Tracks the take, the requests and the reports. Not thread-safe: threads that share it hold a lock.

    ``sustained`` names the instruments whose held notes ring on, as far as is known before they are ready.
    """

    def __init__(self, sustained: Iterable[str]) -> None:
        self._sustained = set(sustained)
        self._handover = Handover(self._sustained)
        self._take: TakeBegan | None = None
        self._closing = False
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
        """Register a request for an event, and its monotonic time."""
        self._handover.ask(event, now_ns)

    def close(self, now_ns: int) -> None:
        """Register a request to end the take, if there is one, and every held note."""
        self._closing = self._take is not None
        self._handover.ask(Stop(), now_ns)

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
                self._closing = False
        self._frame, self._at_ns = report.frame, now_ns

    def beat(self, beat: wire.Beat) -> None:
        """Register the frame that a playing engine's take has reached."""
        if beat.playing:
            self._frame, self._at_ns = beat.frame, beat.at_ns

    def frame(self, now_ns: int, rate: int) -> int | None:
        """Return the frame that the take has reached at a monotonic time; None between takes."""
        if self._take is None:
            return None
        return self._frame + max(now_ns - self._at_ns, 0) * rate // 10**9

    @property
    def ended(self) -> Performed | None:
        """The end of a take that should have ended but has lost its engine."""
        return Performed(self._frame, TakeEnded()) if self._closing and self._take is not None else None

    def messages(self, now_ns: int) -> list[wire.Message]:
        """Return the messages that bring a fresh engine to where the last one was."""
        messages: list[wire.Message] = []
        if self._take is not None:
            messages.append(wire.Resume(self._take.seed, self._frame, self._at_ns))
        return messages + [wire.Request(event, now_ns) for event in self._handover.events(now_ns)]
