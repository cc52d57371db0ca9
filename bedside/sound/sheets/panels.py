"""The panels in the lower row of a portrait, one finding each, and the colours, fonts and axes of the page."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from bedside.sound.sheets.findings import HELD_SECONDS, Findings, Ringing
from bedside.sound.sheets.sheet import Subject, key_name

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

NIGHT, PANEL, RULE = "#0d1320", "#111a2b", "#24304a"
INK, PALE, DIM = "#efe9dc", "#a9b3c8", "#7d8aa5"
GOLD, TEAL = "#eebf74", "#7cc4b8"

# Partials from low to high, or pieces.
_LINES = ("#eebf74", "#e2977c", "#cf86a4", "#a595dc", "#7eaee2", "#7cc4b8", "#a8cf8e", "#d9d58b")

# Both fonts come with matplotlib, so that the page is the same on every machine.
PLAIN, SERIF = "DejaVu Sans", "STIXGeneral"

# The margins of the page; bottom and height of the lower row; left and width of its panels.
LEFT, RIGHT = 0.052, 0.952
_LOWER, _TALL = 0.1, 0.28
_FIRST, _SECOND, _THIRD, _FOURTH = (LEFT, 0.28), (0.487, 0.12), (0.659, 0.12), (0.832, 0.12)

_SHOWN_DB = 60.0
_LONGEST_SECONDS = 16.0

# Tolerances for a key in tune, and for pieces of equal loudness.
_IN_TUNE_CENTS, _EVEN_LU = 2.0, 2.0

# Tick marks on a logarithmic axis; the finer ones are for when the others are too few.
_MARKS, _FINE_MARKS = (1, 2, 5), (1, 1.5, 2, 3, 4, 5, 6, 8)
_FEWEST_MARKS = 3


def draw_ringing(figure: Figure, subject: Subject, ringing: Sequence[Ringing]) -> None:
    """Draw the decay of each partial, or of each piece of a set, and list their T60."""
    what = "Its pieces fall" if subject.pieces else f"Partials of {key_name(subject.register)}"
    axes = _panel(figure, _FIRST, what, "seconds", "dB")
    axes.set_ylim(-_SHOWN_DB, 4)
    axes.set_yticks([-60, -40, -20, 0])
    if not ringing:
        _nothing(axes, "no line stands out")
        return
    top = max(float(each.trace.db.max()) for each in ringing)
    last = 0.2
    for number, each in enumerate(ringing):
        db = each.trace.db - top
        axes.plot(each.trace.seconds, db, color=_line(number), linewidth=1.4, solid_capstyle="round")
        heard = each.trace.seconds[db > -_SHOWN_DB]
        last = max(last, float(heard[-1]) if heard.size else 0.0)
        if each.fall is not None:
            ends = np.array([each.fall.begin, each.fall.end])
            fitted = each.fall.db - top - 60 / each.fall.t60 * (ends - each.fall.begin)
            axes.plot(ends, fitted, color=INK, linewidth=1, dashes=(1.5, 2.5))
    axes.set_xlim(0, min(last, _LONGEST_SECONDS))
    if subject.instrument.sustained:
        axes.axvline(HELD_SECONDS, color=PALE, linewidth=0.7, alpha=0.5)
        axes.text(HELD_SECONDS, 1, "  let go", color=DIM, fontsize=9, family=PLAIN)
    _legend(axes, ringing)


def draw_tails(figure: Figure, subject: Subject, findings: Findings) -> None:
    """Draw the T60 of the fundamental of each key."""
    title = "T60 once let go" if subject.instrument.sustained else "T60 of the fundamental"
    axes = _panel(figure, _SECOND, title, "key", "seconds")
    found = [(each.key, each.t60) for each in findings.tuning if not math.isnan(each.t60)]
    _keys(axes, subject)
    if not found:
        _nothing(axes, "steady")
        return
    keys, times = zip(*found, strict=True)
    _dots(axes, keys, times, GOLD)
    _log_seconds(axes, min(times), max(times))


def draw_tuning(figure: Figure, subject: Subject, findings: Findings) -> None:
    """Draw the pitch error of each key from equal temperament."""
    axes = _panel(figure, _THIRD, "Pitch error", "key", "cents")
    found = [(each.key, each.cents) for each in findings.tuning if not math.isnan(each.cents)]
    _keys(axes, subject)
    axes.axhspan(-_IN_TUNE_CENTS, _IN_TUNE_CENTS, color=TEAL, alpha=0.13, linewidth=0)
    if not found:
        _nothing(axes, "no pitch")
        return
    keys, errors = zip(*found, strict=True)
    _dots(axes, keys, errors, TEAL)
    most = max(5.0, 1.2 * max(abs(error) for error in errors))
    axes.set_ylim(-most, most)


def draw_tails_of_pieces(figure: Figure, ringing: Sequence[Ringing]) -> None:
    """Draw the T60 of each piece of a set."""
    axes = _panel(figure, _SECOND, "T60 of each piece", "", "seconds")
    times = [each.fall.t60 if each.fall else math.nan for each in ringing]
    _columns(axes, [each.label.split()[0] for each in ringing], times)
    heard = [time for time in times if not math.isnan(time)]
    if heard:
        _log_seconds(axes, min(heard), max(heard))


def draw_balance(figure: Figure, findings: Findings) -> None:
    """Draw the loudness of each piece of a set at the same velocity."""
    axes = _panel(figure, _THIRD, "Struck equally hard", "", "LUFS")
    levels = [level for _, level in findings.balance]
    _columns(axes, [label for label, _ in findings.balance], levels)
    middle = float(np.median(levels))
    axes.axhspan(middle - _EVEN_LU, middle + _EVEN_LU, color=TEAL, alpha=0.13, linewidth=0)
    spread = max(8.0, 1.2 * max(abs(level - middle) for level in levels))
    axes.set_ylim(middle - spread, middle + spread)


def draw_loudness(figure: Figure, findings: Findings) -> None:
    """Draw the loudness of a note at each velocity."""
    axes = _panel(figure, _FOURTH, "Loudness", "velocity", "LUFS")
    velocities, levels = zip(*findings.loudness, strict=True)
    _dots(axes, velocities, levels, GOLD)
    axes.set_xlim(-0.06, 1.06)
    axes.set_xticks([0, 0.25, 0.5, 0.75, 1], labels=["0", "¼", "½", "¾", "1"])
    axes.set_ylim(10 * math.floor(min(levels) / 10) - 2, max(-10.0, max(levels) + 4))


def axes_at(figure: Figure, place: tuple[float, float, float, float]) -> Axes:
    """Return axes at a place of the page: left, bottom, width and height, 0–1."""
    axes = figure.add_axes(place, facecolor=PANEL)
    for side in axes.spines.values():
        side.set_visible(False)
    axes.tick_params(colors=DIM, labelsize=9, length=0, pad=5, labelfontfamily=PLAIN, which="both")
    axes.grid(visible=True, color=RULE, linewidth=0.7)
    axes.set_axisbelow(True)
    return axes


def text_style() -> dict[str, Any]:
    """Return the text style of axis labels."""
    return {"color": DIM, "fontsize": 9.5, "family": PLAIN}


def _panel(figure: Figure, place: tuple[float, float], title: str, across: str, up: str) -> Axes:
    """Return axes in the lower row, with a title and the units of both axes."""
    left, width = place
    axes = axes_at(figure, (left, _LOWER, width, _TALL))
    axes.set_title(title, loc="left", color=PALE, fontsize=11, family=PLAIN, pad=9)
    axes.set_xlabel(across, **text_style())
    axes.set_ylabel(up, **text_style())
    return axes


def _legend(axes: Axes, ringing: Sequence[Ringing]) -> None:
    """Write the legend of the lines, with the T60 of each, beside the axes."""
    step = min(0.098, 0.9 / len(ringing))
    rows = [("T60", "", DIM)]
    for number, each in enumerate(ringing):
        rows.append((_told(each.fall.t60) if each.fall else "steady", each.label, _line(number)))
    for number, (time, label, colour) in enumerate(rows):
        for at, text, side in ((1.03, label, "left"), (1.385, time, "right")):
            axes.text(
                at,
                0.99 - step * number,
                text,
                transform=axes.transAxes,
                color=colour,
                fontsize=9.5,
                family=PLAIN,
                ha=side,
                va="top",
            )


def _dots(axes: Axes, across: Sequence[float], up: Sequence[float], colour: str) -> None:
    axes.plot(across, up, color=colour, linewidth=1, alpha=0.45)
    axes.plot(across, up, "o", color=colour, markersize=3.8, markeredgewidth=0)


def _keys(axes: Axes, subject: Subject) -> None:
    instrument = subject.instrument
    octaves = [key for key in range(instrument.lowest, instrument.highest + 1) if key % 12 == 0]
    shown = octaves[:: 2 if len(octaves) > 5 else 1]
    axes.set_xlim(instrument.lowest - 1.5, instrument.highest + 1.5)
    axes.set_xticks(shown, labels=[key_name(key) for key in shown])


def _columns(axes: Axes, labels: Sequence[str], values: Sequence[float]) -> None:
    """Draw one value for each piece of a set, in the colour of its decay curve."""
    for number, value in enumerate(values):
        axes.plot([number], [value], "o", color=_line(number), markersize=7, markeredgewidth=0)
    axes.set_xlim(-0.6, len(labels) - 0.4)
    axes.set_xticks(range(len(labels)), labels=labels, rotation=90 if len(labels) > 5 else 0)
    axes.grid(visible=False, axis="x")


def _log_seconds(axes: Axes, least: float, most: float) -> None:
    axes.set_yscale("log")
    low, high = 0.6 * least, 1.7 * most
    for kind in (_MARKS, _FINE_MARKS):
        marks = [mark * 10.0**power for power in range(-3, 3) for mark in kind if low <= mark * 10.0**power <= high]
        if len(marks) >= _FEWEST_MARKS:
            break
    axes.set_ylim(low, high)
    axes.set_yticks(marks, labels=[f"{mark:g}" for mark in marks])
    axes.set_yticks([], minor=True)


def _nothing(axes: Axes, why: str) -> None:
    axes.text(0.5, 0.5, why, transform=axes.transAxes, color=DIM, fontsize=11, family=PLAIN, ha="center", va="center")


def _told(t60: float) -> str:
    return f"{t60:.0f} s" if t60 >= 10 else f"{t60:.1f} s" if t60 >= 1 else f"{t60:.2f} s"


def _line(number: int) -> str:
    return _LINES[number % len(_LINES)]
