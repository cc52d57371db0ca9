"""What is found in an archive: all that the commands and the store say of it, as plain values that JSON can hold.

An archive is made and tested by this one module. It asks the commands wherever they can answer, because their names
outlive those of the modules behind them; what only the store can say is asked in `kept` and `opens`.
"""

from __future__ import annotations

import hashlib
import json
import os
import platform
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
import soundfile
from numpy.typing import NDArray

from bedside.archive.store.store import Store

SECONDS = 300

# So many frames of each second of a sound are kept.
EXCERPT, SECOND = 64, 48000

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


def machine() -> dict[str, str]:
    """Return what an archive is made with beside this program, for those who look for a difference."""
    libc = " ".join(platform.libc_ver())
    return {"numpy": np.__version__, "libc": libc, "processor": platform.machine()}


def copied(golden: Path, folder: Path) -> Path:
    """Return a copy of an archive's data folder that only this user can read."""
    folder.mkdir()
    for name in ("bedside.db", "bedside.key"):
        shutil.copyfile(golden / name, folder / name)
        (folder / name).chmod(0o600)
    return folder


def commands(data: Path, work: Path, *asked: Sequence[object], **environ: str) -> list[str]:
    """Run commands on a data folder, with a cache in ``work``, and return what each of them printed."""
    ended = subprocess.run(
        [sys.executable, "-c", _COMMANDS],
        input=json.dumps([["--data", str(data), *map(str, each)] for each in asked]),
        capture_output=True,
        text=True,
        timeout=SECONDS,
        cwd=data.parent,
        env={**os.environ, "BEDSIDE_CACHE": str(work / "cache"), "BEDSIDE_KEYRING": "off", **environ},
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


def waves(data: Path, work: Path, **environ: str) -> dict[str, Path]:
    """Render every take, as a whole and player by player, into ``work``; return the files by take and player."""
    takes = json.loads(commands(data, work, ["takes", "--json"])[0])
    made = {
        f"{take['id']} {who}": work / f"{take['id']}-{who}.wav" for take in takes for who in ("whole", *take["players"])
    }
    asked = []
    for name, wave in made.items():
        take, who = name.split()
        asked.append(["render", take, "--out", wave, *([] if who == "whole" else ["--player", who])])
    commands(data, work, *asked, **environ)
    return made


def heard(wave: Path) -> NDArray[np.float32]:
    """Return the samples of a sound, (frames, 2)."""
    samples: NDArray[np.float32] = soundfile.read(wave, dtype="float32", always_2d=True)[0]
    return samples


def excerpts(samples: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return what little of a sound an archive keeps of each second, (seconds, `EXCERPT`, 2)."""
    starts = range(0, len(samples) - EXCERPT, SECOND)
    return np.array([samples[start : start + EXCERPT] for start in starts])


def bits(samples: NDArray[np.float32]) -> str:
    """Return the SHA-256 of the samples of a sound."""
    return _digest(samples.astype("<f4").tobytes())


def kept(data: Path) -> dict[str, Any]:
    """Return what the store knows of its takes beside the music: where they come from, choices, and what is written."""
    with Store.open(data) as store:
        casenotes, summaries = store.casenotes, store.takes()
        sessions = casenotes.sessions()
        patients = casenotes.patients()
        goals = {patient.id: casenotes.goals(patient.id) for patient in patients}
        whole = {
            "summaries": summaries,
            "choices": {session.id: store.choices(session.id) for session in sessions},
            "written": {
                "patients": patients,
                "sessions": sessions,
                "notes": {session.id: casenotes.note(session.id) for session in sessions},
                "links": {session.id: casenotes.links(session=session.id) for session in sessions},
                "goals": goals,
                "attainments": {goal.id: casenotes.attainments(goal.id) for each in goals.values() for goal in each},
                "goal_links": {goal.id: casenotes.links(goal=goal.id) for each in goals.values() for goal in each},
                "takes": {
                    take.id: {
                        "markers": casenotes.markers(take.id),
                        "remarks": casenotes.remarks(take.id),
                        "verdicts": casenotes.verdicts(take.id),
                        "ratings": casenotes.ratings(take.id),
                        "finished": casenotes.finished(take.id),
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
