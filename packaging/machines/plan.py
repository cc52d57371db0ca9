"""The machines that are tried: which Debian, which Python, which processor, and who sits at it."""

from __future__ import annotations

import platform
import re
from dataclasses import dataclass
from pathlib import Path

NURSE = "nurse"

# What the libraries of a Python that pyenv built need, and a bare Debian of the same release lacks.
PYTHON_NEEDS = "libssl3 libffi8 libsqlite3-0 libreadline8 libbz2-1.0 liblzma5 libncursesw6 libuuid1"


@dataclass(frozen=True, slots=True)
class Machine:
    """A Debian to be made, who uses it, and a Python of this machine if it has to take the place of Debian's."""

    debian: str
    suite: str
    user: str
    architecture: str = "amd64"
    python: Path | None = None

    @property
    def name(self) -> str:
        """Return the name by which ``--only`` and the log's file know it."""
        python = f"-python{self.minor}" if self.python else ""
        return f"{self.suite}{python}-{self.architecture}-{self.user}"

    @property
    def title(self) -> str:
        """Return how the table names it."""
        if self.foreign:
            return f"{self.debian}, {self.architecture} in an emulator"
        return f"{self.debian} with Python {self.minor}" if self.python else self.debian

    @property
    def minor(self) -> str:
        """Return the minor version of the Python of this machine, such as 3.12; without one, nothing."""
        return ".".join(self.python.name.split(".")[:2]) if self.python else ""

    @property
    def foreign(self) -> bool:
        """Say whether its programs run through an emulator here."""
        return {"amd64": "x86_64", "arm64": "aarch64"}[self.architecture] != platform.machine()


def machines(release: str, pythons: list[Path]) -> list[Machine]:
    """Return all machines; ``pythons`` of this machine take part in a Debian of the same ``release``."""
    debians = [("Debian 12", "bookworm"), ("Debian 13", "trixie"), ("Debian testing", "forky")]
    found = [Machine(debian, suite, user) for debian, suite in debians for user in ("root", NURSE)]
    for python in pythons:
        for debian, suite in debians:
            if suite == release:
                found.append(Machine(debian, suite, NURSE, python=python))
    found.append(Machine("Debian 13", "trixie", NURSE, architecture="arm64"))
    return found


def release_here() -> str:
    """Return the code name of this machine's Debian, or an empty word."""
    found = re.search(r"^VERSION_CODENAME=(\w+)", Path("/etc/os-release").read_text(), re.MULTILINE)
    return found[1] if found else ""


def pythons_here(versions: Path, wanted: tuple[str, ...] = ("3.12",)) -> list[Path]:
    """Return the newest of each wanted Python in a folder of versions, as pyenv makes it."""
    of_each = [sorted(versions.glob(f"{version}.*"), key=_numbers) for version in wanted]
    return [found[-1] for found in of_each if found]


def _numbers(folder: Path) -> list[int]:
    return [int(number) for number in re.findall(r"\d+", folder.name)]
