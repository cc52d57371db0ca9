"""Runs a command inside a root, as if it had just been typed there; nothing is left mounted or running.

Each command has mounts, processes and shared memory of its own: the JACK servers of two roots cannot meet. The kernel
undoes the mounts and ends the processes with the command, even if this program is killed.
"""

from __future__ import annotations

import os
import platform
import shlex
import signal
import subprocess
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from machines.outside import Outside

# What `uname -m` says of a processor, by Debian's name.
PROCESSORS = {"amd64": "x86_64", "arm64": "aarch64"}

# How binfmt_misc knows programs for it: the magic and mask of their first bytes, and what runs them.
FOREIGN = {
    "arm64": r":aarch64:M::\x7fELF\x02\x01\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x02\x00\xb7\x00"
    r":\xff\xff\xff\xff\xff\xff\xff\x00\xff\xff\xff\xff\xff\xff\xff\xff\xfe\xff\xff\xff"
    r":/usr/bin/qemu-aarch64-static:F"
}

_UNSHARE = ("unshare", "--mount", "--pid", "--ipc", "--fork", "--kill-child")

# It waits for a line: in a namespace of its own, nobody is root until users are mapped.
_MOUNT = r"""
set -e
root=$1 foreign=$2 binds=$3 command=$4
read -r _
if [ -n "$foreign" ]; then
    mount -t binfmt_misc none /proc/sys/fs/binfmt_misc
    printf '%s' "$foreign" > /proc/sys/fs/binfmt_misc/register
fi
mount --rbind "$root" "$root"
mount -t proc proc "$root/proc"
mount --rbind /sys "$root/sys"
mount -t tmpfs -o mode=755 tmpfs "$root/dev"
for device in null zero full random urandom tty; do
    touch "$root/dev/$device"
    mount --bind /dev/$device "$root/dev/$device"
done
if [ -d /dev/snd ]; then mkdir "$root/dev/snd"; mount --rbind /dev/snd "$root/dev/snd"; fi
mkdir "$root/dev/pts" "$root/dev/shm"
mount -t devpts -o newinstance,ptmxmode=0666,mode=620,gid=5 devpts "$root/dev/pts"
mount -t tmpfs -o mode=1777 tmpfs "$root/dev/shm"
mount -t tmpfs -o mode=1777 tmpfs "$root/tmp"
ln -s pts/ptmx "$root/dev/ptmx"
ln -s /proc/self/fd "$root/dev/fd"
ln -s fd/0 "$root/dev/stdin"
ln -s fd/1 "$root/dev/stdout"
ln -s fd/2 "$root/dev/stderr"
printf '%s' "$binds" | while IFS='|' read -r from to; do
    if [ -d "$from" ]; then mkdir -p "$root$to"; else mkdir -p "$root${to%/*}"; : >> "$root$to"; fi
    mount --rbind "$from" "$root$to"
done
eval "exec $command" </dev/null
"""


@dataclass(frozen=True, slots=True)
class Ran:
    """The exit status of a command (124: it took too long), its seconds, and all that it printed."""

    status: int
    seconds: float
    output: str


@dataclass(frozen=True, slots=True)
class Root:
    """A Debian in a folder, what of this machine is seen in it, and the log of all that is run there."""

    folder: Path
    outside: Outside
    log: Path
    architecture: str = "amd64"
    # a Python of this machine that takes part: its folder, seen as /opt/python
    python: Path | None = None

    def run(self, command: str, user: str = "root", limit: float = 3600) -> Ran:
        """Run a line of shell in a user's home, for at most ``limit`` seconds."""
        home = "/root" if user == "root" else f"/home/{user}"
        first = "/opt/python/bin:" if self.python else ""
        environment = {
            "HOME": home,
            "USER": user,
            "LOGNAME": user,
            "LANG": "C.UTF-8",
            "PATH": first + "/usr/local/bin:/usr/bin:/bin:/usr/local/sbin:/usr/sbin:/sbin",
            **self.outside.environment,
        }
        if self.python:
            # Its library is looked for where it was built, which is elsewhere.
            environment["LD_LIBRARY_PATH"] = "/opt/python/lib"
        variables = [f"{name}={value}" for name, value in environment.items()]
        inside = ["chroot", f"--userspec={user}:", str(self.folder), "env", "-i", *variables]
        return self._unshared(shlex.join([*inside, "sh", "-c", f"cd {home} && {command}"]), command, limit)

    def second_stage(self) -> Ran:
        """Unpack the packages that debootstrap brought for a foreign processor, with that processor's programs."""
        # where nobody may make device nodes, it has to believe that it is in a container
        line = f"chroot {self.folder} env -i container=lxc PATH=/usr/bin:/bin:/usr/sbin:/sbin "
        return self._unshared(line + "/debootstrap/debootstrap --second-stage", "debootstrap --second-stage", 3600)

    def _unshared(self, line: str, title: str, limit: float) -> Ran:
        foreign = "" if PROCESSORS[self.architecture] == platform.machine() else FOREIGN[self.architecture]
        # binfmt_misc belongs to a namespace of users: in one of its own, this machine learns no foreign programs
        namespaces = ["--user"] if foreign else ["--propagation", "private"]
        binds: Mapping[Path, str] = {**self.outside.binds, **({self.python: "/opt/python"} if self.python else {})}
        shown = "".join(f"{source}|{place}\n" for source, place in binds.items())
        with self.log.open("ab") as log:
            log.write(f"\n$ {title}\n".encode())
            log.flush()
            begun = self.log.stat().st_size
            started = time.monotonic()
            process = subprocess.Popen(
                [*_UNSHARE, *namespaces, "sh", "-c", _MOUNT, "sh", str(self.folder), foreign, shown, line],
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=subprocess.STDOUT,
            )
            try:
                if foreign:
                    _map_users(process.pid)
                process.communicate(b"go\n", limit)
                status = process.returncode
            except subprocess.TimeoutExpired:
                log.write(f"ended after {limit:.0f} s\n".encode())
                status = 124
            finally:
                _end(process)
        with self.log.open("rb") as log:
            log.seek(begun)
            return Ran(status, time.monotonic() - started, log.read().decode(errors="replace"))


def _map_users(process: int) -> None:
    """Give a process with users of its own the numbers that users have here, once it has left ours."""
    ours = Path("/proc/self/ns/user").readlink()
    while Path(f"/proc/{process}/ns/user").readlink() == ours:
        time.sleep(0.01)
    for kind in ("uid_map", "gid_map"):
        Path(f"/proc/{process}/{kind}").write_text("0 0 65536")


def _end(process: subprocess.Popen[bytes]) -> None:
    """End an `unshare` and all that runs in it: with the first of its processes, which it waits for, go the others."""
    if process.stdin is not None:
        process.stdin.close()
    if process.poll() is None:
        for child in Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split():
            os.kill(int(child), signal.SIGKILL)
    process.wait()
