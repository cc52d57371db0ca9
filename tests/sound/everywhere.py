"""The hashes of the sound on this machine: ``python -m sound.everywhere`` prints them as JSON.

With ``--kernels`` it prints what differs from the tree on each kind of processor that this one can imitate, and ends
with 1 if anything does. With ``--write`` they are written into ``bedside/sound/version.py``; where the sound that is
written there is another, the version of the sound is raised. With ``--again`` the version keeps its number: that is for
one that nobody has recorded with yet.
"""

from __future__ import annotations

import json
import os
import platform
import re
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from bedside.sound import version
from bedside.sound.reference import bits
from bedside.sound.reference.bits import Bits

_CHECKOUT = Path(__file__).parents[2]
FILE = _CHECKOUT / "bedside" / "sound" / "version.py"

_SECONDS = 1800


def hashes(cache: Path, environ: Mapping[str, str]) -> Bits:
    """Return the hashes of a process with this environment that bakes every instrument anew into ``cache``."""
    path = os.pathsep.join((str(_CHECKOUT), str(_CHECKOUT / "tests")))
    ended = subprocess.run(
        [sys.executable, "-m", "sound.everywhere"],
        capture_output=True,
        text=True,
        timeout=_SECONDS,
        env={**os.environ, "PYTHONPATH": path, "BEDSIDE_CACHE": str(cache), **environ},
    )
    assert ended.returncode == 0, ended.stderr
    found = json.loads(ended.stdout)
    return Bits(found["tables"], found["render"])


def kernels() -> dict[str, dict[str, str]]:
    """Return environments in which a process computes as this processor and as older ones do, by their names.

    Only what this processor can do is among them; elsewhere than on x86-64 it is this processor alone.
    """
    found: dict[str, dict[str, str]] = {"as it is": {}}
    if platform.machine().lower() not in ("x86_64", "amd64"):
        return found
    there, chosen = _features()
    wide = [name for name in chosen if there.get(name) and name.startswith(("AVX2", "FMA3", "X86_V3"))]
    wider = [name for name in chosen if there.get(name) and name.startswith(("AVX512", "X86_V4"))]
    none, narrow = " ".join(wide + wider), " ".join(wider)
    found["Prescott"] = {"OPENBLAS_CORETYPE": "Prescott", "NPY_DISABLE_CPU_FEATURES": none}
    if there.get("AVX2"):
        found["Haswell"] = {"OPENBLAS_CORETYPE": "Haswell", "NPY_DISABLE_CPU_FEATURES": narrow}
        found["Zen, numpy without AVX2"] = {"OPENBLAS_CORETYPE": "Zen", "NPY_DISABLE_CPU_FEATURES": none}
    if there.get("AVX512_SKX"):
        found["SkylakeX"] = {"OPENBLAS_CORETYPE": "SkylakeX"}
    return found


def _features() -> tuple[Mapping[str, bool], Sequence[str]]:
    """Return which features the processor has, and for which numpy has code of its own."""
    # Newer numpys name whole generations of processors: X86_V3 has AVX2, X86_V4 has AVX-512.
    from numpy._core._multiarray_umath import __cpu_dispatch__, __cpu_features__  # type: ignore[import-not-found]

    return __cpu_features__, __cpu_dispatch__


def source(text: str, now: Bits, *, again: bool) -> str:
    """Return the source of `bedside.sound.version` for the hashes ``now``.

    The version is raised where an instrument or the render changed, unless it is made ``again`` or was never written;
    a new instrument changes no sound that there was.
    """
    was = bits.written()
    changed = [name for name in bits.unequal(was, now) if name == "render" or name in was.tables]
    number = version.SOUND + (bool(was.render) and bool(changed) and not again)
    rows = "".join(f'    "{name}": "{digest}",\n' for name, digest in sorted(now.tables.items()))
    text = re.sub(r"^SOUND = .*$", f"SOUND = {number}", text, flags=re.MULTILINE)
    text = re.sub(r'^RENDER = ".*"$', f'RENDER = "{now.render}"', text, flags=re.MULTILINE)
    return re.sub(
        r"^TABLES: dict\[str, str\] = \{.*?\}$",
        f"TABLES: dict[str, str] = {{\n{rows}}}",
        text,
        flags=re.MULTILINE | re.DOTALL,
    )


def all_hashes(environs: Mapping[str, Mapping[str, str]], work: Path) -> dict[str, Bits]:
    """Return the hashes in each of these environments, by name; ``work`` is a folder for their instruments."""
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        made = pool.map(lambda name: hashes(work / name, environs[name]), environs)
        return dict(zip(environs, made, strict=True))


def _compare() -> int:
    with tempfile.TemporaryDirectory(prefix="bedside-") as work:
        found = all_hashes(kernels(), Path(work))
    for name, each in found.items():
        print(f"{name:24} {each.groups}  {', '.join(bits.unequal(bits.written(), each)) or 'as it is written'}")
    return int(any(bits.unequal(bits.written(), each) for each in found.values()))


def main(arguments: list[str]) -> None:
    """Print the hashes, or write them."""
    if "--kernels" in arguments:
        raise SystemExit(_compare())
    now = bits.make()
    if "--write" in arguments:
        FILE.write_text(source(FILE.read_text("utf-8"), now, again="--again" in arguments), "utf-8")
        return
    values: dict[str, Any] = now.as_json()
    print(json.dumps(values))


if __name__ == "__main__":
    main(sys.argv[1:])
