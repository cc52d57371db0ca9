"""``bedside key``: the key of the recordings on paper, put back from paper, and changed."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bedside.cli.terminal import end, say, working
from bedside.errors import BedsideError

if TYPE_CHECKING:
    pass

_COLUMNS = 4

key = typer.Typer(
    help="Write the key of the recordings on paper, put it back from paper, or change it.", no_args_is_help=True
)


@key.command()
def show(
    context: typer.Context,
    yes: Annotated[
        bool, typer.Option("--yes", help="Print the words without asking, and also where nobody is at a terminal.")
    ] = False,
) -> None:
    """Show the key as 24 words to write on paper; with them the recordings can be opened for ever."""
    from bedside.archive.keys import keyfile
    from bedside.archive.keys.words import spell

    if not yes:
        _require_owner_at_terminal(context.obj)
    found = keyfile.secrets(context.obj)
    if not found:
        raise BedsideError(f"There is no key in {context.obj} yet; it is made when something is recorded first.")
    say(
        "These 24 words are the key of the recordings: with them, a copy of the recordings can be opened on any "
        "computer, even if this one is lost. Whoever has both can open them. Write the words on paper, numbered as "
        "here, and keep it locked away, apart from this computer; not as a photograph, and not in a file."
    )
    if not yes:
        _confirm()
    for number, secret in enumerate(found, 1):
        if len(found) > 1:
            print(f"Key {number} of {len(found)}; all of them are needed. bedside key change makes them one.")
        print(_table(spell(secret.key)))
    if not yes:
        say("Compare the paper with the screen once more, then close this window.")


@key.command()
def restore(
    context: typer.Context,
    anyway: Annotated[bool, typer.Option("--anyway", help="Keep the key even if nothing here opens with it.")] = False,
) -> None:
    """Put the key back from its 24 words, typed or on standard input; a key that is there is never replaced.

    Capitals, numbers and line ends do not matter, and the first four letters of each word are enough.
    """
    from bedside.archive.keyrestore import restore_key
    from bedside.archive.keys.words import parse

    words = parse(_typed())
    restored = restore_key(context.obj, words, anyway)
    if restored.mistake is not None:
        print(f"One thing was not right, and is known from the recordings: {restored.mistake}. Correct the paper.")
    match restored.opens:
        case True:
            print(f"The recordings in {context.obj} open with this key; it is kept as {restored.path.name}.")
        case False:
            print(f"The key is kept as {restored.path.name} in {context.obj}, though nothing there opens with it.")
        case None:
            print(
                f"The key is kept as {restored.path.name} in {context.obj}; recordings that are put there will use it."
            )


@key.command()
def change(
    context: typer.Context,
    second: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="The second folder, as for bedside play; by default that of the settings."),
    ] = None,
) -> None:
    """Change the key, after somebody saw the old one or its words: everything here is encrypted anew.

    It may be interrupted at any instant and begun again. Copies made before still need the old words.
    """
    from bedside.archive.keychange import change_key
    from bedside.stage.settings import load

    folder = load(context.obj, {})["second"] if second is None else second.absolute()
    with working("Changing the key") as said:
        changed = change_key(context.obj, folder, said)
    if changed.needing:
        names = ", ".join(path.name for path in changed.needing)
        kept = ", ".join(path.name for path in changed.kept)
        say(f"The new key is used from now on, but what was damaged still needs the old one, kept as {kept}: {names}.")
    elif changed.kept:
        kept = ", ".join(path.name for path in changed.kept)
        say(f"Everything opens with the new key; {kept} did not give its key, and is kept.")
    else:
        print("The key is changed; nothing here needs the old one any more.")
    print(
        "The words on the old paper no longer open what is here: write down the new ones with bedside key show, and "
        "keep the old paper only with copies that were made before."
    )


def _require_owner_at_terminal(folder: Path) -> None:
    if not (sys.stdin is not None and sys.stdin.isatty() and sys.stdout.isatty()):
        raise BedsideError(
            "The words of the key are shown only on a terminal, where you can see who is looking; "
            "--yes prints them anyway."
        )
    try:
        owner = folder.stat().st_uid
    except OSError:
        return
    if sys.platform != "win32" and owner != os.getuid():
        raise BedsideError(
            f"The recordings in {folder} are another user's: show their key as that user; --yes shows it anyway."
        )


def _confirm() -> None:
    try:
        answer = input("Press Enter when nobody else sees the screen. ")
    except EOFError:
        answer = "no"
    if answer:
        end("The words were not shown.")


def _typed() -> str:
    """Return what is typed, up to the last word or an empty line; all of standard input if that is no terminal."""
    from bedside.archive.keys.words import COUNT, typed_words

    if sys.stdin is None:
        raise BedsideError("The words are typed in a terminal, or come on standard input.")
    if not sys.stdin.isatty():
        return sys.stdin.read()
    say("Type the 24 words from the paper, as many in a line as you like; four letters of each are enough.")
    typed = ""
    while len(typed_words(typed)) < COUNT and (line := sys.stdin.readline().strip()):
        typed += f"{line}\n"
    return typed


def _table(words: list[str]) -> str:
    """Return words with their numbers, in columns that are read from left to right."""
    cells = [f"{number:3}. {word:10}" for number, word in enumerate(words, 1)]
    return "\n".join("".join(cells[at : at + _COLUMNS]).rstrip() for at in range(0, len(cells), _COLUMNS))
