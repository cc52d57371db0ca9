"""The page of a take in a real browser, used as a therapist uses it; what it plays is heard, not believed."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from bedside.archive.moments import Chosen
from bedside.archive.store import Store
from e2e.reviewing import (
    RATE,
    Pages,
    chromium,
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

SECONDS = 24.0
NEAR_SECONDS = 0.1
SURE = 0.97

CHOICES = ((2.5, "world", "sea", "child"), (8.25, "sound", "harp", "child"), (16.0, "stop", "", "adult"))
MOMENTS = [
    {"kind": "rest", "label": "First note after a long rest", "first": 9.0, "last": 9.0, "evidence": "After 14 s."},
    {"kind": "exchange", "label": "Longest exchange", "first": 12.0, "last": 18.0, "evidence": "12 turns in 6 s."},
]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as made:
        yield made


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pages]:
    """Give the pages of a duet: a flute and a piano, whose notes tell every moment from every other."""
    folder = tmp_path_factory.mktemp("duet")
    chance = random.Random(5)
    flute = [(0, 0.1 + 0.5 * n, 0.4, 72 + chance.randrange(15), chance.randrange(60, 110)) for n in range(47)]
    piano = [(1, 0.3 + 0.7 * n, 0.6, 45 + chance.randrange(15), chance.randrange(60, 110)) for n in range(33)]
    with served(folder / "kept", score(folder / "duet.mid", [*flute, *piano], SECONDS, (73, 0))) as made:
        with Store.create(made.data) as store, store.writing() as writing:
            take = store.summary(made.take())
            for seconds, what, which, by in CHOICES:
                writing.choose(take.session, take.id, Chosen(round(seconds * take.rate), what, which, by))
        yield made


@pytest.fixture
def page(browser: Browser, pages: Pages) -> Iterator[Page]:
    """Give the open page of the duet, with ears."""
    with entered(browser, pages, ears=True) as made:
        yield opened(made, pages)


def x_of(page: Page, seconds: float) -> float:
    """Return where a second of the take lies on the pictures, when the whole of it is seen."""
    box = page.locator("#roll").bounding_box()
    assert box is not None
    return 52 + seconds * (box["width"] - 58) / page_length(page)


def page_length(page: Page) -> float:
    return float(page.locator("#take").get_attribute("data-seconds") or 0)


def click(page: Page, seconds: float, what: str = "#roll") -> None:
    page.locator(what).click(position={"x": x_of(page, seconds), "y": 12})


def drag(page: Page, what: str, first: float, last: float) -> None:
    box = page.locator(what).bounding_box()
    assert box is not None
    y = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + x_of(page, first), y)
    page.mouse.down()
    page.mouse.move(box["x"] + x_of(page, (first + last) / 2), y)
    page.mouse.move(box["x"] + x_of(page, last), y)
    page.mouse.up()


def until(met: Callable[[], bool], what: str, seconds: float = 30.0) -> None:
    end = time.monotonic() + seconds
    while not met():
        assert time.monotonic() < end, f"never: {what}"
        time.sleep(0.05)


def listen(page: Page, seconds: float) -> np.ndarray:
    """Return so much of what the page plays, once it plays."""
    until(lambda: np.count_nonzero(np.abs(heard(page)) > 1e-3) >= seconds * RATE * 0.6, "sound")
    return heard(page)


def sure(found: list[tuple[float, float, int]]) -> list[tuple[float, float, int]]:
    return [each for each in found if each[1] >= SURE]


def ready(page: Page) -> None:
    """Wait until all of the sound is there, so that what is measured is the page and not the rendering."""
    page.wait_for_selector("#ready[hidden]", state="attached")


@pytest.mark.parametrize("seconds", [3.0, 11.5, 20.25])
def test_a_click_is_heard_from_there(page: Page, pages: Pages, seconds: float) -> None:
    """After a click on the roll and a press of space, what sounds first is that moment of the take."""
    whole = rendered(page, pages, pages.take())
    click(page, seconds)
    clicked = seconds
    assert abs(position(page) - clicked) < NEAR_SECONDS
    forget(page)
    page.keyboard.press("Space")
    sound = listen(page, 1.0)
    begun = int(np.argmax(np.abs(sound) > 1e-3))
    first = sure(places(sound[begun:], whole))[0]
    assert abs(first[0] - clicked) < NEAR_SECONDS
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
        sound = listen(page, 0.9)
        first = sure(places(sound[int(np.argmax(np.abs(sound) > 1e-3)) :], whole))[0]
        assert abs(first[0] - moment) < NEAR_SECONDS + 0.02
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


def written(page: Page, pages: Pages) -> dict:
    return page.request.get(f"{pages.address}/api/takes/{pages.take()}/written").json()


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
    dialog = page.get_by_role("dialog", name="Keys")
    dialog.wait_for()
    dialog.get_by_label("Letters, digits and signs act as keys").uncheck()
    dialog.get_by_role("button", name="Close").click()
    before = page.locator("#written li").count()
    page.keyboard.press("m")
    page.keyboard.press("ArrowRight")
    assert abs(position(page) - 1) < NEAR_SECONDS
    assert page.locator("#written li").count() == before
    page.get_by_role("button", name="Keys").click()
    dialog.get_by_label("Letters, digits and signs act as keys").check()
    page.keyboard.press("Escape")
    page.keyboard.press("Tab")


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
    page.get_by_text("The notes seen, as a table").click()
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


def test_proposed_moments_are_accepted_or_dismissed(browser: Browser, pages: Pages) -> None:
    """A proposal stands with its evidence; what is made of it is kept, shown after loading anew, and taken back."""
    with entered(browser, pages) as page:
        page.route("**/moments", lambda route: route.fulfill(json={"moments": MOMENTS}))
        opened(page, pages)
        items = page.locator("#moments li")
        assert "12 turns in 6 s." in items.nth(1).inner_text()
        items.nth(0).get_by_role("button", name="Dismiss").click()
        items.nth(0).get_by_role("button", name="Undo").wait_for()
        items.nth(1).get_by_role("button", name="Accept").click()
        items.nth(1).get_by_role("button", name="Undo").wait_for()
        opened(page, pages)
        assert [item.get_attribute("class") for item in items.all()] == ["dismissed", "accepted"]
        items.nth(1).locator(".go").click()
        assert abs(position(page) - 12.0) < NEAR_SECONDS
        items.nth(0).get_by_role("button", name="Undo").click()
        items.nth(0).get_by_role("button", name="Accept").wait_for()
        kept = written(page, pages)["verdicts"]
        assert [(each["kind"], each["accepted"]) for each in kept] == [("exchange", True)]


def test_fingers_seek_and_zoom(browser: Browser, pages: Pages) -> None:
    """On a phone a tap is a place to hear, two fingers zoom, and the page fits its screen."""
    phone = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True, "device_scale_factor": 2}
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
def test_nothing_keeps_anybody_out(browser: Browser, pages: Pages, settings: dict) -> None:
    """Axe finds nothing on the page with everything open, in light, dark, on a phone and at twice the size."""
    with entered(browser, pages, **settings) as page:
        opened(page, pages)
        page.evaluate("document.querySelectorAll('details').forEach((each) => { each.open = true; })")
        page.locator("#mark").click()
        page.locator("#written time").first.wait_for()
        found = Axe().run(page)
        assert found.violations_count == 0, found.generate_report()
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


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
