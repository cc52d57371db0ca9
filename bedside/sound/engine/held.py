"""The notes that hands hold, from what was performed: how long each has been held, and by whom."""

from __future__ import annotations

from bedside.music.events import AllOff, Event, NoteOff, NoteOn, Player, StillHeld, Stop


class HeldNotes:
    """Tracks the notes that are held; one held for ``longest`` frames without a sign of its hand was forgotten.

    Before the frame ``due`` there is none of these.
    """

    def __init__(self, longest: int) -> None:
        self._longest = longest
        # The frame of the last sign of each note's hand, the oldest first.
        self._since: dict[tuple[Player, int], int] = {}
        self.due = longest

    @property
    def players(self) -> set[Player]:
        """The players who hold a note."""
        return {player for player, _ in self._since}

    def clear(self) -> None:
        """Forget all notes."""
        self._since.clear()
        self.due = self._longest

    def follow(self, event: Event, frame: int) -> None:
        """Register a performed event."""
        match event:
            case NoteOn(player, note):
                self._since.pop((player, note), None)
                self._since[player, note] = frame
            case StillHeld(player, note) if (player, note) in self._since:
                del self._since[player, note]
                self._since[player, note] = frame
            case NoteOff(player, note):
                self._since.pop((player, note), None)
            case AllOff(player):
                self._since = {hand: since for hand, since in self._since.items() if hand[0] != player}
            case Stop():
                self.clear()

    def overdue(self, frame: int) -> list[NoteOff]:
        """Return the ends, at a frame, of the notes that were held for too long."""
        ends: list[NoteOff] = []
        self.due = frame + self._longest
        for (player, note), since in self._since.items():
            if frame - since < self._longest:
                self.due = since + self._longest
                break
            ends.append(NoteOff(player, note))
        return ends
