"""What players decide beside the music, who decided it, and what follows."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bedside.music.events import Event, Lead, NoteOn, Player, Program, Source, Stop, TakeBegan
from bedside.music.settings import AllSettings
from bedside.stage.input.choices import Choices
from bedside.stage.input.effects import Ask, Effect, Enter, Keep, Listen, ReleaseAll
from bedside.stage.input.hands import LetGo, Picked, Press, Pressed, Programmed
from bedside.stage.input.seats import HANDS, Control

CHILD, CHILD2, THERAPIST, PARTNER = Player
WORLDS = ["forest", "night", "sea"]
SOUNDS = ["harp", "marimba", "pad"]

# Longer than one touch of a trembling hand.
LATER = 1.0


def choices(players: tuple[Player, ...] = (CHILD, CHILD2), others: tuple[Player, ...] = (THERAPIST,)) -> Choices:
    return Choices(players, others, "night", WORLDS, SOUNDS, AllSettings())


def follow(each: Choices, event: Event) -> None:
    """Let the engine report an event as performed."""
    each.settings.apply(event)
    each.follow(event)


def pressed(each: Choices, control: Control, player: Player = CHILD, now: float = 100.0) -> list[Effect]:
    return each.act(Pressed(control, player), now)


def note(source: Source = Source.TOUCH) -> NoteOn:
    return NoteOn(CHILD, 1, 60, 0.5, 0.5, source)


@pytest.mark.parametrize(
    ("player", "by"), [(CHILD, "child"), (CHILD2, "child"), (THERAPIST, "adult"), (PARTNER, "adult")]
)
def test_it_is_kept_whether_a_child_or_an_adult_decided(player: Player, by: str) -> None:
    """Each choice at a seat is kept as that of whoever sits there."""
    each = choices(players=(player, PARTNER if player is not PARTNER else CHILD), others=())
    kept = [
        *pressed(each, Control.STAR, player, 0),
        *pressed(each, Control.EAR, player, 10),
        *pressed(each, Control.SUN, player, 20),
        *pressed(each, Control.SOUND, player, 30),
        *each.act(Picked(player, 1), 31),
        *pressed(each, Control.DOOR, player, 40),
        *each.act(Picked(player, 2), 41),
        *pressed(each, Control.HAND, player, 50),
        *pressed(each, Control.HAND, player, 60),
        *each.act(LetGo(player), 61),
    ]
    said = [effect for effect in kept if isinstance(effect, Keep)]
    assert [effect.what for effect in said] == ["star", "listen", "lead", "sound", "world", "stop", "go on"]
    assert {effect.by for effect in said} == {by}


def test_what_was_chosen_is_kept_with_it() -> None:
    """The ledger says which sound, which world and who has the lead; the other choices are what they are."""
    each = choices()
    pressed(each, Control.SOUND)
    assert each.act(Picked(CHILD, 2), 101) == [Ask(Program(CHILD, "pad")), Keep("sound", "pad", "child")]
    pressed(each, Control.DOOR, CHILD2)
    assert each.act(Picked(CHILD2, 0), 101) == [Enter("forest"), Keep("world", "forest", "child")]
    assert pressed(each, Control.STAR) == [Keep("star", "", "child")]
    assert pressed(each, Control.EAR) == [Listen(True), Keep("listen", "", "child")]
    assert pressed(each, Control.SUN, CHILD2) == [Ask(Lead(CHILD2)), Keep("lead", "child2", "child")]


def touched(each: Choices, player: Player = CHILD, now: float = 100.0) -> list[Effect]:
    """Touch a player's hand and leave it."""
    return [*pressed(each, Control.HAND, player, now), *each.act(LetGo(player), now + 0.1)]


STOPS = [ReleaseAll(), Ask(Stop())]


def test_the_hand_stops_everything_and_a_second_touch_lifts_it() -> None:
    """All hands let go before everything fades; the hand lifts when the finger leaves, and that starts nothing."""
    each = choices()
    assert touched(each) == [*STOPS, Keep("stop", "", "child")]
    assert (each.stopped, each.silent, each.stopped_by(CHILD)) == (True, True, True)
    assert pressed(each, Control.HAND, now=100 + LATER) == STOPS
    assert each.stopped
    assert each.act(LetGo(CHILD), 103) == [Keep("go on", "", "child")]
    assert (each.stopped, each.silent) == (False, False)


def test_to_stop_never_waits() -> None:
    """However shortly after the hand was lifted, a touch stops everything."""
    each = choices()
    touched(each, now=0.0)
    touched(each, now=1.0)
    assert pressed(each, Control.HAND, now=1.101) == [*STOPS, Keep("stop", "", "child")]


@pytest.mark.parametrize("apart", [0.05, 0.14, 0.3, 0.59])
def test_a_hand_that_trembles_or_drums_stops(apart: float) -> None:
    """However often it touches: nothing goes on until it has rested and touches anew; it is kept once."""
    each = choices()
    kept: list[Effect] = []
    for number in range(40):
        effects = touched(each, now=10 + number * apart)
        assert effects[:2] == STOPS
        kept += effects[2:]
        assert each.stopped
    assert kept == [Keep("stop", "", "child")]
    assert touched(each, now=10 + 39 * apart + 0.61) == [*STOPS, Keep("go on", "", "child")]


@pytest.mark.parametrize("between", [0.0, 0.2, 0.7, 5.0])
def test_nobody_lifts_another_s_hand(between: float) -> None:
    """Who touches after another has stopped stops, too; both hands must lift."""
    each = choices(players=(CHILD, THERAPIST))
    touched(each, CHILD, 10.0)
    assert touched(each, THERAPIST, 10.0 + between) == [*STOPS, Keep("stop", "", "adult")]
    assert touched(each, THERAPIST, 20.0) == [*STOPS, Keep("go on", "", "adult")]
    assert each.stopped and each.stopped_by(CHILD) and not each.stopped_by(THERAPIST)
    touched(each, CHILD, 21.0)
    assert not each.stopped


def test_a_finger_that_slides_off_the_hand_lifts_nothing() -> None:
    """Only a finger that leaves the hand where it lies means it; the hand then still lifts with the next touch."""
    each = choices()
    touched(each, now=0.0)
    pressed(each, Control.HAND, now=5.0)
    pressed(each, Control.HAND, now=5.2)
    assert each.act(LetGo(CHILD), 5.3) == []
    assert each.stopped
    assert touched(each, now=6.0)[-1] == Keep("go on", "", "child")


def test_staff_lift_every_hand() -> None:
    """Staff may let everything go on, whoever stopped it; where nobody did, that is no choice."""
    each = choices()
    assert each.go_on() == []
    touched(each, CHILD, 10.0)
    touched(each, CHILD2, 10.0)
    assert each.go_on() == [Keep("go on", "", "adult")]
    assert not each.stopped


def test_a_touch_that_meant_something_else_stopped_nothing() -> None:
    """A stop that is retracted is as if it had never been."""
    each = choices()
    pressed(each, Control.HAND, now=10.0)
    each.retract(CHILD)
    assert not each.stopped
    assert each.act(LetGo(CHILD), 10.1) == []
    assert touched(each, now=10.2) == [*STOPS, Keep("stop", "", "child")]


def test_a_mute_is_no_stop() -> None:
    """Muted, nothing is heard again; a hand stops all the same, and lifting it leaves the mute."""
    each = choices()
    each.mute.staff(True)
    assert each.silent and not each.stopped
    assert pressed(each, Control.EAR) == []
    touched(each, now=10.0)
    touched(each, now=20.0)
    assert not each.stopped and each.silent


@pytest.mark.parametrize("control", [control for control in Control if control not in HANDS])
def test_all_other_controls_act_once_for_a_trembling_hand(control: Control) -> None:
    """The same control of the same player does not act again within a moment; others', and other controls, do."""
    each = choices()
    before = pressed(each, control, now=10.0), dict(each.choosing)
    assert pressed(each, control, now=10.3) == []
    assert each.choosing == before[1]
    other = Control.STAR if control is not Control.STAR else Control.EAR
    assert pressed(each, other, now=10.3) or each.choosing != before[1]
    assert pressed(each, control, CHILD2, now=10.3) or CHILD2 in each.choosing
    assert pressed(each, control, now=10.0 + LATER) or CHILD not in each.choosing


def test_nothing_is_heard_again_while_everything_is_stopped() -> None:
    """The ear waits for the child to go on; what else can be chosen without a sound can be chosen."""
    each = choices()
    pressed(each, Control.HAND)
    assert pressed(each, Control.EAR) == []
    assert pressed(each, Control.STAR) == [Keep("star", "", "child")]
    pressed(each, Control.DOOR)
    assert each.choosing == {CHILD: Control.DOOR}


def test_the_ear_ends_what_is_heard_again() -> None:
    """Touched while it is heard, the ear ends it; to listen no more is no choice of its own."""
    each = choices()
    each.listening = True
    assert pressed(each, Control.EAR) == [Listen(False)]
    each.listening = False
    assert pressed(each, Control.EAR, now=100 + LATER) == [Listen(True), Keep("listen", "", "child")]


def test_a_star_holds_until_something_new_is_played() -> None:
    """It stays through the end of a take and through a replay, and is gone with the first note of the next take."""
    each = choices()
    follow(each, TakeBegan(1, 48000, 128))
    follow(each, note())
    pressed(each, Control.STAR)
    assert each.starred
    follow(each, note())
    assert each.starred
    follow(each, TakeBegan(2, 48000, 128))
    follow(each, note(Source.REPLAY))
    assert each.starred
    follow(each, note())
    assert not each.starred


def test_the_lead_is_taken_and_given() -> None:
    """Who has it not takes it; who has it gives it to the next, at a seat or at the keys, and round again."""
    each = choices(players=(CHILD, CHILD2), others=(THERAPIST,))
    assert each.lead is CHILD
    presses = [(CHILD2, CHILD2), (CHILD2, THERAPIST), (CHILD, CHILD), (CHILD, CHILD2)]
    for number, (player, leader) in enumerate(presses):
        before = each.lead
        assert pressed(each, Control.SUN, player, 10 * number) == [
            Ask(Lead(leader)),
            Keep("lead", leader.label, "child"),
        ]
        # The engine says who has it.
        assert each.lead is before
        follow(each, Lead(leader))
        assert each.lead is leader


def test_who_is_alone_keeps_the_lead() -> None:
    """There is nobody to give it to."""
    each = choices(players=(CHILD,), others=())
    assert pressed(each, Control.SUN) == []
    assert each.lead is CHILD


def test_a_door_is_opened_and_shut_and_one_thing_is_chosen_at_a_time() -> None:
    """The same control again shuts; another opens in its place; a touch beside all pictures shuts without a choice."""
    each = choices()
    assert pressed(each, Control.DOOR, now=0) == []
    assert each.choosing == {CHILD: Control.DOOR}
    assert pressed(each, Control.DOOR, now=10) == []
    assert each.choosing == {}
    pressed(each, Control.DOOR, now=20)
    pressed(each, Control.SOUND, now=20.1)
    pressed(each, Control.DOOR, CHILD2, now=20.2)
    assert each.choosing == {CHILD: Control.SOUND, CHILD2: Control.DOOR}
    assert each.act(Picked(CHILD, None), 21) == []
    assert each.choosing == {CHILD2: Control.DOOR}


@pytest.mark.parametrize(
    ("control", "number"), [(Control.DOOR, 1), (Control.DOOR, 3), (Control.SOUND, 3), (Control.DOOR, None)]
)
def test_what_changes_nothing_is_no_choice(control: Control, number: int | None) -> None:
    """The world that one is in, or a picture that is none, shuts the pictures and is not kept."""
    each = choices()
    pressed(each, control)
    assert each.act(Picked(CHILD, number), 101) == []
    assert each.choosing == {}


def test_who_does_not_choose_picks_nothing() -> None:
    """A picture that comes too late, or another's, chooses nothing."""
    each = choices()
    pressed(each, Control.SOUND, CHILD2)
    assert each.act(Picked(CHILD, 0), 101) == []
    assert each.choosing == {CHILD2: Control.SOUND}


def test_a_sound_asked_for_at_a_keyboard_is_an_adult_s_choice() -> None:
    """Function keys and program changes are the staff's, also for the child's part; programs go round and round."""
    each = choices()
    assert each.act(Programmed(CHILD, 1), 0) == [Ask(Program(CHILD, "marimba")), Keep("sound", "marimba", "adult")]
    assert each.act(Programmed(THERAPIST, 5), 0) == [Ask(Program(THERAPIST, "pad")), Keep("sound", "pad", "adult")]
    assert Choices((CHILD,), (), "night", WORLDS, [], AllSettings()).act(Programmed(CHILD, 1), 0) == []


def test_in_another_world_all_take_up_its_instrument_but_who_chose_one_at_a_keyboard() -> None:
    """A world brings its sound; the therapist who set one at the keys keeps it, a child at the screen does not."""
    each = choices()
    assert each.entered("sea", "bell") == [Ask(Program(player, "bell")) for player in Player]
    assert each.world == "sea"
    each.act(Programmed(THERAPIST, 0), 0)
    each.act(Programmed(CHILD, 0), 0)
    pressed(each, Control.SOUND)
    each.act(Picked(CHILD, 2), 101)
    assert each.entered("forest", "flute") == [Ask(Program(player, "flute")) for player in (CHILD, CHILD2, PARTNER)]


def test_the_next_child_begins_anew() -> None:
    """Another child finds nothing stopped, nothing starred and no pictures open, and has the lead."""
    each = choices()
    pressed(each, Control.STAR)
    pressed(each, Control.SUN, CHILD2)
    pressed(each, Control.DOOR)
    pressed(each, Control.HAND)
    assert each.renew() == [Ask(Lead(CHILD))]
    assert (each.stopped, each.starred, each.choosing) == (False, False, {})


def test_what_the_engine_reports_is_how_things_are() -> None:
    """The sound of a part is the one that was performed, whoever asked; what is only asked for is not."""
    each = choices()
    follow(each, Program(PARTNER, "bowl"))
    follow(each, Program(CHILD, "harp"))
    follow(each, Program(CHILD, "pad"))
    each.act(Programmed(CHILD, 0), 0)
    assert each.sound == {PARTNER: "bowl", CHILD: "pad"}


_PRESSES: st.SearchStrategy[Press] = st.one_of(
    st.builds(Pressed, st.sampled_from(Control), st.sampled_from((CHILD, THERAPIST))),
    st.builds(Pressed, st.just(Control.HAND), st.sampled_from((CHILD, THERAPIST))),
    st.builds(LetGo, st.sampled_from((CHILD, THERAPIST))),
    st.builds(Picked, st.sampled_from((CHILD, THERAPIST)), st.one_of(st.none(), st.integers(0, 4))),
    st.builds(Programmed, st.sampled_from(Player), st.integers(0, 200)),
)
_EVENTS: st.SearchStrategy[Event] = st.sampled_from(
    (TakeBegan(1, 48000, 128), note(), note(Source.REPLAY), Program(CHILD, "pad"), Lead(THERAPIST))
)


@given(st.lists(st.tuples(st.one_of(_PRESSES, _EVENTS), st.floats(0, 2)), min_size=8, max_size=40))
def test_whatever_is_pressed_is_kept_as_whose_it_was(acts: list[tuple[Press | Event, float]]) -> None:
    """Every effect on music has a choice beside it by whoever pressed, and after a stop nothing begins by itself."""
    each = choices(players=(CHILD, THERAPIST), others=())
    now = 0.0
    for act, seconds in acts:
        now += seconds
        if not isinstance(act, Pressed | LetGo | Picked | Programmed):
            follow(each, act)
            continue
        before = {player for player in (CHILD, THERAPIST) if each.stopped_by(player)}
        effects = each.act(act, now)
        kept = [effect for effect in effects if isinstance(effect, Keep)]
        by = "adult" if isinstance(act, Programmed) or act.player is THERAPIST else "child"
        assert {effect.by for effect in kept} <= {by}
        if any(isinstance(effect, Ask | Enter) for effect in effects if effect != Ask(Stop())):
            assert len(kept) == 1
        if ReleaseAll() in effects:
            assert effects.index(ReleaseAll()) < effects.index(Ask(Stop()))
        if act == Pressed(Control.HAND, act.player):
            assert each.stopped_by(act.player) and ReleaseAll() in effects
        for player in before:
            assert each.stopped_by(player) or act == LetGo(player)
        if before:
            assert Listen(True) not in effects
        assert set(each.choosing) <= {CHILD, THERAPIST}
        assert each.lead in (CHILD, THERAPIST)
