"""The application: all commands, and the options that they share."""

from __future__ import annotations

import logging
import sys
from pathlib import Path
from typing import Annotated

import typer

from bedside import __version__, leftovers, log, places
from bedside.archive.permissions import mend_permissions
from bedside.cli.backup import backup, restore
from bedside.cli.check import check
from bedside.cli.demo import demo
from bedside.cli.doctor import doctor
from bedside.cli.export import export
from bedside.cli.import_ import import_
from bedside.cli.key import key
from bedside.cli.kiosk import kiosk
from bedside.cli.measure import measure
from bedside.cli.play import play
from bedside.cli.render import render
from bedside.cli.review import review
from bedside.cli.settings import settings
from bedside.cli.sounds import sounds
from bedside.cli.staffcode import staffcode
from bedside.cli.takes import takes
from bedside.cli.terminal import say

_log = logging.getLogger(__name__)

app = typer.Typer(
    name="bedside",
    help="The instrument that a child plays in a hospital bed, and the record that a music therapist learns from.",
    no_args_is_help=False,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


def _version(wanted: bool) -> None:
    if wanted:
        print(__version__)
        raise typer.Exit


@app.callback(invoke_without_command=True)
def start(
    context: typer.Context,
    data: Annotated[
        Path | None,
        # Whether it can be read is for the commands to say: the child plays without it, and the doctor says why.
        typer.Option(
            "--data",
            envvar="BEDSIDE_DATA",
            help="Where everything is kept; by default this user's data folder.",
            readable=False,
        ),
    ] = None,
    version: Annotated[  # noqa: ARG001 - the option acts in its callback
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Play if no command is given."""
    context.obj = (data or places.user_data()).absolute()
    name = {None: "stage", "play": "stage", "review": "pages"}.get(context.invoked_subcommand, "cli")
    log.start(context.obj, name)
    if name != "cli":
        _log.info("Started version %s on %s, Python %s.", *map(log.Safe, (__version__, sys.platform, sys.version[:6])))
    if said := mend_permissions(context.obj):
        say(said)
    leftovers.start_sweeping(context.obj)
    if context.invoked_subcommand is None:
        context.invoke(play, context)


# In the order in which the help lists them.
for command in (
    play,
    demo,
    takes,
    import_,
    render,
    export,
    measure,
    review,
    sounds,
    staffcode,
    check,
    backup,
    restore,
    settings,
    kiosk,
    doctor,
):
    app.command(command.__name__.rstrip("_"))(command)
app.add_typer(key, name="key")
