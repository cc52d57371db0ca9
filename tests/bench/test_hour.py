"""How long an hour's improvisation takes to become a sound file, and whether its length shows in memory."""

from __future__ import annotations

import os
import pty
import random
import resource
import select
import subprocess
import sys
import time
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import mido
import pytest
import soundfile

from bench import memory
from bench.verdict import at_least
from e2e.bed import answer

SECONDS = 3600
NOTES = 20_000

# Wanted: so many times as fast as the music lasts, and no more memory at the end than after a tenth of the work.
TARGET = 20.0
FLAT_MEGABYTES = 5.0

_TICKS_PER_SECOND = 960
_LOOK_SECONDS = 0.2


@pytest.mark.timeout(1800)
def test_an_hour_to_flac(tmp_path: Path, report: Callable[[str], None]) -> None:
    """The command is watched from its start to its end: its time, its memory, and its progress bar on a terminal."""
    score, data, out = tmp_path / "hour.mid", tmp_path / "kept", tmp_path / "hour.flac"
    improvised(score)
    (imported,) = answer("import", str(score), data=data)
    assert imported["notes"] == NOTES
    command = [sys.executable, "-m", "bedside", "--data", str(data), "render", "last", "--out", str(out)]
    ours, theirs = pty.openpty()
    before = _core_seconds()
    began = time.perf_counter()
    seen: list[tuple[float, float]] = []
    drawn = [began]
    with subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=theirs, env={**os.environ, "TERM": "xterm"}
    ) as process:
        os.close(theirs)
        while process.poll() is None:
            if select.select([ours], [], [], _LOOK_SECONDS)[0] and _read(ours):
                drawn.append(time.perf_counter())
            if not seen or time.perf_counter() - seen[-1][0] > _LOOK_SECONDS:
                seen.append((time.perf_counter(), memory.held(process.pid)["Rss"]))
    took = time.perf_counter() - began
    core = _core_seconds() - before
    os.close(ours)
    assert process.returncode == 0
    lasted = soundfile.info(out).duration
    assert lasted >= SECONDS
    tenth = max(held for at, held in seen if at - began <= 0.1 * took)
    highest = max(held for _, held in seen)
    still = max(after - before for before, after in pairwise([*drawn, began + took]))
    report(
        f"an hour of {NOTES:,} notes to FLAC: {took:.0f} s, {lasted / took:.1f} × real time, wanted {TARGET:g}: "
        f"{at_least(lasted / took, TARGET)}; {lasted / core:.1f} × by the time that it had a core"
    )
    report(
        f"its memory: {tenth:.0f} MB at most in the first tenth, {highest:.0f} MB in all: "
        f"{'flat' if highest - tenth < FLAT_MEGABYTES else f'grows by {highest - tenth:.0f} MB'}; "
        f"its progress bar moved {len(drawn) - 1} times, never still for longer than {still:.1f} s"
    )


def improvised(file: Path) -> None:
    """Write an hour of a child's melody and a therapist's chords, who holds the pedal through each, as a MIDI file."""
    chance = random.Random(3)
    pentatonic = [45 + 12 * octave + step for octave in range(4) for step in (0, 3, 5, 7, 10)]
    chords = [(45, 52, 57, 60), (41, 48, 53, 57), (48, 55, 60, 64), (43, 50, 55, 62)]
    chord_seconds = 2.4
    turns = int(SECONDS / chord_seconds)
    accompaniment: list[tuple[float, int, mido.Message]] = []
    for turn in range(turns):
        begin = turn * chord_seconds
        accompaniment.append((begin, 0, mido.Message("control_change", channel=1, control=64, value=0)))
        accompaniment.append((begin + 0.1, 1, mido.Message("control_change", channel=1, control=64, value=127)))
        for number, key in enumerate(chords[turn // 2 % len(chords)]):
            accompaniment += _note(1, key, begin + 0.15 + 0.03 * number, 1.2, chance.randrange(35, 75))
    left = NOTES - turns * len(chords[0])
    melody: list[tuple[float, int, mido.Message]] = []
    place = 10
    for number in range(left):
        place = min(max(place + chance.choice((-2, -1, -1, 0, 1, 1, 2)), 0), len(pentatonic) - 1)
        begin = (number + chance.uniform(0.0, 0.6)) * (SECONDS - 2) / left
        melody += _note(0, pentatonic[place], begin, chance.uniform(0.1, 0.24), chance.randrange(30, 110))
    score = mido.MidiFile(type=1, ticks_per_beat=_TICKS_PER_SECOND // 2)
    for channel, program, timed in ((0, 46, melody), (1, 89, accompaniment)):
        track = mido.MidiTrack([mido.Message("program_change", channel=channel, program=program)])
        before = 0
        for at, _, message in sorted(timed, key=lambda item: item[:2]):
            tick = round(at * _TICKS_PER_SECOND)
            track.append(message.copy(time=tick - before))
            before = tick
        track.append(mido.MetaMessage("end_of_track", time=round(SECONDS * _TICKS_PER_SECOND) - before))
        score.tracks.append(track)
    score.save(file)


def _note(channel: int, key: int, begin: float, seconds: float, velocity: int) -> list[tuple[float, int, mido.Message]]:
    return [
        (begin, 3, mido.Message("note_on", channel=channel, note=key, velocity=velocity)),
        (begin + seconds, 2, mido.Message("note_off", channel=channel, note=key)),
    ]


def _read(terminal: int) -> bytes:
    """Return what came to a terminal; nothing where its last writer is gone."""
    try:
        return os.read(terminal, 1 << 16)
    except OSError:
        return b""


def _core_seconds() -> float:
    """Return how long all processes that have ended had a core."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
