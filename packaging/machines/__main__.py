"""Tries bedside on bare Debian machines, one after the other: ``python -m machines --help``."""

from __future__ import annotations

import argparse
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

from machines.outside import read_outside
from machines.plan import Machine, machines, pythons_here, release_here
from machines.root import RootError, make_root, remove, unpack_root
from machines.table import markdown, unequal, written
from machines.trial import Results, Trial, try_machine

# Not memory, as /tmp may be, and kept from one day to the next.
_WORK = Path("/var/tmp/bedside-machines")  # noqa: S108
_PROGRAMS = {"debootstrap": "debootstrap", "unshare": "util-linux", "tar": "tar", "git": "git"}


def main() -> int:
    """Try the machines that were asked for, print their table, and return 1 if anything failed."""
    # what runs in a root is ended before this program ends
    signal.signal(signal.SIGTERM, lambda _number, _frame: sys.exit(1))
    asked = _arguments()
    every = machines(release_here(), pythons_here(asked.pythons))
    chosen = [machine for machine in every if not asked.only or any(part in machine.name for part in asked.only)]
    if asked.list:
        print("\n".join(machine.name for machine in chosen))
        return 0
    missing = _missing(chosen)
    if missing:
        print(missing, file=sys.stderr)
        return 1
    asked.work.mkdir(parents=True, exist_ok=True)
    outside = read_outside()
    tree = Path(__file__).parents[2]
    rows = []
    for machine in chosen:
        print(machine.name, flush=True)
        log, folder = asked.work / f"{machine.name}.log", asked.work / machine.name
        log.write_bytes(b"")
        results = Results()
        try:
            bare = make_root(machine, outside, asked.work)
            root = unpack_root(machine, outside, bare, folder, log)
            try_machine(Trial(root, machine, results), tree, bare, asked.tests, asked.checks)
        except (RootError, OSError, subprocess.SubprocessError) as error:
            results.failed.append("root")
            print(f"  FAILS: {error}", flush=True)
        if not asked.keep:
            remove(folder)
        rows.append((machine, results))
    table = markdown([(machine.title, machine.user, results.found) for machine, results in rows])
    print(f"\n{table}")
    if asked.write:
        page = tree / "CONTRIBUTING.md"
        page.write_text(written(page.read_text(), table))
    failed = [f"{machine.name}: {', '.join(results.failed)}" for machine, results in rows if results.failed]
    failed += [f"{column}: not the same everywhere" for column in unequal([results.found for _, results in rows])]
    if failed:
        print(f"\nNot everything holds; the logs are in {asked.work}:\n" + "\n".join(failed), file=sys.stderr)
    return 1 if failed else 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make machines", description="Try bedside on bare Debian machines.")
    parser.add_argument("--only", nargs="+", metavar="PART", help="only the machines with this in their names")
    parser.add_argument("--list", action="store_true", help="list the names, and try none")
    checks = ["play", "demo", "bits", "test", "keyboard", "deb"]
    parser.add_argument("--checks", nargs="+", choices=checks, default=checks, help="only these, in this order")
    parser.add_argument("--tests", default="keyboard", metavar="EXPRESSION", help="as pytest's -k; 'all' runs all")
    parser.add_argument("--write", action="store_true", help="write what was found into the table in CONTRIBUTING.md")
    parser.add_argument("--keep", action="store_true", help="keep each root that was tried")
    parser.add_argument(
        "--work", type=Path, default=_WORK, metavar="DIR", help=f"the folder for roots and logs; {_WORK} by default"
    )
    parser.add_argument(
        "--pythons",
        type=Path,
        default=Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")) / "versions",
        metavar="DIR",
        help="Pythons of this machine, as pyenv keeps them, for versions that no Debian here has",
    )
    return parser.parse_args()


def _missing(chosen: list[Machine]) -> str:
    """Return a sentence about what has to be there before, or an empty one."""
    if os.geteuid() != 0:
        return "Bare machines can only be made by root: run `sudo make machines`."
    packages = {package for program, package in _PROGRAMS.items() if shutil.which(program) is None}
    if any(machine.foreign for machine in chosen) and not Path("/usr/bin/qemu-aarch64-static").exists():
        packages.add("qemu-user-static")
    return f"Run `apt-get install --yes {' '.join(sorted(packages))}` first." if packages else ""


if __name__ == "__main__":
    sys.exit(main())
