"""``bedside doctor`` never fails, whatever the machine lacks."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bedside.sound.reference import bits
from bedside.sound.version import SOUND
from commands.program import Ended, bedside
from stage.examination import faults
from stage.examination.faults import gone, plant


def _without_everything(root: Path, *arguments: str) -> Ended:
    """Run the doctor where libraries, screen and language are broken, and a file is in the place of the data folder."""
    environ = plant(
        root / "planted",
        sounddevice=faults.PORTAUDIO,
        soundfile=faults.SNDFILE,
        mido=gone("mido"),
        keyring=gone("keyring"),
        sqlcipher3=gone("sqlcipher3"),
        sitecustomize=faults.NO_METADATA + faults.NEARLY_FULL_DISK,
    )
    data = root / "kept"
    data.write_text("no folder")
    return bedside(
        data, "doctor", *arguments, **environ, DISPLAY=":987", PYTHONIOENCODING="ascii", LC_ALL="xx_YY.UTF-8"
    )


@pytest.mark.slow
def test_a_broken_machine_gets_its_page(tmp_path: Path) -> None:
    """Where nearly everything is broken at once, the page for the ward is printed whole, and names all of it."""
    ended = _without_everything(tmp_path, "--ward")
    assert (ended.code, ended.err) == (0, "")
    lines = ended.out.splitlines()
    assert len(lines) <= 60
    assert max(map(len, lines)) <= 80
    result = " ".join(lines[3:6])
    assert result.startswith("LOOK AT: ")
    for what in (
        "Screen",
        "Sound cards",
        "Sound",
        "MIDI keyboards",
        "Recordings",
        "Recording key",
        "Sound files",
        "Language",
    ):
        assert what in result
    assert "libportaudio2" in ended.out
    assert "Signature" in lines[-1]


@pytest.mark.slow
def test_without_portaudio_the_doctor_says_what_to_install(tmp_path: Path) -> None:
    """Where PortAudio is missing the ordinary examination ends with 0 and names the package."""
    environ = plant(tmp_path / "planted", sounddevice=faults.PORTAUDIO)
    ended = bedside(tmp_path / "kept", "doctor", **environ)
    assert (ended.code, ended.err) == (0, "")
    assert "apt install libportaudio2" in ended.out
    assert "nothing will be heard" in ended.out
    assert "did not foresee" not in ended.out


@pytest.mark.slow
def test_the_page_as_values_holds_the_hash_of_the_sound(tmp_path: Path) -> None:
    """With --json the page is values alone: the version and the hashes of the sound, libraries, and each finding."""
    ended = bedside(tmp_path / "kept", "doctor", "--ward", "--json", "--audio", "a card that nobody has")
    assert (ended.code, ended.err) == (0, "")
    found = json.loads(ended.out)
    assert found["sound"] == SOUND
    here = bits.Bits(found["reference"]["tables"], found["reference"]["render"])
    assert here.digest == found["reference"]["digest"]
    assert here.groups == found["reference"]["groups"]
    assert found["libraries"]["numpy"]
    assert found["good"] is False
    assert {each["what"]: each["standing"] for each in found["findings"]}["Sound"] == "look"
    assert found["blocks"] > 5000
