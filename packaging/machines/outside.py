"""How this machine reaches Debian's packages and Python's: read when it runs, so that a root reaches them the same way.

A ward's computer behind a mirror or a proxy has its own addresses; none is written here.
"""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

_CERTIFICATES = Path("/etc/ssl/certs/ca-certificates.crt")
# Beside the root's own, which its package writes anew.
_SHARED = "/run/certificates.crt"
_KINDS = (".list", ".sources")
_PASSED = ("http_proxy", "https_proxy", "no_proxy", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY")
_OF_PIP = ("index-url", "proxy", "trusted-host", "timeout")


@dataclass(frozen=True, slots=True)
class Outside:
    """Debian's mirror, the environment variables of a root, and the files of this machine that it shares."""

    mirror: str
    environment: Mapping[str, str]
    binds: Mapping[Path, str]


def read_outside() -> Outside:
    """Read this machine's configuration of apt, pip and the network."""
    sources = [Path("/etc/apt/sources.list"), *sorted(Path("/etc/apt/sources.list.d").glob("*"))]
    environment = {name: os.environ[name] for name in _PASSED if name in os.environ}
    environment |= pip_variables(_said("python3", "-m", "pip", "config", "list"))
    environment |= {"PIP_CERT": _SHARED, "SSL_CERT_FILE": _SHARED}
    binds = {Path("/etc/resolv.conf").resolve(): "/etc/resolv.conf", _CERTIFICATES: _SHARED}
    return Outside(
        mirror=debian_mirror(path.read_text() for path in sources if path.is_file() and path.suffix in _KINDS),
        environment=environment,
        binds={path: place for path, place in binds.items() if path.exists()},
    )


def debian_mirror(sources: Iterable[str]) -> str:
    """Return the address that apt's sources (either format) name for Debian itself, else Debian's own."""
    for text in sources:
        for address in re.findall(r"^(?:deb\s+(?:\[.*?\]\s*)?|URIs:\s*)(\S+)", text, re.MULTILINE):
            if str(address).rstrip("/").endswith("/debian"):
                return str(address).rstrip("/")
    return "http://deb.debian.org/debian"


def pip_variables(configuration: str) -> dict[str, str]:
    """Return what `pip config list` says about the way to the index, as pip's environment variables."""
    found = re.findall(r"^(?:global|install|:env:)\.([a-z-]+)='(.*)'$", configuration, re.MULTILINE)
    return {"PIP_" + name.upper().replace("-", "_"): value for name, value in found if name in _OF_PIP}


def _said(*command: str) -> str:
    try:
        return subprocess.run(command, capture_output=True, text=True, check=False).stdout
    except OSError:
        return ""
