"""The way in and the library in a real browser: by keyboard alone, on every screen, and as quickly as one types."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import delete

from bedside.archive.store.models import StaffCode
from bedside.archive.store.store import Store
from bedside.music.events import Player
from e2e.reviewing import CODE, Pages, entered, served
from e2e.test_review_desk import SIGHTS
from review.web.door import Door
from review.web.test_library import keep


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pages]:
    """Give pages with some children's takes, remarks, stars and pictures."""
    data = tmp_path_factory.mktemp("library") / "kept"
    with Store.create(data) as store:
        desk = Door(store, data)
        takes = [keep(desk, code, days, seconds=8.0 + days) for days, code in enumerate(("K7", "K7", "M12", None))]
        keep(desk, "M12", 4, players=(Player.CHILD, Player.PARTNER), star=True, origin="imported")
        store.casenotes.remark(takes[0], 0, 0, "waits, then answers with the high bells")
        store.casenotes.picture(store.casenotes.patients()[0].id, "moon")
    with served(data) as made:
        yield made


@pytest.fixture
def page(browser: Browser, pages: Pages) -> Iterator[Page]:
    with entered(browser, pages) as made:
        yield made


def faults(page: Page) -> list[str]:
    """Return what axe finds on a page once its style sheets are there: words can be seen before their colours."""
    page.wait_for_load_state("load")
    found = Axe().run(page).response["violations"]
    return [f"{each['id']}: {node['html']}" for each in found for node in each["nodes"]]


def addresses(pages: Pages) -> list[str]:
    with Store.open(pages.data) as store:
        patients = [each.id for each in store.casenotes.patients()]
    return [
        "/",
        f"/?patient={patients[0]}",
        f"/?patient={patients[1]}",
        "/?order=longest",
        "/?words=nothing+like+it",
        "/code",
    ]


@pytest.mark.parametrize("sight", SIGHTS)
def test_axe_finds_nothing(browser: Browser, pages: Pages, sight: str) -> None:
    """Neither on the way in, asked, refused or told to wait, nor anywhere in the library does axe find a fault."""
    with entered(browser, pages, **SIGHTS[sight]) as page:
        for address in addresses(pages):
            page.goto(pages.address + address)
            for details in page.locator("details").all():
                details.evaluate("each => { each.open = true; }")
            assert faults(page) == [], address
        page.get_by_role("button", name="Log out").click()
        page.wait_for_url("**/enter")
        assert faults(page) == []
    context = browser.new_context(**SIGHTS[sight])
    page = context.new_page()
    page.goto(f"{pages.address}/enter")
    page.get_by_label("Staff code").fill("not the code")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_be_visible()
    assert faults(page) == []
    context.close()
    with entered(browser, pages):
        pass


@pytest.mark.parametrize("sight", SIGHTS)
def test_the_first_visit(browser: Browser, tmp_path: Path, sight: str) -> None:
    """Whoever comes first chooses the code, without a fault that axe would find, and sees how music comes in."""
    with served(tmp_path / "kept") as pages:
        with Store.create(pages.data) as store, store.writing() as writing:
            writing._connection.execute(delete(StaffCode))
        context = browser.new_context(**SIGHTS[sight])
        page = context.new_page()
        page.goto(pages.address)
        assert faults(page) == []
        page.keyboard.type("a new code")
        page.keyboard.press("Tab")
        page.keyboard.type("another")
        page.keyboard.press("Enter")
        expect(page.get_by_role("alert")).to_contain_text("not the same")
        page.get_by_label("Staff code").fill("a new code")
        page.get_by_label("The same code again").fill("a new code")
        page.keyboard.press("Enter")
        expect(page.get_by_role("status")).to_have_text("Nothing is recorded yet")
        assert faults(page) == []
        context.close()


@pytest.mark.parametrize("sight", SIGHTS)
def test_the_staff_code_is_changed(browser: Browser, tmp_path: Path, sight: str) -> None:
    """A therapist finds where the code is changed, is told a slip, and changes it; a colleague needs the new one."""
    with served(tmp_path / "kept") as pages, entered(browser, pages, **SIGHTS[sight]) as colleague:
        context = browser.new_context(**SIGHTS[sight])
        page = context.new_page()
        page.goto(pages.address)
        page.get_by_label("Staff code").fill(CODE)
        page.keyboard.press("Enter")
        page.get_by_role("link", name="Staff code").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Change the staff code")
        for again, told in (("walrus-9-lagoo", "not the same"), ("walrus-9-lagoon", "is changed")):
            page.get_by_label("Current staff code").fill(CODE)
            page.keyboard.press("Tab")
            page.keyboard.type("walrus-9-lagoon")
            page.keyboard.press("Tab")
            page.keyboard.type(again)
            page.keyboard.press("Enter")
            expect(page.get_by_role("alert").or_(page.get_by_role("status"))).to_contain_text(told)
            assert faults(page) == []
        page.get_by_role("link", name="Go to the library").click()
        expect(page.get_by_role("status")).to_have_text("Nothing is recorded yet")
        context.close()
        colleague.reload()
        colleague.wait_for_url("**/enter")
        colleague.get_by_label("Staff code").fill("walrus-9-lagoon")
        colleague.keyboard.press("Enter")
        expect(colleague.get_by_role("status")).to_have_text("Nothing is recorded yet")


@pytest.mark.parametrize("width", [1280, 640, 390, 320])
def test_nothing_is_cut_off(browser: Browser, pages: Pages, width: int) -> None:
    """At 200 % zoom, on a phone and at 400 % nobody scrolls sideways, and every target is 24 pixels or more."""
    with entered(browser, pages, viewport={"width": width, "height": 700}) as page:
        for address in [*addresses(pages), "/enter"]:
            if address == "/enter":
                page.get_by_role("button", name="Log out").click()
            page.goto(pages.address + address)
            assert page.evaluate("document.documentElement.scrollWidth") <= width, address
            small = page.evaluate(
                """() => [...document.querySelectorAll("main a, button, input:not([type=hidden]), select, summary")]
                  .filter((each) => each.checkVisibility() && !each.closest(".skip, p.card"))
                  .map((each) => [each.outerHTML.slice(0, 80), each.getBoundingClientRect()])
                  .filter(([, { width, height }]) => Math.min(width, height) < 24 && width > 1)
                  .map(([html, { width, height }]) => `${html} ${width}x${height}`)"""
            )
            # A box that its words tick with it is as large as both.
            assert [each for each in small if "checkbox" not in each] == [], address


def focused(page: Page) -> str:
    """Return what has the focus, and see that it is seen: by an outline or a border that others have not."""
    found = page.evaluate(
        """() => {
          const it = document.activeElement;
          const style = getComputedStyle(it);
          const box = it.getBoundingClientRect();
          const seen = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2
            && box.width > 0 && box.right > 0 && box.bottom > 0 && box.top < innerHeight;
          return { name: (it.labels?.[0] ?? it).textContent.trim().replace(/\\s+/g, " "), tag: it.tagName, seen };
        }"""
    )
    assert found["seen"], f"nobody sees that {found} has the focus"
    return str(found["name"])


def test_by_keyboard_alone(browser: Browser, pages: Pages) -> None:
    """From the way in to a take without a mouse: everything is reached in the order in which it is read, and seen."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    page = context.new_page()
    page.goto(pages.address)
    assert focused(page) == "Staff code"
    page.keyboard.press("Tab")
    assert focused(page) == "Log in"
    page.keyboard.press("Shift+Tab")
    expect(page.get_by_label("Staff code")).to_be_focused()
    page.keyboard.type(CODE)
    page.keyboard.press("Enter")
    page.wait_for_url(f"{pages.address}/")
    order = []
    for _ in range(16):
        page.keyboard.press("Tab")
        order.append(focused(page))
    assert order[:13] == [
        *("Skip to the content", "bedside", "Library", "Weeks", "Compare", "Goals and notes", "Report", "Staff code"),
        *("Log out", "Search", "Patient", "Player", "Order"),
    ]
    assert order[13] == "With a star"
    assert order[14].startswith("Take of M12, 6 March 2026, ")
    first = page.evaluate("document.activeElement.getAttribute('href')")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**{first}")
    page.go_back()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main", "the skip link leads to the content"
    page.keyboard.press("Tab")
    assert focused(page) == "Search"
    context.close()


def test_it_finds_while_one_types(page: Page, pages: Pages) -> None:
    """What is found is shown without a key more, counted aloud, kept in the address; the focus stays where it is."""
    takes = page.locator("li.take")
    expect(takes).to_have_count(5)
    page.get_by_label("Search").press_sequentially("BELLS")
    expect(takes).to_have_count(1)
    expect(page.get_by_role("status")).to_have_text("One take")
    expect(takes.first).to_contain_text("waits, then answers with the high bells")
    expect(page).to_have_url(f"{pages.address}/?words=BELLS&order=newest")
    assert page.evaluate("document.activeElement.id") == "words"
    page.reload()
    expect(takes).to_have_count(1)
    expect(page.get_by_label("Search")).to_have_value("BELLS")
    page.get_by_label("Search").fill("")
    page.get_by_label("Patient", exact=True).select_option("M12")
    expect(takes).to_have_count(2)
    expect(page.get_by_role("region", name="Patient M12")).to_be_visible()
    page.get_by_label("With a star").check()
    expect(takes).to_have_count(1)
    page.get_by_label("With a star").uncheck()
    page.get_by_label("Patient", exact=True).select_option("All patients")
    page.get_by_label("Order").select_option("longest first")
    expect(takes.first).to_contain_text("No patient")
    page.get_by_label("Search").fill("nothing like it")
    expect(page.get_by_role("status")).to_have_text("No take matches")
    page.get_by_role("link", name="Show everything").click()
    expect(takes).to_have_count(5)


def test_it_finds_without_scripts(browser: Browser, pages: Pages) -> None:
    """Where no script runs, "Show" does."""
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{pages.address}/")
    page.get_by_label("Staff code").fill(CODE)
    page.get_by_role("button", name="Log in").click()
    page.get_by_label("Search").fill("bells")
    page.get_by_role("button", name="Show").click()
    expect(page.locator("li.take")).to_have_count(1)
    context.close()


def test_when_the_visit_has_ended(page: Page) -> None:
    """Whoever goes on typing after the visit has ended is asked for the code, and then sees what was looked for."""
    page.context.clear_cookies()
    page.get_by_label("Search").press_sequentially("bells")
    page.wait_for_url("**/enter?to=*")
    expect(page.get_by_label("Staff code")).to_be_focused()
    page.keyboard.type(CODE)
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r".*/\?words=.*"))
    expect(page.locator("li.take").first).to_be_visible()


def test_a_picture_is_given(page: Page) -> None:
    """A patient's picture is chosen by keyboard, among pictures, and stands beside each of the takes."""
    page.get_by_label("Patient", exact=True).select_option("M12")
    page.get_by_text("Choose a picture").or_(page.get_by_text("Change the picture")).click()
    page.get_by_role("radio", name="none").focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    expect(page.get_by_role("radio", name="sun")).to_be_checked()
    page.keyboard.press("Enter")
    expect(page.get_by_role("region", name="Patient M12").get_by_role("img", name="sun").first).to_be_visible()
    assert page.locator("section.meeting h2 img[src='/static/pictures/sun.svg']").count() == 2


def test_every_roll_is_drawn(page: Page) -> None:
    """Each take has a small roll: every picture of the page has loaded, with colours in it."""
    page.wait_for_load_state("networkidle")
    broken = page.evaluate("[...document.images].filter((each) => !each.complete || !each.naturalWidth).length")
    assert broken == 0
    assert page.locator("img.roll").count() == 5


def test_printed(page: Page) -> None:
    """On paper stands the list, and nothing that can only be clicked."""
    page.emulate_media(media="print")
    for name in ("Search", "Patient", "Log out"):
        assert not page.get_by_label(name).or_(page.get_by_role("button", name=name)).first.is_visible()
    assert page.locator("li.take").first.is_visible()
    assert page.locator("img.roll").first.is_visible()


def test_the_first_page_is_small(browser: Browser, pages: Pages) -> None:
    """The library needs its page, two sheets, one script and its pictures: little, at once, and nothing twice."""
    with entered(browser, pages) as page:
        got: list[tuple[str, int]] = []
        page.on("response", lambda answer: got.append((answer.url.removeprefix(pages.address), len(answer.body()))))
        page.goto(pages.address)
        page.wait_for_load_state("networkidle")
    rolls = [path for path, _ in got if path.startswith("/rolls/")]
    others = [path for path, _ in got if not path.startswith(("/rolls/", "/static/pictures/"))]
    sheets = {"/static/style.css", "/static/players.css"}
    assert {"/"} <= set(others) <= {"/", "/static/icon.svg", "/static/library.js", *sheets}
    assert len(others) <= 6
    assert len(rolls) == len(set(rolls)) == 5
    assert sum(size for _, size in got) < 100_000
