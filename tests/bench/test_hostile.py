"""How much work a file or folder costs that is made to cost as much as it can."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from archive import test_hostile_midi as midi
from bench.verdict import at_most
from sound.library.sfz import test_hostile_sfz as sfz

MOST_SECONDS = 1.0


def test_hostile_files(tmp_path: Path, report: Callable[[str], None]) -> None:
    """The costliest MIDI file gets its sentence after so much work."""
    spent = {kind: midi.read(kind, tmp_path)[1] for kind in midi.FILES}
    worst = max(spent, key=lambda kind: spent[kind])
    report(f"MIDI, {worst}: {spent[worst]:.2f} s, {at_most(spent[worst], MOST_SECONDS)}")


def test_hostile_folders(tmp_path: Path, report: Callable[[str], None]) -> None:
    """The costliest folder of samples gets its sentence after so much work."""
    spent = {}
    for number, kind in enumerate(sfz.FOLDERS):
        (tmp_path / str(number)).mkdir()
        spent[kind] = sfz.loaded(kind, tmp_path / str(number))[1]
    worst = max(spent, key=lambda kind: spent[kind])
    report(f"samples, {worst}: {spent[worst]:.2f} s, {at_most(spent[worst], MOST_SECONDS)}")
