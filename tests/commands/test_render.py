"""A take sounds again as it was, as a whole and player by player, in every kind of sound file."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import soundfile

from bedside.archive.recorder import Recorder
from bedside.music.events import Event, NoteOff, NoteOn, Player, Program, Source
from bedside.sound.audiofile import endings
from bedside.sound.engine import offline
from bedside.sound.library import catalogue, loading, provenance
from commands.program import Demos, bedside, done, sound, together


@pytest.mark.slow
def test_rendering_a_take_gives_the_bits_that_the_demo_left(demos: Demos, kept: Path, tmp_path: Path) -> None:
    """Rendered again, the demo's take is the same file, byte for byte."""
    done(kept, "render", "last", "--out", tmp_path / "again.wav")
    assert (tmp_path / "again.wav").read_bytes() == (demos.root / "asked_out" / "demo.wav").read_bytes()


@pytest.mark.slow
def test_rendering_twice_gives_the_same_bits(duet: Path, wave: Path, tmp_path: Path) -> None:
    """An imported take, found by the beginning of its id, has a sound as fixed as a played one."""
    (take,) = json.loads(done(duet, "takes", "--json"))
    done(duet, "render", take["id"][:8], "--out", tmp_path / "again.wav")
    assert (tmp_path / "again.wav").read_bytes() == wave.read_bytes()


@pytest.mark.slow
def test_the_players_alone_add_up_to_the_whole(duet: Path, wave: Path, tmp_path: Path) -> None:
    """Child and therapist rendered alone are both heard, differ, and sum to the mix of a take too quiet to limit."""
    names = ("child", "therapist")
    for ended in together(*[(duet, "render", "last", "--player", n, "--out", tmp_path / f"{n}.wav") for n in names]):
        assert ended.code == 0, ended.err
    heard = [sound(wave), *[sound(tmp_path / f"{name}.wav") for name in names]]
    frames = max(map(len, heard))
    whole, child, therapist = (np.pad(each, ((0, frames - len(each)), (0, 0))) for each in heard)
    assert min(np.abs(child).max(), np.abs(therapist).max()) > 0.001
    assert np.abs(whole).max() < 10 ** (-4 / 20)
    assert np.abs(child - therapist).max() > 0.001
    assert np.abs(child + therapist - whole).max() < 1e-6


@pytest.mark.slow
def test_every_kind_of_sound_file_is_readable(duet: Path, wave: Path, tmp_path: Path) -> None:
    """flac, ogg and mp3 are what their ending says, in either case, as long and as loud as the wave."""
    exact = sound(wave)
    paths = [tmp_path / f"duet{ending.upper()}" for ending in endings() if ending != ".wav"]
    for path, ended in zip(paths, together(*[(duet, "render", "last", "--out", path) for path in paths]), strict=True):
        assert ended.code == 0, ended.err
        assert soundfile.info(path).format == path.suffix[1:]
        heard = sound(path)
        assert abs(len(heard) - len(exact)) <= 2 * 1152
        assert np.sqrt(np.mean(heard**2)) == pytest.approx(np.sqrt(np.mean(exact**2)), rel=0.1)


@pytest.mark.slow
def test_an_instrument_that_is_gone_is_named_and_the_rest_sounds(tmp_path: Path) -> None:
    """A take whose folder of samples was removed is rendered all the same, and one sentence names what is missing."""
    kept, whole, poorer = tmp_path / "kept", tmp_path / "whole.wav", tmp_path / "poorer.wav"
    folder = kept / "sounds" / "glass"
    folder.mkdir(parents=True)
    (folder / "glass.sfz").write_text("<region> sample=*saw lokey=40 hikey=90\n")
    notes: list[tuple[float, Event]] = [
        (0.0, Program(Player.CHILD, "glass")),
        (0.0, NoteOn(Player.CHILD, 1, 60, 0.7, 0.5, Source.TOUCH)),
    ]
    instruments = loading.load(48000, names={"glass"}, own=folder.parent)
    made = provenance.made_by(catalogue.recipes(folder.parent))
    recorder = Recorder(kept, None, lambda: made, origin="demo")
    for each in offline.perform([*notes, (0.5, NoteOff(Player.CHILD, 1))], instruments, 48000, 128, 1):
        recorder.feed(each)
    assert recorder.close(30.0)
    ended = bedside(kept, "render", "last", "--out", whole)
    assert (ended.code, ended.err) == (0, "")
    shutil.rmtree(folder)
    ended = bedside(kept, "render", "last", "--out", poorer)
    assert ended.code == 0
    (said,) = ended.err.splitlines()
    assert "“glass”" in said
    assert said.endswith(".")
    assert sound(poorer).any()
    assert not np.array_equal(sound(poorer)[:4800], sound(whole)[:4800])


@pytest.mark.slow
@pytest.mark.parametrize(
    ("keep", "words"),
    [
        (lambda made: made, None),
        (lambda made: made.replace("sound:", "sound:9"), "a change was made to the program."),
        (lambda made: made.split(" sound:")[0], "is not known"),
    ],
    ids=["the same", "another sound", "an older take"],
)
def test_a_take_that_may_sound_otherwise_is_told(keep: Callable[[str], str], words: str | None, tmp_path: Path) -> None:
    """A take keeps and lists what made its sound; one sentence says when it may differ, none when it is the same."""
    line = keep(provenance.made_by(catalogue.recipes(None)))
    recorder = Recorder(tmp_path, None, lambda: line)
    asked: list[tuple[float, Event]] = [
        (0.0, NoteOn(Player.CHILD, 1, 60, 0.7, 0.5, Source.TOUCH)),
        (0.2, NoteOff(Player.CHILD, 1)),
    ]
    for each in offline.perform(asked, loading.load(48000, names={"harp"}), 48000, 128, 1):
        recorder.feed(each)
    assert recorder.close(30.0)
    assert [take["sound"] for take in json.loads(done(tmp_path, "takes", "--json"))] == [line]
    ended = bedside(tmp_path, "render", "last", "--out", tmp_path / "again.wav")
    assert ended.code == 0
    assert ended.err == "" if words is None else words in ended.err
    assert len(ended.err.splitlines()) == (words is not None)
