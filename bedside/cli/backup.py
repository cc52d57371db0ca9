"""``bedside backup`` and ``bedside restore``: a second copy of the recordings on another disk, and the way back."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from bedside.cli.arguments import JsonOption
from bedside.cli.terminal import end, print_json, say, working
from bedside.errors import BedsideError
from bedside.files import reason

Target = Annotated[Path, typer.Argument(metavar="DIR", help="The folder of the backup, on another disk.")]


def backup(context: typer.Context, target: Target, as_json: JsonOption = False) -> None:
    """Bring a second copy of the recordings up to date, also while somebody plays.

    It is encrypted, and the key is not in it: keep that on paper. Every copy is read back, and only what is new is
    copied. The disk may be pulled out at any time.
    """
    from bedside.archive.backup import back_up, verify
    from bedside.archive.ownership import Ownership
    from bedside.archive.store.index import DATABASE, is_written
    from bedside.archive.store.tending import tend

    folder: Path = context.obj
    try:
        target.mkdir(mode=0o700, exist_ok=True)
    except OSError as error:
        raise BedsideError(f"The folder {target} cannot be used: {reason(error)}.") from error
    with working("Copying the recordings"):
        if (folder / DATABASE).exists() and not is_written(folder):
            # What was recorded before there was a journal is written into it, by its owner.
            with Ownership(folder, "backup") as claimed:
                if not claimed.held:
                    raise BedsideError(
                        f"The recordings in {folder} are of an earlier version and in use; close the other programs "
                        "of bedside and make the backup again."
                    )
                tend(folder, owner=True)
        damaged = verify(target)
        made = back_up(folder, target)
        lost = verify(target) if damaged else []
    if as_json:
        print_json({**asdict(made), "damaged": damaged, "lost": lost})
    else:
        print(f"{made.files} files are in the backup; {made.copied} were copied now, {made.size / 1e6:.1f} MB.")
        if damaged:
            say(f"{len(damaged)} copies were damaged; {len(damaged) - len(lost)} of them were made anew.")
    if made.doubtful:
        end(
            f"{len(made.doubtful)} files of the recordings lack something that their copies have; both are kept. "
            "Please tell the people who look after this computer."
        )
    if lost:
        end(f"{len(lost)} copies are damaged, and the recordings do not have them any more.")


def restore(context: typer.Context, target: Target, as_json: JsonOption = False) -> None:
    """Bring back what the recordings lack of their second copy; nothing that is there is lost."""
    from bedside.archive.restoring import restore as bring_back

    with working("Bringing the recordings back"):
        found = bring_back(target.absolute(), context.obj)
    if as_json:
        print_json(asdict(found))
    else:
        print(f"{found.brought} of {found.files} files were brought back; bedside check verifies them.")
    if found.damaged:
        say(f"{found.damaged} files of the backup are damaged; what can be read of them was brought back.")
    if found.absent_keys:
        end(
            "The key of these recordings is not on this computer: bedside key restore takes the words from its paper. "
            "Until then they cannot be read."
        )


@contextmanager
def keeping_backup(folder: Path, target: Path | None) -> Iterator[Callable[[], str | None]]:
    """Keep a second copy current while the block runs, if there is a place for it.

    Give a function that returns a sentence for the staff about what is in the way now, or None.
    """
    if target is None:
        yield lambda: None
        return
    from bedside.archive.currentbackup import CurrentBackup

    current = CurrentBackup(folder, target.absolute())
    current.start()
    try:
        yield lambda: current.fault
    finally:
        current.stop()
        if current.fault is not None:
            say(current.fault)
