"""A take as JSON (RFC 8259), with every event and every number as it was kept."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from pathlib import Path

from bedside.archive.store import rows
from bedside.archive.store.store import Summary
from bedside.files import replacing
from bedside.music.events import Performed
from bedside.music.notes import notes


def write(path: Path, take: Summary, performed: Sequence[Performed]) -> None:
    """Write a take, whole or not at all: its id and beginning, rate, length, players, notes and events.

    Notes have onset and duration in seconds and velocity from 0 to 1; events have their frame and kind, and their
    fields by name. A number that is not finite, which JSON does not know, is null. Raise BedsideError where the file
    cannot be written.
    """
    whole = {
        "take": take.id,
        "began": take.began.isoformat(),
        "rate": take.rate,
        "seconds": take.seconds,
        "players": [player.label for player in take.players],
        "notes": [
            {
                "onset": note.onset,
                "duration": note.duration,
                "player": note.player.label,
                "key": note.key,
                "velocity": _finite(note.velocity),
            }
            for note in notes(performed, take.rate)
        ],
        "events": [
            {"frame": item.frame, **{name: _finite(value) for name, value in rows.event_fields(item.event).items()}}
            for item in performed
        ],
    }
    with replacing(path) as file:
        file.write(json.dumps(whole, indent=1, allow_nan=False, ensure_ascii=False).encode())
        file.write(b"\n")


def _finite(value: object) -> object:
    return None if isinstance(value, float) and not math.isfinite(value) else value
