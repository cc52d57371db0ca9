"""Whatever is played, by whom and on what, it is never loud and never sudden; and a build that is fails here."""

from collections.abc import Sequence

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.signal import resample_poly, sosfilt

from bedside.music.events import Bend, Level, NoteOff, NoteOn, Player, Profile, Program, Resumed, Reverb, Source, Stop
from bedside.sound.engine import room
from bedside.sound.engine.engine import Engine
from bedside.sound.engine.limiter import Limiter
from bedside.sound.engine.performer import Performer
from bedside.sound.instrument import Instrument
from bedside.sound.library import loading
from bedside.sound.profiles import PROFILES, RISE_DB_PER_50_MS, TRUE_PEAK_DB
from sound.tones import RATE, tone

BLOCK = 128


@pytest.fixture(scope="module")
def instruments() -> Sequence[Instrument]:
    """Return all instruments that are shipped."""
    return loading.load(RATE)


def play(engine: Engine, seconds: float) -> NDArray[np.float64]:
    blocks = []
    for _ in range(round(seconds * RATE / engine.block)):
        out = np.empty((engine.block, 2), np.float32)
        engine.render(out)
        blocks.append(out)
    return np.concatenate(blocks).T.astype(float)


def mash(engine: Engine, instrument: Instrument, seconds: float = 5.0, seed: int = 1) -> NDArray[np.float64]:
    """Return what is heard of four players who strike all they can reach, as hard as they can, on one instrument."""
    random = np.random.default_rng(seed)
    for player in Player:
        engine.apply(Program(player, instrument.name))
        engine.apply(Level(player, 0.0, 0.0))
    note = 0
    heard = []
    for _ in range(round(seconds / 0.1)):
        for player in Player:
            for _ in range(5):
                key = int(random.integers(instrument.lowest, instrument.highest + 1))
                engine.apply(NoteOn(player, note, key, 1.0, 1.0, Source.TOUCH))
                if note > 40:
                    engine.apply(NoteOff(player, note - 40))
                note += 1
        heard.append(play(engine, 0.1))
    return np.concatenate(heard, axis=1)


def true_peak_db(sound: NDArray[np.float64]) -> float:
    return float(20 * np.log10(np.abs(resample_poly(sound, 4, 1, axis=1, window=("kaiser", 8.0))).max() + 1e-12))


def short_term_lufs(sound: NDArray[np.float64]) -> float:
    """Return the greatest loudness of any three seconds, by the filter as ITU-R BS.1770-4 prints it for 48 kHz."""
    shelf = [1.53512485958697, -2.69169618940638, 1.19839281085285, 1, -1.69065929318241, 0.73248077421585]
    high_pass = [1.0, -2.0, 1.0, 1, -1.99004745483398, 0.99007225036621]
    power = np.sum(sosfilt([shelf, high_pass], sound, axis=1) ** 2, axis=0)
    summed = np.cumsum(np.concatenate((np.zeros(3 * RATE), power)))
    return float(-0.691 + 10 * np.log10((summed[3 * RATE :] - summed[: -3 * RATE]).max() / (3 * RATE) + 1e-12))


def assert_safe(sound: NDArray[np.float64], profile: str) -> None:
    assert np.isfinite(sound).all()
    assert true_peak_db(sound) <= TRUE_PEAK_DB
    assert short_term_lufs(sound) <= PROFILES[profile].loudness_lufs


@pytest.mark.slow
def test_no_instrument_can_be_made_loud(instruments: Sequence[Instrument]) -> None:
    """The worst mash of every instrument keeps under −3 dBTP and under the ward's −20 LUFS of any three seconds."""
    for instrument in instruments:
        sound = mash(Engine.of([instrument], RATE, BLOCK), instrument)
        assert_safe(sound, "ward")


@pytest.mark.slow
@pytest.mark.parametrize("profile", PROFILES)
@pytest.mark.parametrize("space", room.SPACES)
def test_no_room_and_no_profile_lets_loudness_through(profile: str, space: str) -> None:
    """In every room under every profile a mash of full-scale tones keeps under the profile's ceiling."""
    instrument = tone("loud", 36, 96, loop_seconds=0.4, peak=0.9)
    engine = Engine.of([instrument], RATE, BLOCK)
    engine.apply(Profile(profile))
    engine.apply(Reverb(space))
    assert_safe(mash(engine, instrument), profile)


@pytest.mark.slow
def test_neither_bends_nor_part_levels_raise_it() -> None:
    """With every part at its loudest, all bent and swept, the ceiling stands."""
    instrument = tone("loud", 36, 96, loop_seconds=0.4, peak=0.9)
    engine = Engine.of([instrument], RATE, BLOCK)
    for player in Player:
        engine.apply(Level(player, 24.0, (-1.0, 1.0)[player % 2]))
        engine.apply(Bend(player, 2.0 * player - 3))
    assert_safe(mash(engine, instrument, 4.0), "ward")


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf, 1e30])
def test_what_is_no_number_is_never_loud(bad: float) -> None:
    """Tables full of NaN, infinity and absurd numbers leave the ceiling standing and the sound coming back."""
    broken = tone("broken", 36, 60, loop_seconds=0.4, peak=0.5)
    for at in range(0, broken.pool.size, 5000):
        broken.pool[at : at + 50] = bad
    good = tone("good", 61, 96, loop_seconds=0.4, peak=0.2)
    engine = Engine.of([broken, good], RATE, BLOCK)
    with np.errstate(all="ignore"):
        sound = mash(engine, broken, 2.0)
        assert_safe(sound, "ward")
        engine.apply(Stop())
        play(engine, 4.0)
        engine.apply(Program(Player.CHILD, "good"))
        engine.apply(NoteOn(Player.CHILD, 10**6, 72, 0.8, 0.5, Source.TOUCH))
        heard = play(engine, 0.5)
    assert np.isfinite(heard).all()
    assert np.abs(heard).max() > 0.01


def crack() -> Instrument:
    """Return an instrument of clicks: full scale for a tenth of a millisecond, and over before any guard can answer."""
    instrument = tone("crack", 36, 96, seconds=0.5, peak=0.02)
    for (region,) in instrument.regions:
        for begin in (region.soft, region.bright):
            instrument.pool[begin + 8 : begin + 13] = 0.9
    return instrument


def test_no_blow_of_many_clicks_passes() -> None:
    """Sixty-four clicks in one frame, from silence, stay under the ceiling."""
    engine = Engine.of([crack()], RATE, BLOCK)
    held(engine, 64)
    assert_safe(play(engine, 4.0), "ward")


def test_without_the_limiter_the_ceiling_falls(monkeypatch: pytest.MonkeyPatch) -> None:
    """A build whose limiter does nothing is caught by the very same check."""

    def through(_self: Limiter, block: NDArray[np.float64], out: NDArray[np.float32], _bound: float) -> None:
        out[:] = block

    monkeypatch.setattr(Limiter, "render", through)
    engine = Engine.of([crack()], RATE, BLOCK)
    held(engine, 64)
    assert true_peak_db(play(engine, 4.0)) > TRUE_PEAK_DB + 3


@pytest.mark.slow
def test_without_the_guard_the_loudness_passes(monkeypatch: pytest.MonkeyPatch) -> None:
    """A build whose guard does nothing is caught by the very same check."""
    monkeypatch.setattr("bedside.sound.engine.guard.LoudnessGuard.render", lambda _self, _block, bound: bound)
    instrument = tone("loud", 36, 96, loop_seconds=0.4, peak=0.9)
    sound = mash(Engine.of([instrument], RATE, BLOCK), instrument)
    assert short_term_lufs(sound) > PROFILES["ward"].loudness_lufs


def steepest(sound: NDArray[np.float64], floor_db: float) -> float:
    """Return by how many dB the sound rises at most from one 50 ms to the next, above a floor."""
    step = round(0.005 * RATE)
    power = np.mean(sound**2, axis=0)
    level = 10 * np.log10(np.array([power[at : at + 2 * step].mean() for at in range(0, power.size, step)]) + 1e-12)
    level = np.maximum(level, floor_db)
    return float((level[10:] - level[:-10]).max())


def held(engine: Engine, notes: int = 12) -> None:
    for note in range(notes):
        engine.apply(NoteOn(Player.CHILD, note, 48 + 3 * note % 48, 1.0, 0.8, Source.TOUCH))


@pytest.mark.parametrize("profile", PROFILES)
def test_sound_that_comes_back_startles_nobody(profile: str) -> None:
    """After a loss of sound held notes rise by at most 12 dB in 50 ms, whatever the profile."""
    engine = Engine.of([tone("held", 36, 96, seconds=0.41, loop_seconds=0.4, peak=0.2)], RATE, BLOCK)
    engine.apply(Profile(profile))
    engine.reset(1)
    engine.apply(Resumed())
    held(engine)
    sound = np.concatenate((np.zeros((2, RATE // 10)), play(engine, 1.5)), axis=1)
    assert steepest(sound, PROFILES[profile].loudness_lufs - 30) <= RISE_DB_PER_50_MS


@pytest.mark.parametrize("space", room.SPACES)
def test_another_world_startles_nobody(space: str) -> None:
    """A change of room, instrument and profile under held notes never raises the sound by 12 dB in 50 ms."""
    first = tone("first", 36, 96, loop_seconds=0.4, peak=0.05)
    second = tone("second", 36, 96, loop_seconds=0.4, peak=0.2)
    engine = Engine.of([first, second], RATE, BLOCK)
    engine.apply(Profile("night"))
    held(engine)
    sound = [play(engine, 2.0)]
    engine.apply(Reverb(space))
    engine.apply(Program(Player.CHILD, "second"))
    engine.apply(Profile("ward"))
    sound.append(play(engine, 2.0))
    assert steepest(np.concatenate(sound, axis=1)[:, RATE:], -60) < 6


def test_a_start_from_rest_is_the_hand_alone() -> None:
    """Nothing sounds by itself at a start: ten seconds without a touch, or after a stop, are exact silence."""
    engine = Engine.of([tone("held", loop_seconds=0.4)], RATE, BLOCK)
    assert not play(engine, 5.0).any()
    held(engine, 5)
    play(engine, 0.5)
    engine.apply(Stop())
    play(engine, 0.3)
    assert not play(engine, 10.0).any()


def test_new_takes_make_nothing_louder() -> None:
    """Takes closed and begun again under a mash leave the ceiling standing: each knows what was spent before it."""
    instrument = tone("loud", 36, 96, loop_seconds=0.4, peak=0.9)
    performer = Performer(Engine.of([instrument], RATE, BLOCK), lambda: 5)
    random = np.random.default_rng(2)
    heard = []
    note = 0
    for turn in range(60):
        for _ in range(20):
            key = int(random.integers(36, 97))
            performer.ask(NoteOn(Player(note % 4), note, key, 1.0, 1.0, Source.TOUCH))
            note += 1
        if turn % 4 == 3:
            performer.close()
        for _ in range(37):
            out = np.zeros((BLOCK, 2), np.float32)
            performer.render(out)
            heard.append(out)
    assert_safe(np.concatenate(heard).T.astype(float), "ward")
