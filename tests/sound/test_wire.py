import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bedside.music import events
from bedside.music.events import Performed, Player, Source
from bedside.sound import wire

players = st.sampled_from(Player)
numbers = st.integers(0, 2**32 - 1)
shares = st.floats(0, 1)
names = st.text("abcdefghijklmnop", min_size=1, max_size=16)
any_event = st.one_of(
    st.builds(events.NoteOn, players, numbers, st.integers(0, 127), shares, shares, st.sampled_from(Source)),
    st.builds(events.NoteOff, players, numbers),
    st.builds(events.Shape, players, numbers, shares),
    st.builds(events.Program, players, names),
    st.builds(events.Level, players, st.floats(-90, 12), st.floats(-1, 1)),
    st.builds(events.Tempo, st.floats(0.01, 10)),
    st.builds(events.TakeBegan, numbers, st.integers(8000, 705_600_000), st.integers(1, 4096)),
    st.sampled_from([events.Stop(), events.TakeEnded(), events.Lost(), events.Resumed()]),
)
times = st.integers(0, 2**62)
any_message = st.one_of(
    st.builds(wire.Ask, any_event, times),
    st.builds(wire.Report, st.builds(Performed, times, any_event), times),
    st.builds(wire.Open, st.booleans()),
    st.builds(wire.Resume, numbers, times, times),
    st.builds(wire.Ping, times),
    st.builds(wire.Pong, times, st.floats(0, 10)),
    st.builds(wire.Opened, st.floats(0, 1), st.just("") | names),
    st.builds(wire.Beat, times, times, numbers, st.floats(0, 10), st.booleans()),
    st.sampled_from([wire.Close(), wire.Quit(), wire.Ready()]),
)


@given(st.lists(any_message, max_size=12), st.lists(st.integers(0, 800), max_size=6))
def test_messages_arrive_as_they_were_sent_however_the_bytes_are_cut(messages, cuts):
    """Every message crosses unchanged, to the last bit of its numbers, in order, in pieces of any size."""
    sent = b"".join(map(wire.pack, messages))
    assert len(sent) == len(messages) * wire.SIZE
    edges = [0, *sorted(min(cut, len(sent)) for cut in cuts), len(sent)]
    unpacker = wire.Unpacker()
    arrived = [message for a, b in itertools.pairwise(edges) for message in unpacker.feed(sent[a:b])]
    assert arrived == messages


def test_a_record_of_no_known_kind_is_refused():
    """Bytes that are no record are an error, not a note."""
    with pytest.raises(ValueError, match="kind 250"):
        list(wire.Unpacker().feed(b"\xfa" + bytes(wire.SIZE - 1)))
