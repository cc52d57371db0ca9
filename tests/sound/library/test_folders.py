"""Folders of samples are found by what lies in them, and called after themselves."""

from pathlib import Path

import pytest

from bedside.sound.library import folders


def test_folders_are_found_by_name(tmp_path: Path) -> None:
    """Each folder with an SFZ file directly in it is found once, those of one name in the order of their places."""
    for place in ("a/Zither", "a/Empty", "b/Zither", "b/Bells", "b/Bells/inner"):
        (tmp_path / place).mkdir(parents=True)
    for file in ("a/Zither/z.SFZ", "b/Zither/z.sfz", "b/Bells/b.sfz", "b/loose.sfz"):
        (tmp_path / file).write_text("")
    found = folders.found(tmp_path / "a", tmp_path / "gone", tmp_path / "b", tmp_path / "a")
    assert found == [tmp_path / "b/Bells", tmp_path / "a/Zither", tmp_path / "b/Zither"]


@pytest.mark.parametrize("name", ["Old Piano", "ピアノ", "x" * 25, "é" * 30, "a" * 23 + "é", "line\nbreak", " "])
def test_the_name_is_the_folder_s_within_24_bytes(tmp_path: Path, name: str) -> None:
    """A short name stays as it is; others keep their beginning and stay apart from each other."""
    made = folders.instrument_name(tmp_path / name)
    assert 0 < len(made.encode()) <= 24
    assert made.isprintable()
    assert (made == name) == (len(name.encode()) <= 24 and name.isprintable() and bool(name.strip()))
    assert folders.instrument_name(tmp_path / (name + "1")) != made
