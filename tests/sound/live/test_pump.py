import time
from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from bedside.music.events import (
    Event,
    Lost,
    NoteOff,
    NoteOn,
    Performed,
    Player,
    Program,
    Report,
    Resumed,
    Shape,
    Stop,
    TakeBegan,
    TakeEnded,
)
from bedside.sound.engine import offline
from bedside.sound.live import wire
from bedside.sound.live.pump import BEAT_SECONDS
from sound.link import Stage, event_of
from sound.live.joining import BAND, BLOCK, SEED, Card, Join, on
from sound.tones import RATE

CARDS = (64, 128, 256, 1000)

# The least number of frames that every card's blocks and the engine's divide.
MEETING = 32000


def improvise(card: Card, stage: Stage) -> None:
    """Play a little on a card, asking where all cards' blocks meet, until the take has ended."""
    stage.ask(Program(Player.THERAPIST, "held"), on(1), on(2, 55, Player.THERAPIST))
    card.play(MEETING)
    stage.ask(Shape(Player.THERAPIST, 2, 0.9), NoteOff(Player.CHILD, 1), on(3, 64), NoteOff(Player.THERAPIST, 2))
    card.play(MEETING)
    stage.send(wire.Close())
    card.play(MEETING)
    assert isinstance(stage.take[-1].event, TakeEnded)


def test_the_same_bits_at_any_block_of_the_card(joined: Join) -> None:
    """Cards that ask for 64, 128, 256 or 1000 frames hear the same bits, and the same is performed."""
    heard = {}
    for frames in CARDS:
        _, card, stage = joined(frames)
        improvise(card, stage)
        heard[frames] = (card.sound.tobytes(), stage.take)
        assert np.abs(card.sound).max() > 0.05
    assert all(each == heard[BLOCK] for each in heard.values())


@pytest.mark.parametrize("frames", CARDS)
def test_what_was_reported_renders_to_the_bits_that_were_heard(joined: Join, frames: int) -> None:
    """Asked between any two blocks of a card, the take as reported gives, offline, exactly what the card was given."""
    pump, card, stage = joined(frames)
    chance = np.random.default_rng(frames)
    card.play(5 * frames)
    assert not card.sound.any()
    began = -(-len(card.sound) // BLOCK) * BLOCK
    for note in range(1, 30):
        stage.ask(on(note, int(chance.integers(48, 73)), Player(int(chance.integers(4)))))
        card.play(int(chance.integers(1, 3000)))
        stage.ask(Shape(Player.CHILD, note, 0.8))
        if note % 3:
            stage.ask(NoteOff(Player(int(chance.integers(4))), note))
    stage.send(wire.Quit())
    card.play(RATE)
    take = stage.take
    assert take[0] == Performed(0, TakeBegan(SEED, RATE, BLOCK))
    assert isinstance(take[-1].event, TakeEnded)
    assert pump.over
    rendered = np.concatenate([block.copy() for block in offline.render(take, BAND)])
    assert card.sound[began : began + len(rendered)].tobytes() == rendered.tobytes()
    assert not card.sound[began + len(rendered) :].any()


def test_a_note_is_reported_with_the_time_at_which_it_was_asked(joined: Join) -> None:
    """Every note that begins bears the time of its asking, also one that waited for a stop; nothing else bears any."""
    _, card, stage = joined()
    stage.ask(on(1), asked_ns=111)
    stage.ask(on(1, player=Player.THERAPIST), asked_ns=222)
    card.play(10 * BLOCK)
    stage.ask(Stop(), asked_ns=333)
    stage.ask(on(2), asked_ns=444)
    card.play(2 * BLOCK)
    assert not [outcome for outcome in stage.all(wire.Outcome) if event_of(outcome) == on(2)]
    card.play(RATE // 2)
    asked = [each.asked_ns for each in stage.all(wire.Outcome) if isinstance(event_of(each), NoteOn)]
    assert asked == [111, 222, 444]
    assert not any(each.asked_ns for each in stage.all(wire.Outcome) if not isinstance(event_of(each), NoteOn))


def test_a_fault_in_the_engine_is_silence_and_is_named(joined: Join, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the engine raises, even in the midst of a card's block, all of that block is silent; the first is named."""
    pump, card, stage = joined(1000)
    stage.ask(on(1))
    card.play(1000)
    assert card.sound.any()
    assert pump.fault == ""
    render, blocks = pump.performer.render, []

    def failing(out: NDArray[np.float32]) -> list[Report]:
        blocks.append(out)
        if len(blocks) > 3:
            raise FloatingPointError if len(blocks) == 4 else KeyError
        return render(out)

    monkeypatch.setattr(pump.performer, "render", failing)
    card.play(3000)
    assert not card.sound[1000:].any()
    assert pump.fault == "FloatingPointError"
    assert len(blocks) == 6


def test_a_record_that_is_none_is_a_fault_and_no_crash(joined: Join) -> None:
    """Bytes that mean nothing end in silence and a fault, so that the stage sends another engine."""
    pump, card, stage = joined()
    stage.say(b"\xff" * wire.SIZE)
    card.play(BLOCK)
    assert not card.sound.any()
    assert pump.fault == "ValueError"


def test_a_record_in_pieces_waits_for_its_rest(joined: Join) -> None:
    """A note that arrives byte by byte is played once, when it is whole."""
    _, card, stage = joined()
    record = wire.pack(wire.Request(on(1), 5))
    for byte in record[:-1]:
        stage.say(bytes([byte]))
        card.play(BLOCK)
    assert stage.take == []
    stage.say(record[-1:])
    card.play(BLOCK)
    assert Performed(0, on(1)) in stage.take


@pytest.mark.slow
def test_what_the_stage_does_not_read_is_kept_and_comes_later(joined: Join) -> None:
    """With a stage that sleeps and a full socket the engine plays on; awake, it is told all, in order, once."""
    pump, card, stage = joined(room=1)
    wanted: list[Event] = []
    for number in range(1, 1501):
        events = (on(number, 48 + number % 24), NoteOff(Player.CHILD, number))
        stage.ask(*events)
        wanted += events
        if number % 20 == 0:
            card.play(BLOCK)
    assert pump._link.waiting > 100 * wire.SIZE
    assert card.sound[-BLOCK:].any()
    while pump._link.waiting:
        stage.read()
        card.play(BLOCK)
    take = stage.take
    assert [each.event for each in take if isinstance(each.event, NoteOn | NoteOff)] == wanted
    frames = [each.frame for each in take]
    assert frames == sorted(frames)
    assert pump.fault == ""


def test_a_stage_that_never_reads_costs_no_memory_without_end(joined: Join, monkeypatch: pytest.MonkeyPatch) -> None:
    """Beyond its limit the backlog grows no more, and play goes on."""
    monkeypatch.setattr("bedside.sound.live.stagelink._BACKLOG", 4096)
    pump, card, stage = joined(room=1)
    for number in range(1, 2001):
        stage.ask(on(number), NoteOff(Player.CHILD, number))
        if number % 20 == 0:
            card.play(BLOCK)
    assert pump._link.waiting <= 4096 + wire.SIZE
    assert card.sound[-BLOCK:].any()
    assert pump.fault == ""


def test_the_engine_says_often_enough_that_it_lives(joined: Join) -> None:
    """No stretch of sound as long as the promised beat is without one, and it says where the take stands."""
    _, card, stage = joined()
    began_ns = time.perf_counter_ns()
    card.play(RATE // 2)
    beats = stage.all(wire.Beat)
    assert len(beats) >= 0.5 / BEAT_SECONDS
    assert not any(beat.playing or beat.frame for beat in beats)
    stage.ask(on(1))
    card.play(RATE // 10)
    last = stage.all(wire.Beat)[-1]
    assert last.playing
    assert 0 < last.frame <= RATE // 10 + BLOCK
    assert last.longest > 0
    assert began_ns <= last.at_ns <= time.perf_counter_ns()


def test_late_blocks_of_the_card_and_of_the_engine_are_counted(joined: Join, monkeypatch: pytest.MonkeyPatch) -> None:
    """An underflow that the card tells and a block that took longer than it lasts each count as one."""
    _, card, stage = joined()
    card.play(20 * BLOCK)
    before = stage.all(wire.Beat)[-1].late
    card.play(3 * BLOCK, underflow=True)
    card.play(20 * BLOCK)
    between = stage.all(wire.Beat)[-1].late
    assert between >= before + 3
    render = card.pump.performer.render

    def slow(out: NDArray[np.float32]) -> list[Report]:
        time.sleep(2 * BLOCK / RATE)
        return render(out)

    monkeypatch.setattr(card.pump.performer, "render", slow)
    card.play(21 * BLOCK)
    assert stage.all(wire.Beat)[-1].late >= between + 14
    assert stage.all(wire.Beat)[-1].longest >= 2 * BLOCK / RATE


def test_a_ping_is_answered_with_the_next_block(joined: Join) -> None:
    """The answer bears the question's time, and the seconds from there to the block."""
    _, card, stage = joined()
    asked = time.perf_counter_ns()
    stage.send(wire.Ping(asked))
    card.play(BLOCK)
    (pong,) = stage.all(wire.Pong)
    assert pong.asked_ns == asked
    assert 0 < pong.seconds <= (time.perf_counter_ns() - asked) / 1e9


def test_a_notice_is_sent_with_the_next_block(joined: Join) -> None:
    """What the main thread has to say goes out between the blocks, once, in order."""
    pump, card, stage = joined()
    pump.notice(wire.Opened(0.01, "card"))
    pump.notice(wire.Opened(0.0, ""))
    assert stage.read() == []
    card.play(3 * BLOCK)
    assert stage.all(wire.Opened) == [wire.Opened(0.01, "card"), wire.Opened(0.0, "")]


def test_a_lost_take_goes_on_at_the_time_that_has_passed(joined: Join) -> None:
    """A new engine told to resume says where the sound was lost and from where it is back: whole blocks, no earlier."""
    pump, card, stage = joined()
    lost_ns = time.perf_counter_ns() - 500_000_000
    stage.send(wire.Resume(SEED, 12345, lost_ns))
    stage.ask(on(9))
    card.play(BLOCK)
    passed = (time.perf_counter_ns() - lost_ns) * RATE // 10**9
    lost, resumed, note = stage.take
    assert lost == Performed(12345, Lost())
    assert isinstance(resumed.event, Resumed)
    assert resumed.frame % BLOCK == 0
    assert 12345 + RATE // 2 <= resumed.frame <= 12345 + passed + BLOCK
    assert note == Performed(resumed.frame, on(9))
    assert pump.performer.playing


def test_when_the_stage_is_gone_nothing_is_left_to_do(joined: Join) -> None:
    """A closed socket ends the process, but never the block that is asked for."""
    pump, card, stage = joined()
    stage.ask(on(1))
    card.play(BLOCK)
    before = pump.over
    assert not before
    stage.close()
    card.play(4 * BLOCK)
    assert pump.gone
    assert pump.over
    assert card.sound[-BLOCK:].any()
    assert pump.fault == ""


def test_quitting_waits_until_the_take_has_ended_and_is_told(joined: Join) -> None:
    """Asked to quit, the engine fades what sounds, and is over only when the stage can read that the take ended."""
    pump, card, stage = joined(room=1)
    stage.ask(*[on(number) for number in range(1, 60)])
    card.play(BLOCK)
    stage.send(wire.Quit())
    card.play(BLOCK)
    assert pump.quitting
    fading = pump.over
    assert not fading
    card.play(RATE)
    assert not pump.performer.playing
    unread = pump.over
    assert not unread
    while not pump.over:
        stage.read()
        card.play(BLOCK)
    assert isinstance(stage.take[-1].event, TakeEnded)
    assert not card.sound[-BLOCK:].any()


def test_an_instrument_that_comes_later_is_played_by_whoever_asked_for_it(joined: Join) -> None:
    """A program that is not there yet is performed once, when it is there; until then the part keeps what it has."""
    pump, card, stage = joined(instruments=BAND[:1])
    stage.ask(Program(Player.CHILD, "held"), on(1))
    card.play(4 * BLOCK)
    pump.offer(BAND[1])
    stage.ask(on(2))
    card.play(4 * BLOCK)
    pump.offer(BAND[1])
    card.play(4 * BLOCK)
    programs = [
        (performed.frame, performed.event.instrument)
        for performed in stage.take
        if isinstance(performed.event, Program) and performed.event.player == Player.CHILD
    ]
    assert programs == [(0, "struck"), (4 * BLOCK, "held")]
    assert stage.all(wire.Have)[0] == wire.Have("held", True)
    assert card.sound[8 * BLOCK :].any()


def test_only_the_last_program_asked_for_is_waited_for(joined: Join) -> None:
    """Another program asked for meanwhile holds, as the hand wanted; a part that did not ask keeps its own."""
    pump, card, stage = joined(instruments=BAND[:1])
    stage.ask(on(1), Program(Player.CHILD, "held"), Program(Player.THERAPIST, "held"), Program(Player.CHILD, "struck"))
    card.play(BLOCK)
    pump.offer(BAND[1])
    card.play(2 * BLOCK)
    asked = [performed.event for performed in stage.take if isinstance(performed.event, Program) and performed.frame]
    assert asked == [Program(Player.THERAPIST, "held")]


def test_a_live_engine_takes_up_one_instrument_a_block(joined: Join) -> None:
    """Instruments that come at once are taken up one by one, so that no block is late for them; before play, all."""
    names = ["a", "b", "c"]
    pump, card, stage = joined(instruments=BAND[:1], others=names)
    for name in names:
        pump.offer(replace(BAND[0], name=name))
    for count in range(1, 4):
        card.play(BLOCK)
        assert [have.name for have in stage.all(wire.Have)] == names[:count]
    pump, card, stage = joined(instruments=BAND[:1], others=names)
    for name in names:
        pump.offer(replace(BAND[0], name=name))
    pump.adopt_all()
    card.play(BLOCK)
    assert [have.name for have in stage.all(wire.Have)] == names


def test_a_take_is_the_same_whenever_its_instruments_came(joined: Join) -> None:
    """What is played on instruments that came late is rendered, by an engine that had them all, to the same bits."""
    pump, card, stage = joined(instruments=BAND[1:])
    stage.ask(on(1), on(2, 64, Player.THERAPIST))
    card.play(20 * BLOCK)
    pump.offer(BAND[0])
    stage.ask(Program(Player.CHILD, "struck"), on(3, 72), NoteOff(Player.CHILD, 1), NoteOff(Player.THERAPIST, 2))
    card.play(60 * BLOCK)
    stage.send(wire.Close())
    card.play(400 * BLOCK)
    assert isinstance(stage.take[-1].event, TakeEnded)
    rendered = np.concatenate([block.copy() for block in offline.render(stage.take, BAND)])
    assert rendered.any()
    assert np.array_equal(card.sound[: len(rendered)], rendered)
