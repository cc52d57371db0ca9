"""Load instruments from the cache, or bake them if they are missing; always in the order of the catalogue."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from pathlib import Path

from bedside import places
from bedside.errors import BedsideError
from bedside.music.events import Event, NoteOn, Player, Program
from bedside.sound.instrument import Instrument
from bedside.sound.library import cache, catalogue


def cache_folder() -> Path:
    """Return the folder that keeps baked instruments between two starts."""
    return places.user_cache() / "instruments"


def load(
    rate: int,
    progress: Callable[[float], None] = lambda _share: None,
    names: Collection[str] | None = None,
    own: Path | None = None,
) -> list[Instrument]:
    """Return the instruments with these ``names`` at a sample rate; by default all that can be used.

    ``own`` is the user's folder of sounds. ``progress`` gets each further share of the work; they add up to 1. Raises
    BedsideError if the program's own files are missing or damaged, or if a named instrument cannot be used.
    """
    recipes = [recipe for recipe in catalogue.recipes(own) if names is None or recipe.name in names]
    loaded = []
    for recipe in recipes:
        done = 0.0

        def moved(share: float) -> None:
            nonlocal done
            progress((share - done) / len(recipes))
            done = share

        try:
            loaded.append(cache.load(recipe, rate, cache_folder(), moved))
        except BedsideError:
            if names is not None:
                raise
        moved(1.0)
    return loaded


def load_played(
    events: Sequence[Event],
    rate: int,
    own: Path,
    say: Callable[[str], None],
    progress: Callable[[float], None] = lambda _share: None,
) -> list[Instrument]:
    """Return the instruments that ``events`` are played on, at a sample rate, including the user's own in ``own``.

    ``say`` gets a sentence for each instrument that no longer exists, ``progress`` each further share of the work.
    """
    for name in missing_instruments(events, own):
        say(f"The instrument “{name}” no longer exists; what was played on it is heard on the one before it.")
    return load(rate, progress, instruments_played(events, own), own)


def missing_instruments(events: Iterable[Event], own: Path | None = None) -> list[str]:
    """Return the names of the instruments that notes were played on and that no longer exist, sorted."""
    known = {recipe.name for recipe in catalogue.recipes(own)}
    asked: dict[Player, str] = {}
    used = set()
    for event in events:
        match event:
            case Program(player, name):
                asked[player] = name
            case NoteOn(player) if player in asked:
                used.add(asked[player])
    return sorted(used - known)


def instruments_played(events: Iterable[Event], own: Path | None = None) -> set[str]:
    """Return the names of the instruments that notes are played on.

    As in the engine, a player begins with the first instrument of the catalogue, and a program change to one that does
    not exist is ignored. ``own`` is the user's folder of sounds.
    """
    known = [recipe.name for recipe in catalogue.recipes(own)]
    programs = dict.fromkeys(Player, known[0])
    used = set()
    for event in events:
        match event:
            case Program(player, name) if name in known:
                programs[player] = name
            case NoteOn(player):
                used.add(programs[player])
    return used or {known[0]}
