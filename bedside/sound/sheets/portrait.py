"""The portrait of an instrument: one page with the spectrogram of its sheet and its measurements.

The page has the same layout for every instrument. Only this module and `panels` use matplotlib.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from bedside.files import replacing
from bedside.sound.sheets import panels
from bedside.sound.sheets.findings import Findings
from bedside.sound.sheets.panels import DIM, INK, LEFT, NIGHT, PALE, PLAIN, RIGHT, SERIF, TEAL, text_style
from bedside.sound.sheets.sheet import Passage, Subject, key_name
from bedside.sound.sheets.spectrogram import Spectrogram, spectrogram

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.colors import Colormap
    from matplotlib.figure import Figure

# 16:10, in inches and dots per inch.
_INCHES, _DOTS = (16.0, 10.0), 120
PIXELS = (round(_INCHES[0] * _DOTS), round(_INCHES[1] * _DOTS))

# The colours of the spectrogram, from silence to the loudest, and their range.
_DEPTHS = (NIGHT, "#141f3a", "#233a68", "#2f6285", "#4d938f", "#a9b982", "#eebf74", "#fdf3d8")
_DEPTH_DB = 76.0

# Bottom and height of the waveform and of the spectrogram.
_WAVE, _SPECTRUM = (0.752, 0.096), (0.472, 0.268)
_LEAD_SECONDS = 0.25

_METHOD = (
    "Heard as the engine plays it, in its usual room.  Decays and pitches are of the note itself.  "
    "T60: energy still to come, from −5 to −25 dB (ISO 3382-2).  Loudness: momentary (BS.1770)."
)


def draw(
    path: Path, subject: Subject, played: Sequence[Passage], sound: NDArray[np.float32], findings: Findings
) -> None:
    """Write the portrait as a PNG of size `PIXELS`; the passages ``played`` sounded as ``sound``, (frames, 2).

    Raises BedsideError if it cannot be written.
    """
    from matplotlib import style
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    # The user's own matplotlib settings do not apply.
    with style.context("default"):
        figure = Figure(figsize=_INCHES, dpi=_DOTS, facecolor=NIGHT)
        FigureCanvasAgg(figure)
        _heading(figure, subject, findings)
        _time(figure, subject, played, sound)
        panels.draw_ringing(figure, subject, findings.ringing)
        if subject.pieces:
            panels.draw_tails_of_pieces(figure, findings.ringing)
            panels.draw_balance(figure, findings)
        else:
            panels.draw_tails(figure, subject, findings)
            panels.draw_tuning(figure, subject, findings)
        panels.draw_loudness(figure, findings)
        figure.text(LEFT, 0.022, _METHOD, color=DIM, fontsize=8.5, family=PLAIN, alpha=0.8)
        with replacing(path) as file:
            figure.savefig(file, format="png", metadata={"Software": "bedside"})


def _heading(figure: Figure, subject: Subject, findings: Findings) -> None:
    instrument = subject.instrument
    title = instrument.name[:1].upper() + instrument.name[1:]
    figure.text(LEFT, 0.93, title, color=INK, fontsize=38, family=SERIF, va="baseline", parse_math=False)
    figure.text(LEFT, 0.897, subject.source, color=DIM, fontsize=10, family=PLAIN, va="baseline", parse_math=False)
    facts = [
        (f"{key_name(instrument.lowest)} – {key_name(instrument.highest)}", "range"),
        (key_name(subject.register), "register"),
        (subject.manner, "manner"),
        (f"{findings.span:.0f} LU", "soft to loud"),
        (str(len(subject.pieces)), "pieces") if subject.pieces else (_cents(findings), "greatest pitch error"),
        (f"{subject.megabytes:.0f} MB", "in memory"),
    ]
    # From the right; the width of each follows its text.
    at = RIGHT
    for value, caption in reversed(facts):
        figure.text(at, 0.945, value, color=INK, fontsize=16, family=PLAIN, ha="right", va="baseline")
        figure.text(at, 0.925, caption, color=DIM, fontsize=9.5, family=PLAIN, ha="right", va="baseline")
        at -= 0.028 + 0.0068 * max(len(value) * 1.08, len(caption) * 0.66)


def _cents(findings: Findings) -> str:
    errors = [abs(each.cents) for each in findings.tuning if not math.isnan(each.cents)]
    if not errors:
        return "no pitch"
    return f"{max(errors):.1f} cents" if max(errors) >= 0.1 else "< 0.1 cents"


def _time(figure: Figure, subject: Subject, played: Sequence[Passage], sound: NDArray[np.float32]) -> None:
    """Draw the waveform over time, and the spectrogram below it."""
    rate = subject.instrument.rate
    seconds = len(sound) / rate
    wave = panels.axes_at(figure, (LEFT, _WAVE[0], RIGHT - LEFT, _WAVE[1]))
    shown = panels.axes_at(figure, (LEFT, _SPECTRUM[0], RIGHT - LEFT, _SPECTRUM[1]))
    _wave(wave, sound, rate)
    _spectrogram(figure, shown, spectrogram(sound.mean(axis=1, dtype=np.float64), rate))
    for axes in (wave, shown):
        axes.set_xlim(-_LEAD_SECONDS, seconds)
        for part in played[1:]:
            axes.axvline(part.begin - _LEAD_SECONDS, color=PALE, linewidth=0.7, alpha=0.35)
    for part in played:
        _mark(wave, part.title, part.begin, 1.07, 11.0)
    for strike in played[0].strikes:
        if subject.pieces or strike.key % 12 == 0:
            _mark(shown, key_name(strike.key), strike.seconds, 0.945, 9.0)
    wave.set_xticks([])
    shown.set_xticks(np.arange(0, seconds - 2.2, 2))
    shown.text(1, -0.032, "seconds", transform=shown.transAxes, ha="right", va="top", **text_style())


def _mark(axes: Axes, what: str, seconds: float, height: float, size: float) -> None:
    """Label a time, at a height given as a fraction of the axes."""
    axes.annotate(what, (seconds, height), xycoords=("data", "axes fraction"), color=PALE, fontsize=size, family=PLAIN)


def _wave(axes: Axes, sound: NDArray[np.float32], rate: int) -> None:
    mono = sound.mean(axis=1)
    step = max(1, len(mono) // 2400)
    columns = mono[: len(mono) // step * step].reshape(-1, step)
    at = (np.arange(len(columns)) + 0.5) * step / rate
    level = np.sqrt(np.mean(columns.astype(np.float64) ** 2, axis=1))
    axes.fill_between(at, columns.min(axis=1), columns.max(axis=1), color=TEAL, alpha=0.5, linewidth=0)
    axes.fill_between(at, -level, level, color=TEAL, alpha=0.9, linewidth=0)
    most = max(float(np.abs(mono).max()), 1e-4)
    axes.set_ylim(-1.08 * most, 1.08 * most)
    axes.set_yticks([-most, 0, most], labels=[f"−{most:.2f}", "0", f"{most:.2f}"])
    axes.set_ylabel("amplitude", **text_style())
    axes.grid(visible=False)


def _spectrogram(figure: Figure, axes: Axes, seen: Spectrogram) -> None:
    top = float(seen.db.max())
    low, high = np.log10(seen.hz[0]), np.log10(seen.hz[-1])
    image = axes.imshow(
        seen.db,
        origin="lower",
        aspect="auto",
        extent=(float(seen.seconds[0]), float(seen.seconds[-1]), float(low), float(high)),
        cmap=_depths(),
        vmin=top - _DEPTH_DB,
        vmax=top - 2,
        interpolation="bilinear",
    )
    axes.set_facecolor(NIGHT)
    marks = [mark for mark in (50, 100, 200, 500, 1000, 2000, 5000, 10000) if seen.hz[0] <= mark <= seen.hz[-1]]
    axes.set_yticks(np.log10(marks), labels=[f"{mark // 1000}k" if mark >= 1000 else str(mark) for mark in marks])
    axes.set_ylabel("hertz", **text_style())
    axes.grid(visible=False)
    scale = figure.add_axes((RIGHT + 0.008, _SPECTRUM[0], 0.005, _SPECTRUM[1] * 0.9))
    bar = figure.colorbar(image, cax=scale)
    bar.outline.set_visible(False)
    bar.set_ticks([10 * math.floor(top / 10) - step for step in (0, 20, 40, 60)])
    scale.tick_params(colors=DIM, labelsize=8.5, length=0, labelfontfamily=PLAIN)
    scale.set_title("dB", color=DIM, fontsize=9, family=PLAIN, pad=7)


def _depths() -> Colormap:
    from matplotlib.colors import LinearSegmentedColormap

    return LinearSegmentedColormap.from_list("night", _DEPTHS)
