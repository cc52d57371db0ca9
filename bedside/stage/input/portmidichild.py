"""The processes in which PortMidi runs: one lists the keyboards, each other one plays a keyboard."""

from __future__ import annotations

import json
import os
import select
import sys
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bedside.children import Socket

# Asks the lister for one line of JSON: the names that are there now.
LOOK = b"?"

# How often a keyboard is asked. PortMidi has nothing that one could wait for.
_PERIOD_SECONDS = 0.002

# Messages from one look; PortMidi keeps more than that for the next.
_MOST = 256

# pygame's own ALSA looks for its configuration in a folder that no distribution has, and without it finds nothing.
_ALSA_CONFIGURATION = Path("/usr/share/alsa/alsa.conf")


@dataclass(frozen=True, slots=True)
class ListenerSettings:
    """The keyboard to play; an empty name lists all of them."""

    keyboard: str


def main(link: Socket, settings: ListenerSettings) -> None:
    """List keyboards whenever asked, or send what one plays as MIDI bytes, until the link ends."""
    if sys.platform == "linux" and _ALSA_CONFIGURATION.is_file():
        os.environ.setdefault("ALSA_CONFIG_PATH", str(_ALSA_CONFIGURATION))
    os.environ["PYGAME_HIDE_SUPPORT_PROMPT"] = "1"
    if settings.keyboard:
        _play(link, settings.keyboard)
    else:
        _list(link)


def _list(link: Socket) -> None:
    from pygame import midi

    while link.recv(1) == LOOK:
        midi.init()
        names = [name for _, name in _devices()]
        midi.quit()
        link.sendall(json.dumps(names).encode() + b"\n")


def _play(link: Socket, keyboard: str) -> None:
    from pygame import midi

    midi.init()
    numbers = [number for number, name in _devices() if name == keyboard]
    if not numbers:
        return
    port = midi.Input(numbers[0], _MOST)
    # The parent sends nothing: the link is readable when the parent is gone.
    while not select.select([link], [], [], _PERIOD_SECONDS)[0]:
        while port.poll():
            events: list[Any] = port.read(_MOST)
            link.sendall(b"".join(_octets(event) for event, _ in events))


def _devices() -> list[tuple[int, str]]:
    """Return the numbers and names of the inputs; of several with one name the later ones are numbered."""
    from pygame import midi

    seen: Counter[str] = Counter()
    devices = []
    for number in range(midi.get_count()):
        # A name is text or bytes, by the version of pygame.
        information: Any = midi.get_device_info(number)
        _, name, is_input, _, _ = information
        if is_input:
            text = name if isinstance(name, str) else name.decode(errors="replace")
            seen[text] += 1
            devices.append((number, text if seen[text] == 1 else f"{text} ({seen[text]})"))
    return devices


def _octets(event: list[int]) -> bytes:
    """Return a message's bytes from PortMidi's four; nothing for what the system says and pieces of long messages."""
    status = event[0]
    if not 0x80 <= status < 0xF0:
        return b""
    return bytes(event[: 2 if 0xC0 <= status < 0xE0 else 3])
