"""A chart as SVG: marks have classes, so the page's style sheet colours them and no style is inline."""

from __future__ import annotations

from html import escape

from markupsafe import Markup

from bedside.review.drawings.drawing import Box, Dot, Line, Mark, Picture, Words


def svg(picture: Picture) -> Markup:
    """Return a picture as an SVG element that is labelled with its description."""
    head = (
        f'<svg class="chart" role="img" viewBox="0 0 {picture.width:g} {picture.height:g}" '
        f'aria-label="{escape(picture.alternative)}">'
    )
    # All text is escaped, above and in `_drawn`.
    return Markup(head + "".join(_drawn(mark) for mark in picture.marks) + "</svg>")  # noqa: S704


def _drawn(mark: Mark) -> str:
    match mark:
        case Line(points, style):
            path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
            return f'<polyline class="{escape(style)}" points="{path}"/>'
        case Box(x, y, width, height, style):
            return f'<rect class="{escape(style)}" x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}"/>'
        case Dot(x, y, radius, style):
            return f'<circle class="{escape(style)}" cx="{x:.1f}" cy="{y:.1f}" r="{radius:g}"/>'
        case Words(x, y, text, anchor, style):
            return (
                f'<text class="{escape(style)} {escape(anchor)}" x="{x:.1f}" y="{y:.1f}" aria-hidden="true">'
                f"{escape(text)}</text>"
            )
