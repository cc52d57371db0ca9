"""While no card asks for sound, what is asked is performed unheard, and nothing is lost, doubled or out of order."""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np
import pytest

from bedside.music.events import (
    AllOff,
    Event,
    Lost,
    NoteOff,
    NoteOn,
    Pedal,
    Performed,
    Player,
    Program,
    Resumed,
    TakeBegan,
    TakeEnded,
)
from bedside.sound.engine import offline
from bedside.sound.live import wire
from bedside.sound.live.pump import SCREEN_SECONDS, Pump
from sound.link import Stage
from sound.live.joining import BAND, BLOCK, SEED, Card, Join, on
from sound.tones import RATE

UNHEARD = wire.Open(wire.Opening.UNHEARD)


def hang(pump: Pump, seconds: float) -> None:
    """Let the card hang for so long, watched as in an engine's process."""
    until = time.perf_counter() + seconds
    while time.perf_counter() < until:
        time.sleep(pump.watch(time.perf_counter()))


def play(card: Card, stage: Stage, count: int, first: int) -> None:
    """Play notes on a card that is well."""
    for note in range(first, first + count):
        stage.ask(on(note, 50 + note % 20), asked_ns=time.perf_counter_ns())
        card.play(20 * BLOCK)
        stage.ask(NoteOff(Player.CHILD, note), asked_ns=time.perf_counter_ns())
        card.play(10 * BLOCK)


def kinds(take: list[Performed]) -> list[type[Event]]:
    """Return the loss and return of sound, and the notes."""
    return [type(each.event) for each in take if isinstance(each.event, Lost | Resumed | NoteOn)]


def test_a_card_that_hangs_loses_nothing_and_is_heard_again(joined: Join) -> None:
    """What is asked meanwhile is performed once, at its time, and what is heard is to the bit what a replay gives."""
    pump, card, stage = joined()
    pump.opened(0.003, "card")
    play(card, stage, 3, 1)
    heard = len(card.sound)
    began = time.perf_counter()
    asked = []
    for note in range(10, 20):
        asked.append(time.perf_counter() - began)
        stage.ask(on(note), NoteOff(Player.CHILD, note), asked_ns=time.perf_counter_ns())
        hang(pump, 0.05)
    back = len(card.sound)
    play(card, stage, 3, 30)
    take = stage.take
    assert kinds(take) == [NoteOn] * 3 + [Lost] + [NoteOn] * 10 + [Resumed] + [NoteOn] * 3
    frames = [each.frame for each in take]
    assert frames == sorted(frames)
    (lost,) = [each.frame for each in take if isinstance(each.event, Lost)]
    (resumed,) = [each.frame for each in take if isinstance(each.event, Resumed)]
    performed = [
        (each.frame - lost) / RATE
        for each in take
        if isinstance(each.event, NoteOn) and lost <= each.frame and 10 <= each.event.note < 20
    ]
    # Each within a block or two of its time, also those that had waited until the card was given up.
    assert np.abs(np.array(performed) - asked).max() < 0.02
    assert stage.all(wire.Regained)
    rendered = np.concatenate([block.copy() for block in offline.render(take, BAND)])
    assert rendered[:lost].tobytes() == card.sound[:heard].tobytes()
    assert rendered[resumed : resumed + len(card.sound) - back].tobytes() == card.sound[back:].tobytes()
    assert card.sound[back:].any()
    assert not pump.fault


def test_a_stutter_is_not_told_and_a_long_silence_is(joined: Join) -> None:
    """The stage learns that nothing is heard when that lasts, and then that it is heard again."""
    pump, card, stage = joined()
    pump.opened(0.003, "card")
    card.play(BLOCK)
    hang(pump, 0.3)
    card.play(BLOCK)
    assert stage.all(wire.Opened) == [wire.Opened(0.003, "card")]
    assert len(stage.all(wire.Regained)) == 1
    hang(pump, 0.9)
    assert stage.all(wire.Opened)[1:] == [wire.Opened(0.0, "")]
    card.play(BLOCK)
    assert stage.all(wire.Opened)[2:] == [wire.Opened(0.003, "card")]


def test_a_process_whose_card_hangs_says_that_it_lives(joined: Join) -> None:
    """Between the card's last block and the first that is unheard, and from then on, beats come as often as ever."""
    pump, card, stage = joined()
    pump.opened(0.003, "card")
    card.play(BLOCK)
    began = time.perf_counter_ns()
    hang(pump, 0.4)
    beats = [began, *(beat.at_ns for beat in stage.all(wire.Beat)), time.perf_counter_ns()]
    assert np.diff(beats).max() < 0.12e9


def test_an_engine_whose_card_does_not_open_begins_unheard(joined: Join) -> None:
    """What had waited for the card begins its take at the time of the hand; when the card opens, it is heard."""
    pump, card, stage = joined()
    since = time.perf_counter_ns() - 400_000_000
    stage.send(wire.Open(wire.Opening.UNHEARD, since))
    for note in range(4):
        stage.ask(on(note), asked_ns=since + note * 100_000_000)
    hang(pump, 0.1)
    notes = [each for each in stage.take if isinstance(each.event, NoteOn)]
    assert [round(each.frame / RATE, 1) for each in notes] == [0.0, 0.1, 0.2, 0.3]
    pump.opened(0.003, "card")
    card.play(BLOCK)
    stage.ask(on(9), asked_ns=time.perf_counter_ns())
    card.play(RATE // 2)
    assert kinds(stage.take) == [Lost, *[NoteOn] * 4, Resumed, NoteOn]
    assert isinstance(stage.take[0].event, TakeBegan)
    assert card.sound.any()


def test_a_lost_take_is_taken_up_unheard_at_the_time_of_the_hand(joined: Join) -> None:
    """An engine that takes over without a card goes on from where the last one was, and is heard later."""
    pump, card, stage = joined()
    lost_ns = time.perf_counter_ns() - 3_000_000_000
    stage.send(UNHEARD)
    stage.send(wire.Resume(SEED, 12_345, lost_ns, False))
    stage.ask(Program(Player.CHILD, "held"), asked_ns=0)
    for note in range(3):
        stage.ask(on(note), NoteOff(Player.CHILD, note), asked_ns=lost_ns + (note + 1) * 500_000_000)
    hang(pump, 0.1)
    card.play(BLOCK)
    assert kinds(stage.take) == [Lost, NoteOn, NoteOn, NoteOn, Resumed]
    frames = [each.frame for each in stage.take]
    assert frames == sorted(frames)
    assert frames[0] == 12_345
    notes = [each.frame for each in stage.take if isinstance(each.event, NoteOn)]
    assert [round((frame - 12_345) / RATE, 1) for frame in notes] == [0.5, 1.0, 1.5]
    assert 3.0 < (frames[-1] - 12_345) / RATE < 4.0
    assert len(stage.all(wire.Regained)) == 1


def test_an_engine_taken_for_unheard_that_is_heard_asks_for_the_held_notes(joined: Join) -> None:
    """Where the card opened as the stage gave it up, the take goes on heard, and the held notes are asked for."""
    pump, card, stage = joined()
    pump.opened(0.003, "card")
    card.play(BLOCK)
    stage.send(UNHEARD)
    stage.send(wire.Resume(SEED, 12_345, time.perf_counter_ns(), False))
    card.play(BLOCK)
    assert kinds(stage.take) == [Lost, Resumed]
    assert len(stage.all(wire.Regained)) == 1


def test_a_take_that_rests_unheard_ends(joined: Join) -> None:
    """What was asked long ago ends as it would have, and a note that came after the rest begins a take of its own."""
    pump, _, stage = joined()
    since = time.perf_counter_ns() - 60_000_000_000
    stage.send(wire.Open(wire.Opening.UNHEARD, since))
    stage.ask(on(1), NoteOff(Player.CHILD, 1), asked_ns=since)
    stage.ask(on(2), asked_ns=since + 40_000_000_000)
    stage.send(wire.Close(time.perf_counter_ns()))
    for _ in range(5):
        # The stage reads meanwhile.
        stage.read()
        hang(pump, 0.1)
    ends = [each.frame / RATE for each in stage.take if isinstance(each.event, TakeEnded)]
    assert len(ends) == 2
    assert 20 < ends[0] < 22
    assert 20 <= ends[1] < 22


def test_what_was_handled_is_told_with_the_beat(joined: Join) -> None:
    """The stage learns up to which request all is handled, those too of which nothing is reported."""
    _, card, stage = joined()
    stage.ask(NoteOff(Player.CHILD, 1), asked_ns=5)
    card.play(BLOCK)
    assert stage.all(wire.Beat)[-1].done_ns == 5
    stage.ask(on(1), asked_ns=6)
    stage.send(wire.Close(7))
    card.play(BLOCK)
    assert stage.all(wire.Beat)[-1].done_ns == 7
    (reported,) = [place for place, each in enumerate(stage.told) if each == wire.Outcome(Performed(0, on(1)), 6)]
    assert reported < max(place for place, each in enumerate(stage.told) if isinstance(each, wire.Beat))


@pytest.mark.parametrize("heard", [True, False])
def test_a_screen_that_falls_silent_leaves_nothing_held(joined: Join, heard: bool) -> None:
    """Two seconds after the screen's last sign of life every part that holds something is released, once."""
    pump, card, stage = joined()
    if heard:
        pump.opened(0.003, "card")
    else:
        stage.send(UNHEARD)

    def go_on() -> None:
        if heard:
            card.play(20 * BLOCK)
        else:
            hang(pump, 0.05)

    now = time.perf_counter_ns()
    stage.ask(on(1), on(2, 64, Player.THERAPIST), Pedal(Player.CHILD2, True), asked_ns=now)
    stage.ask(on(3), NoteOff(Player.CHILD, 3), asked_ns=now)
    go_on()
    stage.send(wire.Alive(time.perf_counter_ns() - round((SCREEN_SECONDS - 0.5) * 1e9)))
    go_on()
    assert not [each for each in stage.take if isinstance(each.event, AllOff)]
    stage.send(wire.Alive(time.perf_counter_ns() - round((SCREEN_SECONDS + 0.1) * 1e9)))
    for _ in range(3):
        go_on()
    released = [each.event for each in stage.take if isinstance(each.event, AllOff)]
    assert released == [AllOff(Player.CHILD), AllOff(Player.CHILD2), AllOff(Player.THERAPIST)]
    holding = pump.performer.engine.holding
    assert not holding
    back(stage, go_on)
    assert pump.performer.engine.holding
    assert len([each for each in stage.take if isinstance(each.event, AllOff)]) == 3


@pytest.mark.parametrize("late", [True, False])
def test_what_comes_at_once_after_a_silent_screen_rises_softly(joined: Join, late: bool) -> None:
    """Touches before the sign of life were made while the screen stood still; those after it are the hand's own."""
    pump, card, stage = joined()
    pump.opened(0.003, "card")
    stage.ask(on(1), NoteOff(Player.CHILD, 1), asked_ns=time.perf_counter_ns())
    stage.send(wire.Alive(time.perf_counter_ns() - round((SCREEN_SECONDS + 0.1) * 1e9)))
    card.play(40 * BLOCK)
    if not late:
        stage.send(wire.Alive(time.perf_counter_ns()))
    stage.ask(on(2), on(3, 64), asked_ns=time.perf_counter_ns())
    stage.send(wire.Alive(time.perf_counter_ns()))
    card.play(40 * BLOCK)
    stage.ask(on(4, 67), asked_ns=time.perf_counter_ns())
    card.play(40 * BLOCK)
    told = [type(each.event) for each in stage.take if isinstance(each.event, NoteOn | Lost | Resumed)]
    assert told == [NoteOn, *([Lost, Resumed] if late else []), NoteOn, NoteOn, NoteOn]


def back(stage: Stage, go_on: Callable[[], None]) -> None:
    """Let the screen come back, and a finger with it, which is held as ever."""
    stage.send(wire.Alive(time.perf_counter_ns()))
    stage.ask(Program(Player.CHILD, "held"), on(5), asked_ns=time.perf_counter_ns())
    go_on()
