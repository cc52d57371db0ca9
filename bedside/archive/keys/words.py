"""A key as 24 words for paper, as BIP-39 has it: 11 bits a word, the last 8 bits a checksum.

Whoever has the words has the key. Python keeps copies of words, like of all strings, until it needs their memory for
something else; they cannot be wiped.
"""

from __future__ import annotations

import difflib
import hashlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from bedside.archive.keys.secret import KEY_BYTES
from bedside.archive.keys.wordlist import WORDS
from bedside.errors import BedsideError

COUNT = 24

_BITS = 11
_CHECK_BITS = COUNT * _BITS - 8 * KEY_BYTES
_KNOWN_BY = 4

_NUMBERS = {word: number for number, word in enumerate(WORDS)}
_BEGINNINGS = {word[:_KNOWN_BY]: word for word in WORDS if len(word) >= _KNOWN_BY}


@dataclass(frozen=True, slots=True)
class Correction:
    """A key that words with one mistake may mean, and the mistake in words; its repr does not show the key."""

    key: bytes = field(repr=False)
    sentence: str = field(repr=False)


def spell(key: bytes) -> list[str]:
    """Return the 24 words of a 32-byte key."""
    number = int.from_bytes(key, "big") << _CHECK_BITS | _checksum(key)
    return [WORDS[number >> _BITS * place & (1 << _BITS) - 1] for place in reversed(range(COUNT))]


def parse(text: str) -> list[str]:
    """Return the 24 words of a text: in any case, with numbers or signs between them, four letters of each suffice.

    Raise BedsideError that says which word is not one of the list, or that there are not 24.
    """
    typed = typed_words(text)
    if not typed:
        raise BedsideError("No words came; type the 24 words from the paper. Nothing was changed.")
    found: list[str] = []
    for number, word in enumerate(typed, 1):
        known = word if word in _NUMBERS else _BEGINNINGS.get(word[:_KNOWN_BY], "")
        if not known.startswith(word):
            raise BedsideError(f"Word {number}, “{word}”, is not one of the list{_alike(word)}. Nothing was changed.")
        found.append(known)
    if len(found) != COUNT:
        raise BedsideError(
            f"A key has {COUNT} words, and these are {len(found)}{_missing(found)}. Nothing was changed."
        )
    return found


def typed_words(text: str) -> list[str]:
    """Return the words of a text as they were typed, in small letters and without what numbers and divides them."""
    return [word for each in re.findall(r"\w+", text.casefold()) if (word := each.lstrip("0123456789"))]


def key_of(words: Sequence[str]) -> bytes | None:
    """Return the key of 24 words of the list, or None if they do not belong together."""
    return _key(_number(words))


def corrections(words: Sequence[str]) -> Iterator[Correction]:
    """Yield every key that these words would mean with one word exchanged, or with two neighbours in the other order.

    There are some 200, of which one at most is right; the recordings know which.
    """
    for at, (word, after) in enumerate(pairwise(words)):
        key = key_of([*words[:at], after, word, *words[at + 2 :]])
        if word != after and key is not None:
            yield Correction(key, f"words {at + 1} and {at + 2} are the other way round: {after}, then {word}")
    number = _number(words)
    for at, word in enumerate(words):
        place = _BITS * (COUNT - 1 - at)
        without = number - (_NUMBERS[word] << place)
        for other, name in enumerate(WORDS):
            key = _key(without + (other << place))
            if name != word and key is not None:
                yield Correction(key, f"word {at + 1} is not {word} but {name}")


def _number(words: Sequence[str]) -> int:
    number = 0
    for word in words:
        number = number << _BITS | _NUMBERS[word]
    return number


def _key(number: int) -> bytes | None:
    """Return the key that all the bits of 24 words say, or None if the checksum is not its own."""
    key = (number >> _CHECK_BITS).to_bytes(KEY_BYTES, "big")
    return key if number & (1 << _CHECK_BITS) - 1 == _checksum(key) else None


def _checksum(key: bytes) -> int:
    return hashlib.sha256(key).digest()[0]


def _alike(word: str) -> str:
    near = difflib.get_close_matches(word, WORDS, n=2, cutoff=0.7)
    return f"; perhaps {' or '.join(near)}" if near else ""


def _missing(found: Sequence[str]) -> str:
    twice = [number for number, (word, after) in enumerate(pairwise(found), 1) if word == after]
    return f"; word {twice[0]} is there twice" if twice and len(found) > COUNT else ""
