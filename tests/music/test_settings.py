"""How everything is set: one list of settings, for what is live and what is recorded."""

from __future__ import annotations

import math
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bedside.music.events import (
    AllOff,
    Awaited,
    Bend,
    Declined,
    Event,
    Expression,
    Lead,
    Level,
    NoteOff,
    PartSetting,
    Pedal,
    Performed,
    Player,
    Profile,
    Program,
    Reverb,
    Setting,
    Settled,
    Vibrato,
)
from bedside.music.settings import PART_SETTINGS, AllSettings, PartSettings, at_first

CHILD, THERAPIST = Player.CHILD, Player.THERAPIST

_NUMBERS = st.floats(-200, 200)
_PLAYERS = st.sampled_from(Player)
_SETTINGS: st.SearchStrategy[Setting] = st.one_of(
    st.builds(Program, _PLAYERS, st.sampled_from(("harp", "pad"))),
    st.builds(Level, _PLAYERS, _NUMBERS, _NUMBERS),
    st.builds(Bend, _PLAYERS, _NUMBERS),
    st.builds(Vibrato, _PLAYERS, _NUMBERS),
    st.builds(Expression, _PLAYERS, _NUMBERS),
    st.builds(Pedal, _PLAYERS, st.booleans()),
    st.builds(Reverb, st.sampled_from(("hall", "space"))),
    st.builds(Profile, st.sampled_from(("ward", "night"))),
    st.builds(Lead, _PLAYERS),
)


def after(*events: Event) -> AllSettings:
    settings = AllSettings("hall", "ward")
    for event in events:
        settings.apply(event)
    return settings


def test_a_part_has_every_setting_that_there_is() -> None:
    """The list of a part's settings is the vocabulary's, each once, the instrument first."""
    assert set(PART_SETTINGS) == set(get_args(PartSetting))
    assert len(PART_SETTINGS) == len(get_args(PartSetting))
    assert PART_SETTINGS[0] is Program


@given(st.lists(_SETTINGS, max_size=30))
def test_what_is_said_sets_another_engine_alike(events: list[Setting]) -> None:
    """The events of some settings give fresh ones the same, whatever was set before, and in whatever order."""
    settings = after(*events)
    assert after(*settings.events()) == settings


def test_a_take_says_what_differs_from_a_fresh_part() -> None:
    """Room, profile and lead first; of each part always instrument and level, of the rest only what was set."""
    settings = after(Program(CHILD, "harp"), Pedal(CHILD, True), Bend(CHILD, 1.5), Vibrato(CHILD, 0.0), Lead(THERAPIST))
    assert settings.events()[:7] == [
        Reverb("hall"),
        Profile("ward"),
        Lead(THERAPIST),
        Program(CHILD, "harp"),
        Level(CHILD, 0.0, 0.0),
        Bend(CHILD, 1.5),
        Pedal(CHILD, True),
    ]
    assert len(settings.events()) == 7 + 2 * (len(Player) - 1)


@pytest.mark.parametrize(
    ("asked", "set_to"),
    [
        (Bend(CHILD, 99.0), Bend(CHILD, 24.0)),
        (Vibrato(CHILD, -1.0), Vibrato(CHILD, 0.0)),
        (Expression(CHILD, 2.0), Expression(CHILD, 1.0)),
        (Level(CHILD, 99.0, -7.0), Level(CHILD, 24.0, -1.0)),
        (Bend(CHILD, math.nan), Bend(CHILD, 0.0)),
    ],
)
def test_numbers_are_clamped_to_their_ranges(asked: PartSetting, set_to: PartSetting) -> None:
    """What lies beyond a range is its end; what is not finite is 0."""
    assert PartSettings().after(asked) == PartSettings().after(set_to)
    assert set_to in PartSettings().after(asked).every(CHILD)


def test_a_fresh_part_is_at_rest() -> None:
    """No bend, no vibrato, full expression, the pedal up."""
    assert [at_first(CHILD, kind) for kind in (Bend, Vibrato, Expression, Pedal)] == [
        Bend(CHILD, 0.0),
        Vibrato(CHILD, 0.0),
        Expression(CHILD, 1.0),
        Pedal(CHILD, False),
    ]


def test_all_off_lifts_the_pedal_of_its_part() -> None:
    """Nothing else of it changes, and nothing of other parts; a note sets nothing."""
    before = (Pedal(CHILD, True), Pedal(THERAPIST, True), Bend(CHILD, 1.0))
    assert after(*before, AllOff(CHILD), NoteOff(CHILD, 1)) == after(*before[1:])


def test_what_is_awaited_is_followed_and_nothing_that_was_declined() -> None:
    """A part awaits an instrument from when the engine says so until it says what the part plays."""
    settings = AllSettings()
    settings.follow(Settled(Program(CHILD, "harp")))
    settings.follow(Awaited(Program(CHILD, "pad")))
    settings.follow(Declined(Program(CHILD, "nobody knows it")))
    assert (settings.parts[CHILD].instrument, settings.awaited) == ("harp", {CHILD: "pad"})
    settings.follow(Performed(0, Bend(CHILD, 1.0)))
    assert settings.awaited == {CHILD: "pad"}
    settings.follow(Performed(0, Program(CHILD, "pad")))
    assert (settings.parts[CHILD].instrument, settings.awaited) == ("pad", {})
