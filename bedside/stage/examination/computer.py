"""Probe the computer: its system, clock and language, and the folders that the program writes to."""

from __future__ import annotations

import locale
import os
import platform
import shutil
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

from bedside.files import reason
from bedside.stage.examination.finding import Finding, Scope, Standing

# An hour of two busy players takes about 5 MB; below this the staff should make room.
_LEAST_DATA_BYTES = 1_000_000_000
# The baked instruments take half a gigabyte.
_LEAST_CACHE_BYTES = 1_000_000_000
_TRIED_BYTES = 1 << 20

# No bed is examined before this program existed.
_EARLIEST = datetime(2026, 1, 1, tzinfo=UTC)
_FUTURE_SECONDS = 86_400.0


def probe_computer(_scope: Scope) -> list[Finding]:
    """Return the name and the system of this computer."""
    name = platform.node() or "without a name"
    system = f"{platform.system()} {platform.machine()}"
    try:
        release = platform.freedesktop_os_release().get("PRETTY_NAME", "")
    except OSError:
        release = f"{platform.system()} {platform.release()}"
    processors = os.cpu_count() or 0
    said = f"{name}: {release or platform.system()}, {platform.machine()}, {processors} processors"
    return [Finding("Computer", said, values={"system": system, "release": release, "processors": processors})]


def probe_data(scope: Scope) -> list[Finding]:
    """Return whether recordings can be written, and how much room there is."""
    advice = f"Make {scope.data} writable for this user, or choose another folder with --data."
    return [_folder("Recordings", "data", scope.data, _LEAST_DATA_BYTES, advice)]


def probe_cache(_scope: Scope) -> list[Finding]:
    """Return whether baked instruments can be kept, and how much room there is."""
    from bedside import places  # asks a library that may be missing

    advice = "Without it every start makes the instruments anew, for a minute or more: make the folder writable."
    return [_folder("Instruments kept", "cache", places.user_cache(), _LEAST_CACHE_BYTES, advice)]


def _folder(what: str, key: str, folder: Path, least: int, advice: str) -> Finding:
    there = next((each for each in (folder, *folder.parents) if _is_there(each)), None)
    if there is None:
        return Finding(what, f"{folder}: it is not there", Standing.LOOK, advice, {key: {"folder": str(folder)}})
    free = shutil.disk_usage(there).free
    values = {key: {"folder": str(folder), "free_bytes": free, "there": there == folder}}
    said = f"{folder}, {free / 1e9:.1f} GB free" + ("" if there == folder else "; made at the first start")
    fault = _fault(there, folder)
    if fault:
        return Finding(what, f"{folder}: it cannot be written: {fault}", Standing.LOOK, advice, values)
    if free < least:
        return Finding(what, said, Standing.LOOK, "The disk is nearly full: make room.", values)
    return Finding(what, said, Standing.GOOD, values=values)


def _is_there(folder: Path) -> bool:
    try:
        folder.stat()
    except OSError:
        return False
    return True


def _fault(there: Path, folder: Path) -> str:
    """Return why nothing can be written there, empty if something can; nothing stays there."""
    if not there.is_dir():
        return "a file is in the place of a folder"
    try:
        if there == folder:
            next(folder.iterdir(), None)
        with tempfile.TemporaryFile(dir=there) as file:
            file.write(bytes(_TRIED_BYTES))
            file.flush()
            os.fsync(file.fileno())
    except OSError as fault:
        return reason(fault)
    return ""


def probe_clock(scope: Scope) -> list[Finding]:
    """Return the time, and whether it is plausible."""
    now = datetime.now().astimezone()
    said = f"{now:%Y-%m-%d %H:%M:%S} {now.tzname() or ''} (UTC{now:%z})"
    values = {"clock": now.isoformat(timespec="seconds")}
    if now < _EARLIEST:
        return [Finding("Clock", said, Standing.LOOK, "The clock is wrong: set date and time.", values)]
    try:
        newest = max((file.stat().st_mtime for file in scope.data.iterdir()), default=0.0)
    except OSError:
        newest = 0.0
    if newest > time.time() + _FUTURE_SECONDS:
        advice = "Recordings are from a later day than this: set date and time."
        return [Finding("Clock", said, Standing.LOOK, advice, values)]
    return [Finding("Clock", said, Standing.GOOD, "Compare it with your watch.", values)]


def probe_language(_scope: Scope) -> list[Finding]:
    """Return the language and the encoding of this user."""
    try:
        locale.setlocale(locale.LC_ALL, "")
    except locale.Error:
        stated = os.environ.get("LC_ALL") or os.environ.get("LC_CTYPE") or os.environ.get("LANG") or "?"
        advice = "This system does not know that language: install it, or set another one."
        return [Finding("Language", stated, Standing.LOOK, advice, {"locale": None})]
    name = locale.setlocale(locale.LC_CTYPE)
    encoding = locale.getpreferredencoding(False)
    return [Finding("Language", f"{name}, {encoding}", values={"locale": name, "encoding": encoding})]
