"""Makes bare Debian roots with debootstrap, keeps each as a tarball, and unpacks a fresh one for each trial."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

from machines.enter import Root
from machines.outside import Outside
from machines.plan import Machine

# What a newcomer has before the two commands: the README asks for it. Without certificates nothing can be fetched.
_GIVEN = "ca-certificates"
_SCRIPTS = Path("/usr/share/debootstrap/scripts")


class RootError(Exception):
    """A root could not be made; the message says why."""


def make_root(machine: Machine, outside: Outside, folder: Path) -> Path:
    """Return the tarball of the machine's Debian below ``folder``; made with debootstrap if it is not there."""
    name = f"{machine.suite}-{machine.architecture}"
    tarball = folder / f"{name}.tar"
    if tarball.exists():
        return tarball
    place, log = folder / f"{name}.new", folder / f"{name}.log"
    remove(place)
    log.unlink(missing_ok=True)
    # Debian's names of tomorrow are made as the unstable one is
    script = [] if (_SCRIPTS / machine.suite).exists() else [str(_SCRIPTS / "sid")]
    foreign = ["--foreign"] if machine.foreign else []
    command = ["debootstrap", "--variant=minbase", f"--include={_GIVEN}", f"--arch={machine.architecture}", *foreign]
    with log.open("w") as file:
        said = [machine.suite, str(place), outside.mirror, *script]
        made = subprocess.run([*command, *said], stdout=file, stderr=file, check=False)
    if (place / "proc").is_symlink():
        # what debootstrap makes where it takes this machine for a container
        (place / "proc").unlink()
        (place / "proc").mkdir()
    root = Root(place, outside, log, machine.architecture)
    if made.returncode or (machine.foreign and root.second_stage().status):
        raise RootError(f"debootstrap could not make {name}; its words are in {log}.")
    (place / "etc/apt/sources.list").write_text(f"deb {outside.mirror} {machine.suite} main\n")
    # a mirror may lag behind, and what it has is then still what a ward gets
    (place / "etc/apt/apt.conf.d/10lag").write_text('Acquire::Check-Valid-Until "false";\n')
    subprocess.run(["tar", "--create", f"--file={tarball}.new", f"--directory={place}", "."], check=True)
    Path(f"{tarball}.new").rename(tarball)
    remove(place)
    return tarball


def unpack_root(machine: Machine, outside: Outside, tarball: Path, folder: Path, log: Path) -> Root:
    """Unpack a tarball into ``folder``, which is emptied before."""
    remove(folder)
    folder.mkdir(parents=True)
    subprocess.run(["tar", "--extract", f"--file={tarball}", f"--directory={folder}"], check=True)
    return Root(folder, outside, log, machine.architecture, machine.python)


def remove(folder: Path) -> None:
    """Remove a root, unless something is mounted in it: that would be removed too."""
    if any(f" {folder}" in line for line in Path("/proc/mounts").read_text().splitlines()):
        raise RootError(f"Something is mounted in {folder}; unmount it first.")
    if folder.exists():
        shutil.rmtree(folder)
