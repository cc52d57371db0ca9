"""An examination always ends with a page: whatever the machine lacks is a sentence on it."""

from __future__ import annotations

import errno
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bedside import children, places
from bedside.errors import BedsideError
from bedside.stage.examination import prober
from bedside.stage.examination.examination import Examination
from bedside.stage.examination.finding import Finding, Scope, Standing
from bedside.stage.examination.page import page
from bedside.stage.examination.prober import PROBES, probed, run_all
from stage.examination import faults
from stage.examination.faults import gone, live_with, plant

_QUICK = tuple(name for name in PROBES if name not in ("sameness", "sound"))


def _examined(data: Path, *names: str) -> dict[str, Finding]:
    findings = run_all(Scope(data, None, 0.3, names or _QUICK), lambda _what: None)
    printed = page(Examination(tuple(findings)), datetime(2026, 11, 30, 12, 0, tzinfo=UTC))
    assert all(finding.what in printed for finding in findings)
    return {finding.what: finding for finding in findings}


# Tests keep no key in the key store of whoever runs them; here it is a planted one.
_ASKED = {"BEDSIDE_KEYRING": "on"}

# Planted modules or variables, the probe, and the words of its sentence.
_FAULTS: dict[str, tuple[dict[str, str], dict[str, str], str, str, str]] = {
    "no PortAudio": ({"sounddevice": faults.PORTAUDIO}, {}, "cards", "Sound cards", "apt install libportaudio2"),
    "no sounddevice": ({"sounddevice": gone("sounddevice")}, {}, "cards", "Sound cards", "“sounddevice” is missing"),
    "no libsndfile": ({"soundfile": faults.SNDFILE}, {}, "sound files", "Sound files", "apt install libsndfile1"),
    "no pygame": ({"pygame": gone("pygame")}, {}, "screen", "Screen", "“pygame” is missing or damaged"),
    "a dead display": ({}, {"DISPLAY": ":987"}, "screen", "Screen", "Is a screen plugged in"),
    "no such driver": ({}, {"SDL_VIDEODRIVER": "nonsense"}, "screen", "Screen", "Is a screen plugged in"),
    "SDL crashes": ({"pygame": faults.CRASHES}, {}, "screen", "Screen", "crashed"),
    "no mido": ({"mido": gone("mido")}, {}, "keyboards", "MIDI keyboards", "“mido” is missing or damaged"),
    "MIDI hangs": ({"mido": faults.HANGS}, {}, "keyboards", "MIDI keyboards", "did not answer"),
    "no SQLCipher": (
        {"sqlcipher3": gone("sqlcipher3")},
        {},
        "key",
        "Recording key",
        "encrypts the recordings is missing",
    ),
    "no keyring": ({"keyring": gone("keyring")}, _ASKED, "key", "Recording key", "“keyring” is missing or damaged"),
    "a key store hangs": ({"keyring": faults.HANGS}, _ASKED, "key", "Recording key", "did not answer"),
    "no metadata": ({"sitecustomize": faults.NO_METADATA}, {}, "libraries", "Libraries", "is not known"),
    "a full disk": ({"sitecustomize": faults.FULL_DISK}, {}, "data", "Recordings", "writable"),
    "little room": ({"sitecustomize": faults.NEARLY_FULL_DISK}, {}, "data", "Recordings", "nearly full"),
    "no cache": ({}, {"BEDSIDE_CACHE": "/proc/nowhere"}, "cache", "Instruments kept", "makes the instruments anew"),
    "no platformdirs": ({"platformdirs": gone("platformdirs")}, {}, "cache", "Instruments kept", "“platformdirs”"),
    "an old clock": ({"sitecustomize": faults.LONG_AGO}, {}, "clock", "Clock", "set date and time"),
    "an unknown language": ({}, {"LC_ALL": "xx_YY.UTF-8"}, "language", "Language", "does not know that language"),
}


@pytest.mark.slow
@pytest.mark.parametrize("fault", _FAULTS)
def test_what_is_broken_is_a_sentence(fault: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each thing that is broken is to be looked at, with advice in one sentence, and the next probe runs."""
    modules, environ, name, what, words = _FAULTS[fault]
    data = tmp_path / "kept"
    data.mkdir()
    live_with(monkeypatch, {**plant(tmp_path / "planted", **modules), **environ})
    monkeypatch.setattr(prober, "PROBES", {**PROBES, name: replace(PROBES[name], seconds=8.0)})
    found = _examined(data, name, "computer")
    assert found[what].standing is Standing.LOOK
    assert words in found[what].advice
    assert found[what].advice.endswith((".", "?"))
    assert "Error" not in found[what].advice
    assert found["Computer"].values["processors"]
    assert list(data.iterdir()) == []


@pytest.mark.slow
def test_without_portaudio_the_engine_is_measured_unheard(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where PortAudio is missing the engine plays unheard, is not replaced, and its late blocks are counted."""
    live_with(monkeypatch, plant(tmp_path / "planted", sounddevice=faults.PORTAUDIO))
    found = _examined(tmp_path / "kept", "sound")
    assert found["Sound"].standing is Standing.LOOK
    assert "nothing will be heard" in found["Sound"].said
    assert found["Sound"].values["heard_on"] is None
    assert "64 voices" in found["Late blocks"].said
    assert "without a sound card" in found["Touch to sound"].said


@pytest.mark.slow
def test_without_numbers_nothing_is_measured(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where numpy is missing neither sound nor sameness is known, and both say why."""
    live_with(monkeypatch, plant(tmp_path / "planted", numpy=gone("numpy")))
    found = _examined(tmp_path / "kept", "sound", "sameness")
    for what in ("Sound", "Same sound"):
        assert "“numpy” is missing" in found[what].advice


@pytest.mark.slow
def test_this_machine_is_examined_and_nothing_is_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The quick probes each answer here, in their order, and leave neither a data folder nor a file."""
    live_with(monkeypatch, {})
    found = _examined(tmp_path / "kept")
    assert list(found) == [what for name in _QUICK for what in PROBES[name].whats]
    for name in _QUICK:
        assert found[PROBES[name].whats[0]].values.keys() == set(PROBES[name].keys)
    assert found["Recordings"].said.endswith("made at the first start")
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_cannot_be_used_is_told(tmp_path: Path) -> None:
    """A file in the place of the data folder, or a folder nobody can write in, is to be looked at."""
    file = tmp_path / "file"
    file.write_text("no folder")
    for data, words in (
        (file, "a file is in the place"),
        (file / "kept", "a file is in"),
        (Path("/proc/kept"), "cannot"),
    ):
        (found,) = probed("data", Scope(data, None, 0.0, ()))
        assert found.standing is Standing.LOOK
        assert words in found.said
        assert str(data) in found.advice


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        (BedsideError("The instruments are missing; install it again."), "The instruments are missing"),
        (OSError(errno.EIO, "x"), "the disk does not answer"),
        (OSError("cannot load library"), "A library that it needs"),
        (ImportError("x"), "A library that it needs"),
        (ZeroDivisionError("x"), "ZeroDivisionError"),
    ],
)
def test_any_fault_of_a_probe_is_a_finding(
    fault: Exception, words: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever a probe raises, its keys are there without values, and a sentence says what happened."""

    def fails(_scope: Scope) -> list[Finding]:
        raise fault

    monkeypatch.setattr(prober, "PROBES", {"screen": replace(PROBES["screen"], run=fails)})
    found, touch = probed("screen", Scope(tmp_path, None, 0.0, ()))
    assert words in found.advice
    assert found.values == dict.fromkeys(PROBES["screen"].keys)
    assert (touch.what, touch.standing) == ("Touch", Standing.STATED)


def test_missing_instruments_are_told_by_their_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the program's own files are gone, the hash says so in the program's own words."""
    monkeypatch.setattr(places, "shipped", lambda name: tmp_path / name)
    (found,) = probed("sameness", Scope(tmp_path, None, 0.0, ()))
    assert "instruments that belong to the program are missing" in found.advice


def test_a_system_that_starts_no_process_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where no process can be started every probe is answered for."""

    def refuses(*_arguments: object, **_settings: object) -> None:
        raise OSError(errno.EAGAIN, "x")

    monkeypatch.setattr(children, "launch", refuses)
    found = run_all(Scope(tmp_path, None, 0.0, _QUICK), lambda _what: None)
    assert [each.what for each in found] == [what for name in _QUICK for what in PROBES[name].whats]
    assert {each.standing for each in found if each.advice} == {Standing.LOOK}


@pytest.fixture
def examined() -> Callable[[Standing, str], Examination]:
    """Give examinations that found the same of everything."""

    def make(standing: Standing, said: str) -> Examination:
        whats = [what for probe in PROBES.values() for what in probe.whats]
        return Examination(tuple(Finding(what, said, standing, said) for what in whats))

    return make


@pytest.mark.parametrize("said", ["short", "a long sentence that goes on " * 20, "/a-path-without-a-space" * 40])
@pytest.mark.parametrize("standing", Standing)
def test_the_page_is_one_page(examined: Callable[[Standing, str], Examination], standing: Standing, said: str) -> None:
    """However much was found, the page has at most 60 lines of 80 columns, every finding, and room to sign."""
    lines = page(examined(standing, said), datetime(2026, 11, 30, 12, 0, tzinfo=UTC)).splitlines()
    assert len(lines) <= 60
    assert max(map(len, lines)) <= 80
    assert lines[0].endswith("2026-11-30 12:00")
    assert "Signature" in lines[-1]
    for probe in PROBES.values():
        for what in probe.whats:
            assert any(line[6:].startswith(what) for line in lines), what
    result = "\n".join(lines[3:6])
    assert ("EVERYTHING IS GOOD." in result) == (standing is not Standing.LOOK)
    assert ("LOOK AT: Program" in result) == (standing is Standing.LOOK)
