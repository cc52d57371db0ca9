"""Mute and bookmark on real devices: one gesture silences the bed at the sound card, and a mark leaves it as it is."""

from __future__ import annotations

import time
from functools import partial
from pathlib import Path

from bedside.archive.store.store import Store
from bedside.music.events import NoteOn
from e2e.bed import answer, bed, events, pads, spot, takes, tap_until_heard
from e2e.control import ledger, until_chosen
from e2e.rig.keyboard import Keyboard
from e2e.rig.program import Program
from e2e.rig.soundcard import SoundCard
from e2e.rig.touchscreen import Touchscreen
from e2e.test_hand import Masher, ended, reach

MUTED_SECONDS = 0.3
STILL_SECONDS = 3.0

CORNERS = ((0.004, 0.006), (0.996, 0.006))


def gesture(screen: Touchscreen, card: SoundCard) -> int:
    """Press both upper corners and let go; return the card's frame at which the second was left."""
    for finger, at in enumerate(CORNERS):
        screen.down(finger, *at)
    time.sleep(0.15)
    screen.up(0)
    at_frame = card.now()
    screen.up(1)
    return at_frame


def silent(screen: Touchscreen, card: SoundCard, program: Program, since: int) -> float:
    """Return after how many seconds the bed is silent for good, while somebody goes on touching it."""
    there = pads(screen)
    until = time.monotonic() + STILL_SECONDS
    while time.monotonic() < until:
        for finger in range(2, 7):
            screen.tap(finger, *spot(screen, there[finger], 0.9), seconds=0.02)
    reach(card, program, since + STILL_SECONDS * card.rate)
    return ended(card.heard(since)[: int(STILL_SECONDS * card.rate)], card.rate)


def test_one_gesture_mutes_the_bed(
    touchscreen: Touchscreen, card: SoundCard, keyboard: Keyboard, tmp_path: Path
) -> None:
    """By both corners and by M, in the worst mash of a keyboard: exact silence at the card within 300 ms.

    Nothing that is touched meanwhile is heard or played; the same gesture lifts it, and the gap is no data. Twice each:
    a machine that others use may be slow once.
    """
    data = tmp_path / "kept"
    took: dict[str, list[float]] = {"corners": [], "key": []}
    with bed(touchscreen, card, data, "--free") as program, Masher(keyboard) as masher:
        program.wait_for(keyboard.connected, 30, "the keyboard to be heard")
        assert tap_until_heard(touchscreen, card, program)
        for turn in range(4):
            way = ("corners", "key")[turn % 2]
            keyboard.control(64, 127)
            masher.go()
            loud = card.now()
            program.wait_for(partial(card.onset, loud, 0.05), 30, "the keyboard to be loud")
            since = card.now()
            if way == "corners":
                since = gesture(touchscreen, card)
            else:
                touchscreen.key("m")
            took[way].append(silent(touchscreen, card, program, since))
            until_chosen(program, "mute", "", "anyone", turn + 1)
            masher.pause()
            before = card.now()
            if way == "corners":
                gesture(touchscreen, card)
            else:
                touchscreen.key("m")
            until_chosen(program, "unmute", "", "anyone", turn + 1)
            reach(card, program, before + card.rate)
            assert not card.heard(before)[: card.rate].any(), "something began by itself"
            assert tap_until_heard(touchscreen, card, program)
        assert program.stop() == 0
        assert program.stderr.read_text() == ""
    print({way: [f"{seconds * 1000:.0f} ms" for seconds in each] for way, each in took.items()})
    assert all(min(each) < MUTED_SECONDS for each in took.values())
    assert max(map(max, took.values())) < 1.0
    made = [(choice.what, choice.by) for choice in ledger(data)]
    assert made == [("mute", "anyone"), ("unmute", "anyone")] * 4
    for take in takes(data):
        edges = [choice.frame for choice in ledger(data) if choice.frame is not None]
        notes = [each.frame for each in take if isinstance(each.event, NoteOn)]
        for begin, end in zip(edges[::2], edges[1::2], strict=True):
            assert not [frame for frame in notes if begin + 0.1 * card.rate < frame < end]
    curves = answer("measure", "last", data=data)["players"]["child"]["curves"]
    assert None in curves["density"]


def test_a_bookmark_is_kept(touchscreen: Touchscreen, card: SoundCard, tmp_path: Path) -> None:
    """By the key B and by a tap in the third corner: two markers of fifteen seconds, no note and no choice."""
    data = tmp_path / "kept"
    with bed(touchscreen, card, data) as program:
        assert tap_until_heard(touchscreen, card, program)

        def marked(number: int) -> bool:
            with Store.open(data) as store:
                markers = [each for take in store.takes() for each in store.casenotes.markers(take.id)]
            return len(markers) == number and all(each.seconds == 15.0 for each in markers)

        before = len(struck(data))
        touchscreen.key("b")
        program.wait_for(lambda: marked(1), 10, "a marker by the key")
        # A second bookmark within a second would be the bounce of a pedal.
        time.sleep(1.0)
        touchscreen.tap(3, 0.998, 0.997)
        program.wait_for(lambda: marked(2), 10, "a marker by the corner")
        assert len(struck(data)) == before
        assert program.stop() == 0
    assert ledger(data) == []


def struck(data: Path) -> list[NoteOn]:
    return [each for each in events(data) if isinstance(each, NoteOn)]
