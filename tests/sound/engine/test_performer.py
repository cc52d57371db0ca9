import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from bedside.music.events import (
    AllOff,
    Awaited,
    Bend,
    Declined,
    Event,
    Expression,
    Glide,
    Lead,
    Level,
    Lost,
    NoteOff,
    NoteOn,
    Pedal,
    Performed,
    Player,
    Profile,
    Program,
    Report,
    Resumed,
    Reverb,
    Setting,
    Settled,
    Shape,
    Source,
    StillHeld,
    Stop,
    TakeBegan,
    TakeEnded,
    Vibrato,
)
from bedside.sound.engine import offline, voices
from bedside.sound.engine.engine import Engine
from bedside.sound.engine.performer import Performer
from bedside.sound.engine.rise import LIMIT_SECONDS
from bedside.sound.instrument import Instrument
from effort import times
from sound.tones import RATE, band

BAND = band()


def on(note: int, key: int = 60, player: Player = Player.CHILD) -> NoteOn:
    return NoteOn(player, note, key, 0.7, 0.5, Source.TOUCH)


def performer(block: int = 128) -> Performer:
    seeds = itertools.count(7)
    return Performer(Engine.of(BAND, RATE, block), lambda: next(seeds))


def play(each: Performer, seconds: float, sound: list[NDArray[np.float32]] | None = None) -> list[Performed]:
    performed = []
    out = np.empty((each.engine.block, 2), np.float32)
    for _ in range(round(seconds * RATE / each.engine.block)):
        performed += [report for report in each.render(out) if isinstance(report, Performed)]
        if sound is not None:
            sound.append(out.copy())
    return performed


def test_a_take_begins_with_the_first_note() -> None:
    """The first note begins a take at frame 0, which says its seed and how every part stands."""
    each = performer()
    each.ask(Program(Player.THERAPIST, "held"))
    assert play(each, 0.1) == []
    each.ask(on(1))
    performed = play(each, 0.1)
    assert performed[0] == Performed(0, TakeBegan(7, RATE, 128))
    assert Performed(0, Program(Player.THERAPIST, "held")) in performed
    assert Performed(0, Level(Player.CHILD, 0.0, 0.0)) in performed
    assert performed[-1] == Performed(0, on(1))


def test_a_take_ends_after_twenty_seconds_of_rest_and_the_next_has_a_seed_of_its_own() -> None:
    """Rest counts from the last event or the end of a held note; a new note afterwards begins a new take."""
    each = performer()
    each.ask(on(1))
    play(each, 1.0)
    each.ask(NoteOff(Player.CHILD, 1))
    assert play(each, 19.9)[1:] == []
    (ended,) = play(each, 0.2)
    assert ended.event == TakeEnded()
    assert ended.frame / RATE == pytest.approx(21.0, abs=0.01)
    each.ask(on(2))
    assert play(each, 0.1)[0] == Performed(0, TakeBegan(8, RATE, 128))


def test_a_held_note_that_sounds_is_no_rest() -> None:
    """A sustained note under a finger keeps the take open for as long as it sounds."""
    each = performer()
    each.ask(Program(Player.CHILD, "held"))
    each.ask(on(1))
    play(each, 30)
    assert each.playing
    each.ask(NoteOff(Player.CHILD, 1))
    play(each, 20.1)
    assert not each.playing


def test_closing_a_take_performs_what_was_asked_before_and_fades() -> None:
    """What was asked before the close is played, then comes a stop, silence and the end; what follows is a new take."""
    each = performer()
    each.ask(on(1))
    each.close()
    each.ask(on(2))
    performed = play(each, 0.5)
    kinds = [type(p.event) for p in performed if not isinstance(p.event, Setting)]
    assert kinds == [TakeBegan, NoteOn, Stop, TakeEnded, TakeBegan, NoteOn]
    assert performed[-1].event == on(2)


def test_a_stop_overtakes_the_notes_that_wait() -> None:
    """A note that waits for its block, or for a stop to fade, never begins once a stop is asked for."""
    each = performer()
    each.ask(on(1))
    performed = play(each, 0.1)
    each.ask(on(2))
    each.ask(Stop())
    performed += play(each, 0.02)
    each.ask(on(3))
    each.ask(Stop())
    performed += play(each, 1.0)
    assert [item.event for item in performed if isinstance(item.event, NoteOn)] == [on(1)]


def test_a_lost_take_goes_on_at_its_own_time() -> None:
    """An engine that takes over says from when to when nothing was heard, and goes on in the same take."""
    each = performer()
    spent = 1 - (48128 - 1000) / (3 * RATE)
    assert each.resume(99, 1000, 48001) == [Performed(1000, Lost()), Performed(48128, Resumed(spent))]
    each.ask(on(5))
    assert play(each, 0.01) == [Performed(48128, on(5))]


def reports(each: Performer, blocks: int = 1) -> list[Report]:
    """Return all that a performer reports in some blocks."""
    out = np.empty((each.engine.block, 2), np.float32)
    return [report for _ in range(blocks) for report in each.render(out)]


def late(*ready: Instrument) -> Performer:
    """Return a performer that knows the band and has only these instruments."""
    engine = Engine([instrument.name for instrument in BAND], RATE, 128)
    for instrument in ready:
        engine.adopt(instrument)
    return Performer(engine, lambda: 7)


def test_settings_between_takes_are_reported_and_no_part_of_a_take() -> None:
    """What is set is said at once, as settled; all else that is asked before the first note does nothing."""
    each = performer()
    asked: list[Setting] = [Lead(Player.THERAPIST), Bend(Player.CHILD, 1.0), Program(Player.CHILD, "held")]
    others: list[Event] = [Stop(), NoteOff(Player.CHILD, 1), AllOff(Player.CHILD)]
    for event in (*asked, *others):
        each.ask(event)
    assert reports(each) == [Settled(event) for event in asked]
    assert not each.playing


def test_an_instrument_that_is_not_ready_is_awaited_and_then_taken() -> None:
    """A fresh performer says first what the part plays meanwhile; in a take that was said at its beginning."""
    struck, held = BAND
    each = late(struck)
    wanted = Program(Player.CHILD, "held")
    each.ask(wanted)
    assert reports(each) == [Settled(Program(Player.CHILD, "struck")), Awaited(wanted)]
    each.ask(on(1))
    begun = reports(each)
    assert Performed(0, Program(Player.CHILD, "struck")) in begun
    assert begun[-2:] == [Awaited(wanted), Performed(0, on(1))]
    each.ask(Program(Player.THERAPIST, "held"))
    each.ask(Stop())
    assert reports(each) == [Awaited(Program(Player.THERAPIST, "held")), Performed(each.frame - 128, Stop())]
    each.adopt(held)
    taken = [report.event for report in reports(each, 200) if isinstance(report, Performed | Settled)]
    assert taken == [wanted, Program(Player.THERAPIST, "held")]


def test_whoever_is_given_another_instrument_awaits_none() -> None:
    """Also where the one that was awaited comes at the same moment."""
    struck, held = BAND
    each = late(struck)
    for player in (Player.CHILD, Player.THERAPIST):
        each.ask(Program(player, "held"))
    reports(each)
    each.ask(Program(Player.CHILD, "struck"))
    each.adopt(held)
    assert reports(each) == [Settled(Program(Player.CHILD, "struck")), Settled(Program(Player.THERAPIST, "held"))]


def test_an_instrument_that_nobody_knows_is_declined() -> None:
    """It changes nothing, and ends no wait."""
    struck, held = BAND
    each = late(struck)
    unknown = Program(Player.CHILD, "nobody knows it")
    each.ask(Program(Player.CHILD, "held"))
    each.ask(unknown)
    assert reports(each)[-1] == Declined(unknown)
    each.adopt(held)
    assert reports(each) == [Settled(Program(Player.CHILD, "held"))]


def test_the_first_instrument_of_all_is_everybody_s() -> None:
    """Parts that had nothing to play take it, and the performer says so, in a take as well."""
    held = BAND[1]
    each = late()
    each.ask(Program(Player.CHILD, "struck"))
    each.ask(on(1))
    assert reports(each)[0] == Awaited(Program(Player.CHILD, "struck"))
    each.adopt(held)
    frame = each.frame
    said = reports(each)
    assert [report for report in said if isinstance(report, Performed)] == [
        Performed(frame, Program(player, "held")) for player in Player
    ]
    assert Awaited(Program(Player.CHILD, "struck")) in said


def rendered(take: list[Performed], solo: Player | None = None) -> NDArray[np.float32]:
    heard = list(Player) if solo is None else [solo]
    return np.concatenate([block.copy() for block in offline.render(take, BAND, heard)])


asked = st.lists(
    st.tuples(
        st.integers(0, 40),
        st.one_of(
            st.builds(on, st.integers(1, 6), st.integers(40, 80), st.sampled_from(Player)),
            st.builds(NoteOff, st.sampled_from(Player), st.integers(1, 6)),
            st.builds(Shape, st.sampled_from(Player), st.integers(1, 6), st.floats(0, 1)),
            st.builds(Program, st.sampled_from(Player), st.sampled_from(["struck", "held"])),
            st.builds(Level, st.sampled_from(Player), st.floats(-70, 6), st.floats(-1, 1)),
            st.builds(Glide, st.sampled_from(Player), st.integers(1, 6), st.floats(0, 127)),
            st.builds(Bend, st.sampled_from(Player), st.floats(-12, 12)),
            st.builds(Vibrato, st.sampled_from(Player), st.floats(0, 1)),
            st.builds(Expression, st.sampled_from(Player), st.floats(0, 1)),
            st.builds(Pedal, st.sampled_from(Player), st.booleans()),
            st.builds(AllOff, st.sampled_from(Player)),
            st.builds(Reverb, st.sampled_from(["hall", "space", "nearby"])),
            st.builds(Profile, st.sampled_from(["ward", "night"])),
            st.just(Stop()),
        ),
    ),
    min_size=1,
    max_size=25,
)


@pytest.mark.slow
@settings(max_examples=times(80), deadline=None)
@given(asked, st.sampled_from([64, 128, 256]))
def test_the_record_renders_to_the_bits_that_were_heard(script: list[tuple[int, Event]], block: int) -> None:
    """Whatever is asked and whenever, rendering what was performed gives the very bits that the performer gave."""
    each = performer(block)
    heard: list[NDArray[np.float32]] = []
    performed = []
    for wait, event in script:
        each.ask(event)
        performed += play(each, (wait + 1) * block / RATE, heard)
    each.close()
    performed += play(each, 0.6, heard)
    sound = np.concatenate(heard)
    for take in split(performed):
        frames = take[-1].frame
        assert rendered(take).tobytes() in sound.tobytes()
        assert len(rendered(take)) == frames


def split(performed: list[Performed]) -> list[list[Performed]]:
    takes: list[list[Performed]] = []
    for each in performed:
        if isinstance(each.event, TakeBegan):
            takes.append([])
        takes[-1].append(each)
    return takes


def test_a_take_with_a_loss_renders_silence_between() -> None:
    """Between the loss and the return of sound nothing is heard, and nothing of before is left after."""
    took = [
        Performed(0, TakeBegan(3, RATE, 128)),
        Performed(0, Program(Player.CHILD, "held")),
        Performed(0, on(1)),
        Performed(12800, Lost()),
        Performed(25600, Resumed()),
        Performed(25600, on(2)),
    ]
    sound = rendered(took)
    assert sound[12000:12800].any()
    assert not sound[12800:25600].any()
    fresh = rendered([took[0], took[1], Performed(0, on(2))])[:48000].astype(float)
    back = sound[25600 : 25600 + 48000].astype(float)
    # What comes back is a fresh sound that rises, and from then on that sound itself.
    rise = round(LIMIT_SECONDS * RATE) + 256
    assert np.abs(back[:4800]).max() < 0.1 * np.abs(fresh[:4800]).max()
    assert np.abs(back[rise:] - fresh[rise:]).max() < 1e-6


def test_what_was_performed_unheard_is_not_rendered() -> None:
    """Notes between a loss of sound and its return are in the record, and silent in the rendering."""
    each = performer()
    each.ask(on(1))
    performed = play(each, 0.2)
    each.lose()
    each.ask(on(2))
    performed += play(each, 0.2)
    assert [type(p.event) for p in performed[-2:]] == [Lost, NoteOn]
    sound = rendered(performed)
    assert sound[:9000].any()
    assert not sound[performed[-1].frame :].any()


def test_a_take_that_begins_unheard_says_so() -> None:
    """Without a sound card from the start, the take says at its first frame that nothing is heard."""
    each = performer()
    each.lose()
    each.ask(on(1))
    performed = play(each, 0.1)
    assert performed[-2:] == [Performed(0, Lost()), Performed(0, on(1))]


def test_a_take_from_a_file_rings_out() -> None:
    """A take in flicks sounds at 48 kHz, its notes at their very frame, until it is silent."""
    from bedside.music.events import FLICKS

    second = FLICKS
    took = [
        Performed(0, TakeBegan(3, FLICKS, 128)),
        Performed(second // 2, on(1)),
        Performed(second, NoteOff(Player.CHILD, 1)),
        Performed(second, TakeEnded()),
    ]
    sound = rendered(took)
    first = int(np.flatnonzero(sound.any(axis=1))[0])
    assert 0.5 * RATE + 56 <= first <= 0.5 * RATE + 56 + 4
    assert len(sound) > 1.5 * RATE
    assert not sound[-1].any()


@pytest.fixture
def short_hold(monkeypatch: pytest.MonkeyPatch) -> float:
    """Let held notes end after some seconds, and return how many."""
    monkeypatch.setattr(voices, "HOLD_SECONDS", 3.0)
    return 3.0


def held_for(each: Performer, seconds: float, out: list[NDArray[np.float32]]) -> list[Performed]:
    """Hold a note of a sustained instrument that nobody releases, and return what is performed."""
    each.ask(Program(Player.CHILD, "held"))
    each.ask(on(1))
    return play(each, seconds, out)


def test_a_note_that_was_forgotten_ends_as_if_released_and_then_its_take(short_hold: float) -> None:
    """After its longest time its end is performed, as soft as any; the take ends by rest, and replays to its bits."""
    each, sound = performer(512), list[NDArray[np.float32]]()
    performed = held_for(each, short_hold + 22, sound)
    (off,) = [item for item in performed if isinstance(item.event, NoteOff)]
    assert off.event == NoteOff(Player.CHILD, 1)
    assert abs(off.frame / RATE - short_hold) < 0.1
    assert isinstance(performed[-1].event, TakeEnded)
    assert performed[-1].frame / RATE < short_hold + 22
    heard = np.concatenate(sound)
    assert rendered(performed).tobytes() == heard[: performed[-1].frame].tobytes()
    # Nothing is cut: from block to block its end falls no faster than a release does.
    end = np.abs(heard[off.frame - 2048 : off.frame + 4096]).reshape(-1, 256, 2).max(axis=(1, 2))
    assert end[0] > 0.01
    assert (end[1:] > 0.3 * end[:-1]).all()


def test_a_note_whose_keyboard_says_that_it_is_held_goes_on(short_hold: float) -> None:
    """Told again and again that the key is down, it sounds for as long; told no more, it ends as any other."""
    each, sound = performer(512), list[NDArray[np.float32]]()
    performed = held_for(each, 0.6 * short_hold, sound)
    for _ in range(3):
        each.ask(StillHeld(Player.CHILD, 1))
        performed += play(each, 0.6 * short_hold, sound)
    assert each.engine.holding
    assert not [item for item in performed if isinstance(item.event, NoteOff)]
    performed += play(each, 0.9 * short_hold, sound)
    (off,) = [item for item in performed if isinstance(item.event, NoteOff)]
    assert 2.8 * short_hold - 0.1 < off.frame / RATE < 2.8 * short_hold + 0.1
    heard = np.concatenate(sound)
    assert rendered(performed)[: len(heard)].tobytes() == heard[: len(rendered(performed))].tobytes()


def test_what_a_pedal_holds_is_held_on_while_the_keyboard_says_so(short_hold: float) -> None:
    """A released note under a pedal that is down sounds as long as any note, and on if it is said to be held."""
    for still in (False, True):
        each = performer(512)
        each.ask(Program(Player.CHILD, "held"))
        for event in (Pedal(Player.CHILD, True), on(1), NoteOff(Player.CHILD, 1)):
            each.ask(event)
        play(each, 0.8 * short_hold)
        if still:
            each.ask(StillHeld(Player.CHILD, 1))
        play(each, 0.8 * short_hold)
        assert each.engine.holding == still
