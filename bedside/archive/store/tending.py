"""What the owner of a data folder does for its record after a start: adopt, check, mend, and pack what is whole.

It runs beside play, in a thread of its own, and may take minutes.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy.exc import DBAPIError

from bedside.archive.journal.dense import tighten
from bedside.archive.keys import keyfile
from bedside.archive.keys.firstpages import fits_anywhere
from bedside.archive.keys.secret import Secret
from bedside.archive.store.adoption import adopt, adopter
from bedside.archive.store.belonging import require_own
from bedside.archive.store.checking import Checked, check
from bedside.archive.store.database import is_damage, reading_engine, reason_of, writing_engine
from bedside.archive.store.feeding import feed
from bedside.archive.store.index import DATABASE, JOURNAL, is_written, new, rebuild, unread, was_made
from bedside.archive.store.opening import missing_database
from bedside.archive.store.rescue import rescue
from bedside.archive.store.tolddamage import is_news, remember
from bedside.errors import BedsideError
from bedside.files import reason

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Tended:
    """What was found, if there is an index that can be opened, and sentences for the staff; none if all is well.

    ``news`` are the sentences without damage that the owner of the folder was told of before.
    """

    checked: Checked | None
    sentences: tuple[str, ...]
    news: tuple[str, ...]


def is_recorded(folder: Path) -> bool:
    """Return whether there is an index or a journal in a folder."""
    return (folder / DATABASE).exists() or is_written(folder)


def tend(folder: Path, owner: bool, pause: Callable[[], None] = lambda: None) -> Tended:
    """Bring the index up to the journal, check both against each other, mend the index, and pack the journal.

    Only a journal in which all is well is packed, since damage is easier to mend where nothing has moved. Who is not
    the ``owner`` only checks. ``pause`` is called between pieces. Raise BedsideError if there is no key, if database
    and journal are gone, or if the disk does not answer.
    """
    if not is_recorded(folder):
        if was_made(folder):
            raise BedsideError(missing_database(folder))
        return Tended(None, (), ())
    known = _known(folder)
    try:
        if owner:
            _catch_up(folder, known, pause)
        checked = check(folder, known, pause)
    except DBAPIError as error:
        _require_damage(folder, known, error)
        checked = None
    except OSError as error:
        raise BedsideError(f"The recordings in {folder} cannot be checked: {reason(error)}.") from error
    said = [] if checked is None else _of_keys(checked)
    if checked is None or not checked.is_index_good:
        said.append(_mend(folder, known) if owner else _of_index(folder))
    elif owner and not checked.is_journal_good:
        _write_back(folder, known)
    elif owner:
        _pack(folder, known, pause)
    damage = [] if checked is None else _of_damage(checked)
    new_damage = damage if checked is None or is_news(folder, checked.harm, checked.missing) else []
    if checked is not None and owner:
        remember(folder, checked.harm, checked.missing)
    return Tended(checked, (*damage, *said), (*new_damage, *said))


def rebuild_index(folder: Path, owner: bool) -> Path | None:
    """Build the index anew from the journal and from what only the present index has.

    Return the path of the present one, which is kept aside; None if nothing is recorded. Raise BedsideError if this
    program does not own the folder, if there is no key, and if the disk cannot be written.
    """
    if not is_recorded(folder):
        return None
    if not owner:
        raise BedsideError(f"The recordings in {folder} are in use; close the other programs of bedside and try again.")
    known = _known(folder)
    try:
        if (folder / DATABASE).exists() and not any(fits_anywhere(folder / DATABASE, each) for each in known):
            _try_to_open(folder, known)
        rescue(folder, known)
        return rebuild(folder, known)
    except (DBAPIError, OSError) as error:
        raise BedsideError(
            f"The database in {folder} cannot be built anew: {_why(error)}. The present one is left as it is."
        ) from error


def _why(error: DBAPIError | OSError) -> str:
    """Return the reason for a fault of a disk, whoever met it: this program, or SQLite."""
    return reason_of(error) if isinstance(error, DBAPIError) else reason(error)


def _known(folder: Path) -> Sequence[Secret]:
    """Return the keys of a folder, the present one first; raise BedsideError if there is none."""
    known = keyfile.secrets(folder)
    if not known:
        raise BedsideError(
            f"The key of the recordings in {folder} is missing: put a copy of bedside.key back, "
            "or type its words after bedside key restore."
        )
    return known


def _try_to_open(folder: Path, known: Sequence[Secret]) -> None:
    try:
        reading_engine(folder / DATABASE, known[0]).dispose()
    except DBAPIError as error:
        _require_damage(folder, known, error)


def _require_damage(folder: Path, known: Sequence[Secret], error: DBAPIError) -> None:
    """Raise BedsideError unless an index that could not be opened is damaged, and the keys are those of the folder."""
    try:
        if is_damage(error):
            require_own(folder, known, error)
            return
    except DBAPIError:
        pass
    raise BedsideError(f"The recordings in {folder} cannot be checked: {reason_of(error)}.") from error


def _catch_up(folder: Path, known: Sequence[Secret], pause: Callable[[], None]) -> None:
    engine = writing_engine(folder / DATABASE, known[0])
    try:
        feed(engine, new(unread(engine, folder, known)))
        adopt(engine, lambda: adopter(folder), pause)
    finally:
        engine.dispose()


def _mend(folder: Path, known: Sequence[Secret]) -> str:
    try:
        lost = rescue(folder, known)
        aside = rebuild(folder, known, "damaged")
    except (DBAPIError, OSError) as error:
        return (
            f"The database of the recordings in {folder} is damaged and cannot be mended now: {_why(error)}. It is "
            "built anew at a start of bedside once that is mended."
        )
    kept = "" if aside is None else f"; the damaged one was kept as {aside.name} in {folder}"
    without = f", without {lost} of the older takes, which are damaged" if lost else ""
    return (
        f"The database of the recordings was damaged and was built anew from the journal{without}{kept}. "
        "Please tell the people who look after this computer."
    )


def _write_back(folder: Path, known: Sequence[Secret]) -> None:
    """Write what the journal lost, and the index has, into the journal again."""
    try:
        rescue(folder, known)
    except (DBAPIError, OSError) as error:
        raise BedsideError(f"The journal in {folder} cannot be written: {_why(error)}.") from error


def _pack(folder: Path, known: Sequence[Secret], pause: Callable[[], None]) -> None:
    """Take the padding out of what was written by earlier runs, if the disk has room for one more file.

    Each file keeps its key: in a change of the key that was interrupted, nothing new is sealed to the old one.
    """
    try:
        for each in known:
            tighten(folder / JOURNAL, [each], each.public, pause)
    except OSError:
        _log.warning("The journal stays as large as it is.", exc_info=True)


def _of_index(folder: Path) -> str:
    return (
        f"The database of the recordings in {folder} is damaged, the journal is there; "
        "bedside check --rebuild builds the database anew."
    )


def _of_keys(checked: Checked) -> list[str]:
    """Return a sentence about recordings whose key is not here; none if there are no such."""
    foreign = {flaw.chain for flaw in checked.flaws if flaw.kind == "foreign key"}
    if not foreign:
        return []
    parts = "One part" if len(foreign) == 1 else f"{len(foreign)} parts"
    return [
        f"{parts} of the recordings cannot be read, because the key that they were made with is not here; nothing "
        "of them is lost. Put a copy of its key file back, or type its words after bedside key restore."
    ]


def _of_damage(checked: Checked) -> list[str]:
    """Return a sentence about damage to the journal; none if it has none."""
    faults = len(checked.harm) + checked.missing
    if not faults:
        return []
    places = "one place" if faults == 1 else f"{faults} places"
    return [
        f"The journal of the recordings is damaged in {places}; what the database still has of it was kept, "
        "what was only there is lost. Please tell the people who look after this computer."
    ]
