"""A change of the key: all that is kept is encrypted anew, and at every instant some key file here opens everything.

1. The new key is kept in a file beside the old one.
2. The old key gets a file of its own, and the new one takes its place: what is recorded from now on is sealed to it.
3. The database is copied under the new key, and the copy takes its place in one step.
4. The segments of the journal are sealed anew, one by one.
5. When nothing needs the old key any more, its file and its entry in the key store are removed.

Whatever ends it, both keys are there until all is done; another change then goes on from what it finds. What was set
aside as damaged keeps the key that it needs.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from sqlalchemy.exc import DBAPIError

from bedside import leftovers
from bedside.archive.journal.resealing import needing_another, opens_segment, reseal
from bedside.archive.journal.segment import list_segments
from bedside.archive.keys import firstpages, keyfile
from bedside.archive.keys.keyfolder import DATABASE, KEY_FILE, is_sound, key_file_name, key_files, locked
from bedside.archive.keys.recalling import recalled
from bedside.archive.keys.secret import Secret
from bedside.archive.ownership import Ownership
from bedside.archive.store.database import exporting, is_held, reading, reading_engine, reason_of, take_alone
from bedside.archive.store.feeding import anchors
from bedside.archive.store.index import JOURNAL
from bedside.errors import BedsideError
from bedside.files import reason, sync_folder

# For what SQLite and the key files need beside.
_SPARE_BYTES = 1_000_000

_BOTH = "The old key and the new one are both kept; nothing is lost. Try again."


@dataclass(frozen=True, slots=True)
class KeyChange:
    """What a change of the key left: files that still need an old key, which is therefore kept in ``kept``."""

    needing: tuple[Path, ...]
    kept: tuple[Path, ...]


def change_key(folder: Path, second: Path | None = None, said: Callable[[str], None] = lambda _: None) -> KeyChange:
    """Give the recordings of a folder, and of a second one, another key; ``said`` is called with what is done now.

    Raise BedsideError if there is no key, if another program has the recordings open, or if a disk fails.
    """
    with Ownership(folder, "key change") as ownership:
        ownership.require()
        for place in (folder, folder / JOURNAL):
            leftovers.sweep_files(place)
        try:
            return _changed(folder, second, said)
        except DBAPIError as error:
            raise BedsideError(f"The key could not be changed everywhere: {reason_of(error)}. {_BOTH}") from error
        except OSError as error:
            raise BedsideError(f"The key could not be changed everywhere: {reason(error)}. {_BOTH}") from error


def _changed(folder: Path, second: Path | None, said: Callable[[str], None]) -> KeyChange:
    known = keyfile.secrets(folder)
    if not known:
        raise BedsideError(f"There is no key in {folder} that could be changed.")
    database = folder / DATABASE
    old = next((each for each in known if firstpages.fits(database, each)), None)
    places = [place / JOURNAL for place in (folder, second) if place is not None]
    _require_room(database, places)
    if old is not None:
        _require_alone(database, old)
    first = [each for each in known if keyfile.holds(folder / KEY_FILE, each)]
    if first:
        # What a change that was interrupted no longer needs.
        _cleared(folder, places, [*known, *first])
    said("Making the new key")
    new = Secret.random()
    keyfile.add(folder, new, key_file_name(new))
    _promote(folder, new)
    if old is not None:
        said("Encrypting the database anew")
        _reencrypt(database, old, new)
    reached = _anchors(database, new)
    for place in places:
        _reseal(place, known, new, reached, said)
    return _cleared(folder, places, [*known, new])


def _require_alone(database: Path, old: Secret) -> None:
    """Raise BedsideError while another program has the recordings open, so that nothing is begun."""
    try:
        take_alone(database, old)
    except DBAPIError as error:
        then = "close the other programs of bedside and try again" if is_held(error) else "try again when it is mended"
        raise BedsideError(
            f"The key cannot be changed now, because {reason_of(error)}: {then}. Nothing was changed."
        ) from error


def _require_room(database: Path, places: Sequence[Path]) -> None:
    """Raise BedsideError where a disk has no room for another database and another segment, so nothing is begun.

    Each is written whole before it takes the place of the old one.
    """
    largest = max([0, *(path.stat().st_size for place in places for path in _segments(place))])
    needed = sum(path.stat().st_size for path in database.parent.glob(f"{database.name}*")) + largest + _SPARE_BYTES
    for place in {database.parent, *(place.parent for place in places if place.parent.is_dir())}:
        missing = needed - shutil.disk_usage(place).free
        if missing > 0:
            raise BedsideError(
                f"The key cannot be changed now, because the disk with {place} is too full: make room for "
                f"{missing / 1e6:.0f} MB more there, and try again. Nothing was changed."
            )


def _segments(place: Path) -> list[Path]:
    return [path for numbered in list_segments(place).values() for path in numbered.values()]


def _promote(folder: Path, new: Secret) -> None:
    """Let the new key take the name of the first one, which keeps its own under another name."""
    first = folder / KEY_FILE
    if first.exists():
        _link_aside(first)
    # Nobody who has read the old key's file puts a better form of it there afterwards.
    with locked(folder):
        (folder / key_file_name(new)).replace(first)
        sync_folder(folder)


def _link_aside(first: Path) -> None:
    """Give a key file another name too: that of its key, or where it is damaged, one that says so."""
    try:
        old = recalled(first)
    except BedsideError:
        if is_sound(first):
            raise
        old = None
    name = f"bedside-damaged-{uuid.uuid4().hex}.key" if old is None else key_file_name(old)
    with contextlib.suppress(FileExistsError):
        os.link(first, first.with_name(name))
    sync_folder(first.parent)


def _reencrypt(database: Path, old: Secret, new: Secret) -> None:
    file, draft = leftovers.new_file(database.parent)
    with file:
        try:
            with exporting(database, old, draft, new):
                if os.name != "nt":
                    draft.replace(database)
            if os.name == "nt":
                # Windows replaces no file that is open; nobody else owns the folder.
                file.close()
                draft.replace(database)
            sync_folder(database.parent)
        finally:
            draft.unlink(missing_ok=True)


def _reseal(
    place: Path, known: Sequence[Secret], new: Secret, reached: Mapping[str, int], said: Callable[[str], None]
) -> None:
    total, done = len(needing_another(place, new)), count(1)
    reseal(place, known, new, reached, lambda: said(f"Sealing the journal anew, {next(done)} of {total}"))


def _anchors(database: Path, new: Secret) -> dict[str, int]:
    if not firstpages.fits(database, new):
        return {}
    engine = reading_engine(database, new)
    try:
        with reading(engine) as connection:
            return anchors(connection)
    finally:
        engine.dispose()


def _cleared(folder: Path, places: Sequence[Path], known: Sequence[Secret]) -> KeyChange:
    """Remove the keys that nothing needs; ``known`` are all that could be had, the one to be kept last."""
    new = known[-1]
    needing = [path for place in places for path in needing_another(place, new)]
    needing += [path for path in sorted(folder.glob("bedside*.db")) if firstpages.fits(path, new) is False]
    wanted = {path: [each for each in known if _opens(path, each)] for path in needing}
    kept = []
    for path in key_files(folder):
        if path.name == KEY_FILE:
            continue
        held = next((each for each in known if keyfile.holds(path, each)), None)
        # What opens with no known key may open with any that is not known well enough.
        if held is None or any(held in several or not several for several in wanted.values()):
            kept.append(path)
        else:
            keyfile.remove(path)
    return KeyChange(tuple(needing), tuple(kept))


def _opens(path: Path, secret: Secret) -> bool:
    return bool(firstpages.fits(path, secret)) if path.suffix == ".db" else opens_segment(path, secret)
