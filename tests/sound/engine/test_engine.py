import numpy as np
import pytest
from numpy.typing import NDArray

from bedside.music.events import Event, Expression, Lead, Level, NoteOff, NoteOn, Player, Program, Shape, Source, Stop
from bedside.sound.engine.engine import Engine
from bedside.sound.engine.voices import HOLD_SECONDS
from sound.tones import RATE, band, tone

BLOCK = 128


def on(
    note: int, key: int = 60, velocity: float = 0.8, brightness: float = 0.5, player: Player = Player.CHILD
) -> NoteOn:
    return NoteOn(player, note, key, velocity, brightness, Source.TOUCH)


def play(engine: Engine, seconds: float) -> NDArray[np.float32]:
    blocks = []
    for _ in range(round(seconds * RATE / engine.block)):
        out = np.empty((engine.block, 2), np.float32)
        engine.render(out)
        blocks.append(out)
    return np.concatenate(blocks)


def level(sound: NDArray[np.floating]) -> float:
    return float(10 * np.log10(np.mean(sound.astype(float) ** 2) + 1e-20))


def test_it_is_exactly_silent_until_asked_and_again_after_the_last_tail() -> None:
    """Silence is zeros, before the first note and after the last echo, with every state at rest."""
    engine = Engine.of(band(), RATE, BLOCK)
    assert not play(engine, 0.1).any()
    engine.apply(on(1))
    assert play(engine, 1.0).any()
    engine.apply(NoteOff(Player.CHILD, 1))
    play(engine, 8.0)
    assert engine.silent
    assert not play(engine, 0.1).any()


def test_the_same_seed_and_events_give_the_same_bits_and_another_seed_others() -> None:
    """The sound is a function of seed and events, whatever was played before."""

    def scene(engine: Engine, seed: int) -> NDArray[np.float32]:
        engine.reset(seed)
        engine.apply(on(1, 60))
        first = play(engine, 0.3)
        engine.apply(on(2, 64, brightness=0.9))
        engine.apply(Shape(Player.CHILD, 1, 1.0))
        return np.concatenate([first, play(engine, 0.5)])

    fresh, used = Engine.of(band(), RATE, BLOCK), Engine.of(band(), RATE, BLOCK)
    used.apply(on(7, 55))
    play(used, 0.4)
    assert scene(fresh, 5).tobytes() == scene(used, 5).tobytes()
    assert scene(fresh, 5).tobytes() != scene(used, 6).tobytes()


def test_a_held_note_of_a_sustained_instrument_sounds_on_and_ends_with_the_hand() -> None:
    """The loop keeps its level for as long as it is held; let go, it is gone in its release time."""
    engine = Engine.of([tone(loop_seconds=0.4, release=0.2)], RATE, BLOCK)
    engine.apply(on(1))
    sound = play(engine, 6.0)
    early, late = level(sound[RATE : 2 * RATE]), level(sound[5 * RATE :])
    assert late == pytest.approx(early, abs=0.1)
    assert engine.holding
    engine.apply(NoteOff(Player.CHILD, 1))
    play(engine, 0.4)
    assert engine.sounding == 0


@pytest.mark.slow
def test_a_note_whose_end_was_lost_ends_all_the_same() -> None:
    """A sustained note that nobody lets go is let go after two minutes, and falls silent."""
    engine = Engine.of([tone(loop_seconds=0.4, release=0.2)], RATE, BLOCK)
    engine.apply(on(1))
    play(engine, HOLD_SECONDS - 1)
    before = engine.holding
    assert before
    play(engine, 4.0)
    assert not engine.holding
    assert engine.sounding == 0


def test_louder_touches_are_louder() -> None:
    """Level rises with velocity, by more than 20 dB from the softest to the hardest."""
    levels = []
    for velocity in (0.05, 0.35, 0.6, 0.8, 1.0):
        engine = Engine.of(band(), RATE, BLOCK)
        engine.apply(on(1, velocity=velocity))
        levels.append(level(play(engine, 0.4)))
    assert levels == sorted(levels)
    assert levels[-1] - levels[0] > 20


def test_the_finger_turns_the_colour() -> None:
    """A held note moved up gains its bright table's octave, and moved down loses it, without a step."""

    def octave(brightness: float) -> float:
        engine = Engine.of([tone(loop_seconds=0.5)], RATE, BLOCK)
        engine.apply(on(1, key=69, brightness=0.5))
        play(engine, 0.5)
        engine.apply(Shape(Player.CHILD, 1, brightness))
        sound = play(engine, 1.0)
        assert np.abs(np.diff(sound, n=2, axis=0)).max() < 0.01
        spectrum = np.abs(np.fft.rfft(sound[-RATE // 2 :, 0] * np.hanning(RATE // 2)))
        return float(spectrum[440] / spectrum[220])

    assert octave(1.0) > 3 * octave(0.25)


def test_polyphony_holds_and_stealing_is_soft() -> None:
    """More notes than voices never sound at once, and none of the stolen ones clicks."""
    engine = Engine.of([tone(seconds=2.0, peak=0.05)], RATE, BLOCK, polyphony=8)
    calm = Engine.of([tone(seconds=2.0, peak=0.05)], RATE, BLOCK, polyphony=64)
    sounds = {}
    for name, each in (("stealing", engine), ("calm", calm)):
        parts = []
        for note in range(40):
            each.apply(on(note, key=48 + note % 25))
            parts.append(play(each, 0.02))
            if each is engine:
                assert engine.sounding <= 8
        sounds[name] = np.concatenate(parts)
    bend = {name: np.abs(np.diff(sound, n=2, axis=0)).max() for name, sound in sounds.items()}
    assert bend["stealing"] < 1.5 * bend["calm"]


def test_a_flood_of_notes_in_one_block_is_survived() -> None:
    """Two hundred notes asked at once leave the polyphony full and finite sound."""
    engine = Engine.of(band(), RATE, BLOCK)
    for note in range(200):
        engine.apply(Program(Player.CHILD, ("struck", "held")[note % 2]))
        engine.apply(on(note, key=48 + note % 25))
    sound = play(engine, 0.5)
    assert engine.sounding <= 64
    assert np.isfinite(sound).all()


def test_parts_have_level_place_and_instrument_of_their_own() -> None:
    """A silenced part is unheard, a part panned left stands left, and a program changes only its own part."""
    engine = Engine.of(band(), RATE, BLOCK)
    engine.apply(Level(Player.CHILD, -60, 0))
    engine.apply(on(1))
    assert not play(engine, 0.2).any()
    engine = Engine.of(band(), RATE, BLOCK)
    engine.apply(Level(Player.THERAPIST, 0, -1))
    engine.apply(on(1, player=Player.THERAPIST))
    left, right = play(engine, 0.2).T
    assert level(left) > level(right) + 10
    engine = Engine.of(band(), RATE, BLOCK)
    engine.apply(Program(Player.CHILD, "held"))
    engine.apply(Program(Player.CHILD, "no such instrument"))
    engine.apply(on(1))
    engine.apply(on(1, player=Player.THERAPIST))
    play(engine, 1.0)
    assert engine.sounding == 1


def test_who_has_the_lead_is_handed_on_and_not_heard() -> None:
    """A fresh engine is told once who has the lead, the child at first; passing it on changes no sample."""
    engine, other = (Engine.of(band(), RATE, BLOCK) for _ in range(2))
    assert [event for event in engine.settings.events() if isinstance(event, Lead)] == [Lead(Player.CHILD)]
    for each in (engine, other):
        each.apply(on(1))
    engine.apply(Lead(Player.THERAPIST))
    assert (play(engine, 0.3) == play(other, 0.3)).all()
    engine.apply(Stop())
    assert [event for event in engine.settings.events() if isinstance(event, Lead)] == [Lead(Player.THERAPIST)]


def test_solos_add_up_to_the_mix() -> None:
    """Each player alone, added, is the whole, as long as the limiter has nothing to do."""

    def scene(*heard: Player) -> NDArray[np.float32]:
        engine = Engine.of(band(), RATE, BLOCK, heard=heard)
        engine.apply(Program(Player.THERAPIST, "held"))
        for note, player in enumerate((Player.CHILD, Player.THERAPIST, Player.CHILD2)):
            engine.apply(on(note, 60 + note, 0.4, player=player))
        return play(engine, 1.0)

    mix = scene(*Player)
    assert np.abs(mix).max() < 0.6
    assert np.abs(sum(scene(player) for player in Player) - mix).max() < 1e-6


def test_a_stop_fades_to_exact_silence_within_300_ms() -> None:
    """Whatever sounds, a stop is smooth, complete, and leaves no note and no echo behind."""
    engine = Engine.of(band(), RATE, BLOCK)
    for note in range(30):
        engine.apply(Program(Player.CHILD, ("struck", "held")[note % 2]))
        engine.apply(on(note, 48 + note % 25, 1.0, 1.0))
    before = play(engine, 0.3)
    engine.apply(Stop())
    assert engine.stopping
    after = play(engine, 0.6)
    assert not after[round(0.3 * RATE) :].any()
    assert engine.silent
    assert np.abs(np.diff(after, n=2, axis=0)).max() <= 1.1 * np.abs(np.diff(before, n=2, axis=0)).max()


def test_expression_attenuates_by_its_square() -> None:
    """Half of the way down is a quarter of the amplitude, below what the level sets."""
    sounds = []
    softer: tuple[Event, ...] = (Level(Player.CHILD, -20.0, 0.0), Expression(Player.CHILD, 0.5))
    for events in ((), softer):
        engine = Engine.of([tone()], RATE, BLOCK)
        engine.reset(1)
        for event in (*events, on(1)):
            engine.apply(event)
        sounds.append(play(engine, 0.2))
    assert sounds[1] == pytest.approx(0.1 * 0.25 * sounds[0], rel=1e-4, abs=1e-7)


def test_no_mash_and_no_bad_number_passes_the_clamp() -> None:
    """Sixty-four loudest notes at once, and tables full of NaN and infinity, stay finite and below −3 dBFS."""
    bad = tone("bad")
    bad.pool[100:200] = np.nan
    bad.pool[5000:5100] = np.inf
    engine = Engine.of([tone("loud", peak=0.9), bad], RATE, BLOCK)
    for note in range(64):
        engine.apply(Program(Player.CHILD, "bad" if note == 40 else "loud"))
        engine.apply(on(note, 48 + note % 25, 1.0, 1.0))
    with np.errstate(invalid="ignore"):
        sound = play(engine, 1.0)
    assert np.isfinite(sound).all()
    assert np.abs(sound).max() <= 10 ** (-3 / 20) + 1e-6
    assert level(sound[:4800]) > -30


def test_no_denormal_number_ever_arises() -> None:
    """From the first sample to the last of a tail no output is below the smallest normal float."""
    engine = Engine.of(band(), RATE, BLOCK)
    engine.apply(on(1, velocity=0.01))
    sound = play(engine, 9.0)
    assert engine.silent
    small = np.abs(sound[sound != 0])
    assert small.min() > 1e-20
