"""The engine's vocabulary, heard: pedals, choke groups, layers, turns, ends, levels, attacks and rooms."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

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
    Reverb,
    Shape,
    Source,
    Vibrato,
)
from bedside.sound.engine.engine import Engine
from bedside.sound.profiles import PROFILES, RISE_DB_PER_50_MS
from effort import times
from sound.listening import cents
from sound.playing import (
    BLOCK,
    CHILD,
    HELD,
    THERAPIST,
    bend_of,
    db,
    dry,
    heard_octaves,
    hz,
    on,
    pitch,
    play,
    with_regions,
)
from sound.tones import RATE, tone


def test_the_pedal_holds_what_the_hand_leaves() -> None:
    """Notes let go under the pedal sound on, and end when it comes up; held ones stay."""
    engine = dry()
    engine.apply(Pedal(CHILD, True))
    for note, key in enumerate((60, 64, 67)):
        engine.apply(on(note, key))
    engine.apply(on(9, 48, player=THERAPIST))
    play(engine, 0.1)
    for event in (NoteOff(CHILD, 0), NoteOff(CHILD, 1), NoteOff(THERAPIST, 9)):
        engine.apply(event)
    play(engine, 0.5)
    assert engine.sounding == 3
    assert engine.holding
    engine.apply(Pedal(CHILD, False))
    play(engine, 0.5)
    assert engine.sounding == 1


def test_all_notes_off_ends_a_part_and_lifts_its_pedal() -> None:
    """Every note of the part is let go, pedal or not; others sound on."""
    engine = dry()
    engine.apply(Pedal(CHILD, True))
    for note in range(5):
        engine.apply(on(note, 60 + note))
    engine.apply(on(9, 48, player=THERAPIST))
    engine.apply(NoteOff(CHILD, 0))
    engine.apply(AllOff(CHILD))
    play(engine, 0.5)
    assert engine.sounding == 1
    engine.apply(on(10, 60))
    engine.apply(NoteOff(CHILD, 10))
    play(engine, 0.5)
    assert engine.sounding == 1


def test_a_velocity_chooses_its_layer() -> None:
    """Of two layers the soft touch plays one and the hard touch the other; in between both."""
    instrument = with_regions({"velocity": (0.0, 0.6)}, {"velocity": (0.4, 1.0)})
    assert heard_octaves(dry(instrument), on(1, 48, 0.3), octaves=2) == [True, False]
    assert heard_octaves(dry(instrument), on(1, 48, 0.9), octaves=2) == [False, True]
    assert heard_octaves(dry(instrument), on(1, 48, 0.5), octaves=2) == [True, True]


def test_regions_take_turns() -> None:
    """With three turns each strike plays the next, and after a reset it begins anew."""
    engine = dry(with_regions(*({"turn": turn, "turns": 3} for turn in range(3))))
    for _ in range(2):
        for turn in range(4):
            heard = heard_octaves(engine, on(turn, 48))
            assert heard == [turn % 3 == octave for octave in range(3)]
            engine.apply(NoteOff(CHILD, turn))
            play(engine, 0.6)
        engine.reset(0)


@pytest.mark.slow
def test_chance_is_shared_out() -> None:
    """Two regions with a half each: every strike plays exactly one, and each about half the time."""
    engine = dry(with_regions({"chance": (0.0, 0.5)}, {"chance": (0.5, 1.0)}))
    engine.reset(77)
    heard = []
    for note in range(40):
        octaves = heard_octaves(engine, on(note, 48), octaves=2)
        assert sum(octaves) == 1
        heard.append(octaves[0])
        engine.apply(NoteOff(CHILD, note))
        play(engine, 0.6)
    assert 10 <= sum(heard) <= 30


def test_a_choke_group_silences_its_own() -> None:
    """A strike that chokes a group ends it within 50 ms without a click; another player's goes on."""
    instrument = with_regions({"group": 1, "off_by": 1})
    engine = dry(instrument)
    engine.apply(on(1, 48))
    engine.apply(on(2, 60, player=THERAPIST))
    before = play(engine, 0.4)
    engine.apply(on(3, 36, velocity=0.1))
    after = play(engine, 0.1)
    assert np.abs(np.diff(after, axis=0)).max() < 1.1 * np.abs(np.diff(before, axis=0)).max()
    assert bend_of(after) < 0.003 * np.abs(before).max()
    assert engine.sounding == 2


def test_a_note_may_sound_when_it_ends() -> None:
    """A region of the end is heard when the hand leaves, not before, softer the longer the note was held."""
    instrument = with_regions({}, {"on_release": True, "rest": 10.0, "loop": 0})
    levels = []
    for seconds in (0.4, 1.4):
        engine = dry(instrument)
        assert heard_octaves(engine, on(1, 48), octaves=2) == [True, False]
        play(engine, seconds - 0.3)
        engine.apply(NoteOff(CHILD, 1))
        sound = play(engine, 0.25)[:, 0]
        spectrum = np.abs(np.fft.rfft(sound * np.hanning(sound.size)))
        line = round(hz(60) * sound.size / RATE)
        levels.append(20 * np.log10(spectrum[line - 1 : line + 2].max()))
    assert levels[0] - levels[1] == pytest.approx(10, abs=1.5)


def test_expression_swells_a_part_without_a_click() -> None:
    """Half of the way up is 12 dB down; silence is silence; nothing clicks."""
    engine = dry()
    engine.apply(on(1, 60))
    full = play(engine, 1.0)
    engine.apply(Expression(CHILD, 0.5))
    moving = play(engine, 0.6)
    half = play(engine, 0.5)
    assert db(full[-9600:]) - db(half[-9600:]) == pytest.approx(12.04, abs=0.3)
    assert bend_of(moving) <= 1.05 * bend_of(full[-9600:])
    engine.apply(Expression(CHILD, 0.0))
    play(engine, 2.0)
    assert not np.any(np.abs(play(engine, 0.1)) > 1e-6)


@pytest.mark.parametrize("event", [Level(CHILD, 0.0, 0.0), Expression(CHILD, 1.0)])
def test_a_part_that_comes_up_startles_nobody(event: Level | Expression) -> None:
    """From silence to full a part rises by at most 12 dB in 50 ms."""
    engine = dry()
    engine.apply(Level(CHILD, -60.0, 0.0) if isinstance(event, Level) else Expression(CHILD, 0.0))
    engine.apply(on(1, 60))
    before = play(engine, 0.5)
    engine.apply(event)
    sound = np.concatenate((before, play(engine, 1.0)))[:, 0]
    span = round(0.05 * RATE)
    loud = np.array([db(sound[at : at + 960]) for at in range(0, sound.size - 960, 480)])
    heard = np.maximum(loud, db(sound[-4800:]) - 55)
    assert (heard[span // 480 :] - heard[: -span // 480]).max() <= RISE_DB_PER_50_MS + 0.5


@pytest.mark.parametrize("profile", PROFILES)
def test_a_profile_softens_the_attack(profile: str) -> None:
    """Every note comes up in at least the attack of the profile, and at night no touch is sudden."""
    engine = dry(tone("loud", loop_seconds=0.4, seconds=0.41, peak=0.1))
    engine.apply(Profile(profile))
    engine.apply(on(1, 69))
    sound = np.abs(play(engine, 0.3)[:, 0])
    top = np.max(sound[-4800:])
    first = int(np.argmax(sound > 0.7 * top)) / RATE
    assert first >= 0.6 * PROFILES[profile].attack_seconds


def test_another_room_is_entered_without_a_break() -> None:
    """The tail of the room that is left rings out, the new one takes over, and no sample jumps."""
    engine = Engine.of([HELD], RATE, BLOCK)
    engine.apply(on(1, 60))
    before = play(engine, 1.0)
    engine.apply(Reverb("space"))
    engine.apply(Reverb("no such room"))
    after = play(engine, 1.0)
    assert bend_of(after) <= 1.3 * bend_of(before[RATE // 2 :])
    engine.apply(NoteOff(CHILD, 1))
    play(engine, 0.5)
    tail = db(play(engine, 0.5))
    assert tail > -80
    play(engine, 15.0)
    assert engine.silent


def test_a_note_may_begin_within_a_block() -> None:
    """A note asked n frames into a block sounds as the same note asked at its start, n frames later."""
    for ahead in (1, 37, 127):
        early, late = dry(), dry()
        early.apply(on(1, 60))
        late.apply(on(1, 60), ahead)
        first, second = play(early, 0.2), play(late, 0.2)
        assert not second[:ahead].any()
        assert np.abs(first[:-ahead] - second[ahead:]).max() < 1e-6


def test_the_pedal_lets_go_of_a_note_left_twice() -> None:
    """A key that says twice that it was left, under the pedal, is let go when the pedal comes up."""
    engine = dry()
    engine.apply(Pedal(CHILD, True))
    engine.apply(on(1, 60))
    engine.apply(NoteOff(CHILD, 1))
    engine.apply(NoteOff(CHILD, 1))
    play(engine, 0.2)
    engine.apply(Pedal(CHILD, False))
    play(engine, 0.5)
    assert engine.sounding == 0
    assert not engine.holding


def test_ends_under_the_pedal_are_neither_lost_nor_kept() -> None:
    """After hundreds of notes under the pedal, ends sound with the pedal, and later ones as before."""
    engine = dry(with_regions({"loop": 0, "length": 2000}, {"on_release": True, "loop": 0, "release": np.inf}))
    engine.apply(Pedal(CHILD, True))
    for note in range(300):
        engine.apply(on(note, 48))
        engine.apply(NoteOff(CHILD, note))
        play(engine, 0.01)
    play(engine, 0.5)
    engine.apply(Pedal(CHILD, False))
    assert engine.sounding == 64
    play(engine, 2.0)
    engine.apply(on(1000, 48))
    play(engine, 0.2)
    assert heard_octaves(engine, NoteOff(CHILD, 1000), octaves=2)[1]
    engine.apply(on(1001, 48))
    engine.apply(AllOff(CHILD))
    play(engine, 2.0)
    engine.apply(NoteOff(CHILD, 1001))
    assert engine.sounding == 0


@pytest.mark.parametrize("block", [128, 512])
def test_an_attack_shorter_than_a_block_is_an_attack(block: int) -> None:
    """Under the quiet profile no table's first frame is heard at full level, whatever the block."""
    step = tone("step", 36, 96, seconds=1.0, peak=0.1)
    for (region,) in step.regions:
        step.pool[region.soft : region.soft + 600] = step.pool[region.bright : region.bright + 600] = 0.1
    engine = Engine.of([step], RATE, block)
    engine.apply(Reverb("nearby"))
    engine.apply(Profile("quiet"))
    engine.apply(on(1, 60, velocity=1.0))
    sound = play(engine, 0.1)[:, 0]
    assert np.abs(np.diff(sound)).max() < 0.15 * sound.max()


@pytest.mark.slow
def test_a_flood_at_long_blocks_cuts_nothing_that_is_heard() -> None:
    """A thousand notes a second in blocks of 512: only voices that have faded make room."""
    bends = []
    for block in (128, 512):
        engine = Engine.of([tone("long", 36, 96, seconds=2.0, peak=0.02)], RATE, block, polyphony=32)
        heard = []
        for note in range(600):
            engine.apply(on(note, 48 + note % 30, velocity=0.9))
            if (note + 1) % max(1, block * 1000 // RATE) == 0:
                heard.append(play(engine, block / RATE))
        bends.append(bend_of(np.concatenate(heard)))
    assert bends[1] < 4 * bends[0]


def test_numbers_that_are_none_change_nothing_for_long() -> None:
    """Events with NaN, infinity and absurd values, as a damaged record may hold, leave a finite, playable engine."""
    engine = dry()
    engine.apply(on(1, 60))
    event: Event
    for bad in (np.nan, np.inf, -np.inf, 1e300):
        for event in (
            Bend(CHILD, bad),
            Vibrato(CHILD, bad),
            Expression(CHILD, bad),
            Level(CHILD, bad, bad),
            Glide(CHILD, 1, bad),
            Shape(CHILD, 1, bad),
            NoteOn(CHILD, 2, 10**9, bad, bad, Source.FILE),
            NoteOn(CHILD, 3, -(10**9), bad, bad, Source.FILE),
        ):
            engine.apply(event)
            assert np.isfinite(play(engine, 0.02)).all()
    for event in (Bend(CHILD, 0.0), Vibrato(CHILD, 0.0), Expression(CHILD, 1.0), Level(CHILD, 0.0, 0.0), AllOff(CHILD)):
        engine.apply(event)
    play(engine, 1.0)
    engine.apply(on(9, 72))
    play(engine, 0.3)
    assert abs(cents(pitch(play(engine, 1.0), 72), hz(72))) < 2


EVENTS = st.one_of(
    st.builds(on, st.integers(0, 9), st.integers(0, 127), st.floats(0, 1), st.floats(0, 1), st.sampled_from(Player)),
    st.builds(NoteOff, st.sampled_from(Player), st.integers(0, 9)),
    st.builds(Shape, st.sampled_from(Player), st.integers(0, 9), st.floats(0, 1)),
    st.builds(Glide, st.sampled_from(Player), st.integers(0, 9), st.floats(0, 127)),
    st.builds(Bend, st.sampled_from(Player), st.floats(-24, 24)),
    st.builds(Vibrato, st.sampled_from(Player), st.floats(0, 1)),
    st.builds(Expression, st.sampled_from(Player), st.floats(0, 1)),
    st.builds(Pedal, st.sampled_from(Player), st.booleans()),
    st.builds(AllOff, st.sampled_from(Player)),
    st.builds(Reverb, st.sampled_from(["hall", "space", "nearby"])),
    st.builds(Profile, st.sampled_from(list(PROFILES))),
)


@pytest.mark.slow
@settings(max_examples=times(30), deadline=None)
@given(st.lists(st.tuples(EVENTS, st.integers(0, 6)), max_size=60))
def test_whatever_is_asked_no_note_is_stuck_and_the_same_comes_out_again(script: list[tuple[Event, int]]) -> None:
    """Any events in any order: finite, the same twice, and once all is let go, silence without a held note."""
    sounds = []
    for _ in range(2):
        engine = Engine.of([HELD, tone("struck", 40, 80)], RATE, BLOCK, polyphony=8)
        engine.reset(3)
        parts = []
        for event, blocks in script:
            engine.apply(event)
            parts.append(play(engine, blocks * BLOCK / RATE) if blocks else np.zeros((0, 2)))
        sounds.append(np.concatenate(parts) if parts else np.zeros((0, 2)))
    assert np.isfinite(sounds[0]).all()
    assert sounds[0].tobytes() == sounds[1].tobytes()
    for player in Player:
        engine.apply(AllOff(player))
    play(engine, 1.0)
    assert engine.sounding == 0
    assert not engine.holding
