"""The reference take goes through every stage of the engine, and its hash shows the smallest change of each."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from bedside.music import events
from bedside.music.events import NoteOn, Player, Profile, Program, Reverb
from bedside.sound.engine import offline, room
from bedside.sound.engine.engine import Engine
from bedside.sound.engine.guard import LoudnessGuard
from bedside.sound.engine.limiter import Limiter
from bedside.sound.engine.room import Room
from bedside.sound.engine.surroundings import Surroundings
from bedside.sound.engine.voices import VoiceBank
from bedside.sound.instrument import Instrument
from bedside.sound.library import loading
from bedside.sound.reference import bits, take
from bedside.sound.reference.bits import Bits
from bedside.sound.reference.take import reference_take


@pytest.fixture(scope="module")
def instruments() -> list[Instrument]:
    return loading.load(take.RATE, names=take.INSTRUMENTS)


def test_it_is_a_take_of_everything() -> None:
    """It has every kind of event that sounds, all profiles, rooms and players, and each instrument in two hands."""
    played = reference_take()
    assert [each.frame for each in played] == sorted(each.frame for each in played)
    there = {type(each.event) for each in played}
    kinds = {kind for kind in vars(events).values() if isinstance(kind, type) and kind in _sounding()}
    assert there == kinds
    assert {each.event.profile for each in played if isinstance(each.event, Profile)} == {"ward", "quiet", "night"}
    assert {each.event.room for each in played if isinstance(each.event, Reverb)} == set(room.SPACES)
    notes = [each.event for each in played if isinstance(each.event, NoteOn)]
    assert {note.player for note in notes} == set(Player)
    assert min(note.velocity for note in notes) < 0.1 < 1.0 == max(note.velocity for note in notes)
    programs = [each.event for each in played if isinstance(each.event, Program)]
    for name in take.INSTRUMENTS:
        hands = {each.player for each in programs if each.instrument == name}
        assert len(hands) >= 2, name


def _sounding() -> set[object]:
    """Return the kinds of events that a take can hold, without the beats of a file, which are not heard."""
    return set(events.Event.__args__) - {events.Tempo}


def _after(monkeypatch: pytest.MonkeyPatch, kind: type, then: Callable[..., object]) -> None:
    """Have ``then`` called after each block that something of this kind renders, with it and its arguments."""
    before = kind.render  # type: ignore[attr-defined]

    def render(self: Any, *arguments: Any) -> Any:
        result = before(self, *arguments)
        then(self, *arguments)
        return result

    monkeypatch.setattr(kind, "render", render)


@pytest.mark.slow
def test_it_goes_through_every_stage(instruments: list[Instrument], monkeypatch: pytest.MonkeyPatch) -> None:
    """Voices are stolen at 64, rooms crossfade, the guard and the limiter both turn the sound down, a stop fades."""
    voices: list[int] = []
    gains: list[float] = []
    limited: list[float] = []
    crossfades: list[bool] = []
    stops: list[bool] = []
    _after(monkeypatch, Engine, lambda engine, _out: voices.append(engine.sounding))
    _after(monkeypatch, Engine, lambda engine, _out: stops.append(engine.stopping))
    _after(monkeypatch, LoudnessGuard, lambda guard, _block, _bound: gains.append(guard._gain))
    _after(monkeypatch, Limiter, lambda limiter, _block, _out, _bound: limited.append(float(limiter._gain.min())))
    _after(monkeypatch, Surroundings, lambda rooms, _sound, _out: crossfades.append(rooms._left is not None))
    for _ in offline.render(reference_take(), instruments):
        pass
    assert max(voices) == 64
    assert sum(count == 64 for count in voices) > 100
    assert 0 < min(gains) < 0.3
    assert min(limited) < -6.0
    assert sum(crossfades) > 100
    assert 0 < sum(stops) < 100


@pytest.mark.slow
def test_its_hash_shows_the_smallest_change(instruments: list[Instrument], monkeypatch: pytest.MonkeyPatch) -> None:
    """The hash is the same each time, and another if one block of a stage is one step of float32 louder."""
    here = bits.render_hash(instruments)
    assert here == bits.render_hash(instruments)
    # Which of its arguments each writes its block into.
    for kind, written in ((VoiceBank, 0), (Room, 1), (LoudnessGuard, 0)):
        with monkeypatch.context() as patched:
            rendered = itertools.count()

            def step(_self: Any, *arguments: Any, number: itertools.count[int] = rendered, at: int = written) -> None:
                if next(number) == 3000:
                    # The stages compute in float64: a step of the samples that are heard.
                    arguments[at][:] *= 1 + 2.0**-23

            _after(patched, kind, step)
            assert bits.render_hash(instruments) != here, kind


def test_the_hash_of_tables_covers_samples_and_regions(instruments: list[Instrument]) -> None:
    """One sample that is one step higher, another loop and another gain each give an instrument another hash."""
    (bell,) = (each for each in instruments if each.name == "bell")
    region = bell.regions[0][0]
    here = bits.tables_hash(bell)
    pool = bell.pool.copy()
    assert bits.tables_hash(replace(bell, pool=pool)) == here
    pool[region.soft] = np.nextafter(pool[region.soft], np.float32(1))
    gains = region.gains.copy()
    gains[64] = np.nextafter(gains[64], 1)
    others = [
        replace(bell, pool=pool),
        *(
            replace(bell, regions=((other, *bell.regions[0][1:]), *bell.regions[1:]))
            for other in (replace(region, release=0.5), replace(region, gains=gains))
        ),
        replace(bell, regions=(bell.regions[0] + bell.regions[1], (), *bell.regions[2:])),
    ]
    assert len({here, *(bits.tables_hash(other) for other in others)}) == 1 + len(others)


def test_the_digest_is_read_in_groups() -> None:
    """One digest stands for all hashes, whatever their order; its beginning is read in six groups of four."""
    one = Bits({"harp": "aa", "bell": "bb"}, "cc")
    assert one.digest == Bits({"bell": "bb", "harp": "aa"}, "cc").digest
    assert len({one.digest, Bits({"harp": "aa"}, "cc").digest, Bits(one.tables, "dd").digest}) == 3
    assert one.groups.replace(" ", "") == one.digest[:24]
    assert [len(group) for group in one.groups.split(" ")] == [4] * 6
    assert Bits().digest == Bits().groups == ""
