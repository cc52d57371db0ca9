"""How fast a MIDI file of so many voices is rendered, against FluidSynth, on one core, one after the other in turn."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import numpy as np
import pytest

from bedside.archive.midi.miditake import BLOCK_FRAMES
from bench import crowd, fluid
from bench.verdict import at_least

# Two lengths, for what starting costs to fall out of their difference.
SHORT_SECONDS, LONG_SECONDS = 20, 80
ROUNDS = 7

# Wanted: so many times as fast as FluidSynth.
TARGETS = {64: 2.0, 128: 1.5}

RENDERING = Path(__file__).with_name("rendering.py")


@dataclass(frozen=True, slots=True)
class Cost:
    """What a process took, in seconds: by the clock on the wall, and of its core."""

    wall: float
    core: float


@pytest.mark.timeout(1800)
@pytest.mark.parametrize("kind", crowd.KINDS)
@pytest.mark.parametrize("voices", TARGETS)
def test_rendering_against_fluidsynth(voices: int, kind: str, tmp_path: Path, report: Callable[[str], None]) -> None:
    """Both sound all the voices they may at every instant of the music, and are timed as whole processes.

    Who rendered less than the limit would be timed for less work, so that is a failure.
    """
    if shutil.which("fluidsynth") is None or not fluid.SOUNDS.exists():
        pytest.fail(fluid.MISSING)
    files = {seconds: tmp_path / f"{seconds}.mid" for seconds in (SHORT_SECONDS, LONG_SECONDS)}
    for seconds, file in files.items():
        crowd.write(file, voices, seconds, kind)
    ours = [sys.executable, str(RENDERING)]
    _check_voices(ours, files[SHORT_SECONDS], voices, kind)
    found: dict[str, list[Cost]] = {"ours": [], "fluid": []}
    for number in range(ROUNDS):
        # Neither always comes first.
        for name in sorted(found, reverse=bool(number % 2)):
            short, long = (
                _run([*ours, str(file), str(voices)] if name == "ours" else fluid.command(file, voices))
                for file in (files[SHORT_SECONDS], files[LONG_SECONDS])
            )
            found[name].append(Cost(long.wall - short.wall, long.core - short.core))
    ratios = [theirs.core / mine.core for mine, theirs in zip(found["ours"], found["fluid"], strict=True)]
    walls = [theirs.wall / mine.wall for mine, theirs in zip(found["ours"], found["fluid"], strict=True)]
    speeds = {
        name: (LONG_SECONDS - SHORT_SECONDS) / median(cost.core for cost in costs) for name, costs in found.items()
    }
    report(
        f"{voices:3} voices, {kind:6}: {median(ratios):.2f} × FluidSynth ({min(ratios):.2f}–{max(ratios):.2f} in "
        f"{ROUNDS} rounds; by the wall clock {median(walls):.2f}), wanted {TARGETS[voices]:g}: "
        f"{at_least(median(ratios), TARGETS[voices])}; ours {speeds['ours']:.0f} ×, "
        f"FluidSynth {speeds['fluid']:.0f} × real time"
    )


def _check_voices(ours: list[str], file: Path, voices: int, kind: str) -> None:
    """Compare how many voices sound, once all have begun and until the music ends, with how many there may be."""
    command = [*ours, str(file), str(voices), "count"]
    counted = subprocess.run(command, env=_environment(), capture_output=True, text=True, check=True, timeout=300)
    mine = np.array(counted.stdout.split(), int)
    theirs = np.array(fluid.sounding(file, voices, SHORT_SECONDS))
    full = crowd.KINDS[kind][1] + 1
    for name, found, per_second in (("ours", mine, fluid.RATE / BLOCK_FRAMES), ("FluidSynth", theirs, 100)):
        within = found[round(full * per_second) : round((SHORT_SECONDS - 1) * per_second)]
        assert np.mean(within >= voices) > 0.99, f"{name}: {within.min()} to {within.max()} voices, not {voices}"
        assert abs(np.mean(within) / voices - 1) < 0.05, f"{name}: {np.mean(within):.1f} voices, not {voices}"


def _run(command: list[str]) -> Cost:
    began = time.perf_counter()
    with subprocess.Popen(
        command, env=_environment(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, preexec_fn=_pin
    ) as process:
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0, command
    return Cost(time.perf_counter() - began, used.ru_utime + used.ru_stime)


def _pin() -> None:
    """Keep a process to the last core, where the system has a way."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})


def _environment() -> dict[str, str]:
    return {**os.environ, "OPENBLAS_NUM_THREADS": "1"}
