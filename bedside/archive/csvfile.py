"""The notes of a take as CSV (RFC 4180), one line per note."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from pathlib import Path

from bedside.files import replacing
from bedside.music.events import Performed
from bedside.music.notes import notes

COLUMNS = ("onset_seconds", "duration_seconds", "player", "key", "velocity")


def write(path: Path, performed: Iterable[Performed], rate: int) -> None:
    """Write the notes of a take in order of onset, whole or not at all.

    ``rate`` is the number of the take's frames in a second. Times are in seconds with nine decimals, keys and
    velocities as in MIDI, velocities rounded to 0–127. Raise BedsideError if the file cannot be written.
    """
    text = io.StringIO(newline="")
    table = csv.writer(text)
    table.writerow(COLUMNS)
    for note in notes(performed, rate):
        velocity = min(max(round(note.velocity * 127), 0), 127)
        table.writerow((f"{note.onset:.9f}", f"{note.duration:.9f}", note.player.label, note.key, velocity))
    with replacing(path) as file:
        file.write(text.getvalue().encode())
