"""The kiosk: a computer that starts into the instrument, under a user of its own, and starts it again when it ends.

The files are those of the package bedside-kiosk, in ``assets/kiosk``; here they are laid out for any installation.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from bedside import places
from bedside.errors import BedsideError
from bedside.files import reason

UNIT = "bedside-kiosk.service"

# Where the package of Debian has its commands, and where an administrator's own lie.
_PACKAGED, _OWN = "/usr/lib/bedside-kiosk", "/usr/local/lib/bedside-kiosk"

# What the unit starts, and Debian's package of each.
_NEEDED = {"cage": "cage", "seatd": "seatd", "Xwayland": "xwayland", "chvt": "kbd", "dbus-daemon": "dbus"}
_PROGRAMS = ("usr/local/bin", "usr/bin", "usr/sbin", "bin", "sbin")


@dataclass(frozen=True, slots=True)
class _File:
    """A file of the kiosk: its name in ``assets/kiosk``, where it goes, and whether it is a program."""

    name: str
    place: str
    program: bool = False
    # What staff may have written themselves is left.
    theirs: bool = False


_FILES = (
    _File("play", f"{_OWN}/play", program=True),
    _File("stop", f"{_OWN}/stop", program=True),
    _File("sysusers.conf", "/etc/sysusers.d/bedside-kiosk.conf"),
    _File("logind.conf", "/etc/systemd/logind.conf.d/50-bedside-kiosk.conf"),
    _File("default", "/etc/default/bedside-kiosk", theirs=True),
    # Last, because it names the others.
    _File(UNIT, f"/etc/systemd/system/{UNIT}"),
)


def unit(command: Sequence[str]) -> str:
    """Return the unit of systemd that starts the bed; ``command`` is how bedside is called, with its whole path."""
    return _text(_FILES[-1], command)


def install_kiosk(command: Sequence[str], root: Path = Path("/")) -> list[Path]:
    """Write the unit and what belongs to it, so that the computer's next start begins it; return what was written.

    ``root`` is the root of the system. Raises BedsideError, before anything is written, if the bed's user could not
    reach the command, a program of the system is missing, or the package or a desktop does this already.
    """
    if (root / "usr/lib/systemd/system" / UNIT).exists():
        raise BedsideError("The package bedside-kiosk is installed here, and does all this; nothing was written.")
    if not (root / "usr/lib/systemd").is_dir():
        raise BedsideError("A kiosk is set up by systemd, which this computer does not have.")
    if (root / "etc/systemd/system/display-manager.service").exists():
        raise BedsideError(
            "This computer starts a desktop, which would have the screen. Switch it off first: "
            "systemctl disable display-manager"
        )
    missing = [package for program, package in _NEEDED.items() if not _found(root, program)]
    if missing:
        raise BedsideError(f"Packages of the system are missing: apt-get install {' '.join(missing)}")
    if (closed := _closed(Path(command[0]))) is not None:
        raise BedsideError(
            f"The kiosk has a user of its own, who may not enter {closed}. Install bedside where everybody may read, "
            "such as in /opt."
        )
    written = []
    try:
        for each in _FILES:
            path = root / each.place.removeprefix("/")
            if each.theirs and path.exists():
                continue
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(_text(each, command))
            path.chmod(0o755 if each.program else 0o644)
            written.append(path)
        wanted = root / "etc/systemd/system/graphical.target.wants" / UNIT
        wanted.parent.mkdir(parents=True, exist_ok=True)
        wanted.unlink(missing_ok=True)
        wanted.symlink_to(f"/etc/systemd/system/{UNIT}")
        written.append(wanted)
    except OSError as error:
        raise BedsideError(f"{error.filename or 'A file'} could not be written: {reason(error)}.") from error
    return written


def _text(file: _File, command: Sequence[str]) -> str:
    text = (places.shipped("assets") / "kiosk" / file.name).read_text(encoding="utf-8")
    text = text.replace(_PACKAGED, _OWN)
    if file.name == "play":
        text = text.replace("exec bedside ", f"exec {' '.join(map(_quoted, command))} ")
    return text


def _quoted(word: str) -> str:
    return "'" + word.replace("'", "'\\''") + "'"


def _found(root: Path, program: str) -> bool:
    return any((root / folder / program).exists() for folder in _PROGRAMS)


def _closed(program: Path) -> Path | None:
    """Return the first folder on the way to a program, to what runs it, or to what they link to, closed to others."""
    for path in (program, program.resolve()):
        for folder in reversed(path.parents):
            if not folder.stat().st_mode & stat.S_IXOTH:
                return folder
    interpreter = _interpreter(program)
    return None if interpreter is None else _closed(interpreter)


def _interpreter(program: Path) -> Path | None:
    """Return what runs a script, by its first line; None for a program that is no script."""
    with program.open("rb") as file:
        words = file.readline(4096).removeprefix(b"#!").split()
        file.seek(0)
        return Path(os.fsdecode(words[0])) if words and file.read(2) == b"#!" else None
