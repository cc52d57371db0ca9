"""Broken, huge and hostile folders: one sentence each, soon and at little cost, and nothing outside is read."""

from __future__ import annotations

import json
import os
import struct
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import soundfile

from bedside.errors import BedsideError
from bedside.sound.library import sfz
from sound.library.sfz.hearing import RATE, kit, sine

# Loads a folder and prints what came of it, the processor time in seconds and the growth of memory in bytes.
LOADING = """
import json, re, sys, time
from pathlib import Path
from bedside.errors import BedsideError
from bedside.sound.library import sfz

def peak():
    # What getrusage says begins with the memory of the process that started this one.
    return int(re.search(r"VmHWM:\\s*(\\d+)", Path("/proc/self/status").read_text())[1]) * 1024

folder, before, began = Path(sys.argv[1]), peak(), time.process_time()
try:
    sfz.load(folder, 48000)
    said = None
except BedsideError as error:
    said = str(error)
print(json.dumps([said, time.process_time() - began, peak() - before]))
"""

MANY = 2**21


def written(text: str | bytes) -> Callable[[Path], None]:
    def make(folder: Path) -> None:
        (folder / "kit.sfz").write_bytes(text if isinstance(text, bytes) else text.encode())

    return make


def with_sample(raw: bytes, name: str = "one.wav", text: str = "<region> sample={}") -> Callable[[Path], None]:
    def make(folder: Path) -> None:
        (folder / name).write_bytes(raw)
        (folder / "kit.sfz").write_text(text.format(name))

    return make


def wav(
    channels: int = 1, rate: int = 48000, bits: int = 16, size: int = 1000, claimed: int | None = None, form: int = 1
) -> bytes:
    frame = channels * bits // 8
    head = struct.pack("<4sIHHIIHH", b"fmt ", 16, form, channels, rate, rate * frame & 0xFFFFFFFF, frame & 0xFFFF, bits)
    data = struct.pack("<4sI", b"data", size if claimed is None else claimed) + bytes(size)
    return struct.pack("<4sI4s", b"RIFF", 4 + len(head) + len(data), b"WAVE") + head + data


def linked(folder: Path) -> None:
    outside = folder.parent / "outside"
    outside.mkdir()
    soundfile.write(outside / "secret.wav", sine(300, 2), RATE)
    (folder / "one.wav").symlink_to(outside / "secret.wav")
    (folder / "two").symlink_to(outside)
    written("<region> sample=one.wav <region> sample=two/secret.wav <region> sample=TWO\\SECRET.WAV")(folder)


def linked_text(folder: Path) -> None:
    (folder.parent / "outside.sfz").write_text("<region> sample=*sine")
    (folder / "kit.sfz").symlink_to(folder.parent / "outside.sfz")


def pipes(folder: Path) -> None:
    os.mkfifo(folder / "one.wav")
    os.mkfifo(folder / "more.sfz")
    written('#include "more.sfz"\n<region> sample=one.wav')(folder)


def pipe_sample(folder: Path) -> None:
    os.mkfifo(folder / "one.wav")
    written("<region> sample=one.wav")(folder)


def climbing(folder: Path) -> None:
    soundfile.write(folder.parent / "secret.wav", sine(300, 2), RATE)
    outside = folder.parent / "secret.wav"
    paths = ["../secret.wav", "..\\secret.wav", "x/../../secret.wav", str(outside), f"C:{outside}", "//secret.wav"]
    written("\n".join(f"<region> sample={path}" for path in paths))(folder)


def circle(folder: Path) -> None:
    (folder / "a.sfz").write_text('#include "b.sfz"')
    (folder / "b.sfz").write_text('#include "a.sfz"')


def tree(folder: Path) -> None:
    for depth in range(8):
        (folder / f"{depth}.sfz").write_text(f'#include "{depth + 1}.sfz"\n' * 100)
    (folder / "8.sfz").write_text("<region> sample=*sine\n" * 100)


def flac_of_silence(folder: Path) -> None:
    """Write four hours of silence in a small file, on every key at a loop of its own."""
    with soundfile.SoundFile(folder / "one.flac", "w", 48000, 1, "PCM_16") as file:
        for _ in range(60):
            file.write(np.zeros(2**20, np.int16))
    text = "<global> sample=one.flac loop_mode=loop_continuous loop_start=1 loop_end=2000000"
    loops = (f"<region> lokey={key} hikey={key} offset={at}" for key in range(62, 74) for at in range(3))
    written("\n".join([text, *loops]))(folder)


def many_samples(folder: Path) -> None:
    for number in range(2100):
        (folder / f"{number}.wav").write_bytes(wav())
    written("\n".join(f"<region> sample={number}.wav" for number in range(2100)))(folder)


def many_files(folder: Path) -> None:
    for number in range(20_100):
        (folder / f"{number}").touch()
    written("<region> sample=gone.wav")(folder)


def as_folder(folder: Path) -> None:
    (folder / "kit.sfz").mkdir()


def loud(folder: Path) -> None:
    with soundfile.SoundFile(folder / "one.wav", "w", 48000, 8, "FLOAT") as file:
        for _ in range(30):
            file.write(np.full((2**16, 8), 1e30, np.float32))
    loops = "<region> sample=one.wav lokey={0} hikey={0} loop_mode=loop_continuous offset={1}"
    written("\n".join(loops.format(key, offset) for key in range(62, 74) for offset in range(3)))(folder)


def nothing(_: Path) -> None:
    pass


TINY = "<global> sample={} loop_mode=loop_continuous loop_end=1\n" + "<region>key=127 pitch_keycenter=0\n" * 4000

FOLDERS = {
    "nothing in it": nothing,
    "an empty file": written(""),
    "no region": written("<global> sample=*sine <group> key=60"),
    "no sample": written("<region> key=60"),
    "bytes of chance": written(np.random.default_rng(1).bytes(100_000)),
    "zeros": written(bytes(100_000)),
    "a folder in place of the file": as_folder,
    "one byte too large": written(b"/" * (2**22 + 1)),
    "a long comment": written("/*" * MANY),
    "slashes": written("/ " * MANY),
    "spaces": written("<region> sample=*sine" + " " * (MANY + 1)),
    "spaces in a value": written("<region> sample=a" + " " * (MANY - 100) + "b"),
    "brackets": written("<" * MANY),
    "headers": written("<region>" * (MANY // 8)),
    "equals": written("<region>" + "=" * (MANY - 10)),
    "a word without end": written("<region> " + "x" * (MANY - 10)),
    "opcodes": written("<region>" + "a=1 " * (MANY // 4 - 10)),
    "different opcodes": written("<region>" + " ".join(f"a{n}=1" for n in range(150_000))),
    "dollars": written("<region> sample=" + "$" * (MANY - 100)),
    "a name without end": written("#define $A 1\n<region> sample=$" + "A" * (MANY - 100)),
    "a definition that doubles": written(
        "#define $A 0123456789\n" + "".join(f"#define ${chr(66 + n)} ${chr(65 + n)}${chr(65 + n)}\n" for n in range(20))
    ),
    "a definition put in too often": written("#define $A " + "x" * 900 + "\n<region> sample=" + "$A" * 900_000),
    "definitions": written("".join(f"#define $A{n} 1\n" for n in range(120_000))),
    "it includes itself": written('#include "kit.sfz"'),
    "a circle of inclusions": circle,
    "a tree of inclusions": tree,
    "inclusions of itself, often": written('#include "kit.sfz"\n' * 100_000),
    "an inclusion that is missing": written('#include "gone.sfz"'),
    "an inclusion from above": written('#include "../outside.sfz"'),
    "regions": written("<region>sample=*sine\n" * 99_000),
    "a group of many wheels": written(
        "<group>" + " ".join(f"locc{n}=1 on_locc{n}=1 start_locc{n}=1" for n in range(1000)) + "<region>x=1\n" * 4000
    ),
    "sounds": written("<region>sample=*sine\n" * 4000),
    "sounds of low notes": written("\n".join(f"<region>sample=*saw ampeg_attack=100 tune={n}" for n in range(120))),
    "tiny loops": with_sample(wav(), text=TINY),
    "samples above": climbing,
    "samples behind links": linked,
    "a file behind a link": linked_text,
    "pipes": pipes,
    "a pipe for a sample": pipe_sample,
    "a text for a sample": with_sample(b"this is no sound"),
    "an empty sample": with_sample(b""),
    "a sample of no frames": with_sample(wav(size=0)),
    "a sample of no channels": with_sample(wav(channels=0)),
    "a sample of many channels": with_sample(wav(channels=1024, size=20480)),
    "a sample of no rate": with_sample(wav(rate=0)),
    "a sample of a mad rate": with_sample(wav(rate=2**31 - 1)),
    "a sample of another kind": with_sample(wav(), name="one.exe"),
    "a chopped flac": with_sample(b"fLaC\0\0\0\x22" + b"\x10\0\x10\0" + b"\xff" * 30, name="one.flac"),
    "a chopped ogg": with_sample(b"OggS\0\2" + bytes(22) + b"\1\x1e\1vorbis" + b"\xff" * 100, name="one.ogg"),
    "chunks of nothing": with_sample(b"RIFF\xff\xff\xff\xffWAVE" + b"abcd\0\0\0\0" * 100_000),
    "four hours in a small file": flac_of_silence,
    "floats beyond all measure": loud,
    "too many samples": many_samples,
    "too many files": many_files,
    "the name of a device": written("<region> sample=/dev/zero <region> sample=/dev/random.wav <region> sample=CON:"),
    "a name without an end": written("<region> sample=" + "a/" * 100_000 + "a.wav"),
    "a name with zeros and breaks": written("<region> sample=a\x01b.wav <region> sample=\x1b[2J.wav"),
    "keys upside down": written("<region> sample=*sine lokey=70 hikey=60"),
    "no velocity": written("<region> sample=*sine lovel=70 hivel=60"),
    "a turn that never comes": written("<region> sample=*sine seq_length=2 seq_position=3"),
    "a pitch beyond all": with_sample(wav(), text="<region> sample={} key=60 transpose=127 tune=9600"),
    "only when let go": written("<region> sample=*sine trigger=release"),
}  # fmt: skip


def loaded(kind: str, tmp_path: Path) -> tuple[str | None, float, int]:
    """Return what is said of a hostile folder, after how many seconds of work, and by how much memory grew."""
    folder = tmp_path / "Bad"
    folder.mkdir()
    FOLDERS[kind](folder)
    done = subprocess.run([sys.executable, "-c", LOADING, folder], capture_output=True, check=True, timeout=60)
    said, seconds, grown = json.loads(done.stdout)
    return said, seconds, grown


@pytest.mark.slow
@pytest.mark.parametrize("kind", FOLDERS)
def test_a_hostile_folder_costs_little(tmp_path: Path, kind: str) -> None:
    """A folder made to cost as much as it can gets its sentence within 100 MB of memory."""
    said, _, grown = loaded(kind, tmp_path)
    assert said is not None
    assert said.startswith("The sounds in the folder “Bad” cannot be ")
    assert len(said) < 200
    assert said.isprintable()
    assert grown < 100_000_000


def test_what_a_damaged_sample_says_of_itself_is_not_believed(tmp_path: Path) -> None:
    """A header that claims hours, and floats beyond all measure, give a short and quiet sound."""
    folder = kit(tmp_path, "<region> sample=one.wav key=60 <region> sample=two.wav key=62")
    (folder / "one.wav").write_bytes(wav(size=9600, claimed=2**32 - 1))
    soundfile.write(folder / "two.wav", np.array([1e30, np.nan, np.inf, -np.inf] * 1000), RATE, subtype="FLOAT")
    instrument, _ = sfz.load(folder, RATE)
    assert instrument.at(60)[0].length == 4800
    assert np.isfinite(instrument.pool).all()
    assert np.abs(instrument.pool).max() <= 0.9


@pytest.mark.slow
def test_mutated_folders_play_or_get_their_sentence(tmp_path: Path) -> None:
    """Whatever bytes change in a file or in a sample, the folder plays with finite, bounded sound or is refused."""
    text = (
        '<control> default_path=\n#define $K 60\n#include "part.sfz"\n<global> ampeg_release=0.3 amp_veltrack=50\n'
        "<group> lokey=55 hikey=$K loop_mode=loop_sustain loop_start=100 loop_end=1500\n<region> sample=one.wav\n"
        "<region> sample=two.flac lovel=30 hivel=100 seq_length=2 seq_position=2 /* c */ trigger=release\n"
        "<region> sample=three.ogg key=c5 pitch_keycenter=57 offset=10 end=3000 tune=-30 pan=20 volume=-6\n"
    )
    folder = kit(tmp_path, text, one=sine(300, 0.05))
    (folder / "part.sfz").write_text("<region> sample=*saw key=64 ampeg_attack=0.1 ampeg_decay=1 ampeg_sustain=0\n")
    for name in ("two.flac", "three.ogg"):
        soundfile.write(folder / name, sine(500, 0.1), RATE)
    files = sorted(folder.iterdir())
    whole = {file: file.read_bytes() for file in files}
    rng = np.random.default_rng(7)
    outcomes = {"played": 0, "refused": 0}
    for _ in range(250):
        file = files[rng.integers(len(files))]
        raw = bytearray(whole[file])
        for _ in range(rng.integers(1, 6)):
            at = int(rng.integers(min(len(raw), 400)))
            match rng.integers(4):
                case 0:
                    raw[at] = int(rng.integers(256))
                case 1:
                    del raw[at : at + int(rng.integers(1, 40))]
                case 2:
                    raw[at:at] = raw[: int(rng.integers(1, 60))]
                case 3:
                    raw[at] ^= 1 << int(rng.integers(8))
            raw = raw or bytearray(b"<")
        file.write_bytes(raw)
        try:
            instrument, _ = sfz.load(folder, RATE)
        except BedsideError as error:
            assert str(error).startswith("The sounds in the folder “Kit” cannot be ")
            outcomes["refused"] += 1
        else:
            assert np.isfinite(instrument.pool).all()
            assert np.abs(instrument.pool).max() <= 0.9
            assert instrument.pool.nbytes <= 64 * 2**20
            outcomes["played"] += 1
        file.write_bytes(whole[file])
    assert outcomes["played"] > 60
