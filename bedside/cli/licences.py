"""The licences of all that bedside is installed with: its packages, and the libraries that travel inside them."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from importlib import metadata

from bedside import __version__

# The libraries that packages bring as files or built in, by the beginning of their name, and their licences.
_LIBRARIES = {
    "asound": "LGPL-2.1-or-later",
    "avif": "BSD-2-Clause",
    "brotli": "MIT",
    # of version 1.1; from 3 on it is Apache's
    "crypto": "OpenSSL",
    # of version 5; from 6 on it is another
    "db": "Sleepycat",
    "flac": "BSD-3-Clause",
    "fluidsynth": "LGPL-2.1-or-later",
    "freetype": "FTL OR GPL-2.0-or-later",
    "gfortran": "GPL-3.0-or-later WITH GCC-exception-3.1",
    "harfbuzz": "MIT-Modern-Variant",
    "jack": "LGPL-2.1-or-later",
    "jpeg": "IJG AND BSD-3-Clause AND Zlib",
    "lcms2": "MIT",
    "lzma": "0BSD",
    "modplug": "public domain",
    "mpg123": "LGPL-2.1-only",
    "ogg": "BSD-3-Clause",
    "openblas": "BSD-3-Clause",
    "openjp2": "BSD-2-Clause",
    "openssl": "Apache-2.0",
    "opus": "BSD-3-Clause",
    "png": "libpng-2.0",
    "portaudio": "MIT",
    "portmidi": "MIT",
    "quadmath": "LGPL-2.1-or-later",
    "rtmidi": "MIT",
    "scipy_openblas": "BSD-3-Clause",
    "sdl2": "Zlib",
    "sharpyuv": "BSD-3-Clause",
    "sndfile": "LGPL-2.1-or-later",
    "sqlcipher": "BSD-3-Clause",
    "sqlite": "blessing",
    "tiff": "libtiff",
    "vorbis": "BSD-3-Clause",
    "wavpack": "BSD-3-Clause",
    "webp": "BSD-3-Clause",
    "xau": "MIT-open-group",
    "xcb": "X11",
    "xmp": "MIT",
    "zlib": "Zlib",
    "z": "Zlib",
    "zstd": "BSD-3-Clause OR GPL-2.0-only",
}

# What is built into a package and is no file of its own.
_BUILT_IN = {
    "argon2-cffi-bindings": {"argon2": "CC0-1.0 OR Apache-2.0"},
    "cryptography": {"OpenSSL": "Apache-2.0"},
    "python-rtmidi": {"RtMidi": "MIT"},
    "supriya-midi": {"RtMidi": "MIT"},
    "soundfile": {
        "FLAC": "BSD-3-Clause",
        "LAME": "LGPL-2.0-or-later",
        "mpg123": "LGPL-2.1-only",
        "Ogg": "BSD-3-Clause",
        "Opus": "BSD-3-Clause",
        "Vorbis": "BSD-3-Clause",
    },
    "sqlcipher3": {"SQLCipher": "BSD-3-Clause", "SQLite": "blessing", "OpenSSL": "Apache-2.0"},
}

# The packages that name their licence in a file only.
_STATED_IN_A_FILE = {"sqlcipher3": "Zlib", "supriya-midi": "MIT"}

_REQUIRED = re.compile(r"\s*(?P<name>[\w.-]+)\s*(\[(?P<extras>[^]]*)\])?")
_OF_EXTRA = re.compile(r"extra\s*==\s*['\"](?P<extra>[\w.-]+)['\"]")
_LIBRARY = re.compile(r"(lib)?(?P<name>[A-Za-z]\w*)([-.].*)?\.(so(\.\w+)*|dll|dylib)")
_EXTENSION = re.compile(r"\.(cpython-\w+|abi3|cp\d+-\w+)[.-]|\.pyd$")

UNKNOWN = "not stated"


@dataclass(frozen=True, slots=True)
class Library:
    """A library inside a package, and its licence."""

    name: str
    licence: str


@dataclass(frozen=True, slots=True)
class Licence:
    """A package: its licence as an SPDX expression or as it states it, and the libraries inside.

    ``part`` is "bed", or "pages" for what only the extra brings.
    """

    name: str
    version: str
    licence: str
    part: str
    libraries: tuple[Library, ...] = ()

    def as_json(self) -> dict[str, object]:
        """Return it for JSON."""
        return asdict(self)


def licences() -> list[Licence]:
    """Return Python, bedside and all installed packages that it requires, by name; never raise."""
    python = Licence("Python", ".".join(map(str, sys.version_info[:3])), "PSF-2.0", "bed")
    needed = _required("bedside", "bed", ())
    for name in _required("bedside", "pages", ("review",)):
        needed.setdefault(name, "pages")
    found = [_licence(name, part) for name, part in needed.items() if name != "bedside"]
    return [python, Licence("bedside", __version__, "MIT", "bed"), *sorted(found, key=lambda each: each.name.lower())]


def lines(found: list[Licence]) -> Iterator[str]:
    """Yield a line for each package, and one for the libraries inside it."""
    wide = max(len(f"{each.name} {each.version}") for each in found)
    for each in found:
        yield f"{f'{each.name} {each.version}':{wide}}  {each.part:5}  {each.licence}"
        if each.libraries:
            inside = "; ".join(f"{library.name} {library.licence}" for library in each.libraries)
            yield f"{'':{wide}}         with {inside}"


def _required(root: str, part: str, extras: tuple[str, ...]) -> dict[str, str]:
    """Return the installed packages that one requires, directly or not, itself included, each with the ``part``.

    Conditions other than extras are met where the package is installed.
    """
    found: dict[str, str] = {}
    waiting = [(root, extras)]
    done: set[tuple[str, tuple[str, ...]]] = set()
    while waiting:
        name, wanted = waiting.pop()
        name = re.sub(r"[-_.]+", "-", name).lower()
        if (name, wanted) in done:
            continue
        done.add((name, wanted))
        try:
            requirements = metadata.requires(name) or []
        except Exception:  # noqa: S112 - it is not installed, or its description is damaged
            continue
        found[name] = part
        for requirement in requirements:
            which, _, condition = requirement.partition(";")
            of_extra = _OF_EXTRA.search(condition)
            required = _REQUIRED.match(which)
            if required is not None and (of_extra is None or of_extra["extra"] in wanted):
                more = tuple(sorted(each.strip() for each in (required["extras"] or "").split(",") if each.strip()))
                waiting.append((required["name"], more))
    return found


def _licence(name: str, part: str) -> Licence:
    try:
        package = metadata.distribution(name)
        said = package.metadata
        libraries = _BUILT_IN.get(name, {}) | _libraries(package)
        return Licence(
            said["Name"] or name,
            package.version,
            _STATED_IN_A_FILE.get(name) or _stated(said),
            part,
            tuple(Library(*each) for each in sorted(libraries.items(), key=lambda each: each[0].lower())),
        )
    except Exception:
        return Licence(name, "?", UNKNOWN, part)


def _stated(said: metadata.PackageMetadata) -> str:
    """Return the licence that a package states: as an expression, in a line, or as a classifier."""
    if "License-Expression" in said:
        return said["License-Expression"]
    line = said["License"].strip() if "License" in said else ""
    if line and "\n" not in line and len(line) < 60:
        return line
    classified = [
        each.rpartition(" :: ")[2] for each in said.get_all("Classifier") or [] if each.startswith("License :: ")
    ]
    return ", ".join(classified) or UNKNOWN


def _libraries(package: metadata.Distribution) -> dict[str, str]:
    """Return the shared libraries among a package's files, with their licences."""
    found: dict[str, str] = {}
    for file in package.files or []:
        library = _LIBRARY.fullmatch(file.name)
        if library is None or _EXTENSION.search(file.name) or not _is_shared(str(file)):
            continue
        name = library["name"].rstrip("_")
        known = [each for each in _LIBRARIES if name.lower().startswith(each)]
        found[name] = _LIBRARIES[max(known, key=len)] if known else UNKNOWN
    return found


def _is_shared(path: str) -> bool:
    """Return whether a file lies where packages keep libraries, or is named like one: modules of Python are not."""
    folder, _, name = path.rpartition("/")
    return name.startswith("lib") or name.endswith((".dll", ".dylib")) or folder.endswith((".libs", ".dylibs"))
