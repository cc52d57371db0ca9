"""Write the lock files beside this one: for each Python, the exact versions and hashes of what pyproject.toml asks for.

One resolution serves every Python and platform, so that each library has one version everywhere. A file lists what its
kind needs beyond the kinds before it. Hashes are those of the wheels that the platforms below can use, and of the
source where one of them has no wheel. Run by `make lock`, with uv and packaging installed.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from packaging.markers import Marker
from packaging.tags import Tag, compatible_tags, cpython_tags, mac_platforms
from packaging.utils import parse_wheel_filename

HERE = Path(__file__).parent
PROJECT = HERE.parents[1] / "pyproject.toml"

PYTHONS = ((3, 11), (3, 12), (3, 13), (3, 14))

# The C library of Debian 12 is 2.36.
_NEWEST_GLIBC = 36


@dataclass(frozen=True)
class Platform:
    """A machine that the locks serve: its wheels' platforms, best first, and its markers."""

    name: str
    wheels: tuple[str, ...]
    markers: dict[str, str]


def _linux(machine: str) -> Platform:
    wheels = [f"manylinux_2_{minor}_{machine}" for minor in range(_NEWEST_GLIBC, 4, -1)]
    wheels += [f"manylinux2014_{machine}", f"manylinux2010_{machine}", f"manylinux1_{machine}", f"linux_{machine}"]
    markers = {"sys_platform": "linux", "platform_system": "Linux", "platform_machine": machine, "os_name": "posix"}
    return Platform(f"Linux {machine}", tuple(wheels), markers)


def _macos(machine: str) -> Platform:
    markers = {"sys_platform": "darwin", "platform_system": "Darwin", "platform_machine": machine, "os_name": "posix"}
    return Platform(f"macOS {machine}", tuple(mac_platforms((14, 0), machine)), markers)


def _windows() -> Platform:
    markers = {"sys_platform": "win32", "platform_system": "Windows", "platform_machine": "AMD64", "os_name": "nt"}
    return Platform("Windows x86_64", ("win_amd64",), markers)


PLATFORMS = (_linux("x86_64"), _linux("aarch64"), _windows(), _macos("arm64"), _macos("x86_64"))


def main() -> None:
    """Resolve, and write the files of every Python."""
    project = tomllib.loads(PROJECT.read_text(encoding="utf-8"))
    extras = list(project["project"].get("optional-dependencies", {}))
    # hatchling asks for editables once it installs this project as a checkout.
    build = [*project["build-system"]["requires"], "editables"]
    with tempfile.TemporaryDirectory() as folder:
        scratch = Path(folder)
        asked = scratch / "build.in"
        asked.write_text("\n".join(build), encoding="utf-8")
        everything = _resolved(scratch, [PROJECT, asked], extras, None)
        pinned = scratch / "pinned.txt"
        pinned.write_text("".join(sorted({f"{each['name']}=={each['version']}\n" for each in everything})))
        kinds = {"play": _names(_resolved(scratch, [PROJECT], [], pinned))}
        kinds["build"] = _names(_resolved(scratch, [asked], [], pinned))
        kinds |= {extra: _names(_resolved(scratch, [PROJECT], [extra], pinned)) for extra in extras}
    for old in HERE.glob("py*.txt"):
        old.unlink()
    for python in PYTHONS:
        listed: set[str] = set()
        for kind, names in kinds.items():
            chosen = [each for each in everything if each["name"] in names - listed]
            listed |= names
            _write(python, kind, chosen)


def _resolved(scratch: Path, sources: Iterable[Path], extras: Iterable[str], pinned: Path | None) -> list[Any]:
    out = scratch / "pylock.toml"
    command = [
        *(sys.executable, "-m", "uv", "pip", "compile", "--quiet", "--universal", "--fork-strategy", "fewest"),
        *("--python-version", ".".join(map(str, PYTHONS[0])), "--upgrade", "--output-file", str(out)),
        *(word for extra in extras for word in ("--extra", extra)),
        *(() if pinned is None else ("--constraint", str(pinned))),
        *map(str, sources),
    ]
    subprocess.run(command, check=True)  # noqa: S603
    packages: list[Any] = tomllib.loads(out.read_text(encoding="utf-8"))["packages"]
    # An extra may ask for another extra of this project.
    return [each for each in packages if each["name"] != "bedside"]


def _names(packages: Iterable[Any]) -> set[str]:
    return {each["name"] for each in packages}


def _write(python: tuple[int, int], kind: str, packages: Iterable[Any]) -> None:
    """Write the file of a kind for a Python; say which wheels are missing."""
    blocks, megabytes = [], 0.0
    for each in packages:
        needing = [platform for platform in PLATFORMS if _needed(each, python, platform)]
        if not needing:
            continue
        hashes: set[str] = set()
        for platform in needing:
            files = list(_files(each, python, platform)) or [each["sdist"]]
            hashes |= {file["hashes"]["sha256"] for file in files}
            if "sdist" in each and files == [each["sdist"]]:
                print(f"{each['name']} {each['version']} has no wheel for Python 3.{python[1]} on {platform.name}.")
            if platform is PLATFORMS[0]:
                megabytes += files[0]["size"] / 1e6
        marker = f" ; {each['marker']}" if "marker" in each and len(needing) < len(PLATFORMS) else ""
        lines = [f"{each['name']}=={each['version']}{marker}", *(f"--hash=sha256:{each}" for each in sorted(hashes))]
        blocks.append(" \\\n    ".join(lines) + "\n")
    what = {"play": "What `bedside play` needs", "build": "What installs bedside from a checkout needs beyond that"}
    heading = what.get(kind, f"What bedside[{kind}] needs beyond the files before it")
    text = (
        f"# {heading}, on Python {python[0]}.{python[1]}; {megabytes:.1f} MB on {PLATFORMS[0].name}. By `make lock`.\n"
    )
    (HERE / f"py{python[0]}{python[1]}-{kind}.txt").write_text(text + "".join(blocks), encoding="utf-8")


def _needed(package: Any, python: tuple[int, int], platform: Platform) -> bool:
    if "marker" not in package:
        return True
    version = ".".join(map(str, python))
    environment = {
        **platform.markers,
        "python_version": version,
        "python_full_version": f"{version}.0",
        "implementation_version": f"{version}.0",
        "implementation_name": "cpython",
        "platform_python_implementation": "CPython",
        "extra": "",
    }
    return Marker(package["marker"]).evaluate(environment)


def _files(package: Any, python: tuple[int, int], platform: Platform) -> Iterator[Any]:
    """Yield the wheels that a platform can use, best first."""
    order = {tag: rank for rank, tag in enumerate(_tags(python, platform))}
    ranked = []
    for wheel in package.get("wheels", []):
        name = wheel.get("name") or wheel["url"].rpartition("/")[2]
        _, _, _, tags = parse_wheel_filename(name)
        ranks = [order[tag] for tag in tags if tag in order]
        if ranks:
            ranked.append((min(ranks), name, wheel))
    yield from (wheel for _, _, wheel in sorted(ranked, key=lambda each: each[:2]))


def _tags(python: tuple[int, int], platform: Platform) -> Iterator[Tag]:
    yield from cpython_tags(python, platforms=platform.wheels)
    yield from compatible_tags(python, f"cp{python[0]}{python[1]}", platform.wheels)


if __name__ == "__main__":
    main()
