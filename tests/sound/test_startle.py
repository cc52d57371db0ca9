"""Nobody is startled: on every instrument sound that comes back, or moves to another world, rises softly.

It is measured on the instruments themselves, not on a tone: each has an attack of its own that adds to any fade.
"""

from __future__ import annotations

import functools

import numpy as np
import pytest
from numpy.typing import NDArray

from bedside.music.events import (
    NoteOff,
    NoteOn,
    Pedal,
    Performed,
    Player,
    Profile,
    Program,
    Resumed,
    Reverb,
    Source,
    Stop,
)
from bedside.sound.engine import offline, room
from bedside.sound.engine.engine import Engine
from bedside.sound.engine.performer import MOST_SPENT, Performer
from bedside.sound.engine.rise import LIMIT_SECONDS, Rise
from bedside.sound.instrument import Instrument
from bedside.sound.library import catalogue, loading
from bedside.sound.profiles import PROFILES, RISE_DB_PER_50_MS

RATE = 48000
BLOCK = 128

NAMES = [patch.name for patch in catalogue.shipped_patches()]

# Nothing sounds before the return.
REST = np.zeros((2, RATE // 10))

CHORD = (48, 52, 55, 60, 64, 67, 72, 76)


@functools.cache
def instruments() -> dict[str, Instrument]:
    """Return all instruments that are shipped, by name."""
    return {each.name: each for each in loading.load(RATE)}


def on(instrument: Instrument, note: int, key: int, velocity: float = 1.0) -> NoteOn:
    key = min(max(key, instrument.lowest), instrument.highest)
    return NoteOn(Player.CHILD, note, key, velocity, 0.8, Source.TOUCH)


def play(performer: Performer, seconds: float, kept: list[Performed] | None = None) -> NDArray[np.float64]:
    """Return what is heard for a time; what is performed is kept."""
    heard = []
    for _ in range(round(seconds * RATE / BLOCK)):
        out = np.zeros((BLOCK, 2), np.float32)
        reports = performer.render(out)
        if kept is not None:
            kept += [report for report in reports if isinstance(report, Performed)]
        heard.append(out)
    return np.concatenate(heard).T.astype(float)


def steepest(sound: NDArray[np.float64], profile: str) -> float:
    """Return by how many dB the level of 10 ms rises at most within 50 ms, above the profile's floor."""
    step = round(0.005 * RATE)
    power = np.mean(sound**2, axis=0)
    level = 10 * np.log10(np.array([power[at : at + 2 * step].mean() for at in range(0, power.size, step)]) + 1e-12)
    level = np.maximum(level, PROFILES[profile].loudness_lufs - 30)
    return float(max((level[later:] - level[:-later]).max() for later in range(1, 11)))


def returning(instrument: Instrument, profile: str) -> Performer:
    """Return the performer of a spare engine that continues a take which lost its sound a second ago."""
    performer = Performer(Engine.of([instrument], RATE, BLOCK), lambda: 1)
    performer.ask(Profile(profile))
    performer.resume(1, 10 * RATE, 11 * RATE)
    return performer


@pytest.mark.slow
@pytest.mark.parametrize("profile", PROFILES)
@pytest.mark.parametrize("name", NAMES)
def test_held_notes_come_back_softly(name: str, profile: str) -> None:
    """One held note, a held chord, and a chord in the pedal rise by at most 12 dB in any 50 ms after a loss."""
    instrument = instruments()[name]
    for keys, pedal in (((60,), False), (CHORD, False), (CHORD, True)):
        performer = returning(instrument, profile)
        performer.ask(Pedal(Player.CHILD, pedal))
        for note, key in enumerate(keys):
            performer.ask(on(instrument, note, key))
            if pedal:
                performer.ask(NoteOff(Player.CHILD, note))
        heard = play(performer, 1.5)
        assert steepest(np.concatenate((REST, heard), axis=1), profile) <= RISE_DB_PER_50_MS, (keys, pedal)


@pytest.mark.slow
@pytest.mark.parametrize("profile", PROFILES)
@pytest.mark.parametrize("name", NAMES)
def test_notes_struck_into_the_return_are_soft(name: str, profile: str) -> None:
    """Strokes of one hand and of many, as hard as can be, rise no faster while the sound comes back."""
    instrument = instruments()[name]
    for keys, every in (((60,), 0.06), (CHORD[3:6], 0.06), (CHORD, 0.11)):
        performer = returning(instrument, profile)
        heard, note = [REST], 0
        # What is struck when all is back is the hand's own.
        for _ in range(int((LIMIT_SECONDS - 0.02) / every)):
            for key in keys:
                performer.ask(on(instrument, note, key))
                note += 1
            heard.append(play(performer, every))
        heard.append(play(performer, 0.3))
        assert steepest(np.concatenate(heard, axis=1), profile) <= RISE_DB_PER_50_MS, (keys, every)


def test_a_loss_of_no_time_leaves_nobody_unheard() -> None:
    """A card that is back before the next block, after however much was spent, is heard again, and so is each take."""
    instrument = instruments()["harp"]
    performer = Performer(Engine.of([instrument], RATE, BLOCK), lambda: 1)
    for note in range(40):
        performer.ask(on(instrument, note, CHORD[note % 8]))
    before = play(performer, 1.0)
    performer.lose()
    _, back = performer.regain()
    assert isinstance(back, Performed)
    assert isinstance(back.event, Resumed)
    assert back.event.spent <= MOST_SPENT
    performer.ask(on(instrument, 50, 60))
    assert np.abs(play(performer, 2.0)).max() > 0.05 * np.abs(before).max()
    # Nothing was heard for no time at all in another process, which knows nothing of what was heard.
    other = Performer(Engine.of([instrument], RATE, BLOCK), lambda: 1)
    other.resume(1, RATE // BLOCK * BLOCK, RATE // BLOCK * BLOCK)
    for stroke in range(5):
        other.ask(on(instrument, stroke, 60))
        heard = play(other, 1.0)
    assert np.abs(heard).max() > 0.2 * np.abs(before).max()


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_what_was_drummed_on_a_hung_screen_comes_softly(name: str) -> None:
    """Strokes that all come at once, as their screen goes on again, rise softly, and the take sounds again as heard."""
    instrument = instruments()[name]
    for chord in (CHORD[:1], CHORD):
        performer = Performer(Engine.of([instrument], RATE, BLOCK), lambda: 1)
        performer.ask(on(instrument, 0, 60, 0.3))
        kept: list[Performed] = []
        lived = [play(performer, 0.1, kept)]
        performer.ask(NoteOff(Player.CHILD, 0))
        lived.append(play(performer, 2.5, kept))
        performer.soften()
        notes = [on(instrument, 1 + stroke, chord[stroke % len(chord)], 0.9) for stroke in range(40)]
        for each in notes:
            performer.ask(each)
            performer.ask(NoteOff(Player.CHILD, each.note))
        lived.append(play(performer, 1.0, kept))
        heard = np.concatenate(lived, axis=1)
        assert steepest(heard[:, 2 * RATE :], "ward") <= RISE_DB_PER_50_MS, chord
        assert [each.event for each in kept if each.event in notes] == notes
        performer.ask(on(instrument, 99, 60))
        lived.append(play(performer, 1.0, kept))
        # What comes next is heard.
        assert np.abs(lived[-1]).max() > 0.2 * np.abs(lived[0]).max()
        heard = np.concatenate(lived, axis=1)
        rendered = np.concatenate([block.copy() for block in offline.render(kept, [instrument])]).T
        assert np.array_equal(rendered[:, : heard.shape[1]], heard)


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_another_world_under_held_notes_is_soft(name: str) -> None:
    """Another room, instrument and profile under a held chord raise nothing by more than 12 dB in any 50 ms."""
    instrument = instruments()[name]
    other = instruments()[NAMES[(NAMES.index(name) + 5) % len(NAMES)]]
    spaces = list(room.SPACES)
    for number, (before, after) in enumerate((("ward", "ward"), ("night", "ward"), ("ward", "quiet"))):
        performer = Performer(Engine.of([instrument, other], RATE, BLOCK), lambda: 1)
        performer.ask(Profile(before))
        performer.ask(Reverb(spaces[number % len(spaces)]))
        for note, key in enumerate(CHORD):
            performer.ask(on(instrument, note, key))
        play(performer, 1.5)
        rested = play(performer, 1.0)
        for event in (Reverb(spaces[(number + 1) % len(spaces)]), Program(Player.CHILD, other.name), Profile(after)):
            performer.ask(event)
        heard = np.concatenate((rested[:, -RATE // 10 :], play(performer, 1.0)), axis=1)
        # Waves, chimes and rattles rise by themselves: no faster than they do without the change.
        own = steepest(rested, before)
        assert steepest(heard, before) <= max(RISE_DB_PER_50_MS, own + 1), (before, after)


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_nothing_comes_back_after_a_stop(name: str) -> None:
    """After a stop all is silent, also where the hand still holds, until something is struck anew."""
    instrument = instruments()[name]
    performer = Performer(Engine.of([instrument], RATE, BLOCK), lambda: 1)
    for note, key in enumerate(CHORD):
        performer.ask(on(instrument, note, key))
    play(performer, 0.7)
    performer.ask(Stop())
    play(performer, 0.3)
    for event in (Reverb("space"), Program(Player.CHILD, name), Profile("ward")):
        performer.ask(event)
    assert not play(performer, 1.0).any()


@pytest.mark.slow
@pytest.mark.parametrize("name", ["pad", "marimba"])
def test_what_came_back_is_rendered_to_the_bit(name: str) -> None:
    """A take with a return in it is rendered as it was heard."""
    instrument = instruments()[name]
    first = Performer(Engine.of([instrument], RATE, BLOCK), lambda: 7)
    kept: list[Performed] = []
    first.ask(on(instrument, 1, 60))
    play(first, 0.5, kept)
    second = Performer(Engine.of([instrument], RATE, BLOCK), lambda: 7)
    lost = first.frame
    kept += [report for report in second.resume(7, lost, lost + RATE) if isinstance(report, Performed)]
    heard = []
    for step in range(6):
        second.ask(on(instrument, 10 + step, 60 + step))
        heard.append(play(second, 0.08, kept))
    second.close()
    heard.append(play(second, 0.5, kept))
    rendered = np.concatenate([block.copy() for block in offline.render(kept, [instrument])]).T
    back = rendered[:, lost + RATE :].astype(float)
    assert back.any()
    np.testing.assert_array_equal(back, np.concatenate(heard, axis=1)[:, : back.shape[1]])


def limited(sound: NDArray[np.float64], block: int = BLOCK) -> NDArray[np.float64]:
    """Return what a return makes of a sound, (2, frames)."""
    rise = Rise(RATE, block, PROFILES["ward"].loudness_lufs)
    rise.begin()
    made = sound.copy()
    for at in range(0, sound.shape[1] - block + 1, block):
        if rise.active:
            rise.render(made[:, at : at + block])
    return made


@pytest.mark.parametrize("block", [64, 128, 256, 1000])
def test_a_return_ends(block: int) -> None:
    """A second after the return no sound is changed any more, whatever comes, and in blocks of any size."""
    random = np.random.default_rng(3)
    noise = random.standard_normal((2, 2 * RATE)) * 0.1
    for sound in (noise, noise * (np.arange(2 * RATE) % 4800 < 240), np.full((2, 2 * RATE), np.nan)):
        made = limited(sound, block)
        np.testing.assert_array_equal(made[:, RATE : 2 * RATE - 1000], sound[:, RATE : 2 * RATE - 1000])


def test_a_sound_that_rises_softly_is_only_faded() -> None:
    """What rises no faster than the fade-in is changed by the fade-in alone, to the bit."""
    tone = np.vstack([np.sin(np.arange(RATE) * 0.05)] * 2) * 0.02
    rise = Rise(RATE, BLOCK, PROFILES["ward"].loudness_lufs)
    rise.begin()
    for at in range(0, RATE - BLOCK, BLOCK):
        faded, made = tone[:, at : at + BLOCK].copy(), tone[:, at : at + BLOCK].copy()
        rise.render(made)
        if rise._gain < 1:
            pytest.fail("the gain was lowered")
        assert (np.abs(made) <= np.abs(faded)).all()


def test_a_reset_ends_the_return() -> None:
    """A new take after a return sounds as after any silence."""
    instrument = instruments()["marimba"]
    heard = []
    for resumed in (True, False):
        engine = Engine.of([instrument], RATE, BLOCK)
        engine.reset(1)
        if resumed:
            engine.apply(Resumed())
            engine.reset(1)
        engine.apply(on(instrument, 1, 60))
        out = np.zeros((BLOCK, 2), np.float32)
        blocks = []
        for _ in range(100):
            engine.render(out)
            blocks.append(out.copy())
        heard.append(np.concatenate(blocks))
    np.testing.assert_array_equal(heard[0], heard[1])
