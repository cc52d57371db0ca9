"""Build dist/frozen/bedside, a folder with the program, Python and every library in it.

Run as ``python packaging/frozen/build.py`` with the Python that is to be in the folder, 3.11 or newer, on the platform
that the folder is for: Linux, Windows or macOS. The tools and the libraries are installed into an environment of their
own beside the folder, which stays there for the next build.
"""

from __future__ import annotations

import os
import subprocess
import sys
import venv
from pathlib import Path

TOP = Path(__file__).parents[2]
OUT = TOP / "dist" / "frozen"
ENVIRONMENT = OUT / f"environment-{sys.version_info.major}.{sys.version_info.minor}"
PYINSTALLER = "pyinstaller==6.22.3"
HOOKS = "pyinstaller-hooks-contrib==2026.9"

# The order of a set of texts changes with each process; so would the folder.
_VARIABLES = {**{name: value for name, value in os.environ.items() if name != "PYTHONPATH"}, "PYTHONHASHSEED": "1"}


def main() -> None:
    """Install, freeze, and say how large the folder is."""
    python = ENVIRONMENT / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")
    if not python.exists():
        venv.create(ENVIRONMENT, with_pip=True)
    pip = [str(python), "-m", "pip", "--disable-pip-version-check", "--quiet", "install"]
    run([*pip, PYINSTALLER, HOOKS])
    # The locked versions, by their hashes; then the program, which they satisfy.
    for lock in _locks():
        run([*pip, "--no-deps", "--require-hashes", "--requirement", str(lock)])
    run([*pip, f"{TOP}[review]"])
    # The program's own version may be the same although its files are not.
    run([*pip, "--force-reinstall", "--no-deps", str(TOP)])
    freeze = [str(python), "-m", "PyInstaller", "--noconfirm", "--clean", "--log-level", "WARN"]
    # From another folder: in the checkout, Python would find the package without the files that an installed one has.
    run([*freeze, "--distpath", str(OUT), "--workpath", str(OUT / "work"), str(Path(__file__).parent / "bedside.spec")])
    folder = OUT / "bedside"
    files = [file for file in folder.rglob("*") if file.is_file() and not file.is_symlink()]
    print(f"{folder.relative_to(TOP)}: {sum(file.stat().st_size for file in files) / 1e6:.0f} MB in {len(files)} files")


def _locks() -> list[Path]:
    folder = TOP / "packaging" / "constraints"
    python = f"py{sys.version_info.major}{sys.version_info.minor}"
    return [folder / f"{python}-{kind}.txt" for kind in ("play", "review")]


def run(command: list[str]) -> None:
    """Run a step; raise SystemExit if it fails, after what it said itself."""
    if (code := subprocess.run(command, check=False, cwd=OUT, env=_VARIABLES).returncode) != 0:  # noqa: S603
        raise SystemExit(code)


if __name__ == "__main__":
    main()
