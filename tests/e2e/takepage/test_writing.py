"""What is written at the page of a take, and what is made of the moments that are proposed."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Page

from e2e.reviewing import Pages, entered, forget, opened, position, rendered
from e2e.takepage.acts import NEAR_SECONDS, click, drag, heard_first, ready, until, written

MOMENTS = [
    {"kind": "rest", "label": "First note after a long rest", "first": 9.0, "last": 9.0, "evidence": "After 14 s."},
    {"kind": "exchange", "label": "Longest exchange", "first": 12.0, "last": 18.0, "evidence": "12 turns in 6 s."},
    {
        "kind": "child in the role of follower",
        "label": "child in the role of follower, beside therapist",
        "first": 12.0,
        "last": 24.0,
        "evidence": "In pitch height on end for 12 s, 95 % of chance up to 9 s.",
    },
]


@pytest.mark.alone
def test_a_marker_and_a_remark_land_within_100_ms(page: Page, pages: Pages) -> None:
    """One key sets a marker; a key, words and Enter keep a remark to the moment of the key; a click lands there."""
    whole = rendered(page, pages, pages.take())
    ready(page)
    click(page, 5.0)
    page.keyboard.press("Space")
    until(lambda: position(page) > 6.0, "it plays")
    page.keyboard.press("Space")
    marked = position(page)
    page.keyboard.press("m")
    page.locator("#written time").wait_for()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Space")
    until(lambda: position(page) > marked + 1.5, "it plays on")
    page.keyboard.press("r")
    page.locator("#words").type("an answer, an octave higher")
    until(lambda: position(page) > marked + 3.0, "writing does not stop the music")
    page.keyboard.press("Enter")
    page.get_by_text("an answer, an octave higher").wait_for()
    page.keyboard.press("Space")
    kept = page.request.get(f"{pages.address}/api/takes/{pages.take()}/written").json()
    marker, remark = kept["markers"][-1], kept["remarks"][-1]
    assert abs(marker["first"] - marked) < NEAR_SECONDS
    assert marked + 1.4 < remark["first"] == remark["last"] < marked + 3.0
    for item, moment in (("Marker", marker["first"]), ("an answer", remark["first"])):
        page.keyboard.press("Home")
        page.locator("#written").get_by_role("button", name=item).first.click()
        assert abs(position(page) - moment) < NEAR_SECONDS
        forget(page)
        page.keyboard.press("Space")
        assert abs(heard_first(page, whole) - moment) < NEAR_SECONDS + 0.02
        page.keyboard.press("Space")


def test_a_remark_on_a_looped_span_is_about_the_span(page: Page, pages: Pages) -> None:
    """While a span is looped a remark is about all of it; it can be changed, taken back, and had back."""
    drag(page, "#ruler", 10.0, 14.0)
    page.locator("#words").click()
    assert "0:10" in page.locator("#about").inner_text()
    page.keyboard.type("they breathe together")
    page.keyboard.press("Enter")
    item = page.locator("#written li", has_text="they breathe together")
    item.wait_for()
    (kept,) = [each for each in written(page, pages)["remarks"] if each["words"] == "they breathe together"]
    assert abs(kept["first"] - 10.0) < NEAR_SECONDS
    assert abs(kept["last"] - 14.0) < NEAR_SECONDS
    item.get_by_role("button", name="Change").click()
    page.keyboard.press("Control+a")
    page.keyboard.type("they pause together")
    page.keyboard.press("Enter")
    item = page.locator("#written li", has_text="they pause together")
    item.get_by_role("combobox").select_option("Session note")
    page.get_by_role("button", name="Linked to Session note").wait_for()
    item.get_by_role("button", name="Take back", exact=True).click()
    page.get_by_role("button", name="Taken back. Undo").click()
    item.wait_for()
    assert "they pause together" in [each["words"] for each in written(page, pages)["remarks"]]


def test_proposed_moments_are_accepted_or_dismissed(browser: Browser, pages: Pages) -> None:
    """A proposal stands with its evidence; what is made of it is kept, shown after loading anew, and taken back."""
    with entered(browser, pages) as page:
        page.route("**/moments", lambda route: route.fulfill(json={"moments": MOMENTS}))
        opened(page, pages)
        items = page.locator("#moments li")
        assert "12 turns in 6 s." in items.nth(1).inner_text()
        assert "95 % of chance up to 9 s" in items.nth(2).inner_text()
        assert "in Bruscia’s words" in page.locator("#moments-none").inner_text()
        items.nth(0).get_by_role("button", name="Dismiss").click()
        items.nth(0).get_by_role("button", name="Undo").wait_for()
        items.nth(1).get_by_role("button", name="Accept").click()
        items.nth(1).get_by_role("button", name="Undo").wait_for()
        opened(page, pages)
        assert [item.get_attribute("class") or "" for item in items.all()] == ["dismissed", "accepted", ""]
        items.nth(1).locator(".go").click()
        assert abs(position(page) - 12.0) < NEAR_SECONDS
        items.nth(0).get_by_role("button", name="Undo").click()
        items.nth(0).get_by_role("button", name="Accept").wait_for()
        kept = written(page, pages)["verdicts"]
        assert [(each["kind"], each["accepted"]) for each in kept] == [("exchange", True)]
