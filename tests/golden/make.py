"""Make the golden archive of this version: ``PYTHONPATH=tests python -m golden.make FOLDER``, on the test rig.

It is made once for every version that is released, lies in a folder with the version's name, and never changes again.
Only ``bits.json`` grows: a new version of the sound adds the bits of every archive to it, with ``--bits FOLDER``. The
key is committed on purpose: nothing in an archive is anybody's.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import mido
import numpy as np

from bedside import __version__
from bedside.archive.recorder import Recorder
from bedside.archive.store.choices import Chosen, Marked
from bedside.archive.store.store import Store
from bedside.music.events import (
    Event,
    Glide,
    Level,
    Lost,
    NoteOff,
    NoteOn,
    Performed,
    Player,
    Program,
    Resumed,
    Shape,
    Source,
)
from bedside.music.kinds import KINDS
from bedside.sound.engine import offline
from bedside.sound.library import catalogue, loading, provenance
from bedside.sound.version import SOUND
from golden import live
from golden.reading import bits, commands, copied, excerpts, found, heard, machine, waves

PATIENT, OTHER = "BIRCH-07", "ASH-12"
CODE = "golden-heron-42"
_RATE, _BLOCK, _SEED = 48000, 256, 20_261_130
_STEP_SECONDS = 1.2
# When everybody has played.
_LOST_SECONDS = 21.0


def score(path: Path) -> Path:
    """Write a MIDI file of two players: a tune with a change of tempo, and chords with percussion."""
    file = mido.MidiFile(type=1, ticks_per_beat=480)
    tune, chords = mido.MidiTrack(), mido.MidiTrack()
    tune.append(mido.MetaMessage("set_tempo", tempo=mido.bpm2tempo(96)))
    tune.append(mido.Message("program_change", channel=0, program=73))
    for number, note in enumerate((67, 69, 71, 74, 72, 69, 67, 62)):
        if number == 4:
            tune.append(mido.MetaMessage("set_tempo", tempo=mido.bpm2tempo(72)))
        tune.append(mido.Message("note_on", channel=0, note=note, velocity=60 + 5 * number))
        tune.append(mido.Message("pitchwheel", channel=0, pitch=300 * number, time=120))
        tune.append(mido.Message("note_off", channel=0, note=note, time=300))
    chords.append(mido.Message("program_change", channel=1, program=0))
    for notes in ((43, 59, 62), (40, 55, 64)) * 2:
        chords.append(mido.Message("control_change", channel=1, control=64, value=127))
        chords.extend(mido.Message("note_on", channel=1, note=note, velocity=55) for note in notes)
        for drum in (36, 42):
            chords.append(mido.Message("note_on", channel=9, note=drum, velocity=70, time=240))
            chords.append(mido.Message("note_off", channel=9, note=drum, time=120))
        chords.extend(mido.Message("note_off", channel=1, note=note) for note in notes)
        chords.append(mido.Message("control_change", channel=1, control=64, value=0, time=240))
    file.tracks += [tune, chords]
    file.save(path)
    return path


def every_instrument() -> Iterable[tuple[float, Event]]:
    """Yield a take in which every instrument there is sounds, by four players, in order of time."""
    yield 0.0, Level(Player.PARTNER, -4.0, 0.5)
    for number, patch in enumerate(catalogue.shipped_patches()):
        player, at = Player(number % len(Player)), number * _STEP_SECONDS
        yield at, Program(player, patch.name)
        yield at, NoteOn(player, number, patch.register, 0.5 + 0.02 * number, 0.3, Source.KEYS)
        yield at + 0.4, Shape(player, number, 0.8)
        if patch.sustained:
            yield at + 0.6, Glide(player, number, patch.register + 1.5)
        yield at + 1.0, NoteOff(player, number)
    yield _LOST_SECONDS + 2.0, NoteOn(Player.CHILD, 100, 62, 0.7, 0.5, Source.MOUSE)
    yield _LOST_SECONDS + 3.0, NoteOff(Player.CHILD, 100)


def record(data: Path) -> None:
    """Record the take of all instruments, whose sound was lost for a second, with a choice and a marker."""
    performed = offline.perform(every_instrument(), loading.load(_RATE), _RATE, _BLOCK, _SEED)
    lost = _BLOCK * round(_LOST_SECONDS * _RATE / _BLOCK)
    performed += [Performed(lost, Lost()), Performed(lost + 200 * _BLOCK, Resumed(0.4))]
    performed.sort(key=lambda each: each.frame)
    made = provenance.made_by(catalogue.recipes(None))
    recorder = Recorder(data, OTHER, lambda: made, origin="demo")
    for each in performed:
        recorder.feed(each)
    recorder.feed(Chosen(lost, "star", "", "adult"))
    recorder.feed(Marked(lost + 1, 30.0))
    assert recorder.close(30.0), recorder.fault


def write(data: Path) -> None:
    """Write all that people can write about the first take and the last, and set the staff code."""
    with Store.create(data) as store:
        casenotes = store.casenotes
        takes = store.takes()
        first, last = takes[0], takes[-1]
        patient = next(each for each in casenotes.patients() if each.code == PATIENT)
        casenotes.picture(patient.id, "fox")
        casenotes.mark(first.id, 480_000, 20.0)
        remark = casenotes.remark(first.id, 96_000, 144_000, "First try.")
        casenotes.reword(remark.id, "Lehnt sich vor, lächelt – “again?” 🦊\nTwo lines.")
        casenotes.remark(last.id, 7, 7, "A moment.")
        casenotes.judge(first.id, "imitation", 96_000, 240_000, True)
        casenotes.judge(first.id, "silence", 500_000, 600_000, False)
        casenotes.write_note(first.session, "Tired, curious.", "Nine touches; eye contact.", "Engaged.", "Choir again.")
        levels = ("no touch", "one touch", "a phrase", "an answer", "leads")
        goal = casenotes.set_goal(patient.id, "Answers a phrase", levels, 2.5)
        given_up = casenotes.set_goal(patient.id, "Holds a tone", levels)
        casenotes.end_goal(given_up.id)
        casenotes.attain(goal.id, first.session, 1, "therapist A")
        casenotes.attain(goal.id, first.session, -2, "therapist B")
        casenotes.link(first.id, 96_000, 240_000, session=first.session)
        casenotes.link(first.id, 100_000, 100_000, goal=goal.id)
        casenotes.rate(first.id, "rater 1", "mutual play", 0, 480_000)
        casenotes.rate(first.id, "rater 2", "parallel play", 48_000, 96_000)
        casenotes.finish(first.id, "rater 1")
        store.gate().set(CODE)


def expect(data: Path, work: Path) -> dict[str, Any]:
    """Return what this version finds in a data folder."""
    about = {"version": __version__, "machine": machine(), "code": CODE}
    return {**about, **found(data, work)}


def main(folder: Path) -> None:
    """Make the archive in a new folder: the database, its key, and what is expected of later versions."""
    os.environ["BEDSIDE_KEYRING"] = "off"
    with tempfile.TemporaryDirectory() as name:
        work = Path(name)
        data = work / "data"
        os.environ["BEDSIDE_CACHE"] = str(work / "played")
        # Made before anybody plays, so that nobody waits.
        loading.load(_RATE)
        live.play(data, PATIENT)
        commands(
            data,
            work,
            ["demo", "--out", work / "demo"],
            ["import", score(work / "golden.mid"), "--players", "child,therapist"],
        )
        record(data)
        write(data)
        expected = expect(data, work)
        assert set(expected["fields"]) == set(KINDS), set(KINDS) - set(expected["fields"])
        # Closed by the last who had them open, the recordings are one file.
        assert {file.name for file in data.iterdir()} - {"bedside.log"} == {"bedside.db", "bedside.key"}
        folder.mkdir(parents=True)
        for file in (data / "bedside.db", data / "bedside.key"):
            (folder / file.name).write_bytes(file.read_bytes())
        lines = (f"{json.dumps(name)}: {json.dumps(each, ensure_ascii=False)}" for name, each in expected.items())
        (folder / "expected.json").write_text("{\n" + ",\n".join(lines) + "\n}\n", "utf-8")
        kept: dict[str, Any] = {name: excerpts(heard(wave)) for name, wave in waves(data, work).items()}
        np.savez_compressed(folder / "excerpts.npz", **kept)
    write_bits(folder)


def write_bits(folder: Path) -> None:
    """Add the bits of an archive's sounds in this version of the sound to those of other versions."""
    file = folder / "bits.json"
    known = json.loads(file.read_text("utf-8")) if file.exists() else {}
    with tempfile.TemporaryDirectory() as name:
        data = copied(folder, Path(name) / "data")
        known[str(SOUND)] = {which: bits(heard(wave)) for which, wave in waves(data, Path(name)).items()}
    file.write_text(json.dumps(known, indent=1, sort_keys=True) + "\n", "utf-8")


if __name__ == "__main__":
    if sys.argv[1] == "--bits":
        write_bits(Path(sys.argv[2]))
    else:
        main(Path(sys.argv[1]))
