"""The page of an examination, to print and sign: one page of A4 in plain text."""

from __future__ import annotations

import textwrap
from datetime import datetime

from bedside.stage.examination.examination import Examination
from bedside.stage.examination.finding import Finding, Standing

COLUMNS, LINES = 80, 60

_MARKS = {Standing.GOOD: "good", Standing.LOOK: "LOOK", Standing.STATED: ""}
_BEFORE = 24
# The only line that may be long: it is for those who look for a fault.
_LONG = "Libraries"
_LONG_LINES = 9

_SIGNED = f"""\
Beds whose letters at “Same sound” are equal sound the same; they can be read over the phone.

Name {"_" * 26}  Date {"_" * 12}  Signature {"_" * 18}"""


def page(examined: Examination, when: datetime) -> str:
    """Return the page, at most 80 columns and 60 lines; where it would be longer, each finding is shortened."""
    for said, advice in ((3, 3), (2, 2), (2, 1), (1, 1)):
        lines = _page(examined, when, said, advice)
        if len(lines) <= LINES:
            break
    return "\n".join(lines[:LINES]) + "\n"


def _page(examined: Examination, when: datetime, said: int, advice: int) -> list[str]:
    title, date = "bedside: examination of a bed", f"{when:%Y-%m-%d %H:%M}"
    looks = list(dict.fromkeys(each.what for each in examined.looks))
    result = f"LOOK AT: {', '.join(looks)}." if looks else "EVERYTHING IS GOOD."
    lines = [f"{title}{date:>{COLUMNS - len(title)}}", "=" * COLUMNS, "", *textwrap.wrap(result, COLUMNS), ""]
    for each in examined.findings:
        lines += _finding(each, said, advice)
    return [*lines, "", *textwrap.wrap(_SIGNED.partition("\n")[0], COLUMNS), "", "", _SIGNED.rpartition("\n")[2]]


def _finding(found: Finding, said: int, advice: int) -> list[str]:
    before = f"{_MARKS[found.standing]:4}  {found.what:{_BEFORE - 8}}  "
    wrapped = _wrapped(found.said, _LONG_LINES if found.what == _LONG else said)
    return [
        *(f"{before if number == 0 else ' ' * _BEFORE}{line}" for number, line in enumerate(wrapped)),
        *(f"{' ' * (_BEFORE - 3)}-> {line}" if number == 0 else f"{' ' * _BEFORE}{line}"
          for number, line in enumerate(_wrapped(found.advice, advice)) if found.advice),
    ]  # fmt: skip


def _wrapped(text: str, most: int) -> list[str]:
    return textwrap.wrap(text, COLUMNS - _BEFORE, max_lines=most, placeholder=" …") or [""]
