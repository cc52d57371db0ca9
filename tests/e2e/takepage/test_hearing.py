"""What the page of a take plays is heard, not believed."""

from __future__ import annotations

import random
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Browser, Page

from e2e.reviewing import (
    RATE,
    Pages,
    entered,
    forget,
    heard,
    opened,
    places,
    position,
    rendered,
    score,
    served,
)
from e2e.takepage.acts import NEAR_SECONDS, click, drag, heard_first, listen, ready, sure, until


@pytest.mark.parametrize("seconds", [3.0, 11.5, 20.25])
def test_a_click_is_heard_from_there(page: Page, pages: Pages, seconds: float) -> None:
    """After a click on the roll and a press of space, what sounds first is that moment of the take."""
    whole = rendered(page, pages, pages.take())
    click(page, seconds)
    clicked = seconds
    assert abs(position(page) - clicked) < NEAR_SECONDS
    forget(page)
    page.keyboard.press("Space")
    assert abs(heard_first(page, whole) - clicked) < NEAR_SECONDS
    page.keyboard.press("Space")
    assert page.get_by_role("button", name="Play", exact=True).count() == 1


def test_a_click_while_it_plays_goes_on_from_there(page: Page, pages: Pages) -> None:
    """Who clicks while the music plays hears it from there at once, and it plays on."""
    whole = rendered(page, pages, pages.take())
    page.get_by_role("button", name="Play", exact=True).click()
    listen(page, 0.6)
    click(page, 15.0)
    forget(page)
    found = sure(places(listen(page, 1.6), whole))
    assert min(abs(at - 15.0) for at, _, _ in found) < 1.2
    assert all(14.9 < at < 18.5 for at, _, _ in found[1:])
    assert page.get_by_role("button", name="Pause").count() == 1


@pytest.mark.parametrize("by", ["ruler", "keys"])
def test_a_looped_span_is_heard_over_and_over(page: Page, pages: Pages, by: str) -> None:
    """A span that is dragged on the ruler, or set with [ and ], sounds again and again, and nothing else does."""
    whole = rendered(page, pages, pages.take())
    ready(page)
    if by == "ruler":
        drag(page, "#ruler", 6.0, 7.5)
    else:
        click(page, 6.0)
        page.keyboard.press("[")
        click(page, 7.5)
        page.keyboard.press("]")
    assert page.locator("#loop").get_attribute("aria-pressed") == "true"
    click(page, 6.1)
    forget(page)
    page.keyboard.press("Space")
    found = [at for at, _, _ in sure(places(listen(page, 6.0), whole))]
    assert len(found) >= 6
    assert all(5.9 < at < 7.6 for at in found), found
    assert sum(later < at - 0.5 for at, later in pairwise(found)) >= 2
    page.keyboard.press("l")
    assert page.locator("#loop").get_attribute("aria-pressed") == "false"
    until(lambda: position(page) > 8.0, "the music goes on after the loop")


def test_solo_and_mute_keep_the_place(page: Page, pages: Pages) -> None:
    """Alone, a player is heard as rendered alone, from where the music was, and all come back in the same way."""
    take = pages.take()
    wholes = [rendered(page, pages, take, players) for players in ("", "child", "therapist")]
    ready(page)
    click(page, 2.0)
    forget(page)
    page.keyboard.press("Space")
    listen(page, 1.0)
    page.get_by_role("button", name="Solo Child", exact=True).click()
    until(lambda: page.locator("#sounds audio").count() == 1 and position(page) > 4.0, "the child alone")
    page.get_by_role("button", name="Solo Child", exact=True).click()
    page.get_by_role("button", name="Mute Child", exact=True).click()
    assert page.get_by_role("button", name="Mute Child", exact=True).get_attribute("aria-pressed") == "true"
    until(lambda: position(page) > 7.5, "the therapist alone")
    page.keyboard.press("Digit1")
    until(lambda: position(page) > 10.0, "both")
    page.keyboard.press("Space")
    found = sure(places(heard(page), *wholes))
    order = [which for _, _, which in found]
    assert [which for at, which in enumerate(order) if at == 0 or order[at - 1] != which] == [0, 1, 2, 0]
    # A single piece that is found elsewhere, between two that follow each other, is music that came before: no jump.
    steady = [
        at
        for before, at, after in zip(found, found[1:], found[2:], strict=False)
        if not before[0] < after[0] or before[0] - 0.05 <= at[0] <= after[0] + 0.05
    ]
    moved = [later[0] - at[0] for at, later in pairwise(steady)]
    assert min(moved) > -0.05, [(round(at, 2), round(how, 3), which) for at, how, which in found]
    assert max(moved) < 1.2, moved


def test_nobody_is_silence(page: Page) -> None:
    """When all are muted the music goes on unheard, and is heard again from where it is."""
    page.keyboard.press("Digit1")
    page.keyboard.press("Digit2")
    page.keyboard.press("Space")
    until(lambda: position(page) > 1.0, "time goes on")
    assert np.abs(heard(page)).max(initial=0.0) < 1e-4
    page.keyboard.press("Digit2")
    listen(page, 0.5)
    assert page.locator(".who.child.silent").count() == 1
    assert page.locator(".who.silent").count() == 1


@pytest.mark.parametrize(("presses", "speed"), [(5, 0.5), (-5, 1.5)])
def test_another_speed_keeps_the_pitch(page: Page, pages: Pages, presses: int, speed: float) -> None:
    """At half and at one and a half speed the take takes so much longer or shorter, and every pitch stays."""
    whole = rendered(page, pages, pages.take(), "child")
    page.keyboard.press("Shift+Digit1")
    until(lambda: page.locator("#sounds audio").count() == 1, "the child alone")
    ready(page)
    for _ in range(abs(presses)):
        page.get_by_role("button", name="Slower" if presses > 0 else "Faster").click()
    assert page.locator("#speed").inner_text() == f"{round(speed * 100)} %"
    click(page, 4.0)
    forget(page)
    page.keyboard.press("Space")
    sound = listen(page, 4.0)
    sound = sound[int(np.argmax(np.abs(sound) > 1e-3)) :]
    here, there = melody(sound), melody(whole[int(4.0 * RATE) :])
    count = min(len(here), len(there), 5)
    assert count >= 4
    assert [key for _, key in here[:count]] == [key for _, key in there[:count]]
    took = (here[count - 1][0] - here[1][0]) / (there[count - 1][0] - there[1][0])
    assert took == pytest.approx(1 / speed, rel=0.12)


def melody(sound: np.ndarray) -> list[tuple[float, int]]:
    """Return the keys that a flute plays, and when each begins, in seconds; a key that is repeated counts once."""
    found: list[tuple[float, int]] = []
    before = None
    for at in np.arange(0.0, len(sound) / RATE - 0.1, 0.02):
        key = round(pitch(sound, float(at)))
        if key == before and (not found or found[-1][1] != key):
            found.append((float(at), key))
        before = key
    return found


def pitch(sound: np.ndarray, at: float) -> float:
    """Return the strongest pitch of a flute's note, as a MIDI key."""
    part = sound[int(at * RATE) : int((at + 0.1) * RATE)]
    power = np.abs(np.fft.rfft(part * np.hanning(len(part)), 1 << 15))
    keys = np.arange(68, 92, 0.1)
    strength = [power[round(440 * 2 ** ((key - 69) / 12) * (1 << 15) / RATE)] for key in keys]
    return float(keys[int(np.argmax(strength))])


def test_an_hour_of_20_000_notes_is_there(browser: Browser, tmp_path: Path) -> None:
    """An hour opens, is played from its beginning, gone through by wheel, and drawn where one looks."""
    chance = random.Random(2)
    notes = [
        (n % 2, 0.36 * (n // 2) + 0.01, 0.2, 40 + chance.randrange(45), chance.randrange(20, 120))
        for n in range(20_000)
    ]
    hour = score(tmp_path / "hour.mid", notes, 3600, (46, 0))
    with served(tmp_path / "kept", hour) as pages, entered(browser, pages, ears=True) as page:
        opened(page, pages)
        assert "of 1:00:00" in (page.locator("#position").get_attribute("aria-valuetext") or "of 1:00:00")
        page.keyboard.press("Space")
        listen(page, 0.5)
        page.locator("#roll").hover(position={"x": 400, "y": 60})
        for _ in range(6):
            page.mouse.wheel(0, 400)
        until(lambda: page.locator("#seen").evaluate("each => each.hidden"), "the whole hour is seen")
        until(lambda: "10000 notes" in (page.locator("#roll").get_attribute("aria-label") or ""), "all notes")
