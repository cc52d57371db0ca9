"""Install bedside's locked libraries into the environment whose Python runs this, and bedside itself as a checkout.

    .venv/bin/python packaging/constraints/install.py KIND…

KIND is the middle of a lock file's name, such as play, review or test; `all` is every one. Nothing is done while
nothing has changed. Without a network, what was installed before stays, and one sentence says what was not renewed; the
exit status is 1 only if something is missing altogether. Needs nothing but Python and its pip.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from importlib import metadata
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
CHECKOUT = HERE.parents[1]
PREFIX = Path(sys.prefix)
STAMP = PREFIX / "bedside-installed.json"
PYTHON = f"{sys.version_info.major}.{sys.version_info.minor}"

_LOCKED = re.compile(r"^([A-Za-z0-9._-]+)==(\S+)(?: ; (.*?))?(?: \\)?$", re.MULTILINE)
_SIZE = re.compile(r"; ([\d.]+) MB on ")
_FETCHED = re.compile(r"^\s*Downloading (\S+?)-\d\S* \(([\d.]+) (kB|MB)\)")

# What pip says if it cannot reach an index, in the words of its versions.
_UNREACHED = re.compile(
    r"NewConnectionError|NameResolutionError|ConnectTimeout|ReadTimeout|ConnectionError|ProxyError|Max retries exceeded"
    r"|No matching distribution|Could not find a version"
)


def main(kinds: list[str]) -> int:
    """Install what these kinds need; return the exit status."""
    locks = _locks(kinds)
    if locks is None:
        _say(
            f"bedside has no locked versions for Python {PYTHON}; remove .venv and use one of: {', '.join(_pythons())}."
        )
        return 1
    before = _stamp()
    wanted = {lock.name: _fingerprint(lock) for lock in locks}
    renewed = all(before.get("locks", {}).get(name) == print_ for name, print_ in wanted.items())
    here = {"checkout": str(CHECKOUT), "prefix": str(PREFIX), "project": _fingerprint(CHECKOUT / "pyproject.toml")}
    settled = all(before.get(key) == value for key, value in here.items())
    if renewed and settled:
        return 0
    if before and not os.access(PREFIX, os.W_OK):
        _say(f"{PREFIX} belongs to somebody else, so nothing in it was renewed; what is installed plays.")
        return _complete(locks)
    if not renewed:
        renewed, fault = _fetch(locks)
        if fault:
            return fault
    if not settled:
        if before.get("prefix", str(PREFIX)) != str(PREFIX):
            _move(before["prefix"])
        code, said = _pip("install", "--no-deps", "--no-build-isolation", "--no-index", "--editable", str(CHECKOUT))
        if code:
            _say(_errors(said))
            return code
    kept = before.get("locks", {})
    STAMP.write_text(json.dumps({**here, "locks": {**kept, **wanted} if renewed else kept}), encoding="utf-8")
    return 0


def _locks(kinds: list[str]) -> list[Path] | None:
    """Return the lock files of these kinds, in the order in which they build on one another; None without any."""
    own = f"py{PYTHON.replace('.', '')}-"
    if kinds == ["all"]:
        kinds = sorted(lock.stem.removeprefix(own) for lock in HERE.glob(f"{own}*.txt"))
    locks = [HERE / f"{own}{kind}.txt" for kind in dict.fromkeys(["play", "build", *kinds])]
    return locks if all(lock.is_file() for lock in locks) else None


def _pythons() -> list[str]:
    return sorted({f"3.{lock.name[3:5]}" for lock in HERE.glob("py3*-play.txt")})


def _stamp() -> dict[str, Any]:
    try:
        stamp: dict[str, Any] = json.loads(STAMP.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return stamp


def _fingerprint(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()


def _unmet(locks: Iterable[Path]) -> Iterator[tuple[str, str, str | None]]:
    """Yield what is locked for this machine and not installed: name, version, and the version that is, if any."""
    for lock in locks:
        for name, version, marker in _LOCKED.findall(lock.read_text(encoding="utf-8")):
            if marker and not _holds(marker):
                continue
            try:
                installed = metadata.version(name)
            except metadata.PackageNotFoundError:
                installed = None
            if installed != version:
                yield name, version, installed


def _holds(marker: str) -> bool:
    # pip brings what knows markers.
    from pip._vendor.packaging.markers import Marker

    return bool(Marker(marker).evaluate())


def _complete(locks: Iterable[Path]) -> int:
    """Say what is missing altogether; return 1 if anything is."""
    missing = [name for name, _, installed in _unmet(locks) if installed is None]
    if missing:
        _say(f"bedside needs {_listed(missing)}, which could not be fetched: connect to the network, then make again.")
    return 1 if missing else 0


def _fetch(locks: list[Path]) -> tuple[bool, int]:
    """Install the locked versions; return whether that succeeded, and the exit status if nothing can go on."""
    unmet = list(_unmet(locks))
    if not unmet:
        return True, 0
    whole = sum(float(found[1]) for lock in locks if (found := _SIZE.search(lock.read_text(encoding="utf-8"))))
    # The sizes are those of whole files.
    about = f", about {whole:.0f} MB" if not _stamp() and all(installed is None for *_, installed in unmet) else ""
    try:
        place = PREFIX.relative_to(CHECKOUT)
    except ValueError:
        place = PREFIX
    what = f"{len(unmet)} of bedside's libraries" if _stamp() else f"bedside's {len(unmet)} libraries"
    _say(f"Installing {what} for Python {PYTHON} into {place}{about}")
    files = [word for lock in locks for word in ("--requirement", str(lock))]
    began = time.monotonic()
    code, said = _pip("install", "--no-deps", "--require-hashes", *files, count=len(unmet))
    if not code:
        fetched = sum(_megabytes(line) for line in said)
        _say(f"Installed them in {time.monotonic() - began:.0f} s; {fetched:.0f} MB were fetched.")
        return True, 0
    text = "\n".join(said)
    if "DO NOT MATCH THE HASHES" in text or not _UNREACHED.search(text):
        _say(_errors(said))
        return False, code
    if _complete(locks):
        return False, 1
    _say(
        f"The network could not be reached, so {_listed([name for name, *_ in unmet])} "
        f"{'was' if len(unmet) == 1 else 'were'} not renewed; what is installed plays."
    )
    return False, 0


def _pip(*arguments: str, count: int = 0) -> tuple[int, list[str]]:
    """Run pip, showing on a terminal what it fetches; return its exit code and what it said."""
    command = [sys.executable, "-m", "pip", *arguments, "--progress-bar", "off"]
    environment = {
        # Without a network a sentence is wanted soon, not after minutes.
        "PIP_RETRIES": "2",
        **os.environ,
        "PIP_DISABLE_PIP_VERSION_CHECK": "1",
        "PIP_NO_INPUT": "1",
        "PIP_USER": "0",
        "PYTHONUNBUFFERED": "1",
        "PIP_QUIET": "0",
        "PIP_ROOT_USER_ACTION": "ignore",
    }
    said, megabytes, names = [], 0.0, 0
    with subprocess.Popen(  # noqa: S603
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace"
    ) as pip:
        assert pip.stdout is not None  # noqa: S101
        for line in pip.stdout:
            said.append(line.rstrip())
            if count and sys.stderr.isatty():
                megabytes += _megabytes(line)
                names += line.startswith("Collecting ")
                what = line.split()[1].partition("=")[0] if line.startswith("Collecting ") else ""
                if line.startswith("Installing collected"):
                    what = "unpacking"
                if what:
                    print(
                        f"\r\033[K  {names} of {count}, {megabytes:.0f} MB: {what}", end="", file=sys.stderr, flush=True
                    )
        if count and sys.stderr.isatty():
            print("\r\033[K", end="", file=sys.stderr, flush=True)
    return pip.returncode, said


def _megabytes(line: str) -> float:
    """Return the size of the file that a line of pip's says it downloads."""
    found = _FETCHED.match(line)
    if found is None or ".metadata" in line:
        return 0.0
    return float(found[2]) / (1000 if found[3] == "kB" else 1)


def _move(old: str) -> None:
    """Correct the paths of this environment, which was moved here from ``old``."""
    base = getattr(sys, "_base_executable", sys.executable)
    # Writes the scripts that activate it, and its settings, anew.
    subprocess.run([base, "-m", "venv", "--without-pip", str(PREFIX)], check=False)  # noqa: S603
    for script in (PREFIX / "bin").iterdir():
        if script.is_file() and not script.is_symlink():
            text = script.read_bytes()
            first, newline, rest = text.partition(b"\n")
            if first.startswith(b"#!") and os.fsencode(old) in first:
                script.write_bytes(first.replace(os.fsencode(old), os.fsencode(str(PREFIX))) + newline + rest)


def _errors(said: list[str]) -> str:
    """Return what pip said went wrong, or its last lines."""
    errors = [line for line in said if line.startswith("ERROR")] or said[-5:]
    return "\n".join(["bedside could not be installed.", *errors])


def _listed(names: list[str]) -> str:
    return ", ".join(names[:4]) + (f" and {len(names) - 4} more" if len(names) > 4 else "")


def _say(sentence: str) -> None:
    print(sentence, file=sys.stderr, flush=True)


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
