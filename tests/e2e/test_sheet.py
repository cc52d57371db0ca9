"""A ward's morning on real devices, by touch alone, from the first patient to the next."""

from __future__ import annotations

import os
import time
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np

from bedside.archive.store.store import Store
from bedside.music.events import NoteOn, Player
from bedside.music.settings import PartSettings
from bedside.sound.library import catalogue
from bedside.stage.bed import least
from bedside.stage.input.seats import LEAST_MM, Together
from bedside.stage.picture.bedsetup import BedSetup
from bedside.stage.picture.look import Look
from bedside.stage.sheet.acts import Doing, Page
from bedside.stage.sheet.drawing import targets
from bedside.stage.sheet.facts import Facts, KnownPatient
from bedside.stage.sheet.grid import LEAST_TILE_MM
from bedside.stage.sheet.pages import Shown
from bedside.stage.sheet.words import words
from bedside.stage.worlds import world as worlds
from e2e.bed import STARTING_SECONDS, events, playing, sides, spot, takes
from e2e.rig.gaze import Gaze
from e2e.rig.program import Program
from e2e.rig.soundcard import SoundCard
from e2e.rig.touchscreen import Touchscreen

# The whole three minutes of play in `make soak`.
PLAY_SECONDS = float(os.environ.get("BEDSIDE_PLAY", "20"))

CORNERS = ((0.004, 0.006), (0.996, 0.006))
HELD_SECONDS = 2.3

# Where the heading of a page stands, and how long it stands still before a touch is meant for that page.
HEADING = (40, 20, 500, 60)
STILL_SECONDS = 0.6

# Beside it the sheet is of one colour, and blue; no world is.
BESIDE = (560, 30, 400, 40)


@cache
def facts() -> Facts:
    """Return how a bed is at its first start, as far as it says where the sheet's tiles lie."""
    setting = BedSetup(Together.ALONE, (Player.CHILD,), 96.0, Look(), Player.THERAPIST, True)
    sounds = {each.name: each.name for each in catalogue.recipes(None)}
    parts = dict.fromkeys(Player, PartSettings())
    return Facts(setting, worlds.find("night"), tuple(sorted(worlds.names())), sounds, parts, "ward")


class Staff:
    """Somebody who works the sheet with one finger, and keeps a picture of each step in a folder."""

    def __init__(self, screen: Touchscreen, program: Program, gaze: Gaze, folder: Path) -> None:
        self._screen = screen
        self._program = program
        self._gaze = gaze
        self._folder = folder
        self._page = Page.HOME
        self._steps = 0
        self.known = 0

    def open(self) -> None:
        """Hold the two far corners for two seconds."""
        before = self._heading()
        for finger, at in enumerate(CORNERS):
            self._screen.down(finger, *at)
        time.sleep(HELD_SECONDS)
        for finger in range(2):
            self._screen.up(finger)
        self._page = Page.HOME
        self._program.wait_for(lambda: self._there() or None, 20, "the sheet to be there")
        self._until_turned(before, "open")

    def touch(self, doing: Doing, which: str, turned: Page | None = None) -> None:
        """Touch a tile of the page that is open; ``turned`` is the page that follows, None for the same."""
        before = self._heading()
        known = tuple(KnownPatient(str(number), None) for number in range(self.known))
        least_tile = least(self._screen.size, None) * LEAST_TILE_MM / LEAST_MM
        there = targets(Shown(self._page), replace(facts(), known=known), words("en"), self._screen.size, least_tile)
        area = next(each.area for each in there if each.act.doing is doing and each.act.which.endswith(which))
        width, height = self._screen.size
        self._screen.tap(5, (area.x + area.width / 2) / width, (area.y + area.height / 2) / height)
        if turned is not None and turned is not self._page:
            self._page = turned
            self._until_turned(before, f"{doing} {which}")
        else:
            self._until_still()
            self._keep(f"{doing} {which}")

    def close(self) -> None:
        """Touch the tile that closes it."""
        self.touch(Doing.CLOSE, "")

    def _heading(self) -> np.ndarray:
        return self._gaze.levels(*HEADING).copy()

    def _there(self) -> bool:
        beside = self._gaze.levels(*BESIDE).astype(int)
        red, _, blue = beside[0, 0]
        return bool((beside == beside[0, 0]).all() and blue > 2.5 * red > 0)

    def _until_turned(self, before: np.ndarray, step: str) -> None:
        self._program.wait_for(lambda: (self._heading() != before).any() or None, 20, f"the sheet after {step}")
        self._until_still()
        self._keep(step)

    def _until_still(self) -> None:
        last, since = self._heading(), time.monotonic()

        def still() -> bool | None:
            nonlocal last, since
            now = self._heading()
            if (now != last).any():
                last, since = now, time.monotonic()
            return time.monotonic() - since > STILL_SECONDS or None

        self._program.wait_for(still, 20, "the sheet to stand still")

    def _keep(self, step: str) -> None:
        self._steps += 1
        self._screen.screenshot(self._folder / f"{self._steps:02}-{step.replace(' ', '-')}.png")


def test_a_ward_needs_neither_keyboard_nor_terminal(touchscreen: Touchscreen, card: SoundCard, tmp_path: Path) -> None:
    """From a cold machine to the next patient by touch alone; the record holds all of it, each choice an adult's."""
    data = tmp_path / "kept"
    with playing(touchscreen, card, data) as program, Gaze(touchscreen) as gaze:
        program.wait_for(card.connected, STARTING_SECONDS, "the sound card to be opened")
        staff = Staff(touchscreen, program, gaze, tmp_path)
        staff.open()
        staff.touch(Doing.TURN, Page.PATIENT, Page.PATIENT)
        staff.touch(Doing.TURN, Page.NEW_PATIENT, Page.NEW_PATIENT)
        staff.touch(Doing.PATIENT, "fox", Page.WIPE)
        for page, doing, which, kept in (
            (Page.SESSION, Doing.PLACE, "ward", "place"),
            (Page.SEATS, Doing.SEATS, "facing child therapist", "seats"),
            (Page.LOOK, Doing.LOOK, "dim", "look"),
            (Page.WORLD, Doing.WORLD, "campfire", "world"),
            (Page.SCALE, Doing.SCALE, "blues", "scale"),
        ):
            staff.touch(Doing.TURN, Page.HOME, Page.HOME)
            staff.touch(Doing.TURN, page, page)
            staff.touch(doing, which)
            until_kept(program, kept, which)
        staff.touch(Doing.TURN, Page.HOME, Page.HOME)
        staff.close()
        play(touchscreen, PLAY_SECONDS)
        staff.open()
        staff.touch(Doing.MUTE, "on")
        until_kept(program, "mute", "")
        staff.touch(Doing.MUTE, "on")
        until_kept(program, "unmute", "")
        staff.touch(Doing.BOOKMARK, "")
        staff.touch(Doing.TURN, Page.LEAVE, Page.LEAVE)
        staff.touch(Doing.END_SESSION, "", Page.WIPE)
        staff.touch(Doing.WIPE, "30")
        until_kept(program, "wipe-down", "30")
        before = len([each for each in events(data) if isinstance(each, NoteOn)])
        play(touchscreen, 5.0)
        assert len([each for each in events(data) if isinstance(each, NoteOn)]) == before
        until_kept(program, "wiped", None)
        staff.known = 1
        staff.open()
        staff.touch(Doing.TURN, Page.PATIENT, Page.PATIENT)
        staff.touch(Doing.TURN, Page.NEW_PATIENT, Page.NEW_PATIENT)
        staff.touch(Doing.PATIENT, "hare", Page.WIPE)
        staff.touch(Doing.TURN, Page.HOME, Page.HOME)
        staff.close()
        play(touchscreen, 3.0)
        assert program.stop() == 0
    with Store.open(data) as store:
        patients = {each.picture: each.id for each in store.casenotes.patients()}
        assert patients.keys() == {"fox", "hare"}
        [first] = store.casenotes.sessions(patients["fox"])
        [_] = store.casenotes.sessions(patients["hare"])
        made = {(each.what, each.which) for each in store.choices(first.id) if each.by == "adult"}
        marked = [
            each for take in store.takes() if take.session == first.id for each in store.casenotes.markers(take.id)
        ]
    assert {
        ("place", "ward"),
        ("seats", "facing child therapist"),
        ("look", "dim"),
        ("world", "campfire"),
        ("scale", "blues"),
        ("end session", ""),
    } <= made
    assert [each.seconds for each in marked] == [15.0]
    assert len(takes(data)) >= 2


def until_kept(program: Program, what: str, which: str | None) -> None:
    """Wait until an adult's choice is in the record, whatever session it belongs to."""

    def kept() -> bool | None:
        with Store.open(program.data) as store:
            sessions = [each.id for each in store.casenotes.sessions()]
            made = [each for session in sessions for each in store.choices(session) if each.by == "adult"]
        return any(each.what == what and which in {None, each.which} for each in made) or None

    program.wait_for(kept, 60, f"{what} {which} in the record")


def play(screen: Touchscreen, seconds: float) -> None:
    """Play for some time with one finger of each of the two who sit face to face."""
    players = (Player.CHILD, Player.THERAPIST)
    there = sides(screen, "campfire", Together.FACING, players)
    until = time.monotonic() + seconds
    turn = 0
    while time.monotonic() < until:
        for finger, player in enumerate(players, start=2):
            pads = there[player].pads
            screen.tap(finger, *spot(screen, pads[turn % len(pads)]), seconds=0.05)
        turn += 1
        time.sleep(0.1)
