"""The review never interprets the child: no word that judges or diagnoses stands where anybody could read it."""

from __future__ import annotations

import ast
import re
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import click
import pytest
import typer

import bedside
from bedside import places
from bedside.cli.app import app
from bedside.review.report import html, pdf
from review.report.reports import filled, report
from review.web.desk import desk

# Stems, each from the beginning of a word on; what follows one, to its end, is part of it unless a $ ends it.
STEMS = (
    *("engag", "disengag", "anxi", "improv(?!is)", "improvement", "abnormal", "normal$", "normally", "better", "worse"),
    *("progress", "regress", "withdraw", "mood", "emotion", "happ(?!en)", "unhapp", "sad$", "sadder", "sadness"),
    *("disorder", "deficit", "symptom", "succe(?!ssive|ssion$)", "fail", "depress", "aggress", "patholog", "diagnos"),
    *("impair", "autis", "hyperactiv", "motivat", "unmotivat", "cooperat", "uncooperat", "complian", "compliant"),
    *("appropriate", "inappropriate", "adequate", "inadequate", "healthy", "unhealthy", "deteriorat", "decline$"),
    *("declining", "stressed", "afraid", "fearful", "distress", "traumati", "retard", "abilit", "disabilit"),
    *("angry", "anger$", "joy", "calmer", "restless", "attentive", "inattentive", "responsive", "unresponsive"),
    *("well-being", "wellbeing", "personality", "intelligen", "talent", "gifted", "weakness", "poor$", "poorly"),
)
# A score is of a game or a school; the T-score of Goal Attainment Scaling is called so.
SCORE = r"(?<!T-)(?<!t_)score"
WORDS = re.compile(
    r"(?<![A-Za-z])(?:" + "|".join(stem.replace("$", r"(?![a-z])") for stem in STEMS) + "|" + SCORE + ")[a-z]*", re.I
)

TOP = Path(bedside.__file__).parent
REVIEW = TOP / "review"

# Names of things that people never read: a key of JavaScript, an element of HTML.
UNREAD = {"disabled"}


def found(text: str) -> list[str]:
    """Return the words of a text that judge."""
    return [each[0] for each in WORDS.finditer(text) if each[0].lower() not in UNREAD]


def literals(source: str) -> Iterator[str]:
    """Yield every string of a module but its docstrings, which nobody reads on a page."""
    tree = ast.parse(source)
    documented = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    skipped = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, documented) and node.body and isinstance(node.body[0], ast.Expr)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in skipped:
            yield node.value


def helps() -> Iterator[str]:
    """Yield what the commands of the review say of themselves and of their options."""
    # typer has click's classes, or its own copies of them, by its version
    whole: Any = typer.main.get_command(app)
    for name in ("review", "measure", "export"):
        command = whole.commands[name]
        yield (
            command.get_help(click.Context(whole, info_name=name))
            if isinstance(command, click.Command)
            else str([command.help, *(getattr(each, "help", "") for each in command.params)])
        )


def texts() -> dict[str, str]:
    """Return all that is read: templates, scripts, translations, strings of the program, help."""
    there: dict[str, str] = {}
    for ending in ("*.html", "*.js", "*.svg"):
        there |= {str(file.relative_to(TOP)): file.read_text("utf-8") for file in REVIEW.rglob(ending)}
    for file in REVIEW.rglob("*.py"):
        there[str(file.relative_to(TOP))] = "\n".join(literals(file.read_text("utf-8")))
    words = places.shipped("assets") / "words"
    there |= {f"words/{file.name}": file.read_text("utf-8") for file in words.glob("*") if file.is_file()}
    return there | {f"help {number}": said for number, said in enumerate(helps())}


def judging(several: Mapping[str, str]) -> list[str]:
    """Return each word that judges, with where it stands."""
    return [f"{where}: {word}" for where, text in several.items() for word in found(text)]


def test_no_text_judges_the_child() -> None:
    """No template, script, string, translation or help of the review holds a word of the list."""
    several = texts()
    known = {"review/web/templates/weeks.html", "review/report/page.html", "review/readings/terms.py", "help 1"}
    assert known <= set(several)
    assert judging(several) == []


@pytest.mark.slow
def test_no_report_judges_the_child(tmp_path: Path) -> None:
    """What a report adds to the words of people holds no word of the list, as a page and as a PDF."""
    with desk(tmp_path / "kept") as there:
        made = report(filled(there))
    file = tmp_path / "report.pdf"
    file.write_bytes(pdf.write(made))
    text = subprocess.run(["pdftotext", str(file), "-"], capture_output=True, check=True, text=True).stdout
    assert judging({"html": html.write(made, {}).decode(), "pdf": text}) == []


@pytest.mark.parametrize(
    "planted",
    [
        *("The child was engaged.", "<p>Engagement: 0.8</p>", "less anxious than before", "an improved rhythm"),
        *("a normal tempo", "Better than last week", "It got worse", "No progress", "withdrawn", "mood", "emotional"),
        *("happy", "a sad song", "a deficit of attention", "symptoms", "Success!", "failed", "score: 3", "High scores"),
        *("unhappy", "abnormal", "diagnosis", "behaves inappropriately", "IMPROVEMENT"),
    ],
)
def test_a_planted_word_is_found(planted: str) -> None:
    """Each word is seen in any case, in the middle of a text and as the stem of a longer word."""
    assert found(planted)


@pytest.mark.parametrize(
    "lawful",
    [
        *("an improvisation", "to improvise", "T-score", "t_score", "what happens", "successive notes"),
        *("the normalised curve", "a saddle", "Kept in the crossed row", "no data", "the band of earlier sessions"),
    ],
)
def test_words_of_music_are_let_pass(lawful: str) -> None:
    """Words that merely begin alike are none of the list."""
    assert found(lawful) == []


def test_a_word_planted_anywhere_is_found() -> None:
    """In a string, in a part of a composed one and in a default it is seen; in a docstring nobody reads it."""
    source = '"""Normal."""\ndef f(a="anxious"):\n    """Engaged."""\n    return f"was {a} and happy" + "worse"\n'
    words = judging({"planted": "\n".join(literals(source))})
    assert sorted(words) == ["planted: anxious", "planted: happy", "planted: worse"]
