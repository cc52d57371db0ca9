"""The window: where there is a screen it is held and let go, and where there is none that is one sentence."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pygame
import pytest

from bedside.errors import BedsideError
from bedside.stage import lock, window
from bedside.stage.stderr import silenced_stderr
from bedside.stage.window import NoScreenError, screen, show

SETTINGS = ("SDL_TOUCH_MOUSE_EVENTS", "SDL_MOUSE_TOUCH_EVENTS", "SDL_FRAMEBUFFER_ACCELERATION")

# Two names of SDL for pictures in memory stand for the two display servers, which a test cannot have.
SERVERS = ("dummy", "offscreen")


@pytest.fixture(autouse=True)
def _nothing_asked_for(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Begin with no screen, none wanted, and leave the machine as it was."""
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "SDL_VIDEODRIVER"):
        monkeypatch.delenv(name, raising=False)
    for name in SETTINGS:
        monkeypatch.setenv(name, "to be restored")
    pygame.display.quit()
    yield
    pygame.display.quit()


@pytest.fixture
def _pictures_in_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SDL_VIDEODRIVER", "dummy")


@pytest.mark.skipif(not os.path.exists("/proc"), reason="elsewhere a screen needs no name in the environment")  # noqa: PTH110
def test_without_a_screen_there_is_one_sentence(capfd: pytest.CaptureFixture[str]) -> None:
    """Where SDL could only pretend, no screen is given, no library complains, and nothing is held."""
    with pytest.raises(NoScreenError, match=r"^This machine has no screen to play on\.$"), screen():
        pytest.fail("a screen that nobody sees was given")
    assert not pygame.display.get_init()
    assert capfd.readouterr() == ("", "")


def test_a_screen_that_does_not_answer_is_no_screen(monkeypatch: pytest.MonkeyPatch) -> None:
    """A driver that was asked for and is not there is the same sentence."""
    monkeypatch.setenv("SDL_VIDEODRIVER", "a driver that nobody has")
    with pytest.raises(NoScreenError, match="no screen to play on"), screen():
        pytest.fail("a screen that is not there was given")


def test_no_screen_is_a_fault_of_the_world() -> None:
    """What the commands say in a sentence they can tell from all other faults."""
    assert issubclass(NoScreenError, BedsideError)


@pytest.mark.usefixtures("_pictures_in_memory")
def test_a_screen_is_kept_awake_and_each_touch_comes_once() -> None:
    """While the screen is held it does not sleep, and neither touch nor mouse is told a second time as the other."""
    with screen():
        assert pygame.display.get_init()
        assert not pygame.display.get_allow_screensaver()
        assert os.environ["SDL_TOUCH_MOUSE_EVENTS"] == os.environ["SDL_MOUSE_TOUCH_EVENTS"] == "0"
    assert not pygame.display.get_init()


@pytest.mark.usefixtures("_pictures_in_memory")
def test_the_screen_is_let_go_whatever_happens() -> None:
    """A fault in play leaves no screen held."""
    with pytest.raises(RuntimeError, match="in play"), screen():
        raise RuntimeError("in play")
    assert not pygame.display.get_init()


@pytest.mark.usefixtures("_pictures_in_memory")
def test_the_staff_s_choice_of_drawing_is_respected(monkeypatch: pytest.MonkeyPatch) -> None:
    """The way to the screen is a plain copy unless the environment says otherwise."""
    monkeypatch.setenv("SDL_FRAMEBUFFER_ACCELERATION", "opengl")
    with screen():
        assert os.environ["SDL_FRAMEBUFFER_ACCELERATION"] == "opengl"
    monkeypatch.delenv("SDL_FRAMEBUFFER_ACCELERATION")
    with screen():
        assert os.environ["SDL_FRAMEBUFFER_ACCELERATION"] == "0"


@pytest.mark.usefixtures("_pictures_in_memory")
def test_all_keys_come_to_the_whole_screen_and_a_window_leaves_them() -> None:
    """Over the whole screen no key reaches the desktop; a window of a size takes only its own."""
    with screen() as display:
        for size, locked in ((None, True), ((320, 200), False)):
            display.open_window(size)
            with pytest.warns(DeprecationWarning):
                assert pygame.Window.from_display_module().grab_keyboard is locked


def test_the_icon_is_the_program_s_own_and_has_clear_corners() -> None:
    """It is large, and rounded: not pygame's snake, and no square."""
    drawn = lock.icon()
    assert drawn.get_size() == (128, 128)
    assert drawn.get_at((0, 0)).a == 0
    assert drawn.get_at((64, 64)).a == 255


@pytest.mark.usefixtures("_pictures_in_memory")
def test_a_window_has_its_size_and_the_whole_screen_is_the_screen_s() -> None:
    """A window of a size is that size and shows the mouse; without one it is as large as the screen, and hides it."""
    with screen() as display:
        assert display.open_window((640, 360)).get_size() == (640, 360)
        assert pygame.mouse.get_visible()
        assert pygame.display.get_caption()[0] == "bedside"
        surface = display.open_window(None)
        assert surface.get_size() == pygame.display.get_desktop_sizes()[0]
        assert surface.get_flags() & pygame.FULLSCREEN
        assert not pygame.mouse.get_visible()


def test_a_window_that_does_not_open_is_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    """A screen that goes while the window is opened is no crash."""

    def set_mode(*_: object, **__: object) -> None:
        raise pygame.error("no video mode")

    monkeypatch.setattr(pygame.display, "set_mode", set_mode)
    monkeypatch.setenv("SDL_VIDEODRIVER", "dummy")
    sentence = r"^The screen of this machine does not open\.$"
    with screen() as display, pytest.raises(NoScreenError, match=sentence):
        display.open_window(None)


def test_a_screen_that_is_not_there_is_the_first(monkeypatch: pytest.MonkeyPatch) -> None:
    """A number of a screen that was unplugged is no reason not to play; the staff are told."""
    monkeypatch.setenv("SDL_VIDEODRIVER", "dummy")
    said: list[str] = []
    with screen(said.append) as display:
        assert display.open_window((320, 200), 3).get_size() == (320, 200)
    assert said == ["There is no screen 3; this machine has 1, and the first is used."]


@pytest.fixture
def _two_servers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(window, "offered_drivers", lambda _environment: SERVERS)
    monkeypatch.setattr(window, "_INVISIBLE", ())


@pytest.mark.usefixtures("_two_servers")
def test_the_better_server_is_used_without_a_word() -> None:
    """Where both work, the first opens the window, and the environment is as before when it is let go."""
    said: list[str] = []
    before = dict(os.environ)
    with screen(said.append) as display:
        display.open_window((320, 200))
        assert pygame.display.get_driver() == SERVERS[0]
    assert said == []
    assert dict(os.environ) == before


@pytest.mark.usefixtures("_two_servers")
def test_a_server_that_opens_no_window_gives_way_to_the_other(monkeypatch: pytest.MonkeyPatch) -> None:
    """The window opens by the other server, and the staff are told which."""
    real = pygame.display.set_mode

    def set_mode(*arguments: Any, **named: Any) -> pygame.Surface:
        if pygame.display.get_driver() == SERVERS[0]:
            raise pygame.error("Window framebuffer support not available")
        return real(*arguments, **named)

    monkeypatch.setattr(pygame.display, "set_mode", set_mode)
    said: list[str] = []
    with screen(said.append) as display:
        assert display.open_window((320, 200)).get_size() == (320, 200)
        assert pygame.display.get_driver() == SERVERS[1]
    assert said == ["The screen does not open with dummy; offscreen is used instead."]


@pytest.mark.usefixtures("_two_servers")
def test_a_silent_server_gives_way_to_the_other(monkeypatch: pytest.MonkeyPatch) -> None:
    """SDL is never called for a server that does not answer; where none does, that is a sentence of its own."""
    silent = {SERVERS[0]}

    @contextmanager
    def greeted(driver: str, _environment: object) -> Iterator[bool]:
        yield driver not in silent

    monkeypatch.setattr(window, "greeted", greeted)
    said: list[str] = []
    with screen(said.append) as display:
        display.open_window((320, 200))
        assert pygame.display.get_driver() == SERVERS[1]
    assert said == ["The screen does not open with dummy; offscreen is used instead."]
    silent.add(SERVERS[1])
    with pytest.raises(NoScreenError, match="does not answer"), screen():
        pytest.fail("a screen that does not answer was given")


def test_who_asks_for_one_server_gets_it_first(monkeypatch: pytest.MonkeyPatch) -> None:
    """SDL_VIDEODRIVER decides; the session's other server is left for the case that it fails, any other name is not."""
    both = {"DISPLAY": ":0", "WAYLAND_DISPLAY": "wayland-0"}
    monkeypatch.setattr("sys.platform", "linux")
    assert window._drivers(both) == ("x11", "wayland")
    assert window._drivers({**both, "SDL_VIDEODRIVER": "wayland"}) == ("wayland", "x11")
    assert window._drivers({**both, "SDL_VIDEODRIVER": "wayland,x11"}) == ("wayland", "x11")
    assert window._drivers({**both, "SDL_VIDEODRIVER": "kmsdrm"}) == ("kmsdrm",)
    assert window._drivers({}) == ("",)


@pytest.mark.usefixtures("_pictures_in_memory")
def test_wayland_is_updated_once_a_frame(monkeypatch: pytest.MonkeyPatch) -> None:
    """On Wayland each update redraws the whole window, so one shows all; elsewhere touches are polled between them."""
    updated: list[list[pygame.Rect]] = []
    changed = [pygame.Rect(0, 0, 10, 10), pygame.Rect(20, 0, 10, 10)]
    with screen() as display:
        display.open_window((320, 200))
        monkeypatch.setattr(pygame.display, "update", updated.append)
        assert len(list(show(changed))) == 2
        assert updated == [[changed[0]], [changed[1]]]
        updated.clear()
        monkeypatch.setattr(pygame.display, "get_driver", lambda: "wayland")
        assert len(list(show(changed))) == 1
        assert updated == [changed]
        assert list(show([])) == []


def test_silenced_stderr_swallows_what_libraries_say_and_nothing_else(capfd: pytest.CaptureFixture[str]) -> None:
    """Standard error is quiet inside, heard again after, also after a fault, and no file stays open."""
    held = len(list(Path("/dev/fd").iterdir()))
    with silenced_stderr():
        os.write(2, b"cannot open a device\n")
        os.write(1, b"an answer\n")
    os.write(2, b"a sentence\n")
    with pytest.raises(RuntimeError), silenced_stderr():
        raise RuntimeError
    os.write(2, b"another\n")
    assert capfd.readouterr() == ("an answer\n", "a sentence\nanother\n")
    assert len(list(Path("/dev/fd").iterdir())) == held
