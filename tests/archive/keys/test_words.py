"""24 words on paper are the key: typed by a tired person, they still are, or the mistake is named."""

from __future__ import annotations

import hashlib
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bedside.archive.keys.wordlist import WORDS
from bedside.archive.keys.words import COUNT, corrections, key_of, parse, spell
from bedside.errors import BedsideError

KEY = hashlib.sha256(b"a bed").digest()

keys = st.binary(min_size=32, max_size=32)


def test_the_list_is_that_of_the_standard() -> None:
    """The list is BIP-39's English one to the byte: 2,048 words in order, each known by its first four letters."""
    assert hashlib.sha256("".join(f"{word}\n" for word in WORDS).encode()).hexdigest() == (
        "2f5eed53a4727b4bf8880d8f3f199efc90e58503646d9ff8eff3a2ed3b24dbda"
    )
    assert len({word[:4] for word in WORDS}) == len(WORDS) == 2048


@pytest.mark.parametrize(
    ("key", "words"),
    [
        ("00" * 32, "abandon " * 23 + "art"),
        (
            "7f" * 32,
            "legal winner thank year wave sausage worth useful " * 2
            + "legal winner thank year wave sausage worth title",
        ),
        (
            "80" * 32,
            "letter advice cage absurd amount doctor acoustic avoid " * 2
            + "letter advice cage absurd amount doctor acoustic bless",
        ),
        ("ff" * 32, "zoo " * 23 + "vote"),
        (
            "68a79eaca2324873eacc50cb9c6eca8cc68ea5d936f98787c60c7ebc74e6ce7c",
            "hamster diagram private dutch cause delay private meat slide toddler razor book happy fancy gospel tennis "
            "maple dilemma loan word shrug inflict delay length",
        ),
    ],
)
def test_words_are_those_of_the_standard(key: str, words: str) -> None:
    """The published vectors of BIP-39 hold, so any program that knows the standard reads the paper."""
    assert spell(bytes.fromhex(key)) == words.split()
    assert key_of(parse(words)) == bytes.fromhex(key)


@given(keys)
def test_words_are_the_key(key: bytes) -> None:
    """Any key is 24 words, and any 24 words of a key are that key."""
    words = spell(key)
    assert len(words) == COUNT
    assert key_of(words) == key


@given(keys, st.randoms(use_true_random=False))
def test_words_are_read_as_people_type_them(key: bytes, chance: Random) -> None:
    """Capitals, numbers, commas, line ends, and words cut after their fourth letter or later change nothing."""
    words = spell(key)
    typed = ""
    for number, word in enumerate(words, 1):
        cut = word[: chance.randint(4, 8)]
        written = chance.choice([cut, cut.upper(), cut.capitalize(), word])
        before = chance.choice(["", f"{number} ", f"{number}. ", f"{number}) ", "\t- "])
        typed += before + written + chance.choice([" ", "\n", ", ", "  \r\n", ";", ".\n"])
    assert parse(typed) == words


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("", "No words came"),
        ("1 2 3", "No words came"),
        ("legal winner", "these are 2"),
        ("abandon " * 25, "these are 25; word 1 is there twice"),
        ("abandon aband0n", "Word 2, “aband0n”, is not one of the list; perhaps abandon"),
        ("abandon Zürich", "Word 2, “zürich”, is not one of the list"),
        ("abandon legl", "Word 2, “legl”, is not one of the list; perhaps legal"),
        ("abandon abandonment", "Word 2, “abandonment”, is not one of the list; perhaps abandon"),
        ("abandon zo", "Word 2, “zo”"),
    ],
)
def test_a_word_that_is_wrong_is_named(typed: str, said: str) -> None:
    """A word that is not one of the list is named by its number, with the one that it may be."""
    with pytest.raises(BedsideError, match=said) as fault:
        parse(typed)
    assert str(fault.value).endswith("Nothing was changed.")


@settings(max_examples=5)
@given(keys, st.integers(0, COUNT - 1), st.sampled_from(WORDS))
def test_a_wrong_word_of_the_list_is_among_the_corrections(key: bytes, at: int, other: str) -> None:
    """With one word exchanged, the right key is one of some 200 that are possible, and the sentence names the word."""
    words = spell(key)
    right = words[at]
    words[at] = other
    if other == right:
        return
    found = {each.key: each.sentence for each in corrections(words)}
    assert len(found) < 400
    assert found[key] == f"word {at + 1} is not {other} but {right}"
    shown = repr(next(corrections(words)))
    assert key.hex() not in shown
    assert right not in shown


def test_two_words_the_other_way_round_are_among_the_corrections() -> None:
    """Two neighbours that were exchanged are found."""
    words = spell(KEY)
    words[5:7] = [words[6], words[5]]
    assert {each.key: each.sentence for each in corrections(words)}[KEY].startswith("words 6 and 7 are the other way")
