"""Assign players to the parts of a MIDI file: to its tracks with notes, or to the channels of its only one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bedside.archive.midi.track import Track
from bedside.music.events import Player


def note_ons(track: Track) -> int:
    """Return how many notes begin in a track."""
    return len(_packed_note_ons(track))


@dataclass(frozen=True, slots=True)
class Parts:
    """The player of each track, by its index in the file, or of each channel if ``by_channel``.

    ``alone`` lists, for each channel, the players who use only that channel. Players in ``several`` use more than one
    channel, players in ``shared`` more than one track.
    """

    by_channel: bool
    players: dict[int, Player]
    alone: dict[int, list[Player]]
    several: set[Player]
    shared: set[Player]

    def player(self, place: int, channel: int) -> Player | None:
        """Return the player of a channel of a track, None if it has no notes."""
        return self.players.get(channel if self.by_channel else place)


def share(tracks: Sequence[Track], players: Sequence[Player], warnings: list[str]) -> Parts:
    """Assign the parts to the players in order; the last player gets all that are left, with a warning."""
    channels = {place: np.unique(_packed_note_ons(track) >> 16 & 0xF).tolist() for place, track in enumerate(tracks)}
    places = [place for place in channels if channels[place]]
    by_channel = len(places) == 1
    if by_channel:
        places = channels[places[0]]
        channels = {channel: [channel] for channel in places}
    left = len(places) - len(players)
    if left > 0:
        warnings.append(f"It has {len(places)} parts; the last {left + 1} are all played by {players[-1].label}")
    given = {place: players[min(i, len(players) - 1)] for i, place in enumerate(places)}
    used: dict[Player, set[int]] = {}
    for place, player in given.items():
        used.setdefault(player, set()).update(channels[place])
    alone: dict[int, list[Player]] = {}
    for player in sorted(used):
        if len(used[player]) == 1:
            alone.setdefault(min(used[player]), []).append(player)
    several = {player for player in used if len(used[player]) > 1}
    shared = set() if by_channel else {player for player, tracks in Counter(given.values()).items() if tracks > 1}
    return Parts(by_channel, given, alone, several, shared)


def _packed_note_ons(track: Track) -> NDArray[np.int64]:
    """Return the packed note-on messages of a track."""
    if not track.messages:
        return np.empty(0, np.int64)
    messages: NDArray[np.int64] = np.frombuffer(track.messages, np.int64)
    begins: NDArray[np.bool_] = ((messages >> 20 & 0xF) == 0x9) & ((messages & 0x7F) > 0)
    return messages[begins]
