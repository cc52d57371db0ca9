"""A thumbnail of a take's piano roll, a few kilobytes of SVG."""

from __future__ import annotations

from collections.abc import Sequence

from bedside.music.events import Player
from bedside.music.notes import Note
from bedside.review.drawings.playercolours import ON_EITHER

WIDTH, HEIGHT = 320, 64

# A smaller range of keys is centred in a range of this size, in semitones.
_SPAN = 24
_EDGE = 3.0

# The smallest visible note.
_SHORTEST = 1.4
_THINNEST = 2.9

# Children's notes are thicker, which tells players apart without colours.
_THICK = {Player.CHILD: 1.0, Player.CHILD2: 1.0, Player.THERAPIST: 0.65, Player.PARTNER: 0.65}

# The opacity of notes below each velocity; louder ones are opaque.
_LOUD = ((0.3, 0.5), (0.55, 0.7), (0.8, 0.85))

# The most notes that are drawn, evenly sampled: more would lie on the same pixels.
_MOST = 1500


def miniature(notes: Sequence[Note], seconds: float) -> str:
    """Return the notes of a take of ``seconds`` as SVG, without any text."""
    drawn = notes if len(notes) <= _MOST else [notes[number * len(notes) // _MOST] for number in range(_MOST)]
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" preserveAspectRatio="none">'
    if not drawn:
        return f"{head}</svg>"
    lowest, highest = min(note.key for note in drawn), max(note.key for note in drawn)
    room = max(_SPAN - (highest - lowest), 0) / 2
    low, span = lowest - room, max(highest - lowest, _SPAN) + 1
    across = WIDTH / max(seconds, 1e-9)
    tall = (HEIGHT - 2 * _EDGE) / span
    thick = max(tall, _THINNEST)
    groups = []
    for player, colour in ON_EITHER.items():
        bars: dict[float, list[str]] = {}
        for note in drawn:
            if note.player is player:
                louder = next((loud for most, loud in _LOUD if note.velocity < most), 1.0)
                middle = HEIGHT - _EDGE - (note.key - low + 0.5) * tall
                long = max(note.duration * across, _SHORTEST)
                bars.setdefault(louder, []).append(f"M{note.onset * across:.1f} {middle:.1f}h{long:.1f}")
        groups += [
            f'<path stroke="{colour}" stroke-width="{thick * _THICK[player]:.1f}" stroke-opacity="{loud}" '
            f'd="{"".join(each)}"/>'
            for loud, each in sorted(bars.items())
        ]
    return f'{head}<g fill="none">{"".join(groups)}</g></svg>'
