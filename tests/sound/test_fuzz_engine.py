"""Whatever is asked, at any block: finite, bounded, the same twice, never outside a table, and in the end silent."""

from typing import Any

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from bedside.music.events import (
    AllOff,
    Bend,
    Event,
    Expression,
    Glide,
    Level,
    NoteOff,
    NoteOn,
    Pedal,
    Player,
    Profile,
    Program,
    Resumed,
    Reverb,
    Shape,
    Source,
    Stop,
    Vibrato,
)
from bedside.sound.engine.engine import Engine
from bedside.sound.engine.room import SPACES
from bedside.sound.instrument import GUARD, LEAD, Instrument, Region
from bedside.sound.profiles import PROFILES
from effort import times
from sound.tones import RATE

POLYPHONY = 8

# So many voices may fade for others at once.
FADING = 32


def instrument(
    name: str, lowest: int, highest: int, length: int, loop: int = 0, **given: list[dict[str, Any]]
) -> Instrument:
    """Return an instrument of sines whose guards are exact, with NaN as soon as a voice reads beyond them."""
    frames = LEAD + length + GUARD
    pool, regions = [np.full(4096, np.nan)], []
    at = 4096
    for key in range(lowest, highest + 1):
        for shade in (0.1, 0.15):
            cycles = max(1, round(loop / RATE * 440 * 2 ** ((key - 69) / 12))) / loop if loop else 0.01
            wave = shade * np.sin(2 * np.pi * cycles * np.arange(length + GUARD) + (1 if loop == 1 else 0))
            if not loop:
                wave *= np.maximum(0, 1 - np.arange(length + GUARD) / length) ** 2
            pool += [np.zeros(LEAD), wave]
        soft = at + LEAD
        layers = [Region(soft, soft + frames, length, loop, **change) for change in given["layers"]]
        regions.append(tuple(layers))
        at += 2 * frames
        pool.append(np.full(4096, np.nan))
        at += 4096
    whole = np.concatenate(pool).astype(np.float32)
    return Instrument(name, name, lowest, highest, bool(loop), RATE, whole, tuple(regions))


BAND = [
    instrument("struck", 24, 90, 6000, layers=[{}]),
    instrument("held", 24, 72, 9600, 4800, layers=[{"release": 0.2}]),
    instrument("falling", 36, 72, 4000, 1000, layers=[{"fall": 90.0}]),
    instrument("still", 60, 64, 300, 1, layers=[{"release": 0.1}]),
    instrument("short", 24, 48, 40, 37, layers=[{"release": 0.1}]),
    instrument(
        "ended", 40, 60, 3000, layers=[{}, {"on_release": True, "rest": 6.0}, {"turn": 1, "turns": 3, "pan": -1.0}]
    ),
    instrument(
        "choked",
        40,
        60,
        9600,
        4800,
        layers=[{"release": 0.1, "group": 1, "off_by": 1}, {"velocity": (0.5, 1.0), "release": 0.1}],
    ),
]
NAMES = [each.name for each in BAND]

PLAYERS = st.sampled_from(Player)
NOTES = st.integers(0, 11)
SHARES = st.floats(0, 1)
EVENTS = st.one_of(
    st.builds(NoteOn, PLAYERS, NOTES, st.integers(0, 127), SHARES, SHARES, st.just(Source.TOUCH)),
    st.builds(NoteOn, PLAYERS, NOTES, st.integers(36, 72), SHARES, SHARES, st.just(Source.TOUCH)),
    st.builds(NoteOff, PLAYERS, NOTES),
    st.builds(Shape, PLAYERS, NOTES, SHARES),
    st.builds(Glide, PLAYERS, NOTES, st.floats(0, 127)),
    st.builds(Bend, PLAYERS, st.floats(-24, 24)),
    st.builds(Vibrato, PLAYERS, SHARES),
    st.builds(Expression, PLAYERS, SHARES),
    st.builds(Pedal, PLAYERS, st.booleans()),
    st.builds(AllOff, PLAYERS),
    st.builds(Program, PLAYERS, st.sampled_from(NAMES)),
    st.builds(Level, PLAYERS, st.floats(-70, 12), st.floats(-1, 1)),
    st.builds(Reverb, st.sampled_from(list(SPACES))),
    st.builds(Profile, st.sampled_from(list(PROFILES))),
    st.just(Stop()),
    st.just(Resumed()),
)
CHILD = Player.CHILD


def on(note: int, key: int) -> NoteOn:
    return NoteOn(CHILD, note, key, 0.8, 0.5, Source.TOUCH)


# A loop shorter than a period, carried over to a low key.
HOPPED = [(Program(CHILD, "short"), 0, 0), (on(6, 39), 0, 0), (Bend(CHILD, -7.0), 0, 5)]

# A note that begins with the last frame of a block, and bent.
LATE = [(Bend(CHILD, 7.0), 0, 1), (on(0, 26), 511, 25)]

# A hand that leaves a note twice under the pedal.
TWICE = [(Pedal(CHILD, True), 0, 1), (on(1, 60), 0, 1), (NoteOff(CHILD, 1), 0, 0), (NoteOff(CHILD, 1), 0, 1)]

# A note under the pedal that is over before the pedal comes up.
OVER = [(Program(CHILD, "ended"), 0, 0), (Pedal(CHILD, True), 0, 1), (on(1, 50), 0, 99), (NoteOff(CHILD, 1), 0, 0)]

SCRIPTS = st.lists(st.tuples(EVENTS, st.integers(0, 511), st.sampled_from([0, 0, 0, 1, 2, 9, 40])), max_size=80)


def perform(script: list[tuple[Event, int, int]], block: int) -> tuple[bytes, Engine]:
    """Return what is heard of a script, and the engine that played it."""
    engine = Engine.of(BAND, RATE, block, POLYPHONY)
    engine.reset(5)
    voices, render = engine._voices, engine._voices.render

    def watched(out: NDArray[np.float64]) -> None:
        # The room would scrub what is no number.
        render(out)
        assert np.isfinite(out).all(), "a voice has read outside its tables"

    voices.render = watched  # type: ignore[method-assign]
    out = np.zeros((block, 2), np.float32)
    heard = []
    for event, ahead, blocks in script:
        engine.apply(event, ahead % block)
        for _ in range(blocks):
            engine.render(out)
            heard.append(out.tobytes())
            assert np.isfinite(out).all()
            assert engine.sounding <= POLYPHONY
            assert voices._columns.count <= POLYPHONY + FADING
    return b"".join(heard), engine


@pytest.mark.parametrize("block", [64, 100, 128, 256, 512])
@settings(max_examples=times(15), deadline=None)
@given(script=SCRIPTS)
@example(script=HOPPED)
@example(script=LATE)
def test_no_voice_reads_outside_its_tables_and_the_same_comes_out_twice(
    block: int, script: list[tuple[Event, int, int]]
) -> None:
    """Any events in any order give finite sound of bounded voices, bit for bit the same a second time."""
    first, _ = perform(script, block)
    second, _ = perform(script, block)
    assert first == second


@pytest.mark.slow
@pytest.mark.parametrize("block", [64, 512])
@settings(max_examples=times(15), deadline=None)
@given(script=SCRIPTS)
@example(script=TWICE)
@example(script=OVER)
def test_when_every_hand_and_pedal_is_up_nothing_is_left(block: int, script: list[tuple[Event, int, int]]) -> None:
    """Whatever came before, all note-offs and lifted pedals leave no held note and, once rung out, exact silence."""
    _, engine = perform(script, block)
    out = np.zeros((block, 2), np.float32)
    for player in Player:
        for note in range(12):
            engine.apply(NoteOff(player, note))
        engine.apply(Pedal(player, False))
    assert not engine.holding
    assert not engine._releases
    for _ in range(round(1.5 * RATE / block)):
        engine.render(out)
    assert engine.sounding == 0
    engine.apply(Stop())
    for _ in range(round(0.3 * RATE / block)):
        engine.render(out)
    assert engine.silent
    engine.render(out)
    assert not out.any()
