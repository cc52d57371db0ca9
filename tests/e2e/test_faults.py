"""Whatever fails at the bed: the child plays on, and nothing that was played is lost."""

import itertools
import os
import random
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from bedside.music.events import Lost, NoteOff, NoteOn, Resumed, TakeBegan, TakeEnded
from e2e.bed import answer, bed, bedside, pads, playing, spot, takes, tap_until_heard
from e2e.rig.eye import Eye
from e2e.rig.program import Program, alive
from e2e.rig.soundcard import SoundCard
from e2e.rig.touchscreen import Touchscreen
from e2e.rig.waiting import wait_for

KILLS = int(os.environ.get("BEDSIDE_KILLS", "5"))

# From the finger to the engine's report, on a machine that is shared.
UNDER_WAY_SECONDS = 0.05


@pytest.fixture
def card() -> Iterator[SoundCard]:
    """Give a sound card that waits for a client that does not answer as briefly as JACK does by itself."""
    with SoundCard(patience=0.5) as card:
        yield card


def note_ons(data: Path) -> list[NoteOn]:
    return [p.event for take in takes(data) for p in take if isinstance(p.event, NoteOn)]


def test_killed_at_any_instant(touchscreen: Touchscreen, card: SoundCard, tmp_path: Path) -> None:
    """SIGKILL of the whole tree at random instants of play, the start included: at most 250 ms of play is missing.

    The store opens, the next start asks nothing, and all that earlier lives recorded is still there.
    """
    chance = random.Random(11)
    data = tmp_path / "kept"
    kept = 0
    for life in range(KILLS):
        # The card goes on with a killed program's last block for some seconds, which is not to be taken for a touch.
        wait_for(lambda: not card.connected(), 30, "the killed program to leave the card")
        if life % 5 == 4:
            # Now and then while the program starts.
            with playing(touchscreen, card, data) as program:
                time.sleep(chance.uniform(0.0, 1.5))
                program.kill_tree()
            assert len(note_ons(data)) >= kept
            kept = len(note_ons(data))
            continue
        with playing(touchscreen, card, data) as program:
            program.wait_for(card.connected, 60, "the sound card to be opened")
            assert tap_until_heard(touchscreen, card, program)

            def recorded(kept: int = kept) -> bool:
                return len(note_ons(data)) > kept

            program.wait_for(recorded, 60, "the first note to be recorded")
            before = len(note_ons(data))
            touched = []
            until = time.monotonic() + chance.uniform(0.2, 2.0)
            while time.monotonic() < until:
                touched.append(time.monotonic())
                touchscreen.tap(0, *spot(touchscreen, chance.choice(pads(touchscreen))), 0.01)
                time.sleep(0.015)
            killed = time.monotonic()
            program.kill_tree()
        found = len(note_ons(data)) - before
        due = sum(at < killed - 0.25 - UNDER_WAY_SECONDS for at in touched)
        # The tap that was heard first may have been recorded after it was counted.
        assert due <= found <= len(touched) + 10, f"life {life}: {found} of {len(touched)} notes, {due} due"
        kept = len(note_ons(data))
    listed = answer("takes", data=data)
    assert sum(take["notes"] for take in listed) == kept


def drum(touchscreen: Touchscreen, seconds: float) -> None:
    """Tap one pad after the other for so long."""
    until = time.monotonic() + seconds
    for pad in itertools.cycle(pads(touchscreen)[:9]):
        if time.monotonic() >= until:
            return
        touchscreen.tap(0, *spot(touchscreen, pad), 0.03)
        time.sleep(0.05)


@pytest.mark.parametrize("fault", [signal.SIGKILL, signal.SIGSTOP])
def test_an_engine_that_dies_or_hangs_is_replaced(
    touchscreen: Touchscreen, card: SoundCard, tmp_path: Path, fault: signal.Signals
) -> None:
    """The engine killed or stopped in play: sound is back within 1 s, one take goes on, the picture does not stop."""
    data = tmp_path / "kept"
    with bed(touchscreen, card, data) as program, Eye(touchscreen) as eye:
        program.wait_for(lambda: len(engines(program)) == 2, 30, "the spare engine")
        touchscreen.down(9, *spot(touchscreen, pads(touchscreen)[9]))
        eye.wait_for_motion()
        began = time.monotonic()
        drum(touchscreen, 3.0)
        victim = engines(program)[0]
        failed, frame = time.monotonic(), card.now()
        os.kill(victim, fault)
        drum(touchscreen, 3.0)
        # The machine may be slow to draw; the fault must not make it slower.
        usual, still = eye.longest_still(began, failed), eye.longest_still(failed, failed + 3.0)
        touchscreen.up(9)
        program.wait_for(lambda: not alive(victim), 10, "the failed engine to be gone")
        sound = card.heard(frame)[: 3 * card.rate]
        assert program.stop() == 0
        assert program.stderr.read_text() == ""
    # A stopped engine leaves its last block in the card's buffer again and again: that is no sound of the instrument.
    dead = dead_frames(sound, card.block)
    take = takes(data)[-1]
    lost, back = ([p.frame for p in take if isinstance(p.event, kind)] for kind in (Lost, Resumed))
    assert len(lost) == len(back) == 1
    print(f"{fault.name}: silent for {dead / card.rate:.3f} s, picture still for {still:.3f} s, before {usual:.3f} s")
    assert dead < card.rate
    assert back[0] - lost[0] < card.rate
    assert still < max(0.1, 2 * usual)
    assert sum(isinstance(p.event, TakeBegan) for p in take) == 1
    frames = [p.frame for p in take]
    assert frames == sorted(frames)
    begun = {p.event.note for p in take if isinstance(p.event, NoteOn)}
    ended = {p.event.note for p in take if isinstance(p.event, NoteOff)}
    assert [p for p in take if isinstance(p.event, NoteOn) and p.frame > back[0]]
    assert len(begun - ended) <= 1 + sum(lost[0] - card.rate < p.frame <= lost[0] for p in take)


def test_a_lost_sound_card_is_found_again(touchscreen: Touchscreen, tmp_path: Path) -> None:
    """Without its card the program plays on and records; when the card is back, so is the sound."""
    data = tmp_path / "kept"
    first = SoundCard()
    with first as card, bed(touchscreen, card, data) as program:
        before = len(note_ons(data))
        first.__exit__(None, None, None)
        for pad in pads(touchscreen):
            touchscreen.tap(0, *spot(touchscreen, pad))
            time.sleep(0.15)
        program.wait_for(lambda: len(note_ons(data)) == before + 10, 10, "ten unheard notes to be recorded")
        again = SoundCard()
        again.env = card.env
        with again:
            program.wait_for(again.connected, 30, "the card to be found again")
            assert tap_until_heard(touchscreen, again, program)
            assert program.stop() == 0
    (said,) = program.stderr.read_text().splitlines()
    assert "nothing is heard" in said
    assert len(takes(data)) == 2


def engines(program: Program) -> list[int]:
    """Return the numbers of the engine's processes, the one that plays first: it alone has the card's thread."""
    found = []
    for pid in program.children():
        try:
            command = Path(f"/proc/{pid}/cmdline").read_text()
            threads = [int(thread.name) for thread in Path(f"/proc/{pid}/task").iterdir()]
            urgent = any(os.sched_getscheduler(thread) == os.SCHED_FIFO for thread in threads)
        except (FileNotFoundError, ProcessLookupError):
            continue
        if "bedside.sound.live.process" in command:
            found.append((not urgent, pid))
    return [pid for _, pid in sorted(found)]


def dead_frames(sound: NDArray[np.floating], block: int) -> int:
    """Return the longest stretch, in frames, in which every block is silent or the same as the one before."""
    rows = sound[: len(sound) // block * block].reshape(-1, block * sound.shape[1])
    sounding = np.asarray(rows.any(axis=1))
    fresh = np.concatenate([[True], sounding[1:] & (rows[1:] != rows[:-1]).any(axis=1), [True]])
    return int(np.diff(np.flatnonzero(fresh)).max()) * block


@pytest.mark.parametrize("name", ["SIGTERM", "SIGHUP", "SIGINT", "SIGPWR"])
def test_a_shutdown_ends_the_take(touchscreen: Touchscreen, card: SoundCard, tmp_path: Path, name: str) -> None:
    """A signal to every process of a bed, as a shutdown sends it, ends the take under a finger, and then the bed."""
    data = tmp_path / "kept"
    with playing(touchscreen, card, data) as program:
        program.wait_for(card.connected, 60, "the sound card to be opened")
        assert tap_until_heard(touchscreen, card, program)
        before = len(note_ons(data))
        touchscreen.down(0, *spot(touchscreen, pads(touchscreen)[0]))
        program.wait_for(lambda: len(note_ons(data)) > before, 30, "the held note to be recorded")
        os.killpg(program.pid, signal.Signals[name])
        # It takes less than a second where nothing else is done.
        assert program.wait(10.0) == 0
    assert isinstance(takes(data)[-1][-1].event, TakeEnded)
    assert program.stderr.read_text() == ""


def test_nothing_of_a_patient_is_found_in_clear(touchscreen: Touchscreen, card: SoundCard, tmp_path: Path) -> None:
    """After a full run with a patient's code, killed and read again, no file holds the code in any encoding."""
    code = "Wolkenschaf-7731"
    data = tmp_path / "kept"
    with playing(touchscreen, card, data, "--patient", code) as program:
        program.wait_for(card.connected, 60, "the sound card to be opened")
        assert tap_until_heard(touchscreen, card, program)
        for pad in pads(touchscreen):
            touchscreen.tap(0, *spot(touchscreen, pad))
        program.kill_tree()
        said = program.stdout.read_bytes() + program.stderr.read_bytes()
    searched = [*data.rglob("*"), *os_cache().rglob("*")]
    assert [path for path in searched if path.name.startswith("bedside.db")]
    for command in (["takes"], ["export", "last", "--out", str(tmp_path / "take.json")]):
        done = bedside(*command, data=data)
        assert done.returncode == 0
        said += done.stdout.encode() + done.stderr.encode()
    kept = {path: path.read_bytes() for path in [*searched, *data.rglob("*")] if path.is_file()}
    kept |= {tmp_path / "said": said, tmp_path / "take.json": (tmp_path / "take.json").read_bytes()}
    for plain in (code.encode(), code.encode("utf-16-le"), code.encode().hex().encode(), b"Wolkenschaf"):
        assert not [path for path, held in kept.items() if plain in held]


def os_cache() -> Path:
    from bedside.places import user_cache

    return user_cache()
