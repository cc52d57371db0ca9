"""No fault of a disk, a key or a database keeps a child from playing, and what was played is kept when it can be."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

import mido
import numpy as np
import pygame
import pytest

from bedside.music.events import NoteOn
from bedside.stage.input.seats import Seat
from bedside.stage.picture import staffsign
from e2e.bed import bedside, pads, playing, sides, spot, takes, tap_until_heard
from e2e.rig.keystore import Keystore
from e2e.rig.program import Program
from e2e.rig.smalldisk import SmallDisk
from e2e.rig.soundcard import SoundCard
from e2e.rig.touchscreen import Touchscreen

# How much longer another program holds the database than until staff have read of it; a minute in long runs.
HELD_SECONDS = float(os.environ.get("BEDSIDE_HELD_SECONDS", "0"))

# Where the pictures of the screen go that people look at; by default a folder that the test removes.
SHOTS = os.environ.get("BEDSIDE_SHOTS")

_RIM = (128, 138, 208)

HOLDING = """
import sys
from pathlib import Path
from bedside.archive.store.store import Store
with Store.create(Path(sys.argv[1])) as store, store._engine.connect() as connection:
    with connection.begin():
        print("held", flush=True)
        sys.stdin.read()
"""


@dataclass
class Ward:
    """A data folder with what is wrong with it: ``mend`` puts it right, ``said`` is in the sentence that staff get."""

    data: Path
    mend: Callable[[], object]
    said: str
    env: dict[str, str] = field(default_factory=dict)
    more: tuple[str, ...] = ()


def recorded(data: Path) -> None:
    """Let a data folder have a recording: one take of one note."""
    song = data.parent / "song.mid"
    track = mido.MidiTrack([mido.Message("note_on", note=60), mido.Message("note_off", note=60, time=96)])
    mido.MidiFile(tracks=[track]).save(song)
    assert bedside("import", str(song), data=data).returncode == 0


def full(base: Path, leaving: ExitStack) -> Ward:
    disk = leaving.enter_context(SmallDisk(base / "kept", 1))
    disk.fill()

    def mend() -> None:
        (disk.folder / "filler").unlink()
        disk.enlarge(64)

    return Ward(disk.folder, mend, "the disk is full")


def full_with_recordings(base: Path, leaving: ExitStack) -> Ward:
    disk = leaving.enter_context(SmallDisk(base / "kept", 64))
    recorded(disk.folder)
    disk.fill()
    return Ward(disk.folder, (disk.folder / "filler").unlink, "the disk is full")


def read_only(base: Path, leaving: ExitStack) -> Ward:
    disk = leaving.enter_context(SmallDisk(base / "kept", 64))
    recorded(disk.folder)
    disk.protect(True)
    leaving.callback(disk.protect, False)
    return Ward(disk.folder, lambda: disk.protect(False), "can only be read")


def no_key(base: Path, _: ExitStack) -> Ward:
    data = base / "kept"
    recorded(data)
    away = (data / "bedside.key").rename(base / "away.key")
    return Ward(data, lambda: away.rename(data / "bedside.key"), "key")


def damaged_key(base: Path, _: ExitStack) -> Ward:
    data = base / "kept"
    recorded(data)
    good = (data / "bedside.key").read_bytes()
    (data / "bedside.key").write_bytes(good[:20] + b"\0\0\0" + good[23:])
    return Ward(data, lambda: (data / "bedside.key").write_bytes(good), "key")


def other_beds_key(base: Path, _: ExitStack) -> Ward:
    data, other = base / "kept", base / "other" / "kept"
    recorded(data)
    other.parent.mkdir()
    recorded(other)
    good = (data / "bedside.key").read_bytes()
    shutil.copyfile(other / "bedside.key", data / "bedside.key")
    return Ward(data, lambda: (data / "bedside.key").write_bytes(good), "key")


def key_store(base: Path, state: str) -> Ward:
    store, data = Keystore(base / "keystore.json"), base / "kept"
    song = base / "song.mid"
    track = mido.MidiTrack([mido.Message("note_on", note=60), mido.Message("note_off", note=60, time=96)])
    mido.MidiFile(tracks=[track]).save(song)
    with Program("import", str(song), data=data, env=store.env) as program:
        assert program.wait() == 0, program.stderr.read_text()
    assert "keyring" in (data / "bedside.key").read_text()
    store.turn(state)
    return Ward(data, lambda: store.turn("open"), "key store", store.env)


def locked_key_store(base: Path, _: ExitStack) -> Ward:
    return key_store(base, "locked")


def hanging_key_store(base: Path, _: ExitStack) -> Ward:
    return key_store(base, "hanging")


def held_database(base: Path, leaving: ExitStack) -> Ward:
    data = base / "kept"
    recorded(data)
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLDING, str(data)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    leaving.callback(holder.communicate)
    assert holder.stdout is not None
    assert holder.stdout.readline() == "held\n"

    def mend() -> None:
        time.sleep(HELD_SECONDS)
        holder.communicate()

    return Ward(data, mend, "another program")


def no_folder(base: Path, _: ExitStack) -> Ward:
    (base / "kept").write_text("a file in the place of a folder")
    return Ward(base / "kept", (base / "kept").unlink, "cannot be used")


def second_place(base: Path, leaving: ExitStack) -> Ward:
    ward = full_with_recordings(base, leaving)
    return Ward(ward.data, ward.mend, "second folder", more=("--second", str(base / "second")))


WARDS = [
    *(full, full_with_recordings, read_only, no_key, damaged_key, other_beds_key),
    *(locked_key_store, hanging_key_store, held_database, no_folder, second_place),
]


@pytest.fixture
def base(tmp_path: Path) -> Path:
    folder = tmp_path / "ward"
    folder.mkdir(mode=0o700)
    return folder


@pytest.fixture
def leaving() -> Iterator[ExitStack]:
    """Give a stack of what is to be ended after the program."""
    with ExitStack() as stack:
        yield stack


def sign_seen(screen: Touchscreen, folder: Path) -> bool:
    """Return whether the sign for staff is on the screen: its rim is seen where it belongs."""
    shot = folder / "screen.png"
    screen.screenshot(shot)
    picture = pygame.image.load(shot)
    seat: Seat = sides(screen)[next(iter(sides(screen)))].seat
    rect = staffsign.place(seat)
    levels = pygame.surfarray.array3d(picture)[rect.left : rect.right, rect.top : rect.bottom].astype(int)
    # The rim of its stone is of a colour that no night has.
    return int((np.abs(levels - _RIM).max(axis=2) < 40).sum()) > 40


def keep_shot(screen: Touchscreen, folder: Path, name: str) -> None:
    """Take a picture of the screen for people to look at."""
    target = Path(SHOTS) if SHOTS else folder
    target.mkdir(parents=True, exist_ok=True)
    screen.screenshot(target / f"{name}.png")


def read_sign(screen: Touchscreen, folder: Path, name: str) -> None:
    """Hold the sign as staff do, and take a picture of the words."""
    seat = sides(screen)[next(iter(sides(screen)))].seat
    x, y = staffsign.place(seat).center
    screen.down(8, x / screen.size[0], y / screen.size[1])
    time.sleep(1.6)
    screen.up(8)
    time.sleep(1.2)
    keep_shot(screen, folder, name)


def notes(data: Path) -> list[NoteOn]:
    return [p.event for take in takes(data) for p in take if isinstance(p.event, NoteOn)]


def tap_all(screen: Touchscreen) -> int:
    """Tap every pad once; return how many there are."""
    for pad in pads(screen):
        screen.tap(0, *spot(screen, pad))
        time.sleep(0.05)
    return len(pads(screen))


@pytest.mark.parametrize("ward", WARDS, ids=lambda ward: ward.__name__)
def test_the_child_plays_whatever_is_wrong(
    touchscreen: Touchscreen,
    card: SoundCard,
    base: Path,
    leaving: ExitStack,
    ward: Callable[[Path, ExitStack], Ward],
) -> None:
    """The child is heard; staff get one sentence and one sign; once it is mended all is in the record, and both go."""
    wrong = ward(base, leaving)
    began = time.monotonic()
    program = playing(touchscreen, card, wrong.data, *wrong.more)
    program.env.update(wrong.env)
    with program:
        program.wait_for(card.connected, 60, "the sound card to be opened")
        assert tap_until_heard(touchscreen, card, program)
        print(f"{ward.__name__}: heard after {time.monotonic() - began:.2f} s")
        played = tap_all(touchscreen)
        program.wait_for(lambda: sign_seen(touchscreen, base), 60, "the sign for staff")
        read_sign(touchscreen, base, ward.__name__)
        said = program.stderr.read_text()
        assert wrong.said in said
        assert said.count("\n") == 1, said
        wrong.mend()
        if not wrong.env:
            program.wait_for(lambda: len(notes(wrong.data)) > played, 60, "what was played to be in the record")
        program.wait_for(lambda: not sign_seen(touchscreen, base), 60, "the sign to go")
        assert program.stop() == 0
        assert program.stderr.read_text() == said
    with_key = {**os.environ, **wrong.env}
    listed = subprocess.run(
        [sys.executable, "-m", "bedside", "--data", str(wrong.data), "takes", "--json"],
        env=with_key,
        capture_output=True,
        text=True,
        check=True,
    )
    assert listed.stderr == ""
    earlier = 0 if ward in (full, no_folder) else 1
    found = json.loads(listed.stdout)
    assert sum(take["note_count"] for take in found) >= played + earlier + 1
    assert len(found) >= 1 + earlier


def test_a_disk_that_fills_up_in_play(
    touchscreen: Touchscreen, card: SoundCard, base: Path, leaving: ExitStack
) -> None:
    """The disk fills while a child plays: sound goes on, the sign comes; with room again, nothing is missing."""
    disk = leaving.enter_context(SmallDisk(base / "kept", 48))
    data = disk.folder
    with playing(touchscreen, card, data) as program:
        program.wait_for(card.connected, 60, "the sound card to be opened")
        assert tap_until_heard(touchscreen, card, program)
        program.wait_for(lambda: notes(data), 30, "the first note to be recorded")
        disk.fill()
        count = 0
        until = time.monotonic() + 120
        # What was prepared beforehand is used up first.
        while not sign_seen(touchscreen, base) and time.monotonic() < until:
            count += tap_all(touchscreen)
        assert sign_seen(touchscreen, base)
        before = card.now()
        count += tap_all(touchscreen)
        assert card.onset(before) is not None
        read_sign(touchscreen, base, "full-in-play")
        (disk.folder / "filler").unlink()
        program.wait_for(lambda: not sign_seen(touchscreen, base), 60, "the sign to go")
        assert program.stop() == 0
    assert len(notes(data)) >= count


def test_two_plays_on_one_folder(touchscreen: Touchscreen, card: SoundCard, base: Path) -> None:
    """A second program on one folder is a bed of its own: each is recorded whole, and both are listed afterwards."""
    data = base / "kept"
    with playing(touchscreen, card, data) as first:
        first.wait_for(card.connected, 60, "the sound card to be opened")
        assert tap_until_heard(touchscreen, card, first)
        first.wait_for(lambda: notes(data), 30, "the first note to be recorded")
        with Touchscreen(size=(1280, 800)) as screen:
            second = playing(screen, card, data)
            # It has no card of its own, and what it plays is recorded as unheard.
            second.env["JACK_DEFAULT_SERVER"] = "nobody"
            with second:
                before = len(notes(data))

                def played() -> bool:
                    tap_all(screen)
                    return len(notes(data)) > before

                second.wait_for(played, 60, "the second one to record")
                mine = len(notes(data)) - before
                tap_all(touchscreen)
                tap_all(screen)
                first.wait_for(lambda: len(notes(data)) >= before + mine + 20, 30, "both to be recorded")
                second.kill_tree()
            count = len(notes(data))
            more = tap_all(touchscreen)
            first.wait_for(lambda: len(notes(data)) >= count + more, 30, "the first to go on")
            assert first.stop() == 0
        assert first.stderr.read_text() == ""
    assert len(takes(data)) == 2
    assert len({take[0].event for take in takes(data)}) == 2
