"""Run probes in a process of their own, one after the other: one that fails, hangs or dies costs its answer alone.

A driver may crash the process that asks it, or never answer. The next process then goes on with the next probe.
"""

from __future__ import annotations

import json
import logging
import subprocess
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, replace

from bedside import children
from bedside.children import Socket
from bedside.errors import BedsideError
from bedside.files import reason
from bedside.stage.examination import computer, devices, program
from bedside.stage.examination.finding import Finding, Scope, Standing, of_json

_log = logging.getLogger(__name__)

_AGAIN = "Start the computer again, and examine it once more."


@dataclass(frozen=True, slots=True)
class Probe:
    """What to run; the findings and JSON keys that it answers for.

    ``seconds`` is its time limit, to which that of the measurement is added.
    """

    run: Callable[[Scope], list[Finding]]
    whats: tuple[str, ...]
    keys: tuple[str, ...]
    seconds: float = 45.0


def _sameness(scope: Scope) -> list[Finding]:
    from bedside.stage.examination import sameness

    return sameness.probe_sameness(scope)


def _sound(scope: Scope) -> list[Finding]:
    from bedside.stage.examination import measurement

    return measurement.probe_sound(scope)


# In the order of the page. Each imports the libraries that it needs when it runs, because that may fail.
PROBES: Mapping[str, Probe] = {
    "program": Probe(program.probe_program, ("Program",), ("version", "sound", "python")),
    "computer": Probe(computer.probe_computer, ("Computer",), ("system", "release", "processors")),
    "sameness": Probe(_sameness, ("Same sound",), ("reference",), 1800.0),
    "screen": Probe(devices.probe_screen, ("Screen", "Touch"), ("screen", "screen_mm", "screen_driver", "sdl")),
    "cards": Probe(devices.probe_cards, ("Sound cards",), ("cards", "portaudio")),
    "sound": Probe(
        _sound,
        ("Sound", "Touch to sound", "Late blocks"),
        ("heard_on", "latency", "late_blocks", "blocks", "longest_block_ms"),
        120.0,
    ),
    "keyboards": Probe(
        devices.probe_keyboards, ("MIDI keyboards",), ("midi", "midi_way", "midi_library", "midi_system")
    ),
    "key": Probe(devices.probe_key, ("Recording key",), ("key_store",)),
    "data": Probe(computer.probe_data, ("Recordings",), ("data",)),
    "cache": Probe(computer.probe_cache, ("Instruments kept",), ("cache",)),
    "sound files": Probe(devices.probe_sound_files, ("Sound files",), ("libsndfile",)),
    "clock": Probe(computer.probe_clock, ("Clock",), ("clock",)),
    "language": Probe(computer.probe_language, ("Language",), ("locale", "encoding")),
    "libraries": Probe(program.probe_libraries, ("Libraries",), ("libraries",)),
}


def main(link: Socket, settings: Scope) -> None:
    """Run the probes of ``settings``, and send a line of JSON for each."""
    for name in settings.probes:
        found = [asdict(each) for each in probed(name, settings)]
        link.sendall(json.dumps(found).encode() + b"\n")


def probed(name: str, scope: Scope) -> list[Finding]:
    """Return what a probe finds, with all of its keys; a fault of any kind is a finding."""
    probe = PROBES[name]
    try:
        first, *others = probe.run(scope)
        return [replace(first, values={**dict.fromkeys(probe.keys), **first.values}), *others]
    except Exception as fault:
        _log.exception("A probe of the examination failed.")
        return failed(name, _advice(fault))


def _advice(fault: Exception) -> str:
    match fault:
        case BedsideError():
            return str(fault)
        case ImportError(name=str(name)):
            return f"The library “{name}” is missing or damaged: install bedside again."
        case OSError(errno=int()):
            return f"It could not be found out: {reason(fault)}."
        case ImportError() | OSError():
            return "A library that it needs is missing or damaged: install bedside again."
    return f"It could not be found out ({type(fault).__name__}); `bedside doctor --log` says where."


def failed(name: str, advice: str) -> list[Finding]:
    """Return the findings of a probe that found out nothing."""
    first, *others = PROBES[name].whats
    values = dict.fromkeys(PROBES[name].keys)
    return [
        Finding(first, "not known", Standing.LOOK, advice, values),
        *(Finding(what, "not known") for what in others),
    ]


def run_all(scope: Scope, began: Callable[[str], None]) -> list[Finding]:
    """Return the findings of all probes of ``scope``, in their order; ``began`` gets what each is about to examine."""
    found: list[Finding] = []
    waiting = list(scope.probes)
    while waiting:
        found += _run_some(scope, waiting, began)
    return found


def _run_some(scope: Scope, waiting: list[str], began: Callable[[str], None]) -> list[Finding]:
    """Run the waiting probes in one process, and take out those that are answered for, at least one."""
    found: list[Finding] = []
    try:
        child = children.launch(main, replace(scope, probes=tuple(waiting)), "doctor")
    except OSError as fault:
        return failed(waiting.pop(0), f"It could not be examined: {reason(fault)}.")
    try:
        with child.link.makefile("rb") as answers:
            while waiting:
                began(PROBES[waiting[0]].whats[0])
                child.link.settimeout(PROBES[waiting[0]].seconds + scope.seconds)
                line = answers.readline()
                if not line.endswith(b"\n"):
                    name = waiting.pop(0)
                    with suppress(subprocess.TimeoutExpired):
                        child.wait(1.0)
                    return [*found, *failed(name, f"It crashed when it was examined ({child.poll()}). {_AGAIN}")]
                found += _read(waiting.pop(0), line)
    except TimeoutError:
        found += failed(waiting.pop(0), f"It did not answer. {_AGAIN}")
    except OSError:
        found += failed(waiting.pop(0), f"It crashed when it was examined. {_AGAIN}")
    finally:
        child.end(1.0)
    return found


def _read(name: str, line: bytes) -> Sequence[Finding]:
    try:
        return [of_json(each) for each in json.loads(line)]
    except (ValueError, KeyError, TypeError):
        return failed(name, f"Its answer was damaged. {_AGAIN}")
