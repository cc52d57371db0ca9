"""The sums on the way from voices to the card have no order: another library of matrix products gives the same bits."""

import numpy as np
import pytest
from numpy.typing import NDArray

from bedside.music.events import (
    Bend,
    Event,
    Glide,
    Level,
    NoteOff,
    NoteOn,
    Performed,
    Player,
    Profile,
    Program,
    Reverb,
    Shape,
    Source,
    TakeBegan,
    TakeEnded,
    Vibrato,
)
from bedside.sound.engine import offline
from bedside.sound.instrument import GUARD, LEAD, QUANTUM, Instrument, Region

LENGTH, LOOP = 2400, 601


def loudest(name: str, loop: int, fall: float = 0.0, release: float = 0.3) -> Instrument:
    """Return an instrument of noise that is full of the greatest samples there can be, with two tables for all keys."""
    rng = np.random.default_rng(len(name))
    greatest = 1 - QUANTUM
    tables = np.rint((rng.random((2, LENGTH)) * 2 - 1) * greatest / QUANTUM) * QUANTUM
    tables[:, ::2] = np.where(rng.random((2, LENGTH // 2)) < 0.5, greatest, -greatest)
    behind = tables[:, LENGTH - loop + np.arange(GUARD) % loop] if loop else np.zeros((2, GUARD))
    pool = np.concatenate((np.zeros((2, LEAD)), tables, behind), axis=1).astype(np.float32)
    regions = (Region(LEAD, pool.shape[1] + LEAD, LENGTH, loop, fall, release),)
    return Instrument(name, "", 36, 96, bool(loop), 48_000, pool.reshape(-1), (regions,) * 61)


def take(block: int, rate: int, seconds: float) -> list[Performed]:
    """Return a take of loud and soft notes at all sides, that bend, slide, end and start between two rooms."""
    timed: list[tuple[float, Event]] = [
        (0.0, Program(player, ("looped", "struck", "choked")[player % 3])) for player in Player
    ]
    timed += [
        (0.0, Level(player, db, pan))
        for player, db, pan in zip(Player, (24, 24, -45, 3), (-1, 1, -1, 0.1), strict=True)
    ]
    timed += [(0.0, Bend(Player.CHILD, 3.4)), (0.2 * seconds, Vibrato(Player.THERAPIST, 0.7))]
    timed += [(0.1 * seconds, Reverb("space")), (0.5 * seconds, Reverb("nearby")), (0.6 * seconds, Profile("night"))]
    # At first only the far left of one player, so that one row of gains has the whole sum.
    for note in range(60):
        player = Player.CHILD if note < 6 else Player(note % len(Player))
        begins = note / 60 * 0.7 * seconds
        timed.append((begins, NoteOn(player, note, 30 + 3 * note % 70, 1.0, note % 2, Source.MIDI)))
        timed.append((begins + 0.04 * seconds, Shape(player, note, 0.3)))
        timed.append((begins + 0.05 * seconds, Glide(player, note, 40.5 + note % 40)))
        timed.append((begins + 0.3 * seconds, NoteOff(player, note)))
    timed.sort(key=lambda each: each[0])
    began, ended = TakeBegan(5, rate, block), TakeEnded()
    events = [Performed(round(at * rate), event) for at, event in timed]
    return [Performed(0, began), *events, Performed(round(seconds * rate), ended)]


def backwards(a: NDArray[np.float64], b: NDArray[np.float64], out: NDArray[np.float64]) -> None:
    """Write a matrix product into ``out``, added from the last term to the first, beginning with the last."""
    out[:] = a[:, -1:] * b[-1]
    for term in range(len(b) - 2, -1, -1):
        out += a[:, term, None] * b[term]


def sound(played: list[Performed], instruments: list[Instrument]) -> NDArray[np.uint32]:
    """Return the bits of a take's samples."""
    return np.concatenate([each.copy() for each in offline.render(played, instruments)]).view(np.uint32)


@pytest.mark.parametrize(
    ("block", "rate", "seconds"), [(1, 8_000, 0.05), (7, 48_000, 0.05), (64, 44_100, 0.4), (512, 192_000, 0.5)]
)
def test_no_sum_has_an_order(block: int, rate: int, seconds: float, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each product of a take, of voices, rooms, guard and limiter, is the same to the bit if it adds up backwards."""
    product = np.dot
    made: set[int] = set()

    def both(a: NDArray[np.float64], b: NDArray[np.float64], out: NDArray[np.float64]) -> None:
        forwards = product(a, b)
        backwards(a, b, out)
        assert np.array_equal(forwards, out), f"{len(a)} rows of {len(b)} terms"
        made.add(len(a))

    monkeypatch.setattr(np, "dot", both)
    instruments = [
        loudest("looped", LOOP, fall=0.5),
        loudest("struck", 0),
        loudest("choked", LOOP, fall=9.0, release=0.001),
    ]
    assert sound(take(block, rate, seconds), instruments).any()
    # The voices have four rows, a room fourteen, and the guard as many as a piece of a block has frames.
    assert {4, 14} < made


def test_the_sign_of_nothing_has_no_order(monkeypatch: pytest.MonkeyPatch) -> None:
    """The side that a faint voice does not reach is 0, not −0, also where products begin with their first term."""
    pool = np.zeros(2 * (LEAD + LENGTH + GUARD), np.float32)
    pool[LEAD : LEAD + LENGTH] = pool[-LENGTH - GUARD : -GUARD] = -QUANTUM
    region = Region(soft=LEAD, bright=2 * LEAD + LENGTH + GUARD, length=LENGTH)
    faint = Instrument("faint", "", 36, 96, False, 48_000, pool, ((region,),) * 61)
    timed: list[Event] = [
        Program(Player.CHILD, "faint"),
        Level(Player.CHILD, 0, -1),
        NoteOn(Player.CHILD, 1, 36, 1.0, 0.5, Source.MIDI),
    ]
    began, ended = TakeBegan(5, 48_000, 64), TakeEnded()
    played = [Performed(0, began), *(Performed(0, event) for event in timed), Performed(4800, ended)]
    forwards = sound(played, [faint])
    assert forwards.any()
    monkeypatch.setattr(np, "dot", backwards)
    assert np.array_equal(forwards, sound(played, [faint]))
