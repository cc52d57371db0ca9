"""Probe the program: its versions, and those of the libraries that it stands on."""

from __future__ import annotations

import platform
import re
import sys
from importlib import metadata

from bedside import __version__
from bedside.stage.examination.finding import Finding, Scope, Standing

# What a machine must have to play, where the program does not know its own requirements.
_AT_LEAST = ("mido", "numpy", "pygame-ce", "sounddevice", "soundfile", "SQLAlchemy", "sqlcipher3")


def probe_program(_scope: Scope) -> list[Finding]:
    """Return the versions of the program, its sound and Python."""
    from bedside.sound.version import SOUND

    packed = ", packed" if getattr(sys, "frozen", False) else ""
    return [
        Finding(
            "Program",
            f"bedside {__version__}{packed}, sound version {SOUND}, Python {platform.python_version()}",
            values={"version": __version__, "sound": SOUND, "python": platform.python_version()},
        )
    ]


def probe_libraries(_scope: Scope) -> list[Finding]:
    """Return the version of each library that the program requires."""
    try:
        stated = metadata.requires("bedside") or []
        wanted = [re.split(r"[^\w.-]", line)[0] for line in stated if "extra" not in line and _applies(line)]
    except metadata.PackageNotFoundError:
        wanted = []
    versions = {name: _version(name) for name in wanted or _AT_LEAST}
    missing = [name for name, version in versions.items() if version is None]
    said = ", ".join(f"{name} {version or '?'}" for name, version in versions.items())
    values = {"libraries": versions}
    if not missing:
        return [Finding("Libraries", said, Standing.GOOD, values=values)]
    advice = f"The version of {_listed(missing)} is not known: install bedside again, unless all else is good."
    return [Finding("Libraries", said, Standing.LOOK, advice, values)]


def _version(name: str) -> str | None:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None


def _applies(requirement: str) -> bool:
    """Return whether a requirement is for this Python and platform, as far as its marker is one comparison."""
    _, _, marker = requirement.partition(";")
    match marker.replace('"', "'").split():
        case ["python_version", sign, version]:
            stated = tuple(int(part) for part in version.strip("'").split("."))
            is_before = sys.version_info[: len(stated)] < stated
            return {"<": is_before, ">=": not is_before}.get(sign, True)
        case ["sys_platform", "==", name]:
            return sys.platform == name.strip("'")
        case ["sys_platform", "!=", name]:
            return sys.platform != name.strip("'")
    return True


def _listed(names: list[str]) -> str:
    *first, last = names
    return f"{', '.join(first)} and {last}" if first else last
