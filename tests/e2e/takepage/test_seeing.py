"""What the page of a take shows and tells, to eyes, keys, fingers and screen readers."""

from __future__ import annotations

from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from e2e.reviewing import Pages, entered, forget, heard, opened, places, position, rendered
from e2e.takepage.acts import NEAR_SECONDS, page_length, sure, until, x_of


def test_the_keyboard_does_everything(page: Page) -> None:
    """Arrows step, Home and End go to the ends, signs zoom, letters act only where nobody writes or forbade it."""
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    assert abs(position(page) - 2) < NEAR_SECONDS
    page.keyboard.press("Shift+ArrowRight")
    assert abs(position(page) - 12) < NEAR_SECONDS
    page.keyboard.press("ArrowLeft")
    assert abs(position(page) - 11) < NEAR_SECONDS
    page.keyboard.press("End")
    assert abs(position(page) - page_length(page)) < NEAR_SECONDS
    page.keyboard.press("Home")
    assert position(page) == 0
    page.keyboard.press("+")
    until(lambda: not page.locator("#seen").evaluate("each => each.hidden"), "closer")
    page.keyboard.press("0")
    until(lambda: page.locator("#seen").evaluate("each => each.hidden"), "the whole")
    page.keyboard.press("?")
    dialog = page.get_by_role("dialog", name="Keyboard shortcuts")
    dialog.wait_for()
    dialog.get_by_label("Letters, digits and signs are shortcuts").uncheck()
    dialog.get_by_role("button", name="Close").click()
    before = page.locator("#written li").count()
    page.keyboard.press("m")
    page.keyboard.press("ArrowRight")
    assert abs(position(page) - 1) < NEAR_SECONDS
    assert page.locator("#written li").count() == before
    page.get_by_role("button", name="Keys").click()
    dialog.get_by_label("Letters, digits and signs are shortcuts").check()
    page.keyboard.press("Escape")
    page.keyboard.press("Tab")


@pytest.mark.alone
def test_a_curve_tells_and_plays_what_is_behind_it(page: Page, pages: Pages) -> None:
    """Pointing at a curve tells its value there; clicking plays the six seconds behind it and lists their notes."""
    told = page.request.get(f"{pages.address}/api/takes/{pages.take()}/measures").json()
    (density,) = [frame for frame in told["frames"] if frame["name"] == "density"]
    frame = page.locator(".frame", has_text="Density").first
    canvas = frame.locator("canvas")
    canvas.hover(position={"x": x_of(page, 15.4), "y": 40})
    shown = [float(each) for each in frame.locator("output").all_inner_texts()]
    assert shown == pytest.approx([line["values"][15] for line in density["lines"]], abs=0.006)
    whole = rendered(page, pages, pages.take())
    forget(page)
    canvas.click(position={"x": x_of(page, 15.4), "y": 40})
    table = page.locator("#behind-table")
    columns = page.request.get(f"{pages.address}/api/takes/{pages.take()}").json()["notes"]
    behind = sum(9.4 <= onset <= 15.4 for of in columns.values() for onset in of["onset"])
    assert abs(table.locator("tbody tr").count() - behind) <= 1
    until(lambda: page.get_by_role("button", name="Play", exact=True).count() == 1, "it stops")
    assert abs(position(page) - 15.4) < NEAR_SECONDS
    found = [at for at, _, _ in sure(places(heard(page), whole))]
    assert min(found) < 10.2
    assert all(9.3 < at < 15.5 for at in found)


def test_curves_are_chosen_from_a_list(page: Page) -> None:
    """Every curve of the list can be shown and put away, and is still chosen after the page is loaded again."""
    page.get_by_text("Choose curves").click()
    page.get_by_role("checkbox", name="Pitch height").check()
    page.get_by_role("checkbox", name="Shared pulse").check()
    page.get_by_role("checkbox", name="Loudness", exact=False).first.uncheck()
    titles = [title.split("\n")[0] for title in page.locator(".frame h3").all_inner_texts()]
    assert [title.split(" MIDI")[0].split(" notes")[0] for title in titles[:2]] == ["Density", "Pitch height"]
    assert page.locator(".frame", has_text="Shared pulse").get_by_text("by chance").count() == 1
    page.reload()
    page.wait_for_selector("html[data-whole]", state="attached")
    assert page.locator(".frame h3").count() == 3


def test_what_is_seen_stands_in_words(page: Page) -> None:
    """Pictures have texts that follow what is seen, and the notes seen stand in a table."""
    roll = page.locator("#roll")
    until(lambda: "Child 47 notes" in (roll.get_attribute("aria-label") or ""), "the text of the roll")
    page.keyboard.press("+")
    page.keyboard.press("+")
    until(lambda: "to 0:06" in (roll.get_attribute("aria-label") or ""), "the text follows")
    page.get_by_text("Visible notes, as a table").click()
    rows = page.locator("#table tbody tr")
    until(lambda: rows.count() > 0, "rows")
    assert rows.first.inner_text().split("\t")[1] == "Child"
    assert rows.count() < 30


def test_the_ledger_of_choices_says_whose_they_were(page: Page) -> None:
    """The share of the child's choices is said in words, each is listed, and a click lands at its moment."""
    assert page.locator("#choices-share").inner_text() == "2 of 3 choices were the child’s, 1 an adult’s."
    page.get_by_text("Every choice").click()
    assert page.locator("#choices button").all_inner_texts() == [
        "0:02.5\nChild: world sea",
        "0:08.3\nChild: sound harp",
        "0:16.0\nAdult: stop",
    ]
    page.locator("#choices button").nth(1).click()
    assert abs(position(page) - 8.25) < NEAR_SECONDS
    lanes = page.locator("#lanes")
    lanes.click(position={"x": x_of(page, 16.0), "y": 26 * 2 + 13})
    assert abs(position(page) - 16.0) < 0.01


def test_fingers_seek_and_zoom(browser: Browser, pages: Pages) -> None:
    """On a phone a tap is a place to hear, two fingers zoom, and the page fits its screen."""
    phone: dict[str, Any] = {
        "viewport": {"width": 390, "height": 844},
        "has_touch": True,
        "is_mobile": True,
        "device_scale_factor": 2,
    }
    with entered(browser, pages, **phone) as page:
        opened(page, pages)
        page.locator("#roll").scroll_into_view_if_needed()
        box = page.locator("#roll").bounding_box()
        assert box is not None
        page.touchscreen.tap(box["x"] + x_of(page, 12.0), box["y"] + 90)
        assert abs(position(page) - 12) < 0.3
        fingers = page.context.new_cdp_session(page)
        middle, y = box["x"] + 200, box["y"] + 90

        def touch(kind: str, apart: float | None) -> None:
            points = (
                []
                if apart is None
                else [{"x": middle - apart, "y": y, "id": 0}, {"x": middle + apart, "y": y, "id": 1}]
            )
            fingers.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

        touch("touchStart", 20)
        for apart in (30, 50, 80):
            touch("touchMove", apart)
        touch("touchEnd", None)
        until(lambda: not page.locator("#seen").evaluate("each => each.hidden"), "closer")
        assert page.evaluate("document.documentElement.scrollWidth") <= 390


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"color_scheme": "dark"},
        {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True},
        {"viewport": {"width": 640, "height": 450}},
    ],
    ids=["light", "dark", "phone", "zoomed"],
)
def test_nothing_keeps_anybody_out(browser: Browser, pages: Pages, settings: dict[str, Any]) -> None:
    """Axe finds nothing on the page with everything open, in light, dark, on a phone and at twice the size."""
    with entered(browser, pages, **settings) as page:
        opened(page, pages)
        page.evaluate("document.querySelectorAll('details').forEach((each) => { each.open = true; })")
        page.locator("#mark").click()
        page.locator("#written time").first.wait_for()
        found = Axe().run(page)
        assert found.violations_count == 0, found.generate_report()
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
