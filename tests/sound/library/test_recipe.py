"""A fingerprint tells every change that can be heard, and no other."""

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from bedside.sound.library import catalogue, recipe
from bedside.sound.library.patch import Patch
from bedside.sound.library.recipe import Recipe

RATE = 48_000

# What baking stands on but does not sound: the reading of what a patch says is told by the patch itself.
LOADED = (
    "import sys\nimport bedside.sound.library.{}\nprint(*[name for name in sys.modules if name.startswith('bedside.')])"
)


@pytest.fixture
def patch() -> Patch:
    return next(patch for patch in catalogue.shipped_patches() if patch.name == "marimba")


@pytest.fixture
def samples(tmp_path: Path) -> Path:
    """Give a folder of samples."""
    folder = tmp_path / "own" / "glass"
    (folder / "wav").mkdir(parents=True)
    (folder / "glass.sfz").write_text("<region> sample=*sine key=60\n")
    (folder / "wav" / "a.wav").write_bytes(b"RIFF")
    return folder


def test_whatever_determines_the_sound_of_a_patch_changes_its_fingerprint(patch: Patch) -> None:
    """Another parameter, rate or name gives another fingerprint; the same gives the same."""
    (piece, *rest) = patch.pieces
    other = replace(patch, pieces=(replace(piece, group=3), *rest))
    made = [Recipe("marimba", patch), Recipe("marimba", other), Recipe("other", patch)]
    prints = {each.fingerprint(RATE) for each in made} | {made[0].fingerprint(44_100)}
    assert len(prints) == 4
    assert Recipe("marimba", replace(patch)).fingerprint(RATE) in prints


def test_whatever_changes_in_a_folder_changes_its_fingerprint(samples: Path) -> None:
    """A sample changed, added or renamed gives another fingerprint; a look gives the same."""
    prints = [Recipe("glass", samples).fingerprint(RATE)]
    assert Recipe("glass", samples).fingerprint(RATE) == prints[0]
    (samples / "wav" / "a.wav").write_bytes(b"RIFFRIFF")
    prints.append(Recipe("glass", samples).fingerprint(RATE))
    (samples / "wav" / "b.wav").write_bytes(b"")
    prints.append(Recipe("glass", samples).fingerprint(RATE))
    (samples / "wav" / "b.wav").rename(samples / "b.wav")
    prints.append(Recipe("glass", samples).fingerprint(RATE))
    os.utime(samples / "b.wav", ns=(1, 1))
    prints.append(Recipe("glass", samples).fingerprint(RATE))
    assert len(set(prints)) == 5


def test_a_changed_line_of_code_is_told(tmp_path: Path) -> None:
    """Code counts with all that it imports: at the top, in a function, as a name of a package, in brackets."""
    sound = tmp_path / "sound"
    (sound / "deep").mkdir(parents=True)
    texts = {
        "root.py": "from bedside.sound import (\n    one,\n    deep,\n)\n\n"
        "def f():\n    from bedside.sound.two import x\n",
        "one.py": "from bedside.music.three import y\nfrom bedside.sound.root import f\n",
        "two.py": "import bedside.sound.four\n",
        "four.py": "x = 1\n",
        "deep/__init__.py": "from bedside.sound.deep import inner\n",
        "deep/inner.py": "x = 1\n",
        "aside.py": "x = 1\n",
    }
    (tmp_path / "music").mkdir()
    (tmp_path / "music" / "three.py").write_text("y = 1\n")
    for name, text in texts.items():
        (sound / name).write_text(text)

    def told() -> bytes:
        recipe.code.cache_clear()
        return recipe.code("sound.root", tmp_path)

    before = told()
    for name in ("sound/one.py", "sound/two.py", "sound/four.py", "sound/deep/inner.py", "music/three.py"):
        file = tmp_path / name
        kept = file.read_text()
        file.write_text(kept + "z = 3\n")
        assert told() != before, name
        file.write_text(kept)
    (sound / "aside.py").write_text("x = 2\n")
    assert told() == before
    recipe.code.cache_clear()


def test_words_do_not_sound() -> None:
    """Docstrings, comments and blank lines may change without any instrument being made anew; statements may not."""
    plain = b'def f(x):\n    y = "#"\n    return x + 1\n'
    told = (
        b'"""Law."""\n\n# Why.\ndef f(x):\n    """Return the next.\n\n    # of all\n    """\n'
        b'\n    y = "#"\n    return x + 1\n'
    )
    assert recipe.statements(told) == recipe.statements(plain)
    assert recipe.statements(told.replace(b"+ 1", b"+ 2")) != recipe.statements(plain)
    assert recipe.statements(told.replace(b'"#"', b'"##"')) != recipe.statements(plain)


@pytest.mark.parametrize("root", ["bake", "sfz"])
def test_the_code_that_is_told_is_all_that_python_loads(root: str) -> None:
    """No module that Python loads in order to make an instrument is left out, models yet to come included."""
    done = subprocess.run([sys.executable, "-c", LOADED.format(root)], capture_output=True, text=True, check=True)
    loaded = {name.removeprefix("bedside.") for name in done.stdout.split()}
    wanted = {name for name in loaded if name.startswith(("sound.", "music."))}
    wanted.discard("sound")
    physics = {f"sound.physics.{name}" for name in ("table", "bar", "strings")}
    assert physics | {"sound.library.bake"} <= wanted
    assert wanted <= recipe.sources(f"sound.library.{root}").keys()
