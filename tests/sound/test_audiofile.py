import errno
import itertools
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import pytest
import soundfile
from numpy.typing import NDArray

from bedside.errors import BedsideError
from bedside.files import replacing
from bedside.sound import audiofile

RATE = 48000
CHANCE = np.random.default_rng(3)


def noise(frames: int = 5000, peak: float = 0.7) -> NDArray[np.float32]:
    return CHANCE.uniform(-peak, peak, (frames, 2)).astype(np.float32)


def blocks(sound: NDArray[np.float32], size: int = 128) -> Iterator[NDArray[np.float32]]:
    """Yield a sound in blocks that, as the engine's are, stand in one array which the next overwrites."""
    for at in range(0, len(sound), size):
        block = sound[at : at + size].copy()
        yield block
        block[:] = np.nan


def test_a_wave_keeps_every_bit(tmp_path: Path) -> None:
    """Floats read from a wave are those written, the loudest and the faintest too."""
    sound = noise()
    sound[0] = (1.5, -1e-30)
    written = audiofile.write(tmp_path / "a.wav", blocks(sound), RATE)
    read, rate = soundfile.read(tmp_path / "a.wav", dtype="float32")
    assert (written, rate) == (5000, RATE)
    assert read.tobytes() == sound.tobytes()
    info = soundfile.info(tmp_path / "a.wav")
    assert (info.format, info.subtype, info.channels) == ("WAV", "FLOAT", 2)


def chunks(content: bytes) -> dict[bytes, bytes]:
    """Return the chunks of a wave by name, in order."""
    found, at = {}, 12
    while at < len(content):
        size = int.from_bytes(content[at + 4 : at + 8], "little")
        found[content[at : at + 4]] = content[at + 8 : at + 8 + size]
        at += 8 + size
    return found


def test_the_same_sound_is_the_same_file(tmp_path: Path) -> None:
    """A wave holds its format, its length and its samples, and no date, so that it is equal whenever it is made."""
    sound = noise()
    audiofile.write(tmp_path / "a.wav", blocks(sound), RATE)
    found = chunks((tmp_path / "a.wav").read_bytes())
    assert set(found) == {b"fmt ", b"fact", b"PAD ", b"data"}
    assert not any(found[b"PAD "])
    assert found[b"fact"] == len(sound).to_bytes(4, "little")
    assert found[b"data"] == sound.tobytes()


@pytest.mark.parametrize(
    ("ending", "subtype", "faintest"),
    [(".flac", "PCM_24", 2**-23), (".ogg", "VORBIS", 0.1), (".mp3", "MPEG_LAYER_III", 0.1)],
)
def test_every_kind_sounds_like_what_was_written(tmp_path: Path, ending: str, subtype: str, faintest: float) -> None:
    """Each ending gives its own kind of file, as near to the sound as the kind allows."""
    seconds = np.arange(RATE) / RATE
    sound = np.stack([0.5 * np.sin(2 * np.pi * 440 * seconds), 0.3 * np.sin(2 * np.pi * 660 * seconds)], 1).astype(
        np.float32
    )
    audiofile.write(tmp_path / f"a{ending.upper()}", blocks(sound), RATE)
    info = soundfile.info(tmp_path / f"a{ending.upper()}")
    assert (info.format, info.subtype, info.samplerate, info.channels) == (ending[1:].upper(), subtype, RATE, 2)
    read, _ = soundfile.read(tmp_path / f"a{ending.upper()}", dtype="float32")
    assert abs(len(read) - len(sound)) <= 2 * 1152
    middle = slice(10000, 30000)
    assert np.abs(read[middle] - sound[middle]).max() < faintest


def test_progress_is_told_every_block(tmp_path: Path) -> None:
    """The frames told add up to the frames written."""
    told: list[int] = []
    audiofile.write(tmp_path / "a.wav", blocks(noise(1000)), RATE, told.append)
    assert told == [128] * 7 + [104]


def test_no_sound_is_a_file_all_the_same(tmp_path: Path) -> None:
    """A take without a frame gives a wave of no frames."""
    assert audiofile.write(tmp_path / "a.wav", iter(()), RATE) == 0
    assert soundfile.info(tmp_path / "a.wav").frames == 0


def test_an_unknown_ending_is_refused_with_the_known_ones(tmp_path: Path) -> None:
    """Nothing is written where the ending says nothing."""
    for name in ("a.aiff", "a"):
        with pytest.raises(BedsideError, match=r"ends in \.wav, \.flac, \.ogg, \.mp3, not"):
            audiofile.write(tmp_path / name, blocks(noise()), RATE)
    assert not list(tmp_path.iterdir())


def test_a_place_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    """A folder that is not there is named in the sentence."""
    with pytest.raises(BedsideError, match=r"a\.wav could not be written in .*nowhere: it is not there\."):
        audiofile.write(tmp_path / "nowhere" / "a.wav", blocks(noise()), RATE)


def test_a_sound_that_breaks_off_leaves_the_old_file(tmp_path: Path) -> None:
    """Where the sound fails halfway, the file that was there stays, and nothing beside it."""
    path = tmp_path / "a.wav"
    audiofile.write(path, blocks(noise()), RATE)
    before = path.read_bytes()

    def failing() -> Iterator[NDArray[np.float32]]:
        yield from blocks(noise())
        raise RuntimeError("broken off")

    with pytest.raises(RuntimeError, match="broken off"):
        audiofile.write(path, failing(), RATE)
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]


class FullDisk:
    """A file on a disk with room for so many bytes."""

    def __init__(self, file: BinaryIO, room: int) -> None:
        self._file = file
        self._room = room

    def write(self, piece: bytes) -> int:
        """Write a piece while there is room."""
        self._room -= len(piece)
        if self._room < 0:
            raise OSError(errno.ENOSPC, "No space left on device")
        return self._file.write(piece)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._file, name)


@pytest.mark.parametrize("ending", audiofile.endings())
def test_a_full_disk_is_one_sentence_and_no_noise(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], ending: str
) -> None:
    """When the disk fills, writing ends at once with the sentence; no library complains, and no file is left."""
    opened = replacing

    class Replacing:
        def __init__(self, path: Path) -> None:
            self._opened = opened(path)

        def __enter__(self) -> FullDisk:
            return FullDisk(self._opened.__enter__(), 20_000)

        def __exit__(self, *fault: Any) -> bool | None:
            return self._opened.__exit__(*fault)

    monkeypatch.setattr(audiofile, "replacing", Replacing)
    endless = (noise(1024) for _ in itertools.count())
    with pytest.raises(BedsideError, match="the disk is full"):
        audiofile.write(tmp_path / f"a{ending}", endless, RATE)
    assert capfd.readouterr() == ("", "")
    assert not list(tmp_path.iterdir())
