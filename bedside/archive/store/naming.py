"""The keys of JSON, the same in every output of the commands and in the responses of the pages.

=============  =========================================================================================
key            what it is
=============  =========================================================================================
``id``         a take, as 32 hexadecimal digits
``start``      when a take began: ISO 8601, UTC, to the millisecond
``seconds``    how long a take is
``note_count`` how many notes it has
``players``    the labels of players, in order of entry; or an object with a value for each
``player``     one player's label: child, therapist, child2 or partner
``pairs``      values for two players, by their labels with a hyphen between them
``sound``      what made a take's sound
``rate``       a take's frames in a second
``frame``      a time in a take, in frames, exact
``t``          a time in a take, in seconds
``notes``      in an exported file, its notes
``onset``      when a note begins, in seconds; ``duration`` is how long it lasts
``key``        a note's MIDI key; ``velocity`` is from 0 to 1
``setup``      how the bed was set when a take began, by what was set; empty in takes from before this was recorded
``choices``    what was chosen in a take: ``what``, ``which`` and ``by`` whom, at ``t``, null if it was between takes
``events``     in an exported file, all that was performed
``kind``       the name of an event; its fields follow by their own names
``warnings``   sentences about what was left out
=============  =========================================================================================

Older names are still written, with the values that they had: ``notes`` for ``note_count`` in the output of takes and
import, ``take`` for ``id``, and ``began`` for ``start``, to the microsecond, in an exported file.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from datetime import UTC

from bedside.archive.store import rows
from bedside.archive.store.store import Choice, Summary
from bedside.music.events import Performed
from bedside.music.notes import Note


def take_json(take: Summary) -> dict[str, object]:
    """Return the summary of a take."""
    return {
        "id": take.id,
        "start": take.began.astimezone(UTC).isoformat(timespec="milliseconds"),
        "seconds": take.seconds,
        "players": [player.label for player in take.players],
        "note_count": take.notes,
        "sound": take.sound,
    }


def notes_json(notes: Iterable[Note]) -> list[dict[str, object]]:
    """Return notes, velocities from 0 to 1."""
    return [
        {
            "onset": note.onset,
            "duration": note.duration,
            "player": note.player.label,
            "key": note.key,
            "velocity": _finite(note.velocity),
        }
        for note in notes
    ]


def events_json(performed: Iterable[Performed], rate: int) -> list[dict[str, object]]:
    """Return performed events of a take with ``rate`` frames in a second; a number that is not finite is null."""
    return [
        {
            "frame": item.frame,
            "t": item.frame / rate,
            **{name: _finite(value) for name, value in rows.event_fields(item.event).items()},
        }
        for item in performed
    ]


def choices_json(choices: Iterable[Choice], take: Summary) -> list[dict[str, object]]:
    """Return choices that were made in a take."""
    return [
        {
            "t": None if each.frame is None else each.frame / take.rate,
            "what": each.what,
            "which": each.which,
            "by": each.by,
        }
        for each in choices
    ]


def _finite(value: object) -> object:
    return None if isinstance(value, float) and not math.isfinite(value) else value
