"""The power is cut while the program plays on a real screen and card: the record is there, but for the last moment."""

import os
import random
import shutil
import time
from pathlib import Path

from bedside.archive.store.store import Store
from bedside.music.events import NoteOn
from e2e.bed import pads, spot, tap_until_heard
from e2e.rig.program import Program
from e2e.rig.soundcard import SoundCard
from e2e.rig.touchscreen import Touchscreen
from harness import operations
from harness.disk import Disk, lay
from harness.lateness import Lateness
from harness.promises import Promised
from harness.recorded import Recorded, differences, power_cuts
from harness.witness import Recording

CUTS = max(20, int(os.environ.get("BEDSIDE_CUTS", "0")) // 20)
PLAY_SECONDS = 6.0

# At most so much is lost; it takes the second time from the finger to the engine's report, on a machine that is shared.
LOST_SECONDS_AT_MOST = 0.25
UNDER_WAY_SECONDS = 0.05


def notes(data: Path) -> int:
    """Return how many notes a data folder holds, read as the next start does; nobody may be told of damage."""
    with Store.open_or_set_aside(data) as store:
        assert store.notice is None
        return _count(store)


def seen(data: Path) -> int:
    """Return how many notes can be read by now beside the program that plays: what is recorded is its writing alone."""
    with Store.open(data) as store:
        return _count(store)


def _count(store: Store) -> int:
    return sum(isinstance(each.event, NoteOn) for take in store.takes() for each in store.performed(take.id))


def test_a_power_cut_while_somebody_plays(touchscreen: Touchscreen, card: SoundCard, tmp_path: Path) -> None:
    """At any instant of a run of the whole program, what was touched 250 ms before is in the record."""
    bed = tmp_path / "bed"
    bed.mkdir()
    recording = Recording.of(bed)
    data = recording.folder
    before = Disk(recording.folder)
    screen = {name: touchscreen.env[name] for name in ("DISPLAY", "SDL_VIDEODRIVER")}
    chance = random.Random(31)
    with Lateness(tmp_path / "page") as lateness:
        with Program("play", data=data, env={**card.env, **screen, **recording.environ()}) as program:
            program.wait_for(card.connected, 60, "the sound card to be opened")
            assert tap_until_heard(touchscreen, card, program)
            known = program.wait_for(lambda: seen(data), 60, "the first note to be recorded")
            touched = []
            until = time.monotonic() + PLAY_SECONDS
            while time.monotonic() < until:
                touched.append(time.monotonic())
                touchscreen.tap(0, *spot(touchscreen, chance.choice(pads(touchscreen))), 0.02)
                time.sleep(0.03)
            began, ended = touched[0], time.monotonic()
            assert program.stop() == 0
        allowed = lateness.stretched(LOST_SECONDS_AT_MOST + UNDER_WAY_SECONDS, began, ended)
    log = operations.read(recording.log)
    recorded = Recorded(recording.folder, before, log, Promised())
    (whole,) = [disk.whole() for disk, _ in recorded.moments([len(log)])]
    assert not differences(whole, recorded.folder)
    total = notes(data)
    assert total >= known + len(touched)
    late = 0.0
    cuts = power_cuts(31, CUTS, len(log))
    for (position, cut), (disk, _) in zip(cuts, recorded.moments([at for at, _ in cuts]), strict=True):
        folder = tmp_path / "image"
        folder.mkdir()
        lay(disk.cut(cut, chance), recorded.folder, folder)
        at = log[position - 1].at
        found = notes(folder) - known
        due = sum(each < at - allowed for each in touched)
        # Before the first touch that counts, some of those that went before may be missing, too.
        assert found >= due or not due, f"{position}, {cut}: {found} of {due} notes that are due"
        if 0 <= found < len(touched):
            late = max(late, at - touched[found])
        shutil.rmtree(folder)
    print(
        f"{CUTS} cuts in {len(log)} operations, {total} notes: "
        f"at most {1000 * late:.0f} ms lost of {1000 * allowed:.0f}"
    )
