"""The report as the team has it: a file on a disk, opened with the network off, that plays, shows and prints."""

from __future__ import annotations

import base64
import io
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
import soundfile
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from bedside.archive.store.store import Store
from e2e.reviewing import Pages, entered, rendered, served
from review.web.desk import RATE, keep, played

SECONDS = 14.0
WORDS = "The bell again </textarea><script>document.title = 'gone'</script>"


@dataclass
class Made:
    """The pages, the take, and the two files that a therapist made there."""

    pages: Pages
    take: str
    html: Path
    pdf: Path
    share: Path
    sound: np.ndarray


@pytest.fixture(scope="module")
def made(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Made]:
    """Give the reports of a take with a remark and an accepted moment, made on the page by ticking."""
    folder = tmp_path_factory.mktemp("report")
    with Store.create(folder / "kept") as store:
        _, (take,) = keep(store, 0, played(SECONDS, seed=3), chosen=("child",))
        store.casenotes.remark(take, 6 * RATE, 6 * RATE, "both stop together")
        store.casenotes.judge(take, "longest exchange", 8 * RATE, 11 * RATE, True)
        patient = store.casenotes.patients()[0].id
    with served(folder / "kept") as pages, entered(browser, pages) as page:
        sound = rendered(page, pages, take)
        files: list[Path] = []
        for button, share in (
            ("Page that plays (HTML)", False),
            ("PDF to print", False),
            ("Page that plays (HTML)", True),
        ):
            page.goto(f"{pages.address}/report?patient={patient}")
            page.get_by_label("What the team should know").fill(WORDS)
            if share:
                page.get_by_label("Share copy").check()
            with page.expect_download() as download:
                page.get_by_role("button", name=button).click()
            file = folder / f"{len(files)}-{download.value.suggested_filename}"
            download.value.save_as(file)
            files.append(file)
        html, pdf, shared = files
        yield Made(pages, take, html, pdf, shared, sound)


@pytest.fixture
def opened(browser: Browser, made: Made) -> Iterator[Page]:
    """Give the report from the disk in a browser that is cut off; whatever it asks for or complains of fails."""
    context = browser.new_context(offline=True, viewport={"width": 1000, "height": 900})
    page = context.new_page()
    wrong: list[str] = []
    page.on("request", lambda asked: wrong.append(asked.url) if not asked.url.startswith(("file:", "data:")) else None)
    page.on("console", lambda said: wrong.append(said.text))
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.goto(made.html.as_uri())
    yield page
    assert wrong == []
    context.close()


def test_its_sound_is_the_takes(opened: Page, made: Made) -> None:
    """The sound inside is what the engine renders: as long, and alike in every second, as far as MP3 goes."""
    address = opened.locator("audio").get_attribute("src") or ""
    sound, rate = soundfile.read(io.BytesIO(base64.b64decode(address.split(",")[1])), dtype="float32")
    assert rate == RATE
    assert abs(len(sound) - len(made.sound)) < 0.2 * RATE
    both = min(len(sound), len(made.sound))
    crossed = np.fft.irfft(np.fft.rfft(sound[:both, 0], 2 * both) * np.conj(np.fft.rfft(made.sound[:both], 2 * both)))
    late = int(np.argmax(crossed))
    assert late < 0.1 * RATE
    one, other = sound[late:both, 0], made.sound[: both - late]
    assert np.dot(one, other) / (np.linalg.norm(one) * np.linalg.norm(other)) > 0.95


def test_it_plays_with_the_network_off(opened: Page) -> None:
    """The player knows how long the take is, and moves on when it is started."""
    opened.wait_for_function("() => document.querySelector('audio').readyState >= 3")
    assert opened.evaluate("document.querySelector('audio').duration") == pytest.approx(SECONDS, abs=0.3)
    opened.evaluate("document.querySelector('audio').play()")
    opened.wait_for_function("() => document.querySelector('audio').currentTime > 0.5")


def test_a_moment_is_one_click_away(opened: Page) -> None:
    """The remark's time and the accepted moment's each play from there."""
    for name, seconds in (("Play from 0:06", 6.0), ("Play from 0:08–0:11", 8.0)):
        opened.get_by_role("button", name=name).click()
        opened.wait_for_function(
            "(at) => { const a = document.querySelector('audio'); return !a.paused && a.currentTime > at; }",
            arg=seconds,
        )
        assert opened.evaluate("document.querySelector('audio').currentTime") < seconds + 3


def test_it_shows_everything_and_runs_nothing_that_was_typed(opened: Page) -> None:
    """Title, roll, curves, tables and the typed words are there; a script among the words is words."""
    assert opened.title() == "Music therapy: K7"
    expect(opened.get_by_text("</textarea><script>")).to_be_visible()
    expect(opened.get_by_role("img", name=re.compile("Piano roll"))).to_be_visible()
    assert opened.get_by_role("img").count() == 5
    for label in ("Recorded", "Computed from the recording", "The therapist's words"):
        assert opened.get_by_text(label, exact=True).count() >= 2
    styles = opened.evaluate(
        """() => ["recorded", "computed", "words"].map((kind) =>
          getComputedStyle(document.querySelector(`section.${kind}`)).borderLeftStyle)"""
    )
    assert styles == ["solid", "double", "dashed"]


def test_it_prints(opened: Page, tmp_path: Path) -> None:
    """On paper all words and charts are there; the player, which paper has not, is gone."""
    opened.pdf(path=str(tmp_path / "printed.pdf"))
    text = subprocess.run(["pdftotext", str(tmp_path / "printed.pdf"), "-"], capture_output=True, check=True, text=True)
    for words in ("Music therapy: K7", "both stop together", "Density", "By chance", "longest exchange"):
        assert words in text.stdout
    opened.emulate_media(media="print")
    expect(opened.locator("audio")).to_be_hidden()


@pytest.mark.parametrize("width", [390, 1000])
def test_everybody_can_read_it(browser: Browser, made: Made, width: int) -> None:
    """Axe finds nothing in the report, on a phone or a screen, and it is as wide as the window."""
    # Its own policy would keep axe out.
    context = browser.new_context(bypass_csp=True, viewport={"width": width, "height": 900})
    page = context.new_page()
    page.goto(made.html.as_uri())
    assert [each["id"] for each in Axe().run(page).response["violations"]] == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    context.close()


def test_the_pdf_is_the_same_report(made: Made) -> None:
    """The PDF that the page gives is tagged, and has the typed words and the remark as text."""
    info = subprocess.run(["pdfinfo", str(made.pdf)], capture_output=True, check=True, text=True).stdout
    assert re.search(r"Tagged: +yes", info)
    text = subprocess.run(["pdftotext", str(made.pdf), "-"], capture_output=True, check=True, text=True).stdout
    assert "both stop together" in text
    assert "The bell again" in text


def test_a_share_copy_names_nobody(made: Made) -> None:
    """The share copy plays, and holds no code, no day and nothing that was typed, in its name neither."""
    page = made.share.read_text("utf-8")
    assert made.share.name.endswith("-report.html")
    assert "data:audio/mpeg" in page
    for word in ("K7", "2026", "September", "bell again", "both stop together", made.take):
        assert word not in re.sub(r"base64,[A-Za-z0-9+/=]+", "", page), word
    assert "Session 1, take 1" in page


@pytest.mark.parametrize("kind", ["html", "pdf"])
def test_a_take_is_exported_from_the_command_line(made: Made, tmp_path: Path, kind: str) -> None:
    """One command writes the page or the PDF of a take."""
    out = tmp_path / f"take.{kind}"
    command = [sys.executable, "-m", "bedside", "--data", str(made.pages.data), "export", "last", "--out", str(out)]
    done = subprocess.run(command, capture_output=True, check=True, text=True)
    assert done.stdout == f"{out} is written.\n"
    written = out.read_bytes()
    assert written.startswith(b"%PDF" if kind == "pdf" else b"<!doctype html>")
    assert kind == "pdf" or b"data:audio/mpeg;base64," in written
