"""A report as one self-contained HTML file; its content security policy forbids loading anything."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from bedside.review.drawings import playercolours
from bedside.review.drawings.drawing import time_span
from bedside.review.drawings.svg import svg
from bedside.review.report.blocks import (
    Block,
    Chart,
    MomentList,
    ReportTable,
    Section,
    SectionKind,
    SoundClip,
    TeamReport,
    Text,
)

_HERE = Path(__file__).parent
_KINDS = {Text: "text", ReportTable: "table", Chart: "chart", SoundClip: "sound", MomentList: "moments"}


def write(report: TeamReport, sounds: Mapping[str, bytes]) -> bytes:
    """Return a report as the bytes of an HTML file; ``sounds`` are the MP3 files of takes, by id."""
    style = playercolours.paper_sheet() + (_HERE / "page.css").read_text("utf-8")
    script = (_HERE / "page.js").read_text("utf-8")
    policy = (
        f"default-src 'none'; style-src '{_digest(style)}'; script-src '{_digest(script)}'; media-src data:; "
        "base-uri 'none'; form-action 'none'"
    )
    environment = Environment(
        loader=FileSystemLoader(_HERE), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )
    # Takes are numbered: their ids would show that two copies are of the same takes.
    numbers = {take: str(number) for number, take in enumerate(_takes(report), 1)}
    page = environment.get_template("page.html").render(
        report=_numbered(report, numbers),
        policy=policy,
        style=Markup(style),  # noqa: S704 - the program's own file
        script=Markup(script),  # noqa: S704 - the program's own file
        labels={str(kind): kind.label for kind in SectionKind},
        kinds=_KINDS,
        sounds={numbers[take]: _address(sound) for take, sound in sounds.items() if take in numbers},
        span=time_span,
        svg=svg,
    )
    return page.encode()


def _takes(report: TeamReport) -> list[str]:
    return list(
        dict.fromkeys(
            block.take
            for part in report.parts
            for section in part.sections
            for block in section.blocks
            if isinstance(block, SoundClip | MomentList)
        )
    )


def _numbered(report: TeamReport, numbers: Mapping[str, str]) -> TeamReport:
    def block(each: Block) -> Block:
        return replace(each, take=numbers[each.take]) if isinstance(each, SoundClip | MomentList) else each

    def section(each: Section) -> Section:
        return replace(each, blocks=tuple(block(one) for one in each.blocks))

    return replace(
        report,
        parts=tuple(replace(part, sections=tuple(section(each) for each in part.sections)) for part in report.parts),
    )


def _digest(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def _address(sound: bytes) -> str:
    return "data:audio/mpeg;base64," + base64.b64encode(sound).decode()
