"""What is played before all keys of an instrument are made is recorded as it sounds, and the change is not heard.

At the first start of all an engine begins with the keys on the screen alone.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bedside.music.events import (
    AllOff,
    Bend,
    Event,
    Glide,
    NoteOff,
    NoteOn,
    Performed,
    Player,
    Source,
    Stop,
    Vibrato,
)
from bedside.sound.engine import offline
from bedside.sound.engine.engine import Engine
from bedside.sound.engine.performer import Performer
from bedside.sound.engine.unfinished import MOST_WAITING, Unfinished
from bedside.sound.instrument import Instrument
from bedside.sound.library import bake, catalogue

RATE, BLOCK = 8_000, 64
MADE, LOWEST, HIGHEST = (60, 62), 59, 64


def _pair(name: str) -> tuple[Instrument, Instrument]:
    """Return an instrument begun with two keys, and whole."""
    patch = next(each for each in catalogue.shipped_patches() if each.name == name)
    patch = replace(patch, pieces=(replace(patch.pieces[0], lowest=LOWEST, highest=HIGHEST),), register=LOWEST)
    return bake.begin(patch, RATE, MADE), bake.bake(patch, RATE, lambda _share: None)


PAIRS = {name: _pair(name) for name in ("marimba", "organ")}
CHILD = Player.CHILD


def on(note: int, key: int) -> NoteOn:
    return NoteOn(CHILD, note, key, 0.7, 0.5, Source.TOUCH)


def live(name: str, asked: dict[int, list[Event]], blocks: int, whole_at: int) -> tuple[list[Performed], np.ndarray]:
    """Return what was performed and how it sounded; the keys are all there from the block ``whole_at`` on."""
    begun, whole = PAIRS[name]
    engine = Engine([name], RATE, BLOCK)
    engine.adopt(begun)
    performer = Performer(engine, lambda: 7)
    take: list[Performed] = []
    sound = np.zeros((blocks, BLOCK, 2), np.float32)
    for number in range(blocks):
        if number == whole_at:
            performer.adopt(whole)
        for event in asked.get(number, ()):
            performer.ask(event)
        take += [report for report in performer.render(sound[number]) if isinstance(report, Performed)]
    return take, sound.reshape(-1, 2)


def rendered(name: str, take: list[Performed]) -> np.ndarray:
    """Return how a take sounds later, with all keys from its first note on."""
    return np.concatenate([block.copy() for block in offline.render(take, [PAIRS[name][1]])])


EVENTS = st.one_of(
    st.builds(on, st.integers(1, 3), st.integers(LOWEST, HIGHEST)),
    st.builds(NoteOff, st.just(CHILD), st.integers(1, 3)),
    st.builds(Glide, st.just(CHILD), st.integers(1, 3), st.floats(LOWEST, HIGHEST)),
    st.builds(Bend, st.just(CHILD), st.floats(-2, 2)),
    st.builds(Vibrato, st.just(CHILD), st.floats(0, 1)),
)


@pytest.mark.slow
@settings(deadline=None, max_examples=40)
@given(
    st.sampled_from(sorted(PAIRS)),
    st.dictionaries(st.integers(0, 60), st.lists(EVENTS, max_size=3)),
    st.integers(1, 60),
)
def test_a_take_sounds_later_as_it_did(name: str, asked: dict[int, list[Event]], whole_at: int) -> None:
    """Whatever is asked, and whenever the instrument is finished, what was recorded renders to the bits heard."""
    take, heard = live(name, {**asked, 0: [on(9, 60), *asked.get(0, [])]}, 80, whole_at)
    again = rendered(name, take)
    count = min(len(again), len(heard))
    assert np.array_equal(again[:count], heard[:count])
    assert not heard[count:].any()


@pytest.mark.parametrize("bend", [Glide(CHILD, 1, 64.0), Bend(CHILD, 2.0)])
def test_nothing_slides_to_a_key_that_is_not_made(bend: Event) -> None:
    """A note that is to slide, or to bend far, sounds later as it did, though the tables of that key are there then."""
    take, heard = live("organ", {0: [on(1, 60)], 10: [bend]}, 80, 60)
    again = rendered("organ", take)
    assert np.array_equal(again[: len(heard)], heard[: len(again)])


def test_a_note_that_is_not_made_waits_and_one_that_sounds_goes_on() -> None:
    """A key that is not made yet is performed, with its end, as soon as it is; a made one sounds through the change."""
    asked: dict[int, list[Event]] = {2: [on(1, 60)], 4: [on(2, 64)], 6: [NoteOff(CHILD, 2)], 40: [on(3, 64)]}
    take, heard = live("marimba", asked, 60, 20)
    notes = [(report.frame, report.event) for report in take if isinstance(report.event, NoteOn | NoteOff)]
    finished = (20 - 2) * BLOCK
    assert notes == [
        (0, on(1, 60)),
        (finished, on(2, 64)),
        (finished, NoteOff(CHILD, 2)),
        ((40 - 2) * BLOCK, on(3, 64)),
    ]
    assert np.abs(heard[20 * BLOCK : 24 * BLOCK]).max() > 0.001


def test_a_key_that_is_still_held_sounds_on() -> None:
    """A finger that lies there when the instrument is finished holds its note until it leaves."""
    take, heard = live("organ", {4: [on(2, 64)], 50: [NoteOff(CHILD, 2)]}, 80, 20)
    assert [(report.frame, report.event) for report in take if isinstance(report.event, NoteOn | NoteOff)] == [
        (0, on(2, 64)),
        ((50 - 20) * BLOCK, NoteOff(CHILD, 2)),
    ]
    assert not heard[: 20 * BLOCK].any()
    assert np.abs(heard[30 * BLOCK : 50 * BLOCK]).max() > 0.001


@pytest.mark.parametrize("end", [Stop(), AllOff(CHILD)])
def test_what_waits_when_all_is_let_go_does_not_sound_on(end: Event) -> None:
    """After a stop nothing that waited begins; after all hands left, what begins late ends at once."""
    take, _ = live("organ", {2: [on(1, 60)], 4: [on(2, 64)], 6: [end]}, 120, 20)
    begun = {report.event.note for report in take if isinstance(report.event, NoteOn)}
    last = [type(report.event) for report in take if report.frame >= (20 - 2) * BLOCK]
    assert begun == ({1} if isinstance(end, Stop) else {1, 2})
    assert last[:2] == ([] if isinstance(end, Stop) else [NoteOn, AllOff])


def test_what_waits_has_a_bound() -> None:
    """Whoever slides for long makes one event wait, and a flood of notes takes no more room than there is."""
    engine = Engine(["organ"], RATE, BLOCK)
    engine.adopt(PAIRS["organ"][0])
    unfinished = Unfinished(engine)
    for number in range(5_000):
        assert not unfinished.lets(Bend(CHILD, number / 5_000))
        assert not unfinished.lets(Glide(CHILD, 1, 60 + number / 5_000))
    for number in range(2 * MOST_WAITING):
        assert not unfinished.lets(on(number, 64))
    engine.adopt(PAIRS["organ"][1])
    assert unfinished.adopted() == [on(number, 64) for number in range(MOST_WAITING, 2 * MOST_WAITING)]


def test_a_wheel_that_was_moved_early_takes_effect_once_all_is_there() -> None:
    """A bend asked for too early is performed when the instrument is finished."""
    take, _ = live("organ", {2: [on(1, 60)], 4: [Bend(CHILD, 1.5)]}, 60, 20)
    assert [(report.frame, report.event.semitones) for report in take if isinstance(report.event, Bend)][-1] == (
        (20 - 2) * BLOCK,
        1.5,
    )
