"""A MIDI keyboard where there is none: a port on the private JACK server, which RtMidi shows as a device.

It speaks JACK itself. RtMidi keeps Python's lock while it waits for the server, and the server waits for the probe
that shares this process: to plug such a keyboard in took 4 s, and to unplug it could take for ever.
"""

from __future__ import annotations

import uuid
from collections import deque
from types import TracebackType
from typing import Any, Self

from e2e.rig.soundcard import SoundCard
from e2e.rig.waiting import wait_for

_PORT = "keys"


class Keyboard:
    """A keyboard that is plugged in for as long as the context lasts, and can be plugged in again.

    A program with the card's ``env`` finds its ``port`` in the list of inputs of RtMidi's JACK interface. Keys, values
    and programs are those of MIDI, 0–127; channels are counted 0–15. ``sent`` is the frame of the card at whose cycle
    the last message reached the program.
    """

    def __init__(self, card: SoundCard) -> None:
        self.name = f"Keyboard {uuid.uuid4().hex[:6]}"
        self.port = f"{self.name}:{_PORT}"
        self.sent = 0
        self._card = card
        self._queue: deque[bytes] = deque()
        self._client: Any = None
        self._port: Any = None

    def __enter__(self) -> Self:
        """Plug the keyboard in."""
        import jack

        server = self._card.env["JACK_DEFAULT_SERVER"]
        self._client = jack.Client(self.name, use_exact_name=True, servername=server, no_start_server=True)
        self._port = self._client.midi_outports.register(_PORT)
        self._client.set_process_callback(self._process)
        self._client.activate()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Unplug the keyboard, as a cable is pulled: what was played is sent, and held notes get no end."""
        try:
            wait_for(lambda: not self._queue, 1.0, "the keyboard's last message to leave")
        finally:
            self._client.deactivate()
            self._client.close()

    def connected(self) -> bool:
        """Say whether a program listens to the keyboard."""
        return bool(self._card.listeners(self.port))

    def note_on(self, key: int, velocity: int = 64, channel: int = 0) -> None:
        """Press a key."""
        self._send(0x90, channel, key, velocity)

    def note_off(self, key: int, velocity: int = 64, channel: int = 0) -> None:
        """Let a key go."""
        self._send(0x80, channel, key, velocity)

    def control(self, number: int, value: int, channel: int = 0) -> None:
        """Move a controller, such as 64, the pedal."""
        self._send(0xB0, channel, number, value)

    def program(self, number: int, channel: int = 0) -> None:
        """Choose another sound."""
        self._send(0xC0, channel, number)

    def bend(self, position: int, channel: int = 0) -> None:
        """Turn the pitch wheel, −8192 to 8191, its middle 0; it goes out as MIDI has it, the lower seven bits first."""
        value = position + 8192
        self._send(0xE0, channel, value & 0x7F, value >> 7)

    def press(self, value: int, channel: int = 0) -> None:
        """Press further on the keys that are down, as one hand's weight (channel pressure)."""
        self._send(0xD0, channel, value)

    def _send(self, status: int, channel: int, *values: int) -> None:
        if not 0 <= channel <= 15 or not all(0 <= value <= 127 for value in values):
            raise ValueError(f"channel {channel} with {values} is no MIDI message")
        self._queue.append(bytes([status | channel, *values]))

    def _process(self, frames: int) -> None:  # noqa: ARG002 - JACK says how long the cycle is; a message takes no time
        """Send what was played since the last cycle. JACK calls this in its own real-time thread."""
        self._port.clear_buffer()
        while self._queue:
            self._port.write_midi_event(0, self._queue[0])
            self.sent = int(self._client.last_frame_time)
            self._queue.popleft()
