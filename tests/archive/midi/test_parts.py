from __future__ import annotations

from pathlib import Path

import pytest

from archive.midibytes import END, midi, scale
from archive.reading import imported
from bedside.music.events import NoteOn, Player

CHILD, CHILD2, THERAPIST, PARTNER = Player.CHILD, Player.CHILD2, Player.THERAPIST, Player.PARTNER


@pytest.mark.parametrize(
    ("channels", "players"),
    [((0,), [CHILD]), ((4, 2), [THERAPIST, CHILD]), ((0, 1, 2, 3), [CHILD, THERAPIST, CHILD2, PARTNER])],
)
def test_channels_become_players(song: Path, channels: tuple[int, ...], players: list[Player]) -> None:
    """In a file with one track of notes, the channels play in their order, whoever comes first."""
    take = imported(song, midi(b"".join(scale(channel) for channel in channels) + END, format_=0))
    order = [item.event.player for item in take.performed if isinstance(item.event, NoteOn)]
    assert list(dict.fromkeys(order)) == players
    assert take.notes == dict.fromkeys(players, 8)
    assert take.warnings == []


def test_tracks_become_players(song: Path) -> None:
    """In a file with several tracks of notes, the tracks play in their order, whatever their channels."""
    conductor = b"\x00\xff\x03\x04Song" + END
    take = imported(song, midi(conductor, scale(5, 3) + END, scale(2, 4) + END))
    assert take.notes == {CHILD: 3, THERAPIST: 4}


def test_the_last_player_takes_what_is_left(song: Path) -> None:
    """More parts than players: the last one named plays the rest, and a warning says so."""
    data = midi(*(scale(0, i + 1) + END for i in range(6)))
    assert imported(song, data).notes == {CHILD: 1, THERAPIST: 2, CHILD2: 3, PARTNER: 4 + 5 + 6}
    take = imported(song, data, [THERAPIST, CHILD])
    assert take.notes == {THERAPIST: 1, CHILD: 2 + 3 + 4 + 5 + 6}
    assert take.warnings == ["It has 6 parts; the last 5 are all played by child."]
