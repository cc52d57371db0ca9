"""What is found in an archive: all that the commands and the store say of it, as plain values that JSON can hold.

An archive is made and tested by this one module. It asks the commands wherever they can answer, because their names
outlive those of the modules behind them; what only the store can say is asked in `kept` and `opens`.
"""

from __future__ import annotations

import hashlib
import json
import os
import platform
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
import scipy
import soundfile

from bedside.archive.store.store import Store

SECONDS = 300

# Whatever is softer than this, in dB, is called this soft.
SOFTEST_DB = -100.0

# Runs commands one after the other, because every start costs more than most commands; prints what each printed.
_COMMANDS = """
import contextlib, io, json, runpy, sys
said = []
for arguments in json.load(sys.stdin):
    sys.argv = ["bedside", *arguments]
    with contextlib.redirect_stdout(io.StringIO()) as out:
        try:
            runpy.run_module("bedside", run_name="__main__", alter_sys=True)
        except SystemExit as ended:
            if ended.code:
                raise
    said.append(out.getvalue())
json.dump(said, sys.stdout)
"""

# What a Haswell has of that for which numpy has code of its own, by all names that numpy has given it.
_HASWELL = frozenset({"SSSE3", "SSE41", "POPCNT", "SSE42", "AVX", "F16C", "FMA3", "AVX2", "X86_V2", "X86_V3"})


def _features() -> tuple[Mapping[str, bool], Sequence[str]]:
    """Return which features the processor has, and for which numpy chooses code of its own as it starts."""
    from numpy._core._multiarray_umath import __cpu_dispatch__, __cpu_features__  # type: ignore[import-not-found]

    return __cpu_features__, __cpu_dispatch__


def exact() -> bool:
    """Return whether this machine computes the same bits as the one that made the archive, once it is pinned.

    Such a machine runs Linux on x86-64 and can do all that a Haswell of 2013 can.
    """
    there, _ = _features()
    return sys.platform == "linux" and platform.machine() == "x86_64" and bool(there.get("AVX2") and there.get("FMA3"))


def pinned() -> dict[str, str]:
    """Return the variables under which a process computes as on a Haswell: OpenBLAS's kernels and numpy's loops.

    Elsewhere than on x86-64 there are none.
    """
    if not exact():
        return {}
    there, chosen = _features()
    # Only what numpy has code for and the processor has: numpy warns of others.
    beyond = [name for name in chosen if there.get(name) and name not in _HASWELL]
    return {"OPENBLAS_CORETYPE": "Haswell", "NPY_DISABLE_CPU_FEATURES": " ".join(beyond)}


def machine() -> dict[str, str]:
    """Return the versions of what the bits of a sound depend on beside this program."""
    libc = " ".join(platform.libc_ver())
    return {"numpy": np.__version__, "scipy": scipy.__version__, "libc": libc, "processor": platform.machine()}


def commands(data: Path, work: Path, *asked: Sequence[object], **environ: str) -> list[str]:
    """Run commands on a data folder, pinned and with a cache in ``work``, and return what each of them printed."""
    ended = subprocess.run(
        [sys.executable, "-c", _COMMANDS],
        input=json.dumps([["--data", str(data), *map(str, each)] for each in asked]),
        capture_output=True,
        text=True,
        timeout=SECONDS,
        cwd=data.parent,
        env={**os.environ, "BEDSIDE_CACHE": str(work / "cache"), "BEDSIDE_KEYRING": "off", **pinned(), **environ},
    )
    assert ended.returncode == 0, ended.stderr
    said: list[str] = json.loads(ended.stdout)
    return said


def found(data: Path, work: Path, fields: Mapping[str, Sequence[str]] | None = None) -> dict[str, Any]:
    """Return all that is found in a data folder but its sound; ``work`` is a folder for what is written meanwhile.

    ``fields`` names the fields of each kind of event that are looked at, by default all that there are.
    """
    takes = json.loads(commands(data, work, ["takes", "--json"])[0])
    beside = kept(data)
    listed = [take["id"] for take in takes]
    # What was only listened to is in no list, but a choice was made in it, and it can be measured.
    chosen = {choice["take"] for choices in beside["choices"].values() for choice in choices}
    heard = listed + sorted(chosen - {None, *listed})
    measures = commands(data, work, *[["measure", name, "--json"] for name in heard])
    files = {(name, kind): work / f"{name}.{kind}" for name in listed for kind in ("json", "csv", "mid")}
    commands(data, work, *[["export", name, "--out", file] for (name, _), file in files.items()])
    events = {name: json.loads(files[name, "json"].read_text("utf-8"))["events"] for name in listed}
    fields = fields or {
        event["kind"]: [name for name in event if name not in ("frame", "kind")]
        for each in events.values()
        for event in each
    }
    return {
        "takes": takes,
        "fields": fields,
        "events": {name: _events(each, fields) for name, each in events.items()},
        "measures": {name: json.loads(measure) for name, measure in zip(heard, measures, strict=True)},
        "exports": {
            name: {kind: _digest(files[name, kind].read_bytes()) for kind in ("csv", "mid")} for name in listed
        },
        **beside,
    }


def sound(data: Path, work: Path, **environ: str) -> dict[str, Any]:
    """Return what every take sounds like, as a whole and player by player; ``work`` is a folder for the sounds."""
    takes = json.loads(commands(data, work, ["takes", "--json"])[0])
    waves = {
        (take["id"], who): work / f"{take['id']}-{who}.wav" for take in takes for who in ("whole", *take["players"])
    }
    alone = {(name, who): [] if who == "whole" else ["--player", who] for name, who in waves}
    asked = [["render", name, "--out", wave, *alone[name, who]] for (name, who), wave in waves.items()]
    commands(data, work, *asked, **environ)
    whole: dict[str, Any] = {take["id"]: {} for take in takes}
    for (name, who), wave in waves.items():
        whole[name][who] = _heard(wave)
    return whole


def kept(data: Path) -> dict[str, Any]:
    """Return what the store knows of its takes beside the music: where they come from, choices, and what is written."""
    with Store.open(data) as store:
        journal, summaries = store.journal, store.takes()
        sessions = journal.sessions()
        patients = journal.patients()
        goals = {patient.id: journal.goals(patient.id) for patient in patients}
        whole = {
            "summaries": summaries,
            "choices": {session.id: store.choices(session.id) for session in sessions},
            "written": {
                "patients": patients,
                "sessions": sessions,
                "notes": {session.id: journal.note(session.id) for session in sessions},
                "links": {session.id: journal.links(session=session.id) for session in sessions},
                "goals": goals,
                "attainments": {goal.id: journal.attainments(goal.id) for each in goals.values() for goal in each},
                "goal_links": {goal.id: journal.links(goal=goal.id) for each in goals.values() for goal in each},
                "takes": {
                    take.id: {
                        "markers": journal.markers(take.id),
                        "remarks": journal.remarks(take.id),
                        "verdicts": journal.verdicts(take.id),
                        "ratings": journal.ratings(take.id),
                        "finished": journal.finished(take.id),
                    }
                    for take in summaries
                },
            },
        }
    plain: dict[str, Any] = _plain(whole)
    return plain


def opens(data: Path, code: str) -> bool:
    """Return whether a staff code is the one that was set."""
    with Store.create(data) as store:
        return store.gate().opens(code)


def differences(expected: object, now: object, where: str = "") -> list[str]:
    """Return what is missing or other than expected, each with its place; what came since is no difference.

    Strings and whole numbers are to be equal, others within 1e-9 of each other.
    """
    match expected, now:
        case dict(), dict():
            lost = [f"{where}/{name} is missing" for name in expected if name not in now]
            both = [name for name in expected if name in now]
            return [
                *lost,
                *[each for name in both for each in differences(expected[name], now[name], f"{where}/{name}")],
            ]
        case list(), list() if len(expected) == len(now):
            pairs = enumerate(zip(expected, now, strict=True))
            return [each for number, (a, b) in pairs for each in differences(a, b, f"{where}/{number}")]
        case float(), float() if abs(expected - now) <= max(1e-9 * abs(expected), 1e-12):
            return []
        case _ if type(expected) is type(now) and expected == now:
            return []
    return [f"{where} is {str(now)[:80]}, not {str(expected)[:80]}"]


def _events(events: Sequence[Mapping[str, Any]], fields: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    """Return how many events there are and the SHA-256 of their text: frame, kind and fields, a line for each."""
    lines = [
        json.dumps([event["frame"], event["kind"], *[event[name] for name in fields[event["kind"]]]])
        for event in events
    ]
    return {"count": len(events), "sha256": _digest("\n".join(lines).encode())}


def _heard(wave: Path) -> dict[str, Any]:
    """Return the SHA-256 of a sound's samples, and how loud it is in each of its seconds, in dB."""
    samples, rate = soundfile.read(wave, dtype="float32", always_2d=True)
    seconds = [samples[start : start + rate] for start in range(0, len(samples), rate)]
    levels = [round(max(SOFTEST_DB, 10 * np.log10(np.mean(each.astype(float) ** 2) + 1e-30)), 3) for each in seconds]
    return {
        "rate": rate,
        "frames": len(samples),
        "sha256": _digest(samples.astype("<f4").tobytes()),
        "levels": [float(level) for level in levels],
    }


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _plain(value: Any) -> Any:
    match value:
        case dict():
            return {name: _plain(each) for name, each in value.items()}
        case list() | tuple():
            return [_plain(each) for each in value]
        case datetime():
            return value.isoformat()
        case int() | float() | str() | None:
            return getattr(value, "label", value)
    return _plain(asdict(value))
