"""What was just played, to be heard again: the last phrase of the last improvisation.

Only what was performed is remembered, and of that only the last minutes.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from bedside.music.events import (
    AllOff,
    Bend,
    Event,
    Expression,
    Glide,
    Lost,
    NoteOff,
    NoteOn,
    Pedal,
    Performed,
    Program,
    Shape,
    Source,
    Stop,
    TakeBegan,
    TakeEnded,
    Vibrato,
)

# A phrase begins after so much silence, and is so long at least, if there is as much, and at most.
BREATH_SECONDS = 2.0
SHORTEST_SECONDS = 8.0
LONGEST_SECONDS = 30.0

# What rings on for longer than this after the phrase began is let go.
_CUT_SECONDS = 45.0

# So many events of a take are remembered; of a note that moves, one movement of each kind in this time.
_MOST = 60_000
_MOVE_SECONDS = 0.03

# What of a part's settings is heard in a note.
_Worn = Program | Bend | Vibrato | Expression | Pedal
_SOUNDING = NoteOn | NoteOff | Shape | Glide | AllOff


@dataclass(slots=True)
class _Take:
    """What was performed in a take, and how its parts stood before the first event that is remembered."""

    rate: int
    performed: deque[Performed] = field(default_factory=deque)
    worn: dict[tuple[int, type[Event]], Event] = field(default_factory=dict)
    own: bool = False
    moved: dict[tuple[int, int, type[Event]], int] = field(default_factory=dict)

    def feed(self, performed: Performed) -> None:
        if self._soon(performed):
            return
        self.performed.append(performed)
        if isinstance(performed.event, NoteOn) and performed.event.source is not Source.REPLAY:
            self.own = True
        if len(self.performed) > _MOST:
            self.wear(self.performed.popleft().event)

    def _soon(self, performed: Performed) -> bool:
        """Return whether a note moves so soon after it last did that this need not be remembered."""
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

    def wear(self, event: Event) -> None:
        if isinstance(event, _Worn):
            self.worn[event.player, type(event)] = event


class Recall:
    """Remembers what is performed; a take in which nobody played, but only listened, is not what was played."""

    def __init__(self) -> None:
        self._playing: _Take | None = None
        self._last: _Take | None = None

    def feed(self, performed: Performed) -> None:
        """Take in what was performed."""
        if isinstance(performed.event, TakeBegan):
            self._keep()
            self._playing = _Take(performed.event.rate)
        elif self._playing is not None:
            self._playing.feed(performed)
            if isinstance(performed.event, TakeEnded):
                self._keep()

    def phrase(self) -> list[tuple[float, Event]]:
        """Return the last phrase as events with the seconds at which they are due; none where nothing was played.

        It begins with how its parts stood, and ends with the last event of a note. Notes say that they are a replay.
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
    worn = dict(take.worn)
    sounding = {
        performed.event.player
        for performed in take.performed
        if performed.frame >= begin and isinstance(performed.event, NoteOn)
    }
    told = False
    for performed in take.performed:
        event = performed.event
        if performed.frame < begin:
            if isinstance(event, _Worn):
                worn[event.player, type(event)] = event
            continue
        if not told:
            told = True
            yield from ((0.0, each) for (player, _), each in worn.items() if player in sounding)
        seconds = (performed.frame - begin) / take.rate
        if seconds > _CUT_SECONDS:
            return
        if isinstance(event, NoteOn):
            yield seconds, replace(event, source=Source.REPLAY)
        elif isinstance(event, _Worn | _SOUNDING) and event.player in sounding:
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
