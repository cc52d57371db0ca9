import itertools
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bedside.music import events, kinds
from bedside.music.events import Awaited, Declined, Performed, Player, Program, Settled
from bedside.sound.live import wire

numbers = st.integers(0, 2**62)
shares = st.floats(allow_nan=False)
names = st.text("abcdefghijklmnop", max_size=24)
OF_TYPE = {bool: st.booleans(), int: numbers, float: shares, str: names}


def any_of(made: type[object]) -> st.SearchStrategy[Any]:
    """Return a strategy that makes any value of a dataclass, from its fields."""
    types = kinds.fields(made)
    return st.builds(
        made, **{name: OF_TYPE[each] if each in OF_TYPE else st.sampled_from(each) for name, each in types.items()}
    )


def any_but(*left: type[object], of: object) -> st.SearchStrategy[Any]:
    return st.one_of([any_of(made) for made in get_args(of) if made not in left])


any_event = any_but(of=events.Event)
times = st.integers(0, 2**62)
any_message = st.one_of(
    st.builds(wire.Request, any_event, times),
    st.builds(wire.Outcome, st.builds(Performed, times, any_event), times),
    st.builds(wire.Outcome, st.builds(Settled, any_but(of=events.Setting)), times),
    st.builds(wire.Outcome, st.builds(Awaited, any_of(Program)), times),
    st.builds(wire.Outcome, st.builds(Declined, any_of(Program)), times),
    any_but(wire.Request, wire.Outcome, of=wire.Message),
)


@given(st.lists(any_message, max_size=12), st.lists(st.integers(0, 800), max_size=6))
def test_messages_arrive_as_they_were_sent_however_the_bytes_are_cut(
    messages: list[wire.Message], cuts: list[int]
) -> None:
    """Every message crosses unchanged, to the last bit of its numbers, in order, in pieces of any size."""
    sent = b"".join(map(wire.pack, messages))
    assert len(sent) == len(messages) * wire.SIZE
    edges = [0, *sorted(min(cut, len(sent)) for cut in cuts), len(sent)]
    unpacker = wire.Unpacker()
    arrived = [message for a, b in itertools.pairwise(edges) for message in unpacker.feed(sent[a:b])]
    assert arrived == messages


def test_a_name_too_long_is_cut_between_letters() -> None:
    """Of a name longer than a record has room for, what fits arrives, and half a letter is left out."""
    name = "m" * 23 + "\N{LATIN SMALL LETTER O WITH DIAERESIS}" + "n"
    [message] = wire.Unpacker().feed(wire.pack(wire.Request(Program(Player.CHILD, name), 0)))
    assert message == wire.Request(Program(Player.CHILD, "m" * 23), 0)


def test_a_record_of_no_known_kind_is_refused() -> None:
    """Bytes that are no record are an error, not a note."""
    with pytest.raises(ValueError, match="kind 250"):
        list(wire.Unpacker().feed(b"\xfa" + bytes(wire.SIZE - 1)))
