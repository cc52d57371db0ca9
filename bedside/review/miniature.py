"""A take's piano roll in little, as a picture of a few kilobytes: who played when, how high and how loud."""

from __future__ import annotations

from collections.abc import Sequence

from bedside.music.events import Player
from bedside.music.notes import Note

WIDTH, HEIGHT = 320, 64

# The players' colours, in the middle between what a light and a dark page need.
COLOURS = {
    Player.CHILD: "#d98a1f",
    Player.CHILD2: "#d0669a",
    Player.THERAPIST: "#2f93c8",
    Player.PARTNER: "#8570d6",
}

# A smaller span of keys is drawn in the middle of one this large, in semitones.
_SPAN = 24
_EDGE = 3.0

# Of a long take so many notes are drawn at most, evenly chosen: more lie on the same pixels.
_MOST = 1500


def miniature(notes: Sequence[Note], seconds: float) -> str:
    """Return an SVG of the notes of a take of so many seconds; it holds no words."""
    drawn = notes if len(notes) <= _MOST else [notes[number * len(notes) // _MOST] for number in range(_MOST)]
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" preserveAspectRatio="none">'
    if not drawn:
        return f"{head}</svg>"
    lowest, highest = min(note.key for note in drawn), max(note.key for note in drawn)
    room = max(_SPAN - (highest - lowest), 0) / 2
    low, span = lowest - room, max(highest - lowest, _SPAN) + 1
    across = WIDTH / max(seconds, 1e-9)
    tall = (HEIGHT - 2 * _EDGE) / span
    groups = []
    for player, colour in COLOURS.items():
        bars = [
            f'<rect x="{note.onset * across:.1f}" y="{HEIGHT - _EDGE - (note.key - low + 1) * tall:.1f}" '
            f'width="{max(note.duration * across, 1.2):.1f}" height="{max(tall, 1.6):.1f}" '
            f'opacity="{0.45 + 0.55 * min(max(note.velocity, 0.0), 1.0):.2f}"/>'
            for note in drawn
            if note.player is player
        ]
        if bars:
            groups.append(f'<g fill="{colour}">{"".join(bars)}</g>')
    return f"{head}{''.join(groups)}</svg>"
