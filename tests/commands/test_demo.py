"""The demo leaves a take, a sound, a score and a report, and is made where there is no screen."""

from __future__ import annotations

import json
import re
from pathlib import Path

import mido
import numpy as np
import pytest
import soundfile

from commands.program import Demos, done, sentence, sound, together


@pytest.mark.slow
def test_demo_leaves_a_take_of_a_child_and_a_therapist(kept: Path) -> None:
    """After the demo one take is listed: its id, its beginning, about a minute, both players, and their notes."""
    (take,) = json.loads(done(kept, "takes", "--json"))
    assert list(take) == ["id", "start", "seconds", "players", "note_count", "sound", "notes", "setup", "choices"]
    assert take["players"] == ["child", "therapist"]
    assert 30 < take["seconds"] < 90
    assert take["notes"] == take["note_count"] > 50
    listed = done(kept, "takes")
    assert listed.startswith(take["id"])
    assert f"{take['notes']} notes  child, therapist\n" in listed


@pytest.mark.slow
def test_demo_leaves_a_wave_of_floats_that_is_heard_and_within_the_ceiling(demos: Demos, kept: Path) -> None:
    """The demo's sound is stereo, in 32-bit floats, as long as its take, neither faint nor above −3 dBFS."""
    path = demos.root / "asked_out" / "demo.wav"
    info = soundfile.info(path)
    assert (info.format, info.subtype, info.channels, info.samplerate) == ("WAV", "FLOAT", 2, 48000)
    (take,) = json.loads(done(kept, "takes", "--json"))
    assert info.duration == pytest.approx(take["seconds"], abs=0.01)
    heard = sound(path)
    assert -40 < 10 * np.log10(np.mean(heard.astype(float) ** 2)) < -15
    assert 0.1 < np.abs(heard).max() <= 10 ** (-3 / 20)


@pytest.mark.slow
def test_demo_leaves_a_midi_file_with_a_track_for_each_player(demos: Demos, kept: Path) -> None:
    """The demo's score has a track named after each player, and in them every note of the take."""
    tracks = {track.name: track for track in mido.MidiFile(demos.root / "asked_out" / "demo.mid").tracks if track.name}
    assert list(tracks) == ["child", "therapist"]
    counts = [sum(m.type == "note_on" and m.velocity > 0 for m in track) for track in tracks.values()]
    assert all(counts)
    (take,) = json.loads(done(kept, "takes", "--json"))
    assert sum(counts) == take["notes"]


@pytest.mark.slow
def test_demo_leaves_a_report_that_plays_anywhere(demos: Demos, kept: Path) -> None:
    """The demo's report is one page that carries its sound, loads nothing, and tells both players' notes."""
    page = (demos.root / "asked_out" / "demo.html").read_text("utf-8")
    (take,) = json.loads(done(kept, "takes", "--json"))
    assert 'src="data:audio/mpeg;base64,' in page
    assert not re.search(r"""(src|href)=["']?(https?:)?/""", page)
    whole = {
        player: told["whole"]
        for player, told in json.loads(done(kept, "measure", take["id"], "--json"))["players"].items()
    }
    assert set(whole) == {"child", "therapist"}
    for each in whole.values():
        assert re.search(rf">{each['notes']}<", page)


@pytest.mark.slow
def test_play_without_a_screen_is_refused_in_a_sentence(tmp_path: Path) -> None:
    """Where there is no screen, play says so and ends with 1, and so does bedside without a command."""
    for ended in together((tmp_path / "kept", "play"), (tmp_path / "kept",)):
        assert "no screen" in sentence(ended)


@pytest.mark.slow
def test_play_without_a_screen_makes_the_demo_where_asked(demos: Demos) -> None:
    """With --or-demo the lack of a screen is said, and the very demo is made instead."""
    assert demos.instead_of_play.code == 0
    assert "no screen" in demos.instead_of_play.err
    for name in ("demo.wav", "demo.mid"):
        made = (demos.root / "played_out" / name).read_bytes()
        assert made == (demos.root / "asked_out" / name).read_bytes()
