"""Every number is read as it was written, in words of either direction."""

from __future__ import annotations

import pygame
import pytest

from bedside.stage.sheet.lettering import Lettering
from bedside.stage.sheet.lines import is_rightward, line_runs
from bedside.stage.sheet.words import languages
from bedside.stage.sheet.words import words as wording

WHITE = (255, 255, 255)

# As Unicode writes them, and what a program that turns a line round makes of them.
NUMBERS = ("14", "18", "47", "120", "2346789", "-3", "3.5", "12:30")


@pytest.mark.parametrize("words", ["سلحفاة", "צב"])
@pytest.mark.parametrize("number", [*NUMBERS, *(str(number) for number in range(100))])
def test_a_number_among_words_from_right_to_left_is_not_turned_round(words: str, number: str) -> None:
    """The digits stand in one run from left to right, in their own order."""
    for line in (f"{words} {number}", f"{number} {words}", f"{words} {number} {words}"):
        runs = line_runs(line, rightward=False)
        digits = "".join(letter for run in runs if run.rightward for letter in run.text if letter.isdigit())
        assert digits == "".join(letter for letter in number if letter.isdigit())
        assert not any(letter.isdigit() for run in runs if not run.rightward for letter in run.text)


def test_a_code_among_arabic_words_keeps_its_order() -> None:
    """A patient's code stands left of the words that come before it, whole."""
    runs = line_runs("ابدأ مع tobi-masu-47", rightward=False)
    assert runs[0].text.strip() == "tobi-masu-47"
    assert [run.text.strip() for run in runs if not run.rightward] == ["مع", "ابدأ"]


def test_words_from_left_to_right_are_one_run() -> None:
    """English words with a number stay as they are."""
    assert [run.text for run in line_runs("10 pads", rightward=True)] == ["10 pads"]
    assert is_rightward("tobi-masu-47") and not is_rightward("سلحفاة 14")


@pytest.mark.parametrize("language", languages())
def test_numbers_in_every_line_of_every_language_are_drawn_in_order(language: str) -> None:
    """Each sentence with a place for a number or a code shows it as it is given."""
    words = wording(language)
    for key in words.table:
        said = words.say(key, who="14", code="tobi-14", seconds=14, db="14", percent=14, name="14", number=14, key="14")
        shown = "".join(run.text for run in line_runs(said, is_rightward(said)) if run.rightward)
        assert shown.count("14") == said.count("14"), key
        assert "41" not in shown


def test_the_picture_of_a_number_is_the_same_among_arabic_words() -> None:
    """What is drawn of 14 beside an Arabic word is what is drawn of 14 alone, pixel by pixel."""
    text = Lettering()
    if not text.writes("سلحفاة"):
        pytest.skip("no font of this system has Arabic letters")
    alone = text.line("14", 40, WHITE, rightward=True)
    among = text.line("سلحفاة 14", 40, WHITE, rightward=False)
    tall = alone.get_height()
    part = among.subsurface((0, among.get_height() - tall, alone.get_width(), tall))
    ours, theirs = pygame.surfarray.array_alpha(part), pygame.surfarray.array_alpha(alone)
    assert (ours == theirs).mean() > 0.99
    turned = text.line("41", 40, WHITE, rightward=True)
    assert (ours == pygame.surfarray.array_alpha(turned)).mean() < 0.95
