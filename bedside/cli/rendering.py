"""Shared by render and demo: instruments, sound files, and the record of what made the sound."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from bedside.cli.terminal import progress, say

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bedside.music.events import Event, Performed, Player
    from bedside.sound.instrument import Instrument


def render_to(
    performed: Sequence[Performed], instruments: Sequence[Instrument], heard: Sequence[Player], out: Path
) -> None:
    """Write the sound of these players in a take to a file, with progress on a terminal."""
    from bedside.sound import audiofile
    from bedside.sound.engine import offline

    rate = offline.sound_rate(performed)
    with progress("Rendering", offline.frames(performed)) as moved:
        audiofile.write(out, offline.render(performed, instruments, heard), rate, moved)


def instruments_of(data: Path, rate: int, events: Sequence[Event]) -> list[Instrument]:
    """Return the instruments that these events use, the user's own included."""
    from bedside.sound.library import loading

    with progress("Making the instruments", 1.0) as moved:
        return loading.load_played(events, rate, data / "sounds", say, moved)


def sound_made_by(data: Path) -> str:
    """Return what makes the sound on this machine, as the line that takes keep."""
    from bedside.sound.library import catalogue, provenance

    return provenance.made_by(catalogue.recipes(data / "sounds"))


def say_what_differs(then: str, data: Path, events: Sequence[Event]) -> None:
    """Say in one sentence if a take may sound different now; ``then`` is the take's own record of its sound."""
    from bedside.sound.library import catalogue, loading, provenance

    recipes = catalogue.recipes(data / "sounds")
    samples = {recipe.name for recipe in recipes if isinstance(recipe.origin, Path)}
    on_samples = bool(samples & loading.instruments_played(events, data / "sounds"))
    sentence = provenance.changes_since(then, provenance.made_by(recipes), on_samples=on_samples)
    if sentence is not None:
        say(sentence)
