"""What made the sound of a take: the version of the sound, the instruments' tables, and the program's code.

Within one version of the sound, equal tables and samples give the bits that were heard: the arithmetic is the same on
every machine. A take keeps it as one short line. Takes from before version 2 name the kernels of their machine instead,
and the first ones only the program's version.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from pathlib import Path

import numpy as np

from bedside import __version__
from bedside.sound.library import cache, loading
from bedside.sound.library.recipe import Recipe, code
from bedside.sound.version import SOUND

# The longest line that a take can hold, and the longest part of it.
LONGEST = 100
_LONGEST_PART = 14

# Digits of a hash: enough to reveal an accidental change; nobody forges one.
_DIGITS = 6

# The rate of the bed. At another one all hashes are different, but the same ones match.
_RATE = 48_000


@dataclass(frozen=True, slots=True)
class Provenance:
    """What made a sound; a part that is unknown or absent is empty.

    ``version`` is the program's and ``sound`` that of the sound. ``tables`` is a hash of the shipped instruments'
    tables as they are in the cache, empty unless all are there; ``samples`` one of the user's folders of samples.
    ``code`` is a hash of the engine's source, and ``numpy`` a version: within one version of the sound they decide
    nothing, and are kept for those who look for a fault. Takes without ``sound`` have ``tables`` of the recipes alone,
    the kernel ``blas`` of the library of linear algebra, and the widest instructions ``simd`` that numpy used.
    """

    version: str
    sound: str = ""
    code: str = ""
    tables: str = ""
    samples: str = ""
    numpy: str = ""
    blas: str = ""
    simd: str = ""


# How each part is named when the staff are told what has changed.
_WORDS = {
    "sound": "the program",
    "tables": "its instruments",
    "samples": "your own sounds",
    "numpy": "its library of numbers",
}


def made_by(recipes: Sequence[Recipe]) -> str:
    """Return the line that says what makes the sound of these instruments on this machine.

    What cannot be found out is left out: the take is kept anyway.
    """
    try:
        return render(_found(recipes))
    except Exception:
        return render(Provenance(__version__, str(SOUND)))


def _found(recipes: Sequence[Recipe]) -> Provenance:
    return Provenance(
        version=__version__,
        sound=str(SOUND),
        code=code("sound.engine.offline").hex()[:_DIGITS],
        tables=_tables([recipe for recipe in recipes if not isinstance(recipe.origin, Path)]),
        samples=_hash(recipe.fingerprint(_RATE) for recipe in recipes if isinstance(recipe.origin, Path)),
        numpy=np.__version__,
    )


def _tables(recipes: Sequence[Recipe]) -> str:
    """Return a hash of the tables that are there; empty unless all are."""
    sums = [cache.checksum(cache.table_path(recipe, _RATE, loading.cache_folder())) for recipe in recipes]
    if None in sums:
        return ""
    return _hash(f"{recipe.name} {each}" for recipe, each in zip(recipes, sums, strict=True))


def _hash(lines: Iterable[str]) -> str:
    text = " ".join(lines)
    return hashlib.sha256(text.encode()).hexdigest()[:_DIGITS] if text else ""


def render(made: Provenance) -> str:
    """Return the line that a take keeps, at most `LONGEST` characters: ``bedside 0.2.0 sound:2 code:8c2f01 …``."""
    parts = [(field.name, "".join(str(getattr(made, field.name)).split())[:_LONGEST_PART]) for field in fields(made)]
    line = " ".join([f"bedside {parts[0][1]}", *(f"{name}:{part}" for name, part in parts[1:] if part)])
    return line[:LONGEST]


def parse(line: str) -> Provenance:
    """Parse a line; unknown parts are ignored, and missing ones are empty."""
    words = line.split()
    version = words[1] if words[:1] == ["bedside"] and len(words) > 1 and ":" not in words[1] else ""
    said = dict(word.split(":", 1) for word in words if ":" in word)
    return Provenance(
        version, **{field.name: said[field.name] for field in fields(Provenance)[1:] if field.name in said}
    )


def changes_since(then: str, now: str, *, on_samples: bool) -> str | None:
    """Return a sentence for the staff if a take may not sound exactly as before; None if its bits are the same.

    ``then`` is the line that the take keeps, ``now`` that of `made_by`. The user's folders of samples count only for a
    take that is played ``on_samples``.
    """
    was, is_ = parse(then), parse(now)
    if not (was.sound or was.code):
        return "It is not known what made the sound of this take, so it may differ slightly from what was heard."
    changed = [words for part, words in _WORDS.items() if _differ(was, is_, part, on_samples=on_samples)]
    if not changed:
        return None
    *first, last = dict.fromkeys(changed)
    what = f"{', '.join(first)} and {last}" if first else last
    return f"This take may sound slightly different from what was heard: since then, a change was made to {what}."


def _differ(was: Provenance, is_: Provenance, part: str, *, on_samples: bool) -> bool:
    before: str = getattr(was, part)
    after: str = getattr(is_, part)
    match part:
        case "samples":
            return on_samples and before != after
        case "tables":
            # Where they are not known, they are those of the version.
            return bool(before and after) and before != after
        case "numpy":
            return not was.sound and before != after
    return before != after
