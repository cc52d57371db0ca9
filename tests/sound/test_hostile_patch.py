"""Whatever a slip of the pen or a malicious hand makes of a patch: one plain sentence or a valid patch, at little cost.

``BEDSIDE_MUTATIONS=10000 python -m pytest tests/sound/test_hostile_patch.py`` is the long version.
"""

from __future__ import annotations

import json
import os
import random
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from bedside import places

MUTATIONS = int(os.environ.get("BEDSIDE_MUTATIONS", "2000"))

# Reads the patches of a file and prints how many were valid, what went wrong, the longest processor time in seconds and
# the growth of memory in bytes. It may hold two gigabytes and work ten minutes, whatever it is given.
PARSING = """
import json, math, re, resource, sys, time, warnings
from pathlib import Path
from bedside.errors import BedsideError
from bedside.sound.library.patch import MOST_SECONDS, parse

resource.setrlimit(resource.RLIMIT_AS, (2 << 30, 2 << 30))
resource.setrlimit(resource.RLIMIT_CPU, (600, 600))
warnings.simplefilter("error")

def peak():
    # What getrusage says begins with the memory of the process that started this one.
    return int(re.search(r"VmHWM:\\s*(\\d+)", Path("/proc/self/status").read_text())[1]) * 1024

def wrong(patch):
    keys = [key for piece in patch.pieces for key in range(piece.lowest, piece.highest + 1)]
    if keys != list(range(patch.lowest, patch.highest + 1)) or not 0 <= keys[0] <= keys[-1] <= 127:
        return f"it has the keys {keys}"
    if not (patch.name and patch.name.isprintable() and len(patch.name.encode()) <= 24):
        return f"it is called {patch.name!r}"
    seconds = [patch.piece(key).model.seconds(key) for key in keys]
    if not (all(0 < each < math.inf for each in seconds) and sum(seconds) <= MOST_SECONDS):
        return f"its keys last {seconds}"
    if not all(piece.release > 0 for piece in patch.pieces):
        return "a release is none"

texts = json.loads(Path(sys.argv[1]).read_text())
before, longest, valid, faults = peak(), 0.0, 0, []
for text in texts:
    began = time.process_time()
    try:
        fault = wrong(parse(text, "mine.toml"))
        valid += 1
    except BedsideError as error:
        said = str(error)
        plain = "mine.toml" in said and "\\n" not in said and said.endswith(".") and len(said) < 600
        fault = None if plain else f"it said {said!r}"
    except Exception as error:
        fault = f"it raised {error!r}"
    longest = max(longest, time.process_time() - began)
    if fault:
        faults.append([fault, text])
print(json.dumps([valid, faults, longest, peak() - before]))
"""

VALUES = (
    *("0", "-1", "1", "2", "0.5", "1e-300", "1e300", "-1e9", "inf", "-inf", "nan", "9" * 400, "0x7fffffff"),
    *("true", '""', '"harp"', '"\\u0000"', '"\\u202e\\n"', '"' + "é" * 500 + '"', "1979-05-27", "[]", "{}"),
    *("[1.0]", "[[1.0]]", "[nan, 1.0, inf]", "[" + "1.0, " * 1000 + "]", "[" * 400 + "]" * 400),
    *("{ c4 = 1.0 }", "{ c4 = 1e300, halving = 6 }", "{ c4 = 0.0, halving = -6 }", "{ c4 = 1.0, halving = 1e-9 }"),
)
WORDS = ("=", "[", "]", "[[", "{", '"', "'", '"""', "#", "\n", "\\", "\x00", "\ufeff", ".", ",", "e", "-", "٣", "😀")

Chance = random.Random


def other_value(text: str, chance: Chance) -> str:
    """Give a statement, or a number within one, another value."""
    found = list(re.finditer(r"(?<== )[^\n]+" if chance.random() < 0.5 else r"-?\b\d[\d.e-]*\b", text))
    at = chance.choice(found) if found else re.search("", text)
    assert at is not None
    return text[: at.start()] + chance.choice(VALUES) + text[at.end() :]


def scaled(text: str, chance: Chance) -> str:
    """Multiply a number by up to a million, or turn it over."""
    found = list(re.finditer(r"-?\b\d{1,9}(\.\d+)?\b", text))
    if not found:
        return text
    at = chance.choice(found)
    number = float(at[0]) * chance.choice((-1, 1)) * 10 ** chance.uniform(-6, 6)
    return text[: at.start()] + (str(round(number)) if "." not in at[0] else repr(number)) + text[at.end() :]


def line_moved(text: str, chance: Chance) -> str:
    """Take a line away, and put it nowhere, elsewhere, or there twice."""
    lines = text.split("\n")
    line = lines.pop(chance.randrange(len(lines)))
    for _ in range(chance.randrange(3)):
        lines.insert(chance.randrange(len(lines) + 1), line)
    return "\n".join(lines)


def cut(text: str, chance: Chance) -> str:
    """Leave out a stretch."""
    first, last = sorted(chance.randrange(len(text) + 1) for _ in range(2))
    return text[:first] + text[last if chance.random() < 0.2 else min(last, first + 8) :]


def word_put_in(text: str, chance: Chance) -> str:
    """Put a sign of the language where it does not belong, once or very often."""
    at = chance.randrange(len(text) + 1)
    return text[:at] + chance.choice(WORDS) * chance.choice((1, 1, 2, 3000)) + text[at:]


def spliced(text: str, chance: Chance) -> str:
    """Go on with another instrument from somewhere."""
    other = chance.choice(TEXTS)
    return text[: chance.randrange(len(text) + 1)] + other[chance.randrange(len(other)) :]


def renamed(text: str, chance: Chance) -> str:
    """Write a name otherwise."""
    names = re.findall(r"\w+(?= = |\])", text)
    others = (*names, "x", "a.b.c", '""', '"\\n"', '"\\u202e"', '"' + "x" * 5000 + '"')
    return text.replace(chance.choice(names), chance.choice(others), 1) if names else text


TEXTS = [file.read_text("utf-8") for file in sorted(places.shipped("sounds").glob("*.toml"))]
WAYS: tuple[Callable[[str, Chance], str], ...] = (
    *(other_value, other_value, scaled, scaled),
    *(line_moved, cut, word_put_in, spliced, renamed),
)


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="memory is measured as Linux tells it")
def test_mutated_patches_get_a_sentence_or_are_valid(tmp_path: Path) -> None:
    """Shipped patches, changed in one to four places: BedsideError or a valid patch, in a second and 100 MB each."""
    chance = random.Random(14)
    texts = []
    for number in range(MUTATIONS):
        text = TEXTS[number % len(TEXTS)]
        for _ in range(chance.choice((1, 1, 1, 2, 4))):
            text = chance.choice(WAYS)(text, chance)
        texts.append(text)
    (tmp_path / "texts.json").write_text(json.dumps(texts))
    done = subprocess.run([sys.executable, "-c", PARSING, tmp_path / "texts.json"], capture_output=True, check=True)
    valid, faults, longest, grown = json.loads(done.stdout)
    assert [fault for fault, _ in faults] == []
    assert 0.05 * MUTATIONS < valid < 0.95 * MUTATIONS
    assert longest < 1.0
    assert grown < 100_000_000
