"""The bed in a Wayland session: by way of Wayland itself and of Xwayland, all is as on a plain X server."""

from __future__ import annotations

import time
from pathlib import Path

import numpy as np
import pygame
from numpy.typing import NDArray

from bedside.music.events import NoteOn, Player, Source, TakeEnded
from e2e.bed import events, pads, playing, spot, takes, tap_until_heard
from e2e.rig.program import Program
from e2e.rig.session import WaylandSession
from e2e.rig.soundcard import SoundCard
from e2e.rig.touchscreen import Touchscreen

STARTING_SECONDS = 120.0

# Nothing moves while nobody plays.
STILL_SECONDS = 1.5


def look(screen: Touchscreen, folder: Path) -> NDArray[np.uint8]:
    """Return every pixel of the screen."""
    path = folder / "look.bmp"
    screen.screenshot(path)
    return pygame.surfarray.array3d(pygame.image.load(path))


def resting(screen: Touchscreen, program: Program) -> NDArray[np.uint8]:
    """Return every pixel of a plain screen once it shows something that stands still."""
    folder = program.data.parent
    last = look(screen, folder)
    since = time.monotonic()

    def still() -> bool:
        nonlocal last, since
        if not np.array_equal(seen := look(screen, folder), last):
            last, since = seen, time.monotonic()
        return bool(last.any()) and time.monotonic() - since > STILL_SECONDS

    program.wait_for(still, STARTING_SECONDS, "a picture that stands still")
    return last


def notes(data: Path) -> list[NoteOn]:
    """Return the notes that were recorded."""
    return [event for event in events(data) if isinstance(event, NoteOn)]


def play(screen: Touchscreen, card: SoundCard, program: Program) -> None:
    """Touch until it is heard; then three fingers sound three keys, and SIGTERM ends the program and the take."""
    program.wait_for(card.connected, STARTING_SECONDS, "the sound card to be opened")
    assert tap_until_heard(screen, card, program)
    touched = pads(screen)[1:4]
    for finger, pad in enumerate(touched):
        screen.down(finger, *spot(screen, pad))
    wanted = {pad.key for pad in touched}
    program.wait_for(lambda: wanted <= {on.key for on in notes(program.data)}, 30, "three notes to be recorded")
    assert program.stop(60) == 0
    screen.lift()
    assert {(on.player, on.source) for on in notes(program.data)} == {(Player.CHILD, Source.TOUCH)}
    assert all(isinstance(take[-1].event, TakeEnded) for take in takes(program.data))
    assert program.stderr.read_text() == ""


def test_a_wayland_session_is_as_good_as_x(touchscreen: Touchscreen, card: SoundCard, tmp_path: Path) -> None:
    """The picture is the same to the pixel, over the whole screen; fingers are heard and kept; SIGTERM ends it."""
    with playing(touchscreen, card, tmp_path / "plain") as program:
        plain = resting(touchscreen, program)
        assert program.stop() == 0
    with WaylandSession(touchscreen) as session:
        for driver, shell in (("wayland", "xdg_shell"), ("x11", "xwayland")):
            env = {**card.env, **session.env, "SDL_VIDEODRIVER": driver}
            with Program("play", data=tmp_path / driver, env=env) as program:

                def same() -> bool:
                    return np.array_equal(look(touchscreen, tmp_path), plain)

                program.wait_for(same, STARTING_SECONDS, "the picture of a plain screen")
                assert session.windows() == [(shell, True)]
                play(touchscreen, card, program)


def test_x_is_preferred_and_wayland_takes_its_place(touchscreen: Touchscreen, card: SoundCard, tmp_path: Path) -> None:
    """Unless asked otherwise the program comes by Xwayland; where that is not to be had, by Wayland, with a word."""
    with WaylandSession(touchscreen) as session:
        for display, shell, said in (
            (session.env["DISPLAY"], "xwayland", ""),
            (":4711", "xdg_shell", "The screen does not open with x11; wayland is used instead.\n"),
        ):
            env = {**card.env, **session.env, "DISPLAY": display, "SDL_VIDEODRIVER": ""}
            with Program("play", data=tmp_path / shell, env=env) as program:
                program.wait_for(card.connected, STARTING_SECONDS, "the sound card to be opened")
                assert tap_until_heard(touchscreen, card, program)
                assert session.windows() == [(shell, True)]
                assert program.stop(60) == 0
                assert program.stderr.read_text() == said
