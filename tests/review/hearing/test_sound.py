"""Takes are rendered for the pages by another process, which may fall, and what somebody waits for comes first."""

from __future__ import annotations

import io
import os
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import soundfile

from bedside.errors import BedsideError, NotFound
from bedside.music.events import NoteOff, NoteOn, Performed, Player, Program, Source, TakeBegan, TakeEnded
from bedside.review.hearing import rendering, sound
from bedside.review.hearing.sound import Listening, TakeSound

RATE = 48_000
PATIENCE_SECONDS = 60.0


def take(seconds: int) -> list[Performed]:
    """Return a take with a child's note in each second."""
    took = [Performed(0, TakeBegan(3, RATE, 128)), Performed(0, Program(Player.CHILD, "harp"))]
    for second in range(seconds):
        on = NoteOn(Player.CHILD, second, 60 + second % 12, 0.6, 0.5, Source.TOUCH)
        took += [Performed(second * RATE, on), Performed(second * RATE + RATE // 2, NoteOff(Player.CHILD, second))]
    return [*took, Performed(seconds * RATE, TakeEnded())]


TAKES = {"hour": take(3600), "short": take(3), "other": take(4)}


@pytest.fixture
def listening(tmp_path: Path) -> Iterator[Listening]:
    made = Listening(lambda name: TAKES.get(name, []), None, tmp_path)
    yield made
    made.close()


def whole(made: TakeSound) -> bytes:
    return b"".join(made.read(0, made.size - 1))


def until(met: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE_SECONDS
    while not met():
        assert time.monotonic() < end
        time.sleep(0.01)


@pytest.mark.slow
def test_what_is_waited_for_comes_first(listening: Listening) -> None:
    """A short take is heard to its end while an hour is still being rendered, and the hour goes on afterwards."""
    hour = listening.sound("hour", tuple(Player))
    until(lambda: hour.seconds() > 0)
    short = listening.sound("short", tuple(Player))
    assert len(whole(short)) == short.size
    there = hour.seconds()
    assert there < hour.length / 2
    until(lambda: hour.seconds() > there)


@pytest.mark.slow
def test_what_is_made_ahead_waits(listening: Listening) -> None:
    """What nobody waits for yet is not begun before what somebody waits for is whole."""
    hour = listening.sound("hour", tuple(Player))
    ahead = listening.sound("other", tuple(Player), ahead=True)
    until(lambda: hour.seconds() > 20)
    assert ahead.seconds() == 0
    assert len(whole(ahead)) == ahead.size


def test_an_hour_begins_to_sound_before_all_of_it_is_known() -> None:
    """The process that renders is sent the events as far as it has come, not all of them first."""
    events = TAKES["hour"]
    sent: list[int] = []

    def fetch() -> list[Performed]:
        at = sum(sent)
        sent.append(rendering.EVENTS)
        return events[at : at + rendering.EVENTS]

    coming = rendering.LazyEvents(len(events), fetch)
    names = rendering.instrument_names(events, None)
    begin = rendering.BeginRendering(1, len(events), 3600 * RATE, RATE, frozenset(Player), names)
    first = next(rendering.pieces(begin, coming, None))
    assert len(first) == 4 * rendering.PIECE_FRAMES
    assert len(sent) == 1
    assert list(coming)[-1] == events[-1]


@pytest.mark.slow
def test_a_process_that_falls_is_replaced(listening: Listening) -> None:
    """When what renders is killed, the one who waits is told, others go on, and asking again is heard."""
    other = listening.sound("other", tuple(Player))
    assert len(whole(other)) == other.size
    hour = listening.sound("hour", tuple(Player))
    until(lambda: hour.seconds() > 1)
    renderer = listening._renderer
    assert renderer is not None
    os.kill(renderer.pid, signal.SIGKILL)
    until(lambda: hour.fault() is not None)
    with pytest.raises(BedsideError, match="cannot be heard"):
        hour.piece(hour.size - 1000, hour.size - 1)
    assert len(whole(other)) == other.size
    again = listening.sound("hour", tuple(Player))
    until(lambda: again.seconds() > 1)
    assert again.fault() is None


@pytest.mark.slow
def test_the_longest_unheard_makes_room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """When there is no room left, what nobody has listened to for longest is forgotten, and can be asked for anew."""
    monkeypatch.setattr(sound, "MOST_BYTES", 8 * RATE * 4)
    with sound.listening(lambda name: TAKES.get(name, []), None, tmp_path) as listening:
        short = listening.sound("short", tuple(Player))
        before = whole(short)
        other = listening.sound("other", tuple(Player))
        whole(other)
        assert short.piece(100, 200) is not None
        third = listening.sound("short", (Player.CHILD,))
        assert len(whole(third)) == third.size
        with pytest.raises(BedsideError, match="removed"):
            other.piece(100, 200)
        assert short.piece(100, 200) is not None
        assert len(whole(listening.sound("other", tuple(Player)))) == other.size
        with pytest.raises(BedsideError, match="removed"):
            third.piece(100, 200)
        assert whole(short) == before


def test_one_too_large_for_the_room_is_heard(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A take longer than all the room there is takes the place of everything else, and is heard whole."""
    monkeypatch.setattr(sound, "MOST_BYTES", 2 * RATE * 4)
    with sound.listening(lambda name: TAKES.get(name, []), None, tmp_path) as listening:
        short = listening.sound("short", tuple(Player))
        whole(short)
        other = listening.sound("other", tuple(Player))
        assert len(whole(other)) == other.size
        with pytest.raises(BedsideError, match="removed"):
            short.piece(100, 200)


def test_nothing_is_left(tmp_path: Path) -> None:
    """When the pages close, the process and the file are gone, and the file held no sound in the clear."""
    made = Listening(lambda name: TAKES.get(name, []), None, tmp_path)
    wave = whole(made.sound("short", tuple(Player)))
    renderer = made._renderer
    assert renderer is not None
    (folder,) = tmp_path.iterdir()
    kept = b"".join(file.read_bytes() for file in folder.iterdir())
    loud = soundfile.read(io.BytesIO(wave), dtype="int16")[0][RATE : RATE + 100].tobytes()
    assert loud.strip(b"\0")
    assert loud in wave
    assert loud not in kept
    made.close()
    with pytest.raises(ProcessLookupError):
        os.kill(renderer.pid, 0)
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(NotFound):
        Listening(lambda _name: [], None, tmp_path).sound("none", tuple(Player))
