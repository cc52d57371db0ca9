"""Files made to cost as much as they can: one sentence each, soon and at little cost."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from archive.midibytes import END, midi, scale

SIZE = 19_900_000

# Reads a file and prints what came of it, the processor time in seconds and the growth of memory in bytes. On Linux,
# what getrusage says begins with the memory of the process that started this one.
READING = """
import json, re, sys, time
from pathlib import Path
from bedside.archive.midi import midifile
from bedside.errors import BedsideError

def peak():
    try:
        return int(re.search(r"VmHWM:\\s*(\\d+)", Path("/proc/self/status").read_text())[1]) * 1024
    except OSError:
        import resource
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)

path, before, began = Path(sys.argv[1]), peak(), time.process_time()
try:
    midifile.read(path)
    said = None
except BedsideError as error:
    said = str(error)
print(json.dumps([said, time.process_time() - began, peak() - before]))
"""


def filled(message: bytes, beginning: bytes = b"") -> bytes:
    return midi(beginning + message * ((SIZE - len(beginning)) // len(message)) + END)


FILES = {
    "notes": filled(b"\x3c\x40\x00", b"\x00\x90"),
    "notes with statuses": filled(b"\x90\x3c\x40\x00\x80\x3c\x40\x00", b"\x00"),
    "pressure": filled(b"\x10\x00", scale() + b"\x00\xd0"),
    "kinds in turn": filled(b"\x00\xd0\x10\x00\x90\x3c\x40"),
    "short stretches": filled(b"\x00\xd0" + b"\x10\x00" * 80 + b"\x90" + b"\x3c\x40\x00" * 55 + b"\x3c\x40"),
    "texts": filled(b"\x00\xff\x01\x00", scale()),
    "tempi": filled(b"\x00\xff\x51\x03\x01\x01\x01", scale()),
    "tempi of many tracks": midi(*[scale() + b"\x00\xff\x51\x03\x01\x01\x01" * 4 + END] * 60_000),
    "system messages": filled(b"\x00\xf8", scale()),
    "delta times of four bytes": filled(b"\xff\xff\xff\x7f\x90\x3c\x40"),
    "tracks of nothing": midi(*[b""] * 65_535, format_=2) + b"MTrk\0\0\0\0" * 2_000_000,
    "chunks of nothing": midi() + b"abcd\0\0\0\0" * 2_400_000,
    "chunks of wrong length": midi() + b"MTrk\0\0\0\1" * 2_400_000,
    "a text of sixteen megabytes": midi(scale() + b"\x00\xff\x01\x88\x80\x80\x00" + b"a" * 2**24 + END, division=0),
    "one byte too large": bytes(20_000_001),
    "another file": b"MThd" * 5_000_000,
}  # fmt: skip


def read(kind: str, tmp_path: Path) -> tuple[str | None, float, int]:
    """Return what is said of a hostile file, after how many seconds of work, and by how much memory grew."""
    path = tmp_path / "hostile.mid"
    path.write_bytes(FILES[kind])
    done = subprocess.run([sys.executable, "-c", READING, path], capture_output=True, check=True, timeout=60)
    said, seconds, grown = json.loads(done.stdout)
    return said, seconds, grown


@pytest.mark.slow
@pytest.mark.parametrize("kind", FILES)
def test_a_hostile_file_costs_little(tmp_path: Path, kind: str) -> None:
    """A file made to cost as much as it can gets its sentence within 100 MB of memory."""
    said, _, grown = read(kind, tmp_path)
    assert said is not None
    assert said.startswith("hostile.mid ")
    assert len(said) < 120
    assert grown < 100_000_000


@pytest.mark.slow
def test_a_library_of_notes_is_read(tmp_path: Path) -> None:
    """The limit is far beyond what is played: a hundred thousand notes, three hours of a virtuoso, are read."""
    path = tmp_path / "long.mid"
    path.write_bytes(midi(b"\x00\x90" + b"\x3c\x40\x30\x3c\x00\x30" * 100_000 + b"\xff\x2f\x00"))
    done = subprocess.run([sys.executable, "-c", READING, path], capture_output=True, check=True)
    assert json.loads(done.stdout)[0] is None


@pytest.mark.slow
def test_a_million_notes_and_one(tmp_path: Path) -> None:
    """A million and one notes are too many."""
    path = tmp_path / "black.mid"
    path.write_bytes(midi(b"\x00\x90" + b"\x3c\x40\x00" * 1_000_001 + b"\xff\x2f\x00"))
    done = subprocess.run([sys.executable, "-c", READING, path], capture_output=True, check=True)
    assert json.loads(done.stdout)[0] == "black.mid holds more than 1,000,000 notes."


@pytest.mark.slow
def test_a_million_moves_and_one(tmp_path: Path) -> None:
    """Wheels and pedals are counted like notes: a million and one of their moves are too many."""
    path = tmp_path / "wild.mid"
    path.write_bytes(midi(scale() + b"\x00\xe0" + b"\x3c\x40\x00" * 1_000_001 + b"\xff\x2f\x00"))
    done = subprocess.run([sys.executable, "-c", READING, path], capture_output=True, check=True)
    said, _, grown = json.loads(done.stdout)
    assert said == "wild.mid holds more than 1,000,000 moves of wheels and pedals."
    assert grown < 100_000_000
