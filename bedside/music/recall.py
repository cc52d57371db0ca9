"""The last phrase of the last take, kept for a replay.

Only performed events are kept, and of these only the last minutes.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from bedside.music.events import (
    AllOff,
    Event,
    Glide,
    Lost,
    NoteOff,
    NoteOn,
    Performed,
    PlayerSetting,
    Shape,
    Source,
    Stop,
    TakeBegan,
    TakeEnded,
)

# A phrase begins after a breath of at least this length, and has at least and at most these lengths.
BREATH_SECONDS = 2.0
SHORTEST_SECONDS = 8.0
LONGEST_SECONDS = 30.0

# A replay is cut off this long after its beginning.
_CUT_SECONDS = 45.0

# The most events of a take that are kept; of a moving note, one movement of each kind in this time.
_MOST = 60_000
_MOVE_SECONDS = 0.03

_SOUNDING = NoteOn | NoteOff | Shape | Glide | AllOff


@dataclass(slots=True)
class _Take:
    """The performed events of a take, and the settings of its parts before the first one kept."""

    rate: int
    performed: deque[Performed] = field(default_factory=deque)
    settings: dict[tuple[int, type[Event]], Event] = field(default_factory=dict)
    own: bool = False
    moved: dict[tuple[int, int, type[Event]], int] = field(default_factory=dict)

    def feed(self, performed: Performed) -> None:
        if self._soon(performed):
            return
        self.performed.append(performed)
        if isinstance(performed.event, NoteOn) and performed.event.source is not Source.REPLAY:
            self.own = True
        if len(self.performed) > _MOST:
            self.set(self.performed.popleft().event)

    def _soon(self, performed: Performed) -> bool:
        """Return whether a note moves so soon after its last move that the event need not be kept."""
        event = performed.event
        if not isinstance(event, Shape | Glide):
            return False
        moves = (event.player, event.note, type(event))
        if performed.frame - self.moved.get(moves, -self.rate) < _MOVE_SECONDS * self.rate:
            return True
        self.moved[moves] = performed.frame
        if len(self.moved) > _MOST:
            self.moved.clear()
        return False

    def set(self, event: Event) -> None:
        if isinstance(event, PlayerSetting):
            self.settings[event.player, type(event)] = event


class Recall:
    """Keeps performed events; a take that was only a replay is not kept."""

    def __init__(self) -> None:
        self._playing: _Take | None = None
        self._last: _Take | None = None

    def feed(self, performed: Performed) -> None:
        """Keep a performed event."""
        if isinstance(performed.event, TakeBegan):
            self._keep()
            self._playing = _Take(performed.event.rate)
        elif self._playing is not None:
            self._playing.feed(performed)
            if isinstance(performed.event, TakeEnded):
                self._keep()

    def phrase(self) -> list[tuple[float, Event]]:
        """Return the last phrase: events, each with the seconds at which it is due; empty where nothing was played.

        It begins with the settings of its parts and ends with the last event of a note. The source of its notes is
        `Source.REPLAY`.
        """
        own = self._playing if self._playing is not None and self._playing.own else self._last
        return [] if own is None else list(_phrase(own))

    def _keep(self) -> None:
        if self._playing is not None and self._playing.own:
            self._last = self._playing
        self._playing = None


def _phrase(take: _Take) -> Iterator[tuple[float, Event]]:
    begin = _begin(take.performed, take.rate)
    if begin is None:
        return
    settings = dict(take.settings)
    sounding = {
        performed.event.player
        for performed in take.performed
        if performed.frame >= begin and isinstance(performed.event, NoteOn)
    }
    begun = False
    for performed in take.performed:
        event = performed.event
        if performed.frame < begin:
            if isinstance(event, PlayerSetting):
                settings[event.player, type(event)] = event
            continue
        if not begun:
            begun = True
            yield from ((0.0, each) for (player, _), each in settings.items() if player in sounding)
        seconds = (performed.frame - begin) / take.rate
        if seconds > _CUT_SECONDS:
            return
        if isinstance(event, NoteOn):
            yield seconds, replace(event, source=Source.REPLAY)
        elif isinstance(event, PlayerSetting | _SOUNDING) and event.player in sounding:
            yield seconds, event
        elif isinstance(event, Stop | Lost):
            yield from ((seconds, AllOff(player)) for player in sorted(sounding))


def _begin(performed: Sequence[Performed], rate: int) -> int | None:
    """Return the frame of the note with which the last phrase begins; None without a note."""
    held: set[tuple[int, int]] = set()
    quiet_since = None
    starts: list[tuple[int, bool]] = []
    for each in performed:
        match each.event:
            case NoteOn(player, note):
                breath = not held and (quiet_since is None or each.frame - quiet_since >= BREATH_SECONDS * rate)
                starts.append((each.frame, breath))
                held.add((player, note))
            case NoteOff(player, note):
                held.discard((player, note))
            case AllOff(player):
                held = {hand for hand in held if hand[0] != player}
            case Stop() | Lost() | TakeEnded():
                held.clear()
        if not held and isinstance(each.event, NoteOff | AllOff | Stop | Lost):
            quiet_since = each.frame
    if not starts:
        return None
    end = starts[-1][0]
    within = [(frame, breath) for frame, breath in starts if end - frame <= LONGEST_SECONDS * rate]
    breaths = [frame for frame, breath in within if breath]
    long_enough = [frame for frame in breaths if end - frame >= SHORTEST_SECONDS * rate]
    return max(long_enough, default=min(breaths, default=within[0][0]))
