"""A take as JSON (RFC 8259), with every event and every number exactly as stored."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC
from pathlib import Path

from bedside.archive.store import naming
from bedside.archive.store.store import Summary
from bedside.files import replacing
from bedside.music.events import Performed
from bedside.music.notes import notes


def write(path: Path, take: Summary, performed: Sequence[Performed]) -> None:
    """Write a take, whole or not at all; `naming` says what its keys mean.

    JSON has no numbers that are not finite; such a number is null. Raise BedsideError if the file cannot be written.
    """
    whole = {
        **naming.take_json(take),
        "take": take.id,
        "began": take.began.astimezone(UTC).isoformat(),
        "rate": take.rate,
        "notes": naming.notes_json(notes(performed, take.rate)),
        "events": naming.events_json(performed, take.rate),
    }
    with replacing(path) as file:
        file.write(json.dumps(whole, indent=1, allow_nan=False, ensure_ascii=False).encode())
        file.write(b"\n")
