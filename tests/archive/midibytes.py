"""MIDI files made byte by byte, so that a test says exactly what stands in them."""

from __future__ import annotations

import struct

END = b"\x00\xff\x2f\x00"


def chunk(name: bytes, content: bytes) -> bytes:
    return name + struct.pack(">I", len(content)) + content


def midi(*tracks: bytes, format_: int = 1, division: int = 480, declared: int | None = None) -> bytes:
    header = struct.pack(">HHH", format_, len(tracks) if declared is None else declared, division)
    return chunk(b"MThd", header) + b"".join(chunk(b"MTrk", track) for track in tracks)


def varint(value: int) -> bytes:
    digits = [value & 0x7F]
    while value := value >> 7:
        digits.append(value & 0x7F | 0x80)
    return bytes(reversed(digits))


def scale(channel: int = 0, notes: int = 8, delta: int = 240) -> bytes:
    """Return notes upwards from middle C, each ``delta`` ticks long and after the last, without the end of a track."""
    return b"".join(
        b"\x00" + bytes((0x90 | channel, 60 + i, 100)) + varint(delta) + bytes((0x80 | channel, 60 + i, 64))
        for i in range(notes)
    )
