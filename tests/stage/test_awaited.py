"""An instrument that is asked for before it is ready: pads, sliding and sign agree with what sounds at every moment."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import mido
import pygame
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bedside.archive.store.choices import Chosen, Marked
from bedside.music import scales
from bedside.music.compass import Compass, keys
from bedside.music.events import Event, Player, Program, Settled
from bedside.stage.input.midi import KeyboardMessage
from bedside.stage.input.seats import Control, Together
from bedside.stage.picture.bedsetup import BedSetup
from bedside.stage.picture.look import PLAIN
from bedside.stage.playground import Outside, Playground
from sound.tones import RATE
from stage.late import INSTRUMENTS, NAMES, SUSTAINED, LateRehearsal
from stage.playroom import PromptWorker, canvas, offered
from stage.rehearsal import BLOCK, LEAST, PLAYERS, SIZE, plain_worlds

# Longer than a trembling hand's touch, and than a stop.
A_WHILE = 0.7

# One block.
A_MOMENT = 1.01 * BLOCK / RATE


def shown(room: LateRehearsal, player: Player) -> tuple[str, bool]:
    """Return which instrument a player's sign shows, and whether as waiting."""
    sign = room.playground.view.sign(Control.SOUND, player)
    return sign.shown, sign.waiting


def require_agreement(room: LateRehearsal) -> None:
    """Require that each player's pads, sliding and sign are those of the instrument that the engine plays."""
    world = plain_worlds()[room.playground.choices.world]
    for side in room.playground.sides:
        player = side.seat.player
        plays = room.engine.settings.parts[player].instrument
        instrument = INSTRUMENTS[plays]
        compass = Compass(instrument.lowest, instrument.highest, instrument.lowest + 12)
        tones = scales.scale(world.scale)
        assert room.playground.hands.pads[player] == tuple(keys(tones, world.root, len(side.pads), compass))
        assert room.playground.hands._fingers[player].sliding is (plays in SUSTAINED)
        name, waiting = shown(room, player)
        if waiting:
            assert name != plays
            assert name == room.engine.settings.awaited.get(player, name)
        else:
            assert name == plays
            assert player not in room.engine.settings.awaited


def pass_blocks(room: LateRehearsal, seconds: float) -> None:
    """Let time pass, and require agreement after every block."""
    until = room.now + seconds
    while room.now < until:
        room.let_pass(A_MOMENT)
        require_agreement(room)


def press_function_key(room: LateRehearsal, name: str, mod: int = 0) -> None:
    """Ask for an instrument at the computer's keyboard."""
    key = pygame.K_F2 + NAMES.index(name)
    room.playground.feed(pygame.event.Event(pygame.KEYDOWN, scancode=0, key=key, mod=mod), room.now)


def touch_pad(room: LateRehearsal, number: int, player: Player = Player.CHILD) -> None:
    """Touch one of a player's pads."""
    side = next(side for side in room.playground.sides if side.seat.player == player)
    pad = side.pads[number % len(side.pads)]
    room.tap(pad.x, pad.y, finger=int(player))


def enter(room: LateRehearsal, world: str) -> None:
    """Go through the door."""
    room.press(Control.DOOR)
    room.let_pass(A_MOMENT)
    areas = room.playground.hands.choosing.get(Player.CHILD, ())
    number = room.playground.choices.worlds.index(world)
    if number < len(areas):
        room.tap(areas[number].x + areas[number].width / 2, areas[number].y + areas[number].height / 2)
    room.let_pass(A_MOMENT)


@contextmanager
def rehearsal(together: Together = Together.ALONE) -> Iterator[LateRehearsal]:
    """Give a rehearsal in which the stage knows by now what everybody plays."""
    room = LateRehearsal(together)
    try:
        room.let_pass(A_MOMENT)
        yield room
    finally:
        room.end()


@pytest.fixture
def room() -> Iterator[LateRehearsal]:
    with rehearsal() as room:
        yield room


def test_an_instrument_that_is_not_ready_is_shown_waiting_and_taken_when_it_is(room: LateRehearsal) -> None:
    """Until the organ is there the pad plays, under fingers that know it; then organ, pads, sliding and sign."""
    assert shown(room, Player.CHILD) == ("pad", False)
    pads = room.playground.hands.pads[Player.CHILD]
    press_function_key(room, "organ")
    pass_blocks(room, A_WHILE)
    assert shown(room, Player.CHILD) == ("organ", True)
    assert room.playground.hands.pads[Player.CHILD] == pads
    touch_pad(room, 2)
    pass_blocks(room, A_WHILE)
    room.offer("organ")
    pass_blocks(room, A_MOMENT)
    assert shown(room, Player.CHILD) == ("organ", False)
    assert room.playground.hands.pads[Player.CHILD] != pads
    touch_pad(room, 2)
    pass_blocks(room, A_WHILE)
    assert room.struck == ["pad", "organ"]


def test_the_wait_lasts_over_a_stop_and_over_another_engine(room: LateRehearsal) -> None:
    """Neither ends it; and a program change of a MIDI keyboard waits as a function key does."""
    press_function_key(room, "harp")
    message = mido.Message("program_change", program=NAMES.index("flute"))
    room.playground.hear(KeyboardMessage("keys", message), room.now)
    pass_blocks(room, A_MOMENT)
    room.press(Control.HAND)
    pass_blocks(room, A_WHILE)
    room.press(Control.HAND)
    assert shown(room, Player.CHILD) == ("harp", True)
    room.launch(("organ", "pad"))
    pass_blocks(room, A_WHILE)
    assert shown(room, Player.CHILD) == ("harp", True)
    assert room.engine.settings.parts[Player.CHILD].instrument == "pad"
    room.offer("harp")
    room.offer("flute")
    pass_blocks(room, A_WHILE)
    assert shown(room, Player.CHILD) == ("harp", False)
    assert room.engine.settings.parts[Player.THERAPIST].instrument == "flute"


def test_a_part_that_is_given_another_instrument_waits_no_longer(room: LateRehearsal) -> None:
    """The last choice holds; what comes too late is not taken."""
    press_function_key(room, "harp")
    pass_blocks(room, A_WHILE)
    press_function_key(room, "pad")
    pass_blocks(room, A_WHILE)
    assert shown(room, Player.CHILD) == ("pad", False)
    room.offer("harp")
    pass_blocks(room, A_WHILE)
    assert shown(room, Player.CHILD) == ("pad", False)
    press_function_key(room, "organ")
    pass_blocks(room, A_WHILE)
    press_function_key(room, "harp")
    room.offer("organ")
    pass_blocks(room, A_WHILE)
    assert shown(room, Player.CHILD) == ("harp", False)


def test_a_world_whose_instrument_is_not_ready_is_entered_at_once(room: LateRehearsal) -> None:
    """Pads, scale and picture are the new world's from then on; its instrument follows when it is there."""
    enter(room, "bowls")
    pass_blocks(room, A_WHILE)
    assert room.playground.choices.world == "bowls"
    assert len(room.playground.sides[0].pads) == plain_worlds()["bowls"].pads
    assert shown(room, Player.CHILD) == ("harp", True)
    touch_pad(room, 1)
    pass_blocks(room, A_WHILE)
    room.offer("harp")
    pass_blocks(room, A_WHILE)
    assert shown(room, Player.CHILD) == ("harp", False)
    touch_pad(room, 1)
    pass_blocks(room, A_WHILE)
    assert room.struck == ["pad", "harp"]


def test_an_instrument_that_nobody_knows_changes_nothing(room: LateRehearsal) -> None:
    """It is declined, and what is awaited is still awaited."""
    press_function_key(room, "harp")
    room.ask(Program(Player.CHILD, "nobody knows it"))
    pass_blocks(room, A_WHILE)
    assert shown(room, Player.CHILD) == ("harp", True)
    room.offer("harp")
    pass_blocks(room, A_WHILE)
    assert shown(room, Player.CHILD) == ("harp", False)


def test_an_engine_that_lacks_what_was_played_says_what_it_plays(room: LateRehearsal) -> None:
    """In the midst of a take too: the record says on which instrument each note sounded."""
    room.offer("flute")
    room.offer("harp")
    pass_blocks(room, A_WHILE)
    press_function_key(room, "flute")
    touch_pad(room, 1)
    pass_blocks(room, A_WHILE)
    room.launch(("harp",))
    pass_blocks(room, A_WHILE)
    assert shown(room, Player.CHILD) == ("flute", True)
    touch_pad(room, 1)
    pass_blocks(room, A_WHILE)
    room.offer("flute")
    pass_blocks(room, A_WHILE)
    touch_pad(room, 1)
    pass_blocks(room, A_WHILE)
    assert room.struck == ["flute", "harp", "flute"] == room.replayed()


_NAMES = st.sampled_from(NAMES)
_STEPS = st.one_of(
    st.tuples(st.just("choose"), _NAMES, st.sampled_from((0, pygame.KMOD_SHIFT))),
    st.tuples(st.just("program"), _NAMES),
    st.tuples(st.just("offer"), _NAMES),
    st.tuples(st.just("touch"), st.integers(0, 9), st.integers(0, 1)),
    st.tuples(st.just("hand over"), st.sets(_NAMES, min_size=1)),
    st.tuples(st.just("enter"), st.sampled_from(sorted(plain_worlds()))),
    st.tuples(st.just("stop")),
    st.tuples(st.just("unknown")),
    st.tuples(st.just("close")),
    *[st.tuples(st.just("wait"), st.sampled_from((A_MOMENT, A_WHILE)))] * 4,
)


@pytest.mark.slow
@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.sampled_from((Together.ALONE, Together.FACING)), st.lists(_STEPS, min_size=5, max_size=40))
def test_pads_sliding_and_sign_agree_with_what_sounds(together: Together, steps: list[tuple[object, ...]]) -> None:
    """In any order of choices, arrivals, notes, stops, worlds and engines; in the end everybody has their choice."""
    with rehearsal(together) as room:
        players = PLAYERS[together]
        for step in steps:
            match step:
                case "choose", str(name), int(mod):
                    press_function_key(room, name, mod)
                case "program", str(name):
                    message = mido.Message("program_change", program=NAMES.index(name))
                    room.playground.hear(KeyboardMessage("keys", message), room.now)
                case "offer", str(name):
                    room.offer(name)
                case "touch", int(number), int(seat):
                    touch_pad(room, number, players[seat % len(players)])
                case "hand over", set(names):
                    room.launch(sorted(names))
                case "enter", str(world):
                    enter(room, world)
                case ("stop",):
                    room.press(Control.HAND)
                case ("unknown",):
                    room.ask(Program(Player.CHILD, "nobody knows it"))
                    pass_blocks(room, A_MOMENT)
                case ("close",):
                    room.close()
                case "wait", float(seconds):
                    pass_blocks(room, seconds)
        for name in NAMES:
            room.offer(name)
        pass_blocks(room, A_WHILE)
        assert not room.engine.settings.awaited
        for player, name in room.wanted.items():
            assert room.engine.settings.parts[player].instrument == name
        assert room.struck == room.replayed()


def test_before_the_first_instrument_is_ready_the_worlds_is_shown_waiting() -> None:
    """With an empty cache the child sees which sound is coming before the engine says a word."""
    night = plain_worlds()["night"]
    setup = BedSetup(Together.ALONE, (Player.CHILD,), LEAST, PLAIN, Player.THERAPIST, free=False)
    asked: list[Event] = []
    chosen: list[Chosen | Marked] = []
    outside = Outside(asked.append, lambda: None, lambda: None, chosen.append)
    playground = Playground(canvas(SIZE), night, setup, offered(), outside, PromptWorker(), plain_worlds())
    sign = playground.view.sign(Control.SOUND, Player.CHILD)
    assert (sign.shown, sign.waiting) == (night.instrument, True)
    playground.follow(Settled(Program(Player.CHILD, night.instrument)), 1.0)
    assert (sign.shown, sign.waiting) == (night.instrument, False)
