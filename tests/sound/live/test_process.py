import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

import pytest

from bedside import children
from bedside.music.events import Lost, NoteOn, Performed, Player, Program, Source, TakeBegan, TakeEnded
from bedside.sound.library import cache, catalogue
from bedside.sound.live import wire
from bedside.sound.live.process import EngineSettings, main
from sound.link import Stage, event_of

RATE = 48000
BLOCK = 128

M = TypeVar("M")

# An engine's process, and the stage's end of its socket.
Running = tuple[children.ChildProcess, Stage]


def test_settings_cross_as_text() -> None:
    """What an engine's process is told at its start arrives as it was."""
    settings = EngineSettings(48000, 128, 64, "Grüner Lautsprecher", ("harp", "größte Orgel"), "Eigene Klänge", "Fülle")
    assert children.from_json(EngineSettings, children.to_json(settings)) == settings


@pytest.fixture
def started() -> Iterator[Running]:
    """Give a real engine's process, without a card, and the stage's end of its socket."""
    with running(EngineSettings(RATE, BLOCK, 16, "a card that nobody has")) as both:
        yield both


@contextmanager
def running(settings: EngineSettings) -> Iterator[Running]:
    """Run an engine's process and give it with the stage's end of its socket."""
    process = children.launch(main, settings, "engine")
    try:
        yield process, Stage(process.link)
    finally:
        process.end(20.0)


def wait_for(stage: Stage, kind: type[M], seconds: float = 60.0, count: int = 1) -> list[M]:
    until = time.monotonic() + seconds
    while len(stage.all(kind)) < count:
        assert time.monotonic() < until
        time.sleep(0.01)
    return stage.all(kind)


@pytest.mark.slow
def test_a_process_without_a_card_performs_and_ends_when_it_is_asked(started: Running) -> None:
    """With no card, what is asked is performed all the same, said to be unheard; after Quit take and process end."""
    process, stage = started
    wait_for(stage, wire.Ready)
    stage.send(wire.Open(wire.Opening.TRIED))
    assert wait_for(stage, wire.Opened) == [wire.Opened(0.0, "")]
    stage.ask(NoteOn(Player.CHILD, 1, 60, 0.7, 0.5, Source.TOUCH), asked_ns=99)
    reports = wait_for(stage, wire.Outcome)
    assert isinstance(event_of(reports[0]), TakeBegan)
    stage.send(wire.Quit())
    assert process.wait(20) == 0
    assert Performed(0, Lost()) in stage.take
    assert isinstance(stage.take[-1].event, TakeEnded)
    assert [r.asked_ns for r in stage.all(wire.Outcome) if isinstance(event_of(r), NoteOn)] == [99]


def test_a_process_whose_stage_is_gone_ends(started: Running) -> None:
    """No engine outlives its stage, neither while it plays nor while it waits to be opened."""
    process, stage = started
    wait_for(stage, wire.Ready)
    stage.close()
    assert process.wait(20) == 0


def test_a_process_that_is_not_needed_ends(started: Running) -> None:
    """Where the beginning fails elsewhere, an engine that was never opened ends when it is asked."""
    process, stage = started
    stage.send(wire.Quit())
    assert process.wait(20) == 0


@pytest.mark.slow
def test_a_process_plays_with_one_instrument_and_takes_up_those_that_come(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With an empty cache a process bakes what it needs first and plays; what others bake is taken once it is there."""
    monkeypatch.setenv("BEDSIDE_CACHE", str(tmp_path))
    recipes = {recipe.name: recipe for recipe in catalogue.recipes(None)}
    with running(EngineSettings(8000, BLOCK, 16, "a card that nobody has", ("marimba",))) as (_, stage):
        wait_for(stage, wire.Ready)
        assert len(list((tmp_path / "instruments").glob("*.tables"))) == 1
        stage.send(wire.Open(wire.Opening.TRIED))
        assert wait_for(stage, wire.Have) == [wire.Have("marimba", False)]
        wait_for(stage, wire.Missing)
        stage.ask(Program(Player.CHILD, "harp"), NoteOn(Player.CHILD, 1, 60, 0.7, 0.5, Source.TOUCH))
        wait_for(stage, wire.Outcome)
        cache.load(recipes["harp"], 8000, tmp_path / "instruments", lambda _share: None)
        assert wait_for(stage, wire.Have, count=2)[1:] == [wire.Have("harp", False)]
        stage.ask(NoteOn(Player.CHILD, 2, 60, 0.7, 0.5, Source.TOUCH))
        while not any(
            performed.event == NoteOn(Player.CHILD, 2, 60, 0.7, 0.5, Source.TOUCH) for performed in stage.take
        ):
            time.sleep(0.01)
        programs = [p.event.instrument for p in stage.take if isinstance(p.event, Program) and p.event.player == 0]
        assert programs == ["marimba", "harp"]
        assert len(stage.all(wire.Missing)) == 1
