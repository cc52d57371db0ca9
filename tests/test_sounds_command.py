"""The real program lists its instruments, and leaves sheets of them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import soundfile

from bedside.sound.library import catalogue
from commands.program import bedside, done, sentence


@pytest.mark.slow
def test_the_instruments_are_listed(tmp_path: Path) -> None:
    """Every shipped instrument has a line: name, range, manner, register, size, source; in the order they have."""
    lines = done(tmp_path / "kept", "sounds").splitlines()
    patches = catalogue.shipped_patches()
    assert [line.split()[0] for line in lines] == [patch.name for patch in patches]
    for line, patch in zip(lines, patches, strict=True):
        assert patch.source in line
        assert (" sustained " if patch.sustained else " struck ") in line
        assert " MB " in line
    (marimba,) = [line.split() for line in lines if line.startswith("marimba ")]
    assert marimba[1:4] == ["E2–C7", "struck", "C4"]


def test_the_list_is_printed_for_machines(tmp_path: Path) -> None:
    """With --json the same list stands alone on standard output, with keys as MIDI numbers."""
    (marimba,) = json.loads(done(tmp_path / "kept", "sounds", "--json", "--only", "Marimba"))
    patch = next(patch for patch in catalogue.shipped_patches() if patch.name == "marimba")
    assert marimba.pop("megabytes") == pytest.approx(25, abs=15)
    assert marimba == {
        "name": "marimba",
        "lowest": patch.lowest,
        "highest": patch.highest,
        "register": patch.register,
        "sustained": False,
        "pieces": 1,
        "source": patch.source,
    }


@pytest.mark.slow
def test_a_sheet_is_left_of_one_instrument(tmp_path: Path) -> None:
    """--sheet with --only leaves one wave and one picture in a folder that it makes, and says where."""
    folder = tmp_path / "new" / "sheets"
    (made,) = json.loads(done(tmp_path / "kept", "sounds", "--sheet", folder, "--only", "marimba", "--json"))
    assert sorted(path.name for path in folder.iterdir()) == ["marimba.png", "marimba.wav"]
    assert (made["wave"], made["picture"]) == (str(folder / "marimba.wav"), str(folder / "marimba.png"))
    info = soundfile.info(made["wave"])
    assert (info.subtype, info.channels, info.samplerate) == ("FLOAT", 2, 48000)
    assert 20 < info.duration < 75
    assert Path(made["picture"]).read_bytes().startswith(b"\x89PNG\r\n")


@pytest.mark.slow
def test_an_instrument_of_ones_own_is_listed(tmp_path: Path) -> None:
    """A folder with an SFZ file in the data folder's sounds is listed; one that is broken is said, beside the list."""
    own = tmp_path / "kept" / "sounds"
    for name, text in (("Sines", "<region> sample=*sine lokey=60 hikey=64"), ("Broken", "<region> sample=none.wav")):
        (own / name).mkdir(parents=True)
        (own / name / "it.sfz").write_text(text)
    ended = bedside(tmp_path / "kept", "sounds")
    assert ended.code == 1
    (line,) = [line for line in ended.out.splitlines() if line.startswith("Sines ")]
    assert line.split()[1:3] == ["C4–E4", "sustained"]
    assert len(ended.out.splitlines()) == len(catalogue.shipped_patches()) + 1
    assert "Broken" in ended.err
    assert len(ended.err.splitlines()) == 1


@pytest.mark.slow
def test_what_cannot_be_done_is_said_in_a_sentence(tmp_path: Path) -> None:
    """A name that there is not, and a folder that cannot be made, end with 1 and one plain sentence."""
    said = sentence(bedside(tmp_path / "kept", "sounds", "--only", "zither"))
    assert said.startswith("There is no instrument called “zither”; there are harp, ")
    (tmp_path / "file").write_text("")
    said = sentence(bedside(tmp_path / "kept", "sounds", "--only", "harp", "--sheet", tmp_path / "file"))
    assert said == f"The folder {tmp_path / 'file'} cannot be made: {said.split(': ')[-1]}"
    assert [path.name for path in tmp_path.iterdir() if path.name != "kept"] == ["file"]
