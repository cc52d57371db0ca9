"""What made the sound of a take: the program's code, the instruments' tables, and the arithmetic of the machine.

If all of it is equal, rendering a take again gives the bits that were heard. A take keeps it as one short line; takes
of earlier versions state only the program's version.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from pathlib import Path

import numpy as np
from threadpoolctl import threadpool_info

from bedside import __version__
from bedside.sound.library.recipe import Recipe, code

# The longest line that a take can hold, and the longest part of it.
LONGEST = 100
_LONGEST_PART = 14

# Digits of a hash: enough to reveal an accidental change; nobody forges one.
_DIGITS = 6

# At another rate all fingerprints are different, but the same ones match.
_RATE = 48_000


@dataclass(frozen=True, slots=True)
class Provenance:
    """What made a sound; a part that is unknown or absent is empty.

    ``version`` is the program's. ``code`` is a hash of the engine's source, ``tables`` of the shipped instruments'
    recipes, ``samples`` of the user's folders of samples. ``numpy`` is its version, ``blas`` the kernel that its
    library of linear algebra chose for this processor, and ``simd`` the widest instructions that numpy itself uses.
    """

    version: str
    code: str = ""
    tables: str = ""
    samples: str = ""
    numpy: str = ""
    blas: str = ""
    simd: str = ""


# How each part is named when the staff are told what has changed.
_WORDS = {
    "code": "the program",
    "tables": "its instruments",
    "samples": "your own sounds",
    "numpy": "its library of numbers",
    "blas": "this computer’s arithmetic",
    "simd": "this computer’s arithmetic",
}


def made_by(recipes: Sequence[Recipe]) -> str:
    """Return the line that says what makes the sound of these instruments on this machine; takes about 50 ms.

    If that cannot be found out, the line holds only the program's version: the take is kept anyway.
    """
    try:
        return render(_found(recipes))
    except Exception:
        return render(Provenance(__version__))


def _found(recipes: Sequence[Recipe]) -> Provenance:
    configuration = np.show_config(mode="dicts")
    simd = configuration["SIMD Extensions"]
    return Provenance(
        version=__version__,
        code=code("sound.engine.offline").hex()[:_DIGITS],
        tables=_hash(recipe for recipe in recipes if not isinstance(recipe.origin, Path)),
        samples=_hash(recipe for recipe in recipes if isinstance(recipe.origin, Path)),
        numpy=np.__version__,
        blas=_kernel() or configuration["Build Dependencies"]["blas"]["name"],
        simd=[*simd.get("baseline", []), *simd.get("found", [])][-1],
    )


def _kernel() -> str:
    """Return the name of the BLAS kernel that numpy uses; empty if it does not tell."""
    loaded = [each for each in threadpool_info() if each["user_api"] == "blas"]
    loaded.sort(key=lambda each: "numpy" not in each["filepath"])
    return next((each["architecture"] for each in loaded if "architecture" in each), "")


def _hash(recipes: Iterable[Recipe]) -> str:
    prints = [recipe.fingerprint(_RATE) for recipe in recipes]
    return hashlib.sha256(" ".join(prints).encode()).hexdigest()[:_DIGITS] if prints else ""


def render(made: Provenance) -> str:
    """Return the line that a take keeps, at most `LONGEST` characters: ``bedside 0.1.0 code:8c2f01 numpy:2.4.6 …``."""
    parts = [(field.name, "".join(str(getattr(made, field.name)).split())[:_LONGEST_PART]) for field in fields(made)]
    line = " ".join([f"bedside {parts[0][1]}", *(f"{name}:{part}" for name, part in parts[1:] if part)])
    return line[:LONGEST]


def parse(line: str) -> Provenance:
    """Parse a line; unknown parts are ignored, and missing ones are empty."""
    words = line.split()
    version = words[1] if words[:1] == ["bedside"] and len(words) > 1 and ":" not in words[1] else ""
    said = dict(word.split(":", 1) for word in words if ":" in word)
    return Provenance(version, **{name: said[name] for name in _WORDS if name in said})


def changes_since(then: str, now: str, *, on_samples: bool) -> str | None:
    """Return a sentence for the staff if a take may not sound exactly as before; None if its bits are the same.

    ``then`` is the line that the take keeps, ``now`` that of `made_by`. The user's folders of samples count only for a
    take that is played ``on_samples``.
    """
    was, is_ = parse(then), parse(now)
    if not (was.code and is_.code):
        return "It is not known what made the sound of this take, so it may differ slightly from what was heard."
    changed = [
        words
        for name, words in _WORDS.items()
        if getattr(was, name) != getattr(is_, name) and (name != "samples" or on_samples)
    ]
    if not changed:
        return None
    *first, last = dict.fromkeys(changed)
    what = f"{', '.join(first)} and {last}" if first else last
    return f"This take may sound slightly different from what was heard: since then, a change was made to {what}."
