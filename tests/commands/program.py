"""The real program, run as people run it: what it prints, what it leaves, and how it ends."""

from __future__ import annotations

import csv
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import mido
import numpy as np
import soundfile

CHECKOUT = Path(__file__).parents[2]

SECONDS = 120

# Without these no screen is found, whatever the machine has and other tests have asked for.
SCREENS = ("DISPLAY", "WAYLAND_DISPLAY", "SDL_VIDEODRIVER")


@dataclass(frozen=True, slots=True)
class Ended:
    """How a run of the program ended."""

    code: int
    out: str
    err: str


@dataclass(frozen=True, slots=True)
class Demos:
    """Two demos, each with its own record: asked for, from the unpacked wheel; and made instead of play."""

    root: Path
    asked: Ended
    instead_of_play: Ended


def environment(**more: str) -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if name not in SCREENS} | more


def start(data: Path, *arguments: object, **environ: str) -> subprocess.Popen[str]:
    data.parent.mkdir(parents=True, exist_ok=True)
    return subprocess.Popen(
        [sys.executable, "-m", "bedside", "--data", str(data), *map(str, arguments)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        stdin=subprocess.DEVNULL,
        text=True,
        env=environment(**environ),
        cwd=data.parent,
    )


def end(program: subprocess.Popen[str]) -> Ended:
    out, err = program.communicate(timeout=SECONDS)
    assert "Traceback" not in out + err
    return Ended(program.returncode, out, err)


def bedside(data: Path, *arguments: object, **environ: str) -> Ended:
    return end(start(data, *arguments, **environ))


def together(*commands: tuple[object, ...]) -> list[Ended]:
    """Run commands, each a data folder and its arguments, side by side."""
    runs = [start(Path(str(data)), *arguments) for data, *arguments in commands]
    return [end(run) for run in runs]


def done(data: Path, *arguments: object) -> str:
    """Return what a run that must succeed printed on standard output."""
    ended = bedside(data, *arguments)
    assert ended.code == 0, ended.err
    return ended.out


def sentence(ended: Ended) -> str:
    """Return the one plain sentence in which a run failed."""
    assert ended.code == 1, ended
    assert ended.out == ""
    said = ended.err.removesuffix("\n")
    assert "\n" not in said
    assert said.endswith(".")
    assert "did not foresee" not in said
    return said


def score(path: Path, *tracks: Mapping[int, int], velocity: int = 40) -> Path:
    """Write a MIDI file with so many notes on each channel, track by track; the last channel of a track plays first."""
    file = mido.MidiFile(type=1 if len(tracks) > 1 else 0)
    for counts in tracks:
        track = mido.MidiTrack()
        for channel, count in sorted(counts.items(), reverse=True):
            for number in range(count):
                note = 60 + 2 * number + channel
                track.append(mido.Message("note_on", channel=channel, note=note, velocity=velocity))
                track.append(mido.Message("note_off", channel=channel, note=note, time=120))
        file.tracks.append(track)
    file.save(path)
    return path


def table(path: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(path.read_text("utf-8").splitlines()))


def sound(path: Path) -> np.ndarray:
    samples: np.ndarray
    samples, rate = soundfile.read(path, dtype="float32")
    assert rate == 48000
    return samples
