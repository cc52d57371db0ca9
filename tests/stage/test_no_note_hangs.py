"""Whatever hands do, in whatever order it is reported, every note begins once and ends once."""

from __future__ import annotations

from collections.abc import Sequence

import mido
import pygame
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bedside.music.events import Event, Glide, NoteOff, NoteOn, Pedal, Player, Program, Shape
from bedside.music.pad import Area
from bedside.stage.input.hands import Tuning
from bedside.stage.input.midi import KeyboardMessage
from bedside.stage.input.seats import Together
from effort import times
from stage.reports import INSTRUMENTS, PADS, SIZE, TONES, TUNING, finger, give, hands, key, mouse, sides

LETTERS = (pygame.KSCAN_A, pygame.KSCAN_S, pygame.KSCAN_SEMICOLON, pygame.KSCAN_Q, pygame.KSCAN_P, pygame.KSCAN_V)
CHILD, THERAPIST = Player.CHILD, Player.THERAPIST

_PLACE = st.one_of(
    st.sampled_from([(round(pad.x), round(pad.y)) for pad in PADS]),
    st.tuples(st.integers(-50, 850), st.integers(-50, 530)),
)
_FINGERS = st.builds(
    lambda kind, place, number, panel: finger(kind, place[0], place[1], number, panel),
    st.sampled_from((pygame.FINGERDOWN, pygame.FINGERMOTION, pygame.FINGERUP)),
    _PLACE,
    st.integers(0, 1),
    st.integers(0, 1),
)
_MICE = st.builds(
    lambda kind, place, button: mouse(kind, place[0], place[1], button),
    st.sampled_from((pygame.MOUSEBUTTONDOWN, pygame.MOUSEMOTION, pygame.MOUSEBUTTONUP)),
    _PLACE,
    st.integers(1, 3),
)
_COMPUTER = st.builds(
    key,
    st.sampled_from((pygame.KEYDOWN, pygame.KEYUP)),
    st.sampled_from((*LETTERS, pygame.KSCAN_F2)),
    st.sampled_from((pygame.K_a, pygame.K_F2)),
    st.sampled_from((0, pygame.KMOD_LCTRL, pygame.KMOD_SHIFT)),
)
_OTHERS = st.sampled_from((pygame.event.Event(pygame.WINDOWFOCUSLOST), pygame.event.Event(pygame.WINDOWEXPOSED)))
_MESSAGES = st.one_of(
    st.builds(
        lambda kind, note, velocity: mido.Message(kind, note=note, velocity=velocity),
        st.sampled_from(("note_on", "note_off")),
        st.integers(60, 64),
        st.integers(0, 127),
    ),
    st.builds(lambda program: mido.Message("program_change", program=program), st.integers(0, 127)),
    st.builds(
        lambda control, value: mido.Message("control_change", control=control, value=value),
        st.sampled_from((1, 7, 11, 64, 120, 121, 123)),
        st.integers(0, 127),
    ),
    st.builds(lambda pitch: mido.Message("pitchwheel", pitch=pitch), st.integers(-8192, 8191)),
    st.builds(lambda value: mido.Message("aftertouch", value=value), st.integers(0, 127)),
    st.builds(
        lambda note, value: mido.Message("polytouch", note=note, value=value), st.integers(60, 64), st.integers(0, 127)
    ),
    st.just(mido.Message("reset")),
    st.none(),
)
_PLAYED = st.builds(KeyboardMessage, st.sampled_from(("one", "two")), _MESSAGES)


# What becomes of the hands beside what they do: another instrument, a stop and going on, pictures, another world.
_TURNS = st.one_of(
    st.builds(Program, st.sampled_from((CHILD, THERAPIST)), st.sampled_from(sorted(INSTRUMENTS))),
    st.sampled_from(("stop", "go on", "choose", "chosen", "lost", "enter")),
)


@pytest.mark.slow
@settings(max_examples=times(100), deadline=None)
@given(
    st.sampled_from((Together.ALONE, Together.BESIDE, Together.FACING)),
    # what fingers do is most of what happens
    # what fingers do is most of what happens
    st.lists(
        st.one_of(_FINGERS, _FINGERS, _FINGERS, _MICE, _COMPUTER, _OTHERS, _PLAYED, _TURNS), min_size=25, max_size=60
    ),
)
def test_nothing_that_hands_do_leaves_a_note_hanging(
    together: Together, acts: list[pygame.event.Event | KeyboardMessage | Program | str]
) -> None:
    """In any order of reports, stops, choices and worlds each note begins once, ends once, and while stopped none."""
    players = (CHILD,) if together is Together.ALONE else (CHILD, THERAPIST)
    at = sides(together, players)
    each = hands(at=at)
    sounding: set[tuple[Player, int]] = set()
    begun: set[int] = set()
    pedals: set[bool] = set()

    def follow(events: Sequence[Event]) -> None:
        for event in events:
            match event:
                case NoteOn(player, note):
                    assert not each.deaf
                    assert note not in begun
                    begun.add(note)
                    sounding.add((player, note))
                case NoteOff(player, note):
                    sounding.remove((player, note))
                    assert each.place(player, note) is None
                case Shape(player, note) | Glide(player, note):
                    assert (player, note) in sounding
                case Pedal(_, down):
                    pedals.add(down)
                    pedals.discard(not down)

    for act in acts:
        match act:
            case KeyboardMessage():
                follow(each.hear(act, 0.0))
            case Program():
                give(each, act.player, act.instrument)
            case "stop" | "go on":
                # A note that is held may be held on: whoever stops lets go first, but that is not the hands' doing.
                each.deaf = act == "stop"
            case "choose":
                each.choosing[CHILD] = (Area(0, 100, 200, 200),)
            case "chosen":
                each.choosing.clear()
            case "lost":
                follow(each.release_missing({(0, 0), (1, 1)}))
            case "enter":
                follow(each.settle(at, SIZE, Tuning(TONES, 55, THERAPIST, True) if each.choosing else TUNING))
            case _:
                follow(each.feed(act))  # type: ignore[arg-type]
        for player, note, _, _ in each.moved():
            assert note in begun
            assert player in players
        # four fingers, the mouse and the letters; five keys on each of two keyboards
        assert len(sounding) <= 4 + 1 + len(LETTERS) + 10
        assert len([note for player, note in sounding if player is CHILD]) <= 4 + 1 + len(LETTERS)
    follow(each.lift())
    assert not [note for player, note in sounding if player is CHILD]
    follow([*each.hear(KeyboardMessage("one", None), 0.0), *each.hear(KeyboardMessage("two", None), 0.0)])
    assert not sounding
    assert all(each.place(player, note) is None for note in begun for player in Player)
    assert True not in pedals
