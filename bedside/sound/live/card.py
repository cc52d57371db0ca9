"""The sound card: the one module that knows sounddevice.

PortAudio calls `fill` on a thread of its own, in real time: `fill` must neither block nor raise.
"""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import sounddevice
from numpy.typing import NDArray

from bedside.errors import BedsideError

# A real-time priority below that of the sound server.
_PRIORITY = 60


@dataclass(frozen=True, slots=True)
class Card:
    """A sound card, with the latency in seconds that its driver reports."""

    name: str
    driver: str
    rate: float
    latency: float
    default: bool


def cards() -> list[Card]:
    """Return the sound cards that can play in stereo, as they were when PortAudio was initialised."""
    drivers = sounddevice.query_hostapis()
    default = sounddevice.default.device[1]
    return [
        Card(
            device["name"],
            drivers[device["hostapi"]]["name"],
            device["default_samplerate"],
            device["default_low_output_latency"],
            device["index"] == default,
        )
        for device in sounddevice.query_devices()
        if device["max_output_channels"] >= 2
    ]


def portaudio() -> str:
    """Return the version of PortAudio."""
    return str(sounddevice.get_portaudio_version()[1]).partition(",")[0]


def look_again() -> None:
    """Refresh the list of cards: PortAudio knows only those that were there when it was initialised."""
    # sounddevice has no public way (its issue 125); nothing may be open meanwhile
    sounddevice._terminate()
    sounddevice._initialize()


class Stream:
    """An open output stream, stereo float32; the card calls ``fill`` for each next block of (frames, 2).

    ``name`` is part of a card's name; None for the default card. Raises BedsideError if it cannot be opened.
    """

    def __init__(self, name: str | None, rate: int, fill: Callable[[NDArray[np.float32], bool], None]) -> None:
        urgent = False

        def called(out: NDArray[np.float32], _frames: int, _time: object, status: sounddevice.CallbackFlags) -> None:
            nonlocal urgent
            if not urgent:
                urgent = True
                _raise_priority()
            fill(out, bool(status.output_underflow))

        for device, settings in _choices(name):
            try:
                self._stream = sounddevice.OutputStream(
                    samplerate=rate,
                    blocksize=0,  # the card's own block: a block imposed on it would cost a second buffer's latency
                    device=device,
                    channels=2,
                    dtype="float32",
                    latency="low",
                    extra_settings=settings,
                    clip_off=True,
                    dither_off=True,
                    callback=called,
                )
                self._stream.start()
            except (sounddevice.PortAudioError, ValueError):
                continue
            break
        else:
            wanted = f"The sound card {name!r}" if name else "A sound card"
            raise BedsideError(f"{wanted} could not be opened at {rate} Hz.")
        self.latency = float(self._stream.latency)
        self.name = str(sounddevice.query_devices(self._stream.device)["name"])

    @property
    def alive(self) -> bool:
        """Whether the card still plays."""
        with contextlib.suppress(sounddevice.PortAudioError):
            return bool(self._stream.active)
        return False

    def close(self) -> None:
        """Stop at once."""
        with contextlib.suppress(sounddevice.PortAudioError):
            self._stream.abort(ignore_errors=True)
            self._stream.close(ignore_errors=True)


def _choices(name: str | None) -> list[tuple[int | str | None, object]]:
    """Return the devices to try in turn, each with its driver's settings: low-latency drivers first."""
    if name is not None:
        return [(name, None)]
    choices: list[tuple[int | str | None, object]] = []
    for driver in sounddevice.query_hostapis():
        device = driver["default_output_device"]
        if device >= 0 and driver["name"] == "JACK Audio Connection Kit":
            choices.append((device, None))
        elif device >= 0 and driver["name"] == "Windows WASAPI":
            # In shared mode it runs at the system's rate, and can convert ours.
            choices.append((device, sounddevice.WasapiSettings(auto_convert=True)))
    return [*choices, (None, None)]


def _raise_priority() -> None:
    """Give the calling thread real-time priority, if the system supports and allows it."""
    if sys.platform == "linux":
        with contextlib.suppress(OSError):
            if os.sched_getscheduler(0) == os.SCHED_OTHER:
                os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(_PRIORITY))
