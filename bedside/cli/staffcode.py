"""``bedside staffcode``: set the staff code, or change it with the old one."""

from __future__ import annotations

import sys
import time

import typer

from bedside.cli.terminal import end, say


def staffcode(context: typer.Context) -> None:
    """Change the staff code, which opens the therapist's pages; the old code is asked first. Nothing is shown."""
    from bedside.archive.store.staffcode import WaitError
    from bedside.archive.store.store import Store
    from bedside.errors import Refused

    with Store.create(context.obj, "staffcode") as store:
        gate = store.gate()
        old = None
        while gate.closed:
            old = _asked("The current staff code: ")
            try:
                if gate.opens(old):
                    break
            except WaitError as wait:
                say(str(wait))
                # A second program that asks would start this wait over.
                time.sleep(wait.seconds)
                continue
            say("That is not the staff code.")
        new = _asked("The new staff code: ")
        if new != _asked("The new staff code again: "):
            raise Refused("The two codes are not the same; nothing was changed.")
        if old is None:
            gate.set(new)
        elif not gate.change(old, new):
            raise Refused("The staff code was changed by somebody else meanwhile; nothing was changed.")
    print("The staff code is set." if old is None else "The staff code is changed.")


def _asked(question: str) -> str:
    """Return what is typed, without showing it; without a terminal, a line of standard input."""
    if sys.stdin.isatty():
        from getpass import getpass

        try:
            return getpass(question)
        except EOFError:
            end("Nothing was changed.")
    line = sys.stdin.readline()
    if not line:
        end("Nothing was changed.")
    return line.rstrip("\r\n")
