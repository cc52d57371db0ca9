"""What is packaged plays, keeps and answers as the checkout does; `make frozen` runs this on the frozen folder.

``BEDSIDE_COMMAND`` names the program, which runs without the checkout: in another folder, with no Python of its own.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from bedside import __version__
from bedside.archive.store.store import Store
from bedside.cli.licences import licences
from bedside.music.events import NoteOn, Player, Program, Source
from bedside.sound.library import catalogue, provenance
from e2e.bed import bed, pads, spot, takes, wait_for_silence
from e2e.reviewing import CODE, served
from e2e.rig.keyboard import Keyboard
from e2e.rig.program import BEDSIDE
from e2e.rig.soundcard import SoundCard
from e2e.rig.touchscreen import Touchscreen

CHECKOUT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def touchscreen() -> Iterator[Touchscreen]:
    """Give a touchscreen of 1280 × 800 pixels."""
    with Touchscreen(size=(1280, 800)) as screen:
        yield screen


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with the record of a demo, ``kept``, and its files, ``out``."""
    folder = tmp_path_factory.mktemp("demo")
    say("demo", "--out", str(folder / "out"), data=folder / "kept")
    return folder


@pytest.fixture(autouse=True)
def _far_from_the_checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("PYTHONPATH", raising=False)


def say(*arguments: str, data: Path) -> str:
    """Return what the packaged program prints when a command succeeds."""
    where = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    done = subprocess.run(
        [*BEDSIDE, "--data", str(data), *arguments], capture_output=True, text=True, timeout=300, cwd="/", env=where
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_it_is_the_packaged_program_that_is_tested() -> None:
    """The variable names a program outside the checkout's environment, of the checkout's version."""
    program = Path(shutil.which(BEDSIDE[0]) or BEDSIDE[0])
    assert CHECKOUT / ".venv" not in program.parents
    assert program.is_file() and "python" not in program.name, "BEDSIDE_COMMAND names the program to test"
    assert say("--version", data=Path("/nowhere")).strip() == __version__


def test_touches_and_keys_are_heard_and_kept(touchscreen: Touchscreen, tmp_path: Path) -> None:
    """A finger and a MIDI key sound at the card, and `takes` lists them; it ends when it is asked to, and is silent."""
    data = tmp_path / "kept"
    with SoundCard() as card, bed(touchscreen, card, data) as program, Keyboard(card) as keyboard:
        touched = card.now()
        touchscreen.tap(0, *spot(touchscreen, pads(touchscreen)[3]))
        program.wait_for(lambda: card.onset(touched), 30, "the touch to be heard")
        wait_for_silence(card, program)
        program.wait_for(keyboard.connected, 30, "the keyboard to be connected")
        pressed = card.now()

        def heard() -> int | None:
            # Again and again, because JACK loses the MIDI of a cycle in which somebody is late.
            keyboard.note_on(60, 100)
            keyboard.note_off(60)
            return card.onset(pressed)

        program.wait_for(heard, 30, "the key to be heard")
        assert program.stop(30) == 0
        assert program.children() == []
        assert program.stderr.read_text() == ""
    listed = json.loads(say("takes", "--json", data=data))
    assert [sorted(take["players"]) for take in listed[1:]] == [["child", "therapist"]]
    kept = [each.event for each in takes(data)[-1]]
    assert {(each.player, each.source) for each in kept if isinstance(each, NoteOn)} == {
        (Player.CHILD, Source.TOUCH),
        (Player.THERAPIST, Source.MIDI),
    }
    assert listed[-1]["notes"] == sum(isinstance(each, NoteOn) for each in kept)
    assert any(isinstance(each, Program) for each in kept)


def test_it_names_the_sound_as_the_checkout_does(demo: Path) -> None:
    """A take says that the same code and the same tables made its sound; only the machine's arithmetic is its own."""
    with Store.open(demo / "kept") as store:
        (take,) = store.takes()
    ours = provenance.parse(provenance.made_by(catalogue.recipes(None)))
    its = provenance.parse(take.sound)
    assert ours.code and ours.tables
    assert (its.version, its.code, its.tables) == (ours.version, ours.code, ours.tables)


def test_its_demo_has_the_same_bits(demo: Path, tmp_path: Path) -> None:
    """The demo's sound and notes are those that the checkout makes on this machine."""
    ours = tmp_path / "out"
    subprocess.run(
        [CHECKOUT / ".venv/bin/python", "-m", "bedside", "--data", tmp_path / "kept", "demo", "--out", ours],
        capture_output=True,
        check=True,
        timeout=300,
        env={**os.environ, "PYTHONPATH": str(CHECKOUT)},
    )
    for name in ("demo.wav", "demo.mid"):
        its = hashlib.sha256((demo / "out" / name).read_bytes()).hexdigest()
        assert its == hashlib.sha256((ours / name).read_bytes()).hexdigest(), name


@pytest.mark.parametrize("kind", ["pdf", "html", "mid", "csv", "json"])
def test_it_exports(demo: Path, tmp_path: Path, kind: str) -> None:
    """Every form of export is written, with the fonts, templates and libraries that it needs."""
    out = tmp_path / f"take.{kind}"
    say("export", "last", "--out", str(out), data=demo / "kept")
    assert out.stat().st_size > 500


@pytest.mark.parametrize("kind", ["flac", "ogg", "mp3"])
def test_it_renders(demo: Path, tmp_path: Path, kind: str) -> None:
    """Sound is written in every form, by the sound-file library that it brings."""
    out = tmp_path / f"take.{kind}"
    say("render", "last", "--out", str(out), data=demo / "kept")
    assert out.stat().st_size > 10_000


def test_its_pages_answer(demo: Path) -> None:
    """The therapist's pages open with the staff code: the library, a take, and its sound."""
    shutil.copytree(demo / "kept", demo / "pages")
    with served(demo / "pages") as pages, httpx.Client(base_url=pages.address, follow_redirects=True) as client:
        client.headers["Origin"] = pages.address
        assert client.post("/enter", data={"username": "staff", "code": CODE}).url.path == "/"
        take = pages.take()
        for path in ("/", f"/takes/{take}", f"/sound/{take}.wav"):
            answer = client.get(path, timeout=120)
            assert (answer.status_code, answer.url.path) == (200, path)


def test_it_names_every_licence() -> None:
    """`doctor --licences` lists what the pages bring as well as what the bed does, and the libraries inside."""
    listed = json.loads(say("doctor", "--licences", "--json", data=Path("/nowhere")))
    its = {each["name"]: (each["licence"], each["part"]) for each in listed if each["name"] != "Python"}
    ours = {each.name: (each.licence, each.part) for each in licences() if each.name != "Python"}
    assert its == ours
    assert any(each["libraries"] for each in listed)


def test_the_doctor_finds_what_the_libraries_need(tmp_path: Path) -> None:
    """`doctor` reads the machine's devices with the libraries that the package brings, and does not fail."""
    found = json.loads(say("doctor", "--json", data=tmp_path / "kept"))
    assert found
