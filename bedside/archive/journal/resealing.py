"""Seal the segments of a journal anew, one by one, for another key: each is whole under one of the two at any instant.

A segment that is damaged is left as it is, for whoever mends it; it then still needs the key that it was sealed with.
The links between segments stay those that were written: the first frame of the new one says them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from bedside.archive.journal.dense import dense_frames, is_well_ended
from bedside.archive.journal.frame import (
    NOTHING,
    PAGE_BYTES,
    FrameHeader,
    encode_body,
    length_of,
    seal,
)
from bedside.archive.journal.reading import flaws
from bedside.archive.journal.scan import Scanned, peek, scan
from bedside.archive.journal.seal import TAG_BYTES, Opener, Seal
from bedside.archive.journal.segment import list_segments
from bedside.archive.keys.secret import PublicKey, Secret
from bedside.files import replacing


def reseal(
    folder: Path,
    known: Sequence[Secret],
    new: Secret,
    anchors: Mapping[str, int],
    done: Callable[[], None] = lambda: None,
) -> None:
    """Seal every sound segment of a folder that ``known`` keys open for the ``new`` one; killed, it may be begun again.

    ``anchors`` says what the index has of each chain; ``done`` is called after each segment. Nobody may be writing the
    journal. Raise OSError or BedsideError if a disk fails.
    """
    wanted = needing_another(folder, new)
    if not wanted:
        return
    opener = Opener([new, *known])
    damaged = {flaw.file for flaw in flaws(folder, [new, *known], anchors) if flaw.kind in ("damaged", "cut short")}
    for path in wanted:
        found = scan(path, _number(path), opener)
        if path.name not in damaged and _is_sound(found):
            with replacing(path) as file:
                file.write(_resealed(found, new.public))
        done()


def needing_another(folder: Path, secret: Secret) -> list[Path]:
    """Return the segments of a folder that hold something and nothing that this secret opens; raise OSError."""
    opener = Opener([secret])
    return [
        path
        for numbered in list_segments(folder).values()
        for number, path in numbered.items()
        if peek(path, opener) is None and _is_of_another(scan(path, number, opener))
    ]


def opens_segment(path: Path, secret: Secret) -> bool:
    """Return whether a secret opens any frame of a segment; raise OSError if it cannot be read."""
    opener = Opener([secret])
    return peek(path, opener) is not None or bool(scan(path, _number(path), opener).frames)


def is_opened_by(folder: Path, secret: Secret) -> bool | None:
    """Return whether a secret opens any of a folder's segments; None if there is nothing to open."""
    opener = Opener([secret])
    found = False
    for numbered in list_segments(folder).values():
        for number, path in numbered.items():
            if peek(path, opener) is not None or (read := scan(path, number, opener)).frames:
                return True
            found = found or bool(read.used)
    return False if found else None


def _is_of_another(found: Scanned) -> bool:
    return bool(found.used and not found.frames)


def _is_sound(found: Scanned) -> bool:
    """Return whether the frames are all that matters: what lies behind the last one was never acknowledged."""
    if not found.frames or found.is_holed or found.is_cut:
        return False
    last = found.frames[-1].header
    return all(page >= last.page + last.length // PAGE_BYTES for page in found.scars)


def _resealed(found: Scanned, public: PublicKey) -> bytes:
    """Return the bytes of a segment in which the same records are sealed to another key."""
    if is_well_ended(found):
        return b"".join(dense_frames(found.frames, public))
    key = Seal(public)
    first, last = found.frames[0], found.frames[-1]
    note = encode_body({"before": first.header.previous.hex(), "last": last.header.last, "tag": last.tag.hex()})
    # Its number is one that no frame of this segment has: a number seals one frame only.
    data = bytearray(_sealed(key, replace(first.header, number=last.header.number + 1, records=0), note, NOTHING, 0))
    for each in found.frames:
        data += _sealed(key, each.header, encode_body(each.body), bytes(data[-TAG_BYTES:]), len(data))
    return bytes(data if found.end is not None else data.ljust(found.length, b"\0"))


def _sealed(key: Seal, header: FrameHeader, body: bytes, previous: bytes, at: int) -> bytes:
    changed = replace(
        header,
        ephemeral=key.ephemeral,
        page=at // PAGE_BYTES,
        length=length_of(body),
        previous=previous,
    )
    return seal(key, changed, body)


def _number(path: Path) -> int:
    return int(path.stem.partition("-")[2])
