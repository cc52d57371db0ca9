"""Leave in a virtual environment only what the installed program needs, and nothing that names where it was built.

Run as ``python tidy.py ENVIRONMENT SITE_PACKAGES``.
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

# Of the libraries, what only those who work on them use.
_UNUSED = ("tests", "docs", "examples")
_TESTED = ("matplotlib", "numpy", "pygame", "scipy")

# Each environment's own word on what was installed from where, and when.
_ORIGINS = ("direct_url.json", "REQUESTED")


def tidy(environment: Path, libraries: Path) -> None:
    """Remove the libraries' commands and tests, and the traces of the build."""
    for command in (environment / "bin").iterdir():
        if not command.name.startswith("python"):
            command.unlink()
    for folder in ("include", "share"):
        shutil.rmtree(environment / folder, ignore_errors=True)
    (environment / "lib64").unlink(missing_ok=True)
    configuration = environment / "pyvenv.cfg"
    lines = configuration.read_text().splitlines()
    configuration.write_text("".join(f"{line}\n" for line in lines if not line.startswith("command")))
    for name in _TESTED:
        for unused in _UNUSED:
            for folder in sorted((libraries / name).rglob(unused)):
                shutil.rmtree(folder, ignore_errors=True)
    for information in libraries.glob("*.dist-info"):
        for name in _ORIGINS:
            (information / name).unlink(missing_ok=True)
        _strike(information / "RECORD", libraries)
    for file in libraries.rglob("*"):
        if file.is_file() and not file.is_symlink():
            file.chmod(0o644)


def _strike(record: Path, libraries: Path) -> None:
    """Leave in the list of a library's files those that are there."""
    lines = record.read_text(encoding="utf-8").splitlines()
    kept = [line for line in lines if (libraries / line.rsplit(",", 2)[0].strip('"')).exists()]
    record.write_text("".join(f"{line}\n" for line in kept), encoding="utf-8")


if __name__ == "__main__":
    tidy(Path(sys.argv[1]), Path(sys.argv[2]))
