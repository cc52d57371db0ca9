"""What is installed has all that the program ships."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from bedside import __version__
from commands.program import CHECKOUT, Demos, environment


def test_the_wheel_brings_all_that_is_shipped(wheel: Path) -> None:
    """Every file of assets/ and sounds/ lies in the wheel, but no picture of the README, and no test."""
    icon = "bedside/assets/pictures/bedside.png"
    shipped = {
        f"bedside/{path.relative_to(CHECKOUT).as_posix()}"
        for folder in ("assets", "sounds")
        for path in (CHECKOUT / folder).rglob("*")
        if path.is_file() and path.parent.name != "readme"
    }
    with zipfile.ZipFile(wheel) as packed:
        names = set(packed.namelist())
    assert {"bedside/assets/worlds/night.toml", "bedside/sounds/harp.toml", "bedside/cli/__init__.py"} <= names
    assert shipped <= names
    assert [name for name in names if name.endswith((".jpg", ".png"))] == [icon]
    assert not [name for name in names if not name.startswith(("bedside/", f"bedside-{__version__}.dist-info/"))]


@pytest.mark.slow
def test_the_unpacked_wheel_plays_the_demo_alone(demos: Demos) -> None:
    """The demo was made by the installed files alone, which find what they ship beside them."""
    assert demos.asked.code == 0, demos.asked.err
    unpacked = demos.root / "unpacked"
    where = subprocess.run(
        [sys.executable, "-c", "from bedside import places; print(places.shipped('assets'), places.shipped('sounds'))"],
        env=environment(PYTHONPATH=str(unpacked)),
        cwd=demos.root,
        capture_output=True,
        text=True,
        check=True,
    )
    assert where.stdout.split() == [str(unpacked / "bedside" / name) for name in ("assets", "sounds")]
