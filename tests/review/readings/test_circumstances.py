"""In what way a take was played: so far as the take and the ledger say."""

from __future__ import annotations

from datetime import UTC, datetime

from bedside.archive.store.store import Choice
from bedside.music.events import NoteOn, Performed, Player, Program, Reverb, Source, TakeBegan
from bedside.review.readings.circumstances import Circumstances, circumstances, combined, differences, with_worlds


def note(player: Player, source: Source, number: int = 1) -> Performed:
    return Performed(10, NoteOn(player, number, 60, 0.5, 0.5, source))


BEGAN = Performed(0, TakeBegan(1, 48000, 128))


def test_what_was_played_on_counts_and_what_was_only_chosen_does_not() -> None:
    """An instrument without a note on it, and one of another player, are none of the child's."""
    take = [
        BEGAN,
        Performed(0, Reverb("hall")),
        Performed(0, Program(Player.CHILD, "harp")),
        Performed(0, Program(Player.THERAPIST, "piano")),
        note(Player.CHILD, Source.TOUCH),
        note(Player.THERAPIST, Source.MIDI),
        Performed(20, Program(Player.CHILD, "bell")),
    ]
    found = circumstances(take, Player.CHILD)
    assert found == Circumstances(("harp",), ("hall",), (), ("touch",), ("child", "therapist"))
    assert circumstances(take, Player.THERAPIST).instruments == ("piano",)


def test_a_replay_is_nobodys_play() -> None:
    """What was only heard again adds no access and no player."""
    found = circumstances([BEGAN, note(Player.CHILD, Source.REPLAY)], Player.CHILD)
    assert found == Circumstances()


def test_worlds_come_from_the_ledger() -> None:
    """The worlds that were entered are named once each, and no other choice is a world."""
    now = datetime(2026, 1, 1, tzinfo=UTC)
    choices = [Choice("t", 1, now, what, which, "child") for what, which in (("world", "sea"), ("sound", "bell"))]
    assert with_worlds(Circumstances(), {}, [*choices, *choices]).worlds == ("sea",)
    assert with_worlds(Circumstances(), {"world": "night"}, choices).worlds == ("night", "sea")


def test_differences_are_named_and_order_is_none() -> None:
    """Another instrument is named with what was before; the same in another order, or nothing before, is not."""
    one = Circumstances(("harp", "bell"), ("hall",), (), ("touch",), ("child",))
    assert differences(one, [Circumstances(("bell", "harp"), ("hall",), (), ("touch",), ("child",))]) == []
    assert differences(one, []) == []
    other = Circumstances(("drum",), (), (), ("touch",), ("child",))
    assert differences(one, [other, other]) == ["instrument harp, bell, earlier drum", "room hall, earlier not said"]


def test_a_sessions_takes_are_joined() -> None:
    """Two takes on two instruments were a session on both."""
    assert combined([Circumstances(("harp",)), Circumstances(("bell", "harp"))]).instruments == ("harp", "bell")
    assert combined([]) == Circumstances()


def test_what_the_measures_compare_is_the_same() -> None:
    """The world stands for scale and layout, or else the room; the order of instruments does not matter."""
    one = Circumstances(("b", "a"), ("hall",), (), ("touch",), ("child",)).described()
    assert one == Circumstances(("a", "b"), ("hall",), (), ("touch",), ("child",)).described()
    sea = Circumstances(("a", "b"), ("hall",), ("sea",), ("touch",), ("child",)).described()
    assert one.unlike(sea) == ("scale", "layout")
