"""Tries one machine as a newcomer would: the two commands word for word, a keyboard, and the packages.

A check says what it measured. If it fails, the end of its log is shown, and the next one begins.
"""

from __future__ import annotations

import re
import subprocess
import time
from collections.abc import Callable, Collection
from dataclasses import dataclass, field, replace
from pathlib import Path

from machines.enter import Ran, Root
from machines.plan import PYTHON_NEEDS, Machine
from machines.root import remove, unpack_root

_TREE = "bedside"
_LINES_SHOWN = 25
# Of a hash.
_DIGITS = 8
_BITS = "from bedside.sound.reference import bits; print(bits.make().digest)"
_INSTALL = "DEBIAN_FRONTEND=noninteractive apt-get -qq install --yes --no-install-recommends "
_KEYBOARD = "tests/e2e/test_rig.py tests/e2e/test_play.py -k keyboard"


class CheckError(Exception):
    """What was tried does not hold; the message says what."""


@dataclass(slots=True)
class Results:
    """What each check of a machine found, by the column of the table, and the columns that failed."""

    found: dict[str, str] = field(default_factory=dict)
    failed: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Trial:
    """A machine under trial, its root, and its results so far."""

    root: Root
    machine: Machine
    results: Results

    @property
    def home(self) -> Path:
        """Return the user's home as it is seen from outside."""
        user = self.machine.user
        return self.root.folder / ("root" if user == "root" else f"home/{user}")

    def check(self, column: str, measure: Callable[[Trial], str]) -> None:
        """Run a check, time it, and keep what it found."""
        begun = time.monotonic()
        try:
            found = measure(self)
        except (CheckError, OSError, subprocess.SubprocessError) as error:
            self.results.failed.append(column)
            self.results.found[column] = "**fails**"
            print(f"  {column} FAILS after {time.monotonic() - begun:.0f} s: {error}", flush=True)
        else:
            self.results.found[column] = found
            print(f"  {column}: {found} ({time.monotonic() - begun:.0f} s)", flush=True)

    def run(self, command: str, user: str | None = None, limit: float = 3600) -> Ran:
        """Run a command that has to succeed, by default as the machine's user."""
        ran = self.root.run(command, user or self.machine.user, limit)
        if ran.status:
            raise CheckError(f"`{command}` ended with {ran.status}.\n{ending(ran.output)}")
        return ran


def try_machine(trial: Trial, tree: Path, bare: Path, tests: str, checks: Collection[str]) -> None:
    """Give the machine a clone of ``tree`` and run the ``checks`` that it can; ``tests`` is pytest's -k, or all."""
    trial.check("Python", lambda trial: settle(trial, tree))
    if trial.results.failed:
        return
    possible: dict[str, Callable[[Trial], str]] = {"`make play`": play, "demo": demo, "bits": bits}
    # tests with real devices, and limits of time, are not for an emulator
    if not trial.machine.foreign:
        possible |= {"`make test`": lambda trial: test(trial, tests), "keyboard": keyboard}
        if trial.machine.user == "root":
            possible[".deb"] = lambda trial: deb(trial, bare)
    for column, measure in possible.items():
        if any(check in column for check in checks):
            trial.check(column, measure)


def settle(trial: Trial, tree: Path) -> str:
    """Bring what a newcomer has before the first command: git, make, Python, a home and a clone."""
    user, python = trial.machine.user, trial.root.python
    have = f"git make {PYTHON_NEEDS}" if python else "git make python3"
    trial.run(f"apt-get -qq update && {_INSTALL}{have}", "root")
    if user != "root":
        trial.run(f"useradd --create-home --shell /bin/sh {user}", "root")
    subprocess.run(["git", "clone", "--quiet", "--no-hardlinks", str(tree), str(trial.home / _TREE)], check=True)
    trial.run(f"chown -R {user}: {_TREE}" if user == "root" else f"chown -R {user}: /home/{user}", "root")
    said = trial.run(f"{'python' + trial.machine.minor if python else 'python3'} --version").output
    return said.split()[-1]


def play(trial: Trial) -> str:
    """Run `make play` as a newcomer would, and measure its time, what it fetched, and what it installed."""
    archives = trial.root.folder / "var/cache/apt/archives"
    before = _megabytes(archives)
    ran, asked = obey(trial, "make play", 6 * 3600 if trial.machine.foreign else 3600)
    said = re.search(r"(\d+) MB were fetched", ran.output)
    if said is None:
        raise CheckError(f"it did not say how much it fetched.\n{ending(ran.output)}")
    fetched = int(said[1]) + _megabytes(archives) - before
    installed = _megabytes(trial.home / _TREE / ".venv")
    told = ", told once what to install" if asked else ""
    return f"{ran.seconds:.0f} s, {fetched} MB fetched, {installed} MB in .venv{told}"


def demo(trial: Trial) -> str:
    """Return the beginning of the hash of the demo's sound, which `make play` made for want of a screen."""
    return trial.run(f"cd {_TREE} && sha256sum out/demo.wav").output[:_DIGITS]


def bits(trial: Trial) -> str:
    """Return the beginning of the one hash of all instruments' tables and of the reference take."""
    said = trial.run(f"cd {_TREE} && .venv/bin/python -c '{_BITS}'", limit=4 * 3600).output
    return said.split()[-1][:_DIGITS]


def test(trial: Trial, tests: str) -> str:
    """Run `make test`, all or some of it, as a newcomer would."""
    command = "make test" if tests == "all" else f"make test ARGS='-k \"{tests}\"'"
    ran, _ = obey(trial, command, 3 * 3600)
    passed = sum(map(int, re.findall(r"(\d+) passed", ran.output)))
    return f"{ran.seconds:.0f} s, {passed} passed"


def keyboard(trial: Trial) -> str:
    """Have a keyboard played on the rig, and heard; return which way it was heard."""
    ran = trial.run(f"cd {_TREE} && .venv/bin/python -m pytest -q {_KEYBOARD}", limit=1200)
    passed = re.search(r"(\d+) passed", ran.output)
    if passed is None:
        raise CheckError(f"no test ran.\n{ending(ran.output)}")
    return f"heard, {passed[1]} tests"


def deb(trial: Trial, bare: Path) -> str:
    """Build the packages twice, the second time as the next version, and use both in a bare root of their own."""
    _build(trial, "first")
    trial.run(rf"""cd {_TREE} && sed -i -E 's/^(__version__ = ".*)"$/\1.post1"/' bedside/__init__.py""")
    _build(trial, "second")
    folder = trial.root.folder.with_name(trial.root.folder.name + "-deb")
    other = unpack_root(trial.machine, trial.root.outside, bare, folder, trial.root.log)
    try:
        for name in ("first", "second"):
            subprocess.run(["cp", "-r", str(trial.home / name), str(folder / "root")], check=True)
        subprocess.run(["cp", str(trial.home / _TREE / "packaging/deb/examine"), str(folder / "root")], check=True)
        began = Trial(other, trial.machine, trial.results)
        began.run(f"apt-get -qq update && {_INSTALL} procps cage desktop-file-utils systemd", "root")
        said = began.run("./examine /root/first /root/second").output
    finally:
        remove(folder)
    measured = re.search(r"^Installed .* in (\d+ s), (\d+ MB)$", said, re.MULTILINE)
    if measured is None:
        raise CheckError(f"it did not say what it installed.\n{ending(said)}")
    return f"installed in {measured[1]}, {measured[2]}; upgraded, purged{_demo_hash(said)}"


def obey(trial: Trial, command: str, limit: float) -> tuple[Ran, int]:
    """Run a make command in the clone; do once what it asks an ordinary user to do, and run it again.

    Returns the last run, with the seconds of all, and how often it asked. Raises CheckError if it asks twice.
    """
    seconds = 0.0
    for asked in (0, 1):
        ran = trial.root.run(f"cd {_TREE} && {command}", trial.machine.user, limit)
        seconds += ran.seconds
        wanted = re.findall(r"^\s*(sudo .*)$", ran.output, re.MULTILINE)
        if ran.status == 0:
            return replace(ran, seconds=seconds), asked
        if not wanted or asked or trial.machine.user == "root":
            raise CheckError(f"`{command}` ended with {ran.status}.\n{ending(ran.output)}")
        # a bare root has no sudo, and whoever runs the line is asked nothing
        line = wanted[-1].replace("sudo ", "DEBIAN_FRONTEND=noninteractive ")
        seconds += trial.run(line, "root").seconds
    raise AssertionError


def _build(trial: Trial, folder: str) -> None:
    """Build the packages into a folder beside the clone; not packed tightly, which would take minutes."""
    quick = "DPKG_DEB_COMPRESSOR_TYPE=zstd DPKG_DEB_COMPRESSOR_LEVEL=1"
    obey(trial, f"{quick} make deb && mkdir ../{folder} && mv dist/*.deb ../{folder}", 3600)


def ending(output: str) -> str:
    """Return the last lines of what a command printed, set off."""
    return "\n".join("    | " + line for line in output.rstrip().splitlines()[-_LINES_SHOWN:])


def _demo_hash(said: str) -> str:
    found = re.search(r"The demo's sound is (\w{8})", said)
    return f", demo {found[1]}" if found else ""


def _megabytes(folder: Path) -> int:
    """Return the size of a folder on the disk, in whole MB."""
    done = subprocess.run(["du", "-s", "-B1000", str(folder)], capture_output=True, text=True, check=True)
    return round(int(done.stdout.split()[0]) / 1000)
