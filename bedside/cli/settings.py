"""``bedside settings``: every setting, its value and where it comes from; or one of them is written."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from bedside.cli.arguments import JsonOption
from bedside.cli.terminal import end, print_json, say

if TYPE_CHECKING:
    from bedside.stage.settingsfile import Value


def settings(
    context: typer.Context,
    name: Annotated[str | None, typer.Argument(help="A setting to write or to remove.")] = None,
    value: Annotated[str | None, typer.Argument(help="Its value.")] = None,
    scope: Annotated[
        str, typer.Option("--for", metavar="SCOPE", help="Whose file to write: ward, machine or patient.")
    ] = "machine",
    remove: Annotated[bool, typer.Option("--remove", help="Remove the setting from the file.")] = False,
    show_documented: Annotated[
        bool, typer.Option("--documented", help="Print a file in which each setting is explained.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Show every setting with its value and where it comes from, or write one."""
    from bedside.stage.settings import SETTINGS, SettingScope, documented, file_of, keep_setting, load

    if show_documented:
        print(documented(), end="")
        return
    if name is not None:
        if name not in SETTINGS:
            raise typer.BadParameter(f"choose one of {', '.join(SETTINGS)}, not {name!r}")
        if scope not in list(SettingScope):
            raise typer.BadParameter(f"--for is one of {', '.join(SettingScope)}, not {scope!r}")
        if remove is (value is not None):
            raise typer.BadParameter("write the value of the setting, or --remove")
        try:
            keep_setting(
                context.obj, SettingScope(scope), name, None if value is None else _stated(SETTINGS[name].kind, value)
            )
        except ValueError as fault:
            raise typer.BadParameter(str(fault)) from fault
        say(f"{name} is {'removed from' if remove else 'written into'} {file_of(SettingScope(scope), context.obj)}.")
    found = load(context.obj, {})
    if as_json:
        print_json({each: {"value": held.stated, "from": held.origin} for each, held in found.held.items()})
    elif name is None:
        for each, held in found.held.items():
            print(f"{each:22} {_shown(held.stated):14} {held.origin}")
        print("\nFiles, of which a later one wins; bedside settings --documented explains each setting:")
        for each_scope in SettingScope:
            path = file_of(each_scope, context.obj)
            print(f"{each_scope:8} {path}{'' if path.exists() else ' (not there)'}")
    if found.raised is not None:
        say(
            f"The profile {found.raised.stated}, from {found.raised.origin}, is louder than {found['profile']}; "
            "it needs the staff code, where one is set."
        )
    for sentence in found.faults[:-1]:
        say(sentence)
    if found.faults:
        end(found.faults[-1])


def _stated(kind: type[Value], value: str) -> Value:
    """Return what was typed as a setting of this kind, or as it is where it is none."""
    if kind is bool:
        return {"true": True, "false": False}.get(value, value)
    return int(value) if kind is int and value.isascii() and value.isdigit() and len(value) < 10 else value


def _shown(stated: Value | None) -> str:
    """Return a value as it is listed."""
    if stated is None or stated == "":
        return "–"
    return str(stated).lower() if isinstance(stated, bool) else str(stated)
