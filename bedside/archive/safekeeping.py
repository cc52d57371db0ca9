"""Where records are kept: in the journal of the data folder, or of a second folder while the first takes nothing.

No file is opened before the first record, and nothing here needs a secret: what is kept is sealed to a public key, so a
locked key store stops nothing. A key that is missing or damaged while there are recordings is never replaced: another
one is made beside it for what is played now.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

from bedside.archive.backlog import Backlog
from bedside.archive.journal.writer import JournalWriter
from bedside.archive.keys import keyfile
from bedside.archive.keys.secret import PublicKey
from bedside.archive.store.feeding import BEGIN, END
from bedside.archive.store.index import DATABASE, JOURNAL, is_written
from bedside.archive.store.keeping import Record
from bedside.errors import BedsideError
from bedside.files import make_private, reason

_log = logging.getLogger(__name__)

_AT_ONCE = 1_000


class Safekeeping:
    """Keeps records in the journal of a data folder, or of a ``second`` one; only one thread may call `keep`.

    ``hurried`` says whether something waits to be kept: the key store is then asked for a second only.
    """

    def __init__(
        self, folder: Path, second: Path | None, program: str, hurried: Callable[[], bool] = lambda: True
    ) -> None:
        self._folders = [folder] if second is None or second == folder else [folder, second]
        self._program = program
        self._hurried = hurried
        self._writer: JournalWriter | None = None
        # All that was kept, until it is known that it can be read again; and what must be kept once more.
        self._copies: Backlog | None = Backlog()
        self._again = Backlog()
        self._mistrusted = False
        self._after = 0
        self.public: PublicKey | None = None

    @property
    def detour(self) -> str | None:
        """A sentence for staff while records are kept in the second folder; None while they are where they belong."""
        writer = self._writer
        if writer is None or writer.place in (None, self._folders[0] / JOURNAL):
            return None
        return (
            f"What is played is kept in the second folder, {self._folders[-1]}, because {self._folders[0]} cannot be "
            "written. It is brought there by itself when that is mended."
        )

    def prepare(self) -> None:
        """Find the key, or make it, and the number to go on from, so that the first record need not wait for that.

        A fault is met again with that record.
        """
        try:
            self._writer = self._writer or self._open()
            _log.info("The next record has number %d.", self._writer.next)
        except (BedsideError, OSError):
            _log.info("Nothing can be kept yet.", exc_info=True)

    def trust(self) -> None:
        """Note that what is kept can be read again with a key that is here."""
        self._copies = None

    def mistrust(self) -> None:
        """Note that the key is not that of the recordings beside it: from the next record on another one is used.

        What was kept under it is then kept once more; applied twice, it is there once.
        """
        self._mistrusted = True

    def go_on_after(self, number: int) -> None:
        """Note that the index holds a record of this number, though the journal may have lost it."""
        self._after = number

    def keep(self, records: Sequence[Record]) -> tuple[str, int]:
        """Keep records durably; return their chain and the number of the first.

        Raise OSError or BedsideError where no folder takes them; they may be given again.
        """
        writer = self._writer = self._writer or self._open()
        first = writer.append(records, self._after)
        if (kept := self._copies) is not None:
            kept.extend(records)
        return writer.chain, first

    def probe(self) -> None:
        """Find out whether the data folder takes records again, though there are none: keep a group that is empty."""
        if self._writer is not None:
            with suppress(OSError):
                self._writer.append([[BEGIN], [END]])

    def settle(self) -> None:
        """Change the key if it is mistrusted, and keep once more what was kept under it; raise as `keep` does."""
        if self._mistrusted:
            self._change_key()
        while copies := self._again.front(_AT_ONCE):
            writer = self._writer = self._writer or self._open()
            writer.append(copies, self._after)
            self._again.drop(len(copies))

    def close(self) -> None:
        """End the chain in order."""
        if self._writer is not None:
            self._writer.close()

    def _change_key(self) -> None:
        self.public = keyfile.make_another(self._folders[0]).public
        self._mistrusted = False
        self._again, self._copies = self._copies or Backlog(), None
        if self._writer is not None:
            self._writer.close()
            self._writer = None

    def _open(self) -> JournalWriter:
        self.public = self.public or self._find_key()
        return JournalWriter([folder / JOURNAL for folder in self._folders], self.public, self._program)

    def _find_key(self) -> PublicKey:
        fault: BedsideError | None = None
        for folder in self._folders:
            try:
                return _public_key(folder, self._hurried)
            except BedsideError as error:
                _log.warning("No key in a folder.", exc_info=True)
                fault = fault or error
        raise fault or BedsideError("There is no folder for what is played.")


def _public_key(folder: Path, hurried: Callable[[], bool]) -> PublicKey:
    """Return the public key of a folder's recordings; make one where none can be read."""
    try:
        found = keyfile.public_key(folder)
    except BedsideError:
        found = _asked(folder, hurried)
        if found is None:
            _log.warning("The key file cannot be used; another key is made beside it.", exc_info=True)
            return keyfile.make_another(folder).public
    if found is not None:
        return found
    make_private(folder)
    if _recorded(folder):
        # The key that belongs to these recordings may come back.
        return keyfile.make_another(folder).public
    # The journal's folder is first: a key without one has lost its recordings.
    make_private(folder / JOURNAL)
    return keyfile.make(folder, hurried).public


def _asked(folder: Path, hurried: Callable[[], bool]) -> PublicKey | None:
    """Return the public key that a file of an older version names once its key store was asked; None if it does not."""
    try:
        secret = keyfile.secret(folder, hurried)
    except BedsideError:
        return None
    return None if secret is None else secret.public


def _recorded(folder: Path) -> bool:
    try:
        return (folder / DATABASE).exists() or is_written(folder)
    except OSError as error:
        raise BedsideError(f"The folder {folder} cannot be used: {reason(error)}.") from error
