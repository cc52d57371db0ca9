"""The picture worker runs jobs in order on a thread of its own, and survives their faults."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

from bedside.errors import BedsideError
from bedside.stage.picture.worker import PictureWorker

PATIENCE_SECONDS = 20.0


class Loop:
    """A loop that collects when it is woken, and keeps what the staff were told."""

    def __init__(self) -> None:
        self.sentences: list[str] = []
        self.got: list[object] = []
        self.takers: list[int] = []
        self._woken = threading.Semaphore(0)
        self.worker = PictureWorker(self._woken.release, self.sentences.append)

    def take(self, made: object) -> None:
        """Be handed what was made."""
        self.got.append(made)
        self.takers.append(threading.get_ident())

    def wait(self, times: int = 1) -> None:
        """Wait until the worker has woken the loop so often."""
        for _ in range(times):
            assert self._woken.acquire(timeout=PATIENCE_SECONDS)

    def turn(self, times: int = 1) -> None:
        """Wait as often, then collect."""
        self.wait(times)
        self.worker.deliver()


@pytest.fixture
def loop() -> Iterator[Loop]:
    made = Loop()
    yield made
    made.worker.close(PATIENCE_SECONDS)


def test_what_is_ordered_is_made_elsewhere_and_handed_over_here(loop: Loop) -> None:
    """The work is done on the worker's thread; what it made is taken on the loop's, when that collects."""
    loop.worker.submit(threading.get_ident, loop.take)
    loop.wait()
    assert loop.got == []
    loop.worker.deliver()
    (maker,) = loop.got
    assert maker != threading.get_ident()
    assert loop.takers == [threading.get_ident()]
    loop.worker.deliver()
    assert len(loop.got) == 1


def test_orders_are_filled_one_after_the_other(loop: Loop) -> None:
    """All results come in the order of their jobs, each once."""
    for number in range(50):
        loop.worker.submit(lambda number=number: number, loop.take)  # type: ignore[misc]
    loop.turn(50)
    assert loop.got == list(range(50))


def test_to_order_and_to_collect_waits_for_nothing(loop: Loop) -> None:
    """Jobs can be submitted while one runs; `deliver` gives finished results only."""
    begun, go_on = threading.Event(), threading.Event()

    def slow() -> str:
        begun.set()
        assert go_on.wait(PATIENCE_SECONDS)
        return "slow"

    loop.worker.submit(lambda: "quick", loop.take)
    loop.worker.submit(slow, loop.take)
    loop.worker.submit(lambda: "after", loop.take)
    assert begun.wait(PATIENCE_SECONDS)
    loop.turn()
    assert loop.got == ["quick"]
    go_on.set()
    loop.turn(2)
    assert loop.got == ["quick", "slow", "after"]


def test_what_fails_is_a_sentence_and_the_next_is_made(loop: Loop) -> None:
    """A world that is broken is told to the staff in its own words, a mistake by its kind; both wake the loop."""

    def broken() -> str:
        raise BedsideError("The picture torn.svg cannot be shown; install the program again.")

    def mistaken() -> str:
        raise ZeroDivisionError("a secret of the program")

    loop.worker.submit(broken, loop.take)
    loop.worker.submit(mistaken, loop.take)
    loop.worker.submit(lambda: "good", loop.take)
    loop.turn(3)
    assert loop.got == ["good"]
    assert loop.sentences == [
        "The picture torn.svg cannot be shown; install the program again.",
        "A picture could not be made (ZeroDivisionError); the music went on.",
    ]


def test_what_is_taken_may_order_more(loop: Loop) -> None:
    """A delivered result may submit another job, which runs in its turn."""

    def again(made: object) -> None:
        loop.take(made)
        if made == 1:
            loop.worker.submit(lambda: 2, loop.take)

    loop.worker.submit(lambda: 1, again)
    loop.turn()
    loop.turn()
    assert loop.got == [1, 2]


def test_closed_it_makes_nothing_more() -> None:
    """Closing finishes the jobs submitted before, ignores later ones, and ends the thread."""
    loop = Loop()
    loop.worker.submit(lambda: "before", loop.take)
    loop.worker.close(PATIENCE_SECONDS)
    assert not loop.worker._thread.is_alive()
    loop.worker.submit(lambda: "after", loop.take)
    loop.worker.deliver()
    assert loop.got == ["before"]


def test_closing_waits_no_longer_than_it_was_given() -> None:
    """A job that never ends does not keep the program from ending."""
    loop, never = Loop(), threading.Event()
    loop.worker.submit(lambda: never.wait(PATIENCE_SECONDS), loop.take)
    loop.worker.close(0.05)
    assert loop.got == []
    never.set()
    loop.worker.close(PATIENCE_SECONDS)
