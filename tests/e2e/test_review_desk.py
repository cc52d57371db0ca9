"""Weeks, comparisons, goals and blind ratings in a real browser, used as a therapist uses them."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from bedside.archive.store.store import Store
from bedside.music.events import Source
from e2e.reviewing import Pages, entered, served
from review.web.desk import RATE, keep, played

SIGHTS: dict[str, dict[str, Any]] = {
    "light": {"color_scheme": "light"},
    "dark": {"color_scheme": "dark"},
    "phone": {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True},
}


@dataclass
class Ward:
    """The pages, and the ids of what is kept."""

    pages: Pages
    patient: str
    sessions: list[str]
    takes: list[str]

    def addresses(self) -> list[str]:
        """Return every page of these tests, with something on each."""
        one, other = self.takes[0], self.takes[-1]
        return [
            f"/weeks?patient={self.patient}",
            f"/weeks?patient={self.patient}&measure=density",
            f"/weeks?patient={self.patient}&whose=child-therapist",
            "/weeks",
            f"/compare?a={one}&b={other}",
            "/compare",
            f"/goals?patient={self.patient}",
            f"/goals/sessions/{self.sessions[0]}",
            f"/ratings/{one}",
            f"/report?patient={self.patient}",
        ]


@pytest.fixture(scope="module")
def ward(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ward]:
    """Give the pages of a child with five sessions, one of them played otherwise."""
    folder = tmp_path_factory.mktemp("ward") / "kept"
    sessions, takes = [], []
    with Store.create(folder) as store:
        for number in range(5):
            source = Source.MIDI if number == 4 else Source.TOUCH
            session, kept = keep(store, number, played(30, seed=number + 1, source=source), chosen=("child", "adult"))
            sessions.append(session)
            takes += kept
        patient = store.casenotes.patients()[0].id
        store.casenotes.mark(takes[0], 10 * RATE, 5.0)
        goal = store.casenotes.set_goal(patient, "Answers a phrase", ["never", "late", "once", "often", "begins"])
        store.casenotes.attain(goal.id, sessions[1], 1, "EF")
        store.casenotes.link(takes[0], 5 * RATE, 9 * RATE, goal=goal.id)
    with served(folder) as pages:
        yield Ward(pages, patient, sessions, takes)


@pytest.mark.parametrize("sight", SIGHTS)
def test_everybody_can_use_every_page(browser: Browser, ward: Ward, sight: str) -> None:
    """Axe finds nothing on any page, in light, in dark and on a phone, and no page is wider than its window."""
    with entered(browser, ward.pages, **SIGHTS[sight]) as page:
        for address in ward.addresses():
            page.goto(f"{ward.pages.address}{address}")
            found = Axe().run(page).response["violations"]
            assert [(each["id"], each["nodes"][0]["html"]) for each in found] == [], address
            width = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
            assert width <= 0, address


def test_at_twice_the_size_all_is_there(browser: Browser, ward: Ward) -> None:
    """At 200 % zoom of a window of 1280 pixels, which are then 640, nothing is cut off sideways."""
    with entered(browser, ward.pages, viewport={"width": 640, "height": 450}, device_scale_factor=2) as page:
        for address in ward.addresses():
            page.goto(f"{ward.pages.address}{address}")
            assert page.evaluate("document.documentElement.scrollWidth") <= 640, address


def test_a_small_chart_leads_to_the_large_one_by_keyboard(browser: Browser, ward: Ward) -> None:
    """From the small charts Enter on a name opens that measure alone; every number of the chart is in the table."""
    with entered(browser, ward.pages) as page:
        page.goto(f"{ward.pages.address}/weeks?patient={ward.patient}")
        page.get_by_role("link", name="Loudness", exact=True).focus()
        page.keyboard.press("Enter")
        page.wait_for_url("**measure=velocity_mean*")
        assert page.locator("svg.chart").count() == 1
        assert page.locator("svg.chart circle").count() == page.locator("tbody tr").count() == 5
        assert page.locator("svg.chart circle.unlike").count() == 1
        expect(page.locator("tbody tr").last).to_contain_text("Differs from earlier sessions")


def test_two_takes_are_chosen_and_aligned(browser: Browser, ward: Ward) -> None:
    """Two selects and one button show both takes; at a marker of the first they are laid anew."""
    with entered(browser, ward.pages) as page:
        page.goto(f"{ward.pages.address}/compare")
        for number, take in enumerate((ward.takes[0], ward.takes[-1])):
            page.get_by_label("Take", exact=True).nth(number).select_option(take)
        page.get_by_role("button", name="Compare").click()
        expect(page.get_by_text("Both begin at 0:00")).to_be_visible()
        expect(page.locator("svg.chart polyline.child.later")).not_to_have_count(0)
        page.get_by_label("Aligned at").first.select_option(label="marker at 0:10")
        page.get_by_role("button", name="Compare").click()
        expect(page.get_by_text("0:00 is where the two are aligned")).to_be_visible()
        expect(page.get_by_text("access MIDI keyboard, earlier touch")).to_be_visible()


def test_a_goal_is_set_and_rated_and_its_moment_leads_to_the_music(browser: Browser, ward: Ward) -> None:
    """A therapist writes a goal, rates it in a session, and follows a moment to its second of the take."""
    with entered(browser, ward.pages) as page:
        page.goto(f"{ward.pages.address}/goals?patient={ward.patient}")
        page.get_by_text("Set a goal").click()
        page.get_by_label("Goal", exact=True).fill("Ends the music by the hand")
        page.get_by_label("0, as expected").fill("once")
        page.get_by_role("button", name="Save the goal").click()
        expect(page.get_by_role("heading", name="Ends the music by the hand")).to_be_visible()
        page.goto(f"{ward.pages.address}/goals/sessions/{ward.sessions[2]}")
        page.get_by_label("Your initials").fill("AB")
        page.get_by_role("button", name="Rate under these").click()
        card = page.locator("article", has_text="Ends the music by the hand")
        card.get_by_label("0 once").check()
        with page.expect_response(lambda response: response.request.method == "POST"):
            card.get_by_role("button", name="Save the rating").click()
        page.goto(f"{ward.pages.address}/goals?patient={ward.patient}")
        expect(page.locator("tr", has_text="AB").locator("td").last).to_have_text("50.0")
        moment = page.get_by_role("link", name="0:05–0:09")
        assert moment.get_attribute("href") == f"/takes/{ward.takes[0]}?at=5.000&to=9.000"


def test_two_rate_blind(browser: Browser, ward: Ward) -> None:
    """While listening a rater takes times from the sound; the other sees them only when both are done."""
    address = f"{ward.pages.address}/ratings/{ward.takes[1]}"
    with entered(browser, ward.pages) as one, entered(browser, ward.pages) as other:
        for page, initials in ((one, "AB"), (other, "CD")):
            page.goto(address)
            page.get_by_label("Your initials").fill(initials)
            page.get_by_role("button", name="Rate under these").click()
            expect(page.get_by_text(f"You rate as {initials}")).to_be_visible()
            rated(page, 5.0, 12.0, f"by {initials}")
            expect(page.locator("td", has_text="by ")).to_have_text(f"by {initials}")
        one.get_by_role("button", name="I am done").click()
        expect(one.get_by_text("You said that you are done.")).to_be_visible()
        assert "by CD" not in one.content()
        other.get_by_role("button", name="I am done").click()
        expect(other.get_by_text("Cohen's κ")).to_be_visible()
        one.reload()
        expect(one.locator("td", has_text="by CD").first).to_be_visible()


def rated(page: Page, first: float, last: float, category: str) -> None:
    """Put a span into a category with the times that the page takes from its sound."""
    for seconds, button in ((first, "From here"), (last, "To here")):
        page.evaluate(
            """(seconds) => new Promise((done) => {
              const audio = document.querySelector("audio");
              audio.addEventListener("seeked", done, { once: true });
              if (audio.readyState) { audio.currentTime = seconds; return; }
              audio.addEventListener("loadedmetadata", () => { audio.currentTime = seconds; }, { once: true });
              audio.load();
            })""",
            seconds,
        )
        page.get_by_role("button", name=button).click()
    assert page.get_by_label("From", exact=True).input_value() == "0:05.0"
    page.get_by_label("Category").fill(category)
    page.get_by_role("button", name="Save the span").click()


def test_pages_are_printed_without_their_forms(browser: Browser, ward: Ward, tmp_path: Path) -> None:
    """On paper the weeks are charts and numbers: the bar above and the choices are gone, and nothing else."""
    with entered(browser, ward.pages) as page:
        page.goto(f"{ward.pages.address}/weeks?patient={ward.patient}")
        page.emulate_media(media="print")
        expect(page.locator("header.top")).to_be_hidden()
        expect(page.get_by_label("Measure")).to_be_hidden()
        expect(page.locator("svg.chart").first).to_be_visible()
        expect(page.locator("tbody tr").first).to_be_visible()
        assert page.pdf(path=str(tmp_path / "weeks.pdf"))


def test_a_note_is_whole_on_paper(browser: Browser, ward: Ward, tmp_path: Path) -> None:
    """What was kept of a note is printed to its last line, longer than its field; empty parts and fields are not."""
    with entered(browser, ward.pages) as page:
        page.goto(f"{ward.pages.address}/goals/sessions/{ward.sessions[3]}")
        page.get_by_label("Objective").fill("\n".join(f"heard {number}" for number in range(80)))
        page.get_by_role("button", name="Save the note").click()
        expect(page.get_by_text("saved ")).to_be_visible()
        page.pdf(path=str(tmp_path / "note.pdf"))
    text = subprocess.run(
        ["pdftotext", tmp_path / "note.pdf", "-"], capture_output=True, text=True, check=True, timeout=60
    ).stdout
    assert text.count("heard 0\n") == text.count("heard 79\n") == 1
    assert "Objective" in text
    assert "heard 0\n" in text.partition("\f")[0], "it begins on the first page"
    for field in ("Plan", "Belongs to", "Save the note", "Blind ratings"):
        assert field not in text
