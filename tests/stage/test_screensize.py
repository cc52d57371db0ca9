"""How large a screen says that it is: the bytes of its own description, and what a target measures then."""

from __future__ import annotations

from pathlib import Path

import pygame
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bedside.stage import bed, screensize
from bedside.stage.edid import stated_millimetres
from bedside.stage.input.seats import LEAST_PIXELS

HEADER = b"\x00\xff\xff\xff\xff\xff\xff\x00"


def edid(mm: tuple[int, int] = (0, 0), cm: tuple[int, int] = (0, 0), length: int = 128) -> bytes:
    """Return a screen's description that states a size in millimetres, in centimetres, or both (VESA E-EDID, A)."""
    made = bytearray(max(length, 128))
    made[:8] = HEADER
    made[21:23] = bytes(cm)
    width, height = mm
    made[66], made[67] = width & 255, height & 255
    made[68] = (width >> 8) << 4 | height >> 8
    return bytes(made[:length])


def connected(folder: Path, **screens: bytes) -> Path:
    """Return a folder of connectors, as Linux keeps them, to each of which a screen is plugged in or nothing."""
    for name, described in screens.items():
        path = folder / name.replace("_", "-")
        path.mkdir()
        (path / "edid").write_bytes(described)
    (folder / "card0").mkdir()
    (folder / "version").write_text("drm 1.1.0")
    return folder


def measured(connectors: Path) -> tuple[float, float] | None:
    """Return the size of the only screen that is connected."""
    return screensize._only(screensize.connected_edids(connectors))


def test_the_only_screen_says_how_large_it_is(tmp_path: Path) -> None:
    """Millimetres are read to the millimetre, above 255 too; connectors without a screen say nothing."""
    there = connected(tmp_path, card0_HDMI_A_1=b"", card0_DSI_1=edid(mm=(344, 194)), card1_DP_1=b"")
    assert measured(there) == (344.0, 194.0)


def test_centimetres_are_taken_where_there_are_no_millimetres(tmp_path: Path) -> None:
    """A screen that states only whole centimetres is as large as those; where both are stated the finer ones count."""
    assert measured(connected(tmp_path, card0_eDP_1=edid(cm=(22, 14)))) == (220.0, 140.0)
    (tmp_path / "card0-eDP-1" / "edid").write_bytes(edid(mm=(217, 136), cm=(22, 14)))
    assert measured(tmp_path) == (217.0, 136.0)
    (tmp_path / "card0-eDP-1" / "edid").write_bytes(edid(mm=(217, 0), cm=(22, 14)))
    assert measured(tmp_path) == (220.0, 140.0)


@pytest.mark.parametrize(
    "described",
    [
        b"",
        edid(mm=(344, 194), length=127),
        b"\x01" + edid(mm=(344, 194))[1:],
        edid(),
        edid(cm=(160, 0)),
        edid(mm=(2001, 1125)),
        edid(mm=(4095, 4095)),
    ],
    ids=["nothing", "cut short", "another header", "no size", "an aspect", "a wall", "the most"],
)
def test_what_says_no_size_has_none(tmp_path: Path, described: bytes) -> None:
    """An empty or damaged description, a projector's, and a size that no screen at a bed has are not believed."""
    assert measured(connected(tmp_path, card0_HDMI_A_1=described)) is None


def test_of_two_screens_none_is_known(tmp_path: Path) -> None:
    """With two screens nobody knows on which of them play is."""
    two = connected(tmp_path, card0_HDMI_A_1=edid(mm=(520, 290)), card0_eDP_1=edid(mm=(217, 136)))
    assert measured(two) is None
    (tmp_path / "card0-HDMI-A-1" / "edid").write_bytes(edid())
    assert measured(two) == (217.0, 136.0)


def test_a_machine_that_does_not_say_is_no_fault(tmp_path: Path) -> None:
    """Without such a folder, or where it cannot be read, nothing is known, and nothing is raised."""
    assert measured(tmp_path / "nowhere") is None
    (tmp_path / "card0-eDP-1" / "edid").mkdir(parents=True)
    assert measured(tmp_path) is None


@given(st.binary(max_size=300), st.booleans())
def test_no_bytes_are_too_strange(described: bytes, headed: bool) -> None:
    """Whatever a screen sends, its size is believable or unknown."""
    size = stated_millimetres(HEADER + described if headed else described)
    assert size is None or all(0 < side <= 2000 for side in size)


@pytest.mark.parametrize(
    ("size", "mm", "least"),
    [
        ((1280, 800), (217.0, 136.0), 20 * 1280 / 217),
        ((800, 1280), (217.0, 136.0), 20 * 1280 / 217),
        ((1280, 800), (136.0, 217.0), 20 * 1280 / 217),
        ((800, 480), (155.0, 86.0), 20 * 480 / 86),
        ((3840, 2160), (1000.0, 560.0), 20 * 2160 / 560),
    ],
)
def test_a_target_is_twenty_millimetres_either_way(
    monkeypatch: pytest.MonkeyPatch, size: tuple[int, int], mm: tuple[float, float], least: float
) -> None:
    """However the tablet is held, and where its pixels are not quite square, no side of a target is shorter."""
    monkeypatch.setattr(screensize, "screen_pixels", lambda: None)
    assert bed.least(size, mm) == pytest.approx(least)


def test_a_window_is_measured_as_its_screen_is(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is known of the screen holds for a window on it, which is smaller."""
    monkeypatch.setattr(screensize, "screen_pixels", lambda: (2560, 1600))
    monkeypatch.setattr(screensize, "screen_millimetres", lambda: (217.0, 136.0))
    assert bed.least((1280, 800), None) == pytest.approx(20 * 2560 / 217)


def test_an_unknown_screen_has_targets_of_ninety_six_pixels(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where nothing is said a target is as large as is usual."""
    monkeypatch.setattr(screensize, "screen_millimetres", lambda: None)
    assert bed.least((1280, 800), None) == LEAST_PIXELS


def test_pixels_of_several_screens_or_of_none_are_unknown(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only one screen's pixels go with one screen's millimetres."""
    monkeypatch.setenv("SDL_VIDEODRIVER", "dummy")
    pygame.display.quit()
    assert screensize.screen_pixels() is None
    pygame.display.init()
    monkeypatch.setattr(pygame.display, "get_desktop_sizes", lambda: [(1280, 800)])
    assert screensize.screen_pixels() == (1280, 800)
    monkeypatch.setattr(pygame.display, "get_desktop_sizes", lambda: [(1280, 800), (1920, 1080)])
    assert screensize.screen_pixels() is None
    pygame.display.quit()
