from __future__ import annotations

import pytest

from bedside.review.web.visits import IDLE_SECONDS, LONGEST_SECONDS, Visits, same


class Clock:
    def __init__(self) -> None:
        self.now = 50.0

    def __call__(self) -> float:
        """Return what it shows."""
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def visits(clock: Clock) -> Visits:
    return Visits(clock)


def test_idle(visits: Visits, clock: Clock) -> None:
    """A visit lasts while somebody asks for something every half hour, and ends after half an hour without."""
    token = visits.begin()
    for _ in range(5):
        clock.now += IDLE_SECONDS
        assert visits.of(token) is not None
    clock.now += IDLE_SECONDS + 0.01
    assert visits.of(token) is None
    clock.now -= 100
    assert visits.of(token) is None, "it does not come back"


def test_end_others(visits: Visits) -> None:
    """Every visit ends but one; without that one, all do."""
    tokens = [visits.begin() for _ in range(3)]
    visits.end_others(tokens[1])
    assert [visits.of(token) is not None for token in tokens] == [False, True, False]
    visits.end_others(None)
    assert visits.of(tokens[1]) is None


def test_longest(visits: Visits, clock: Clock) -> None:
    """However busy, a visit ends after a working day."""
    token = visits.begin()
    begun = clock.now
    while clock.now - begun < LONGEST_SECONDS - 60:
        clock.now += 60
        assert visits.of(token) is not None
    clock.now = begun + LONGEST_SECONDS + 0.01
    assert visits.of(token) is None


def test_no_two_are_alike(visits: Visits) -> None:
    """Every visit has a cookie and a csrf of its own, of 256 random bits each, and the one does not tell the other."""
    tokens = [visits.begin() for _ in range(20)]
    words = [visit.csrf for token in tokens if (visit := visits.of(token))]
    assert len({*tokens, *words}) == 40
    assert all(len(each) >= 43 for each in (*tokens, *words))


@pytest.mark.parametrize("forged", [None, "", "x", "\xff", "☾" * 9, "a" * 100_000])
def test_forged(visits: Visits, forged: str | None) -> None:
    """A cookie that was never given is nobody's."""
    token = visits.begin()
    assert visits.of(forged) is None
    assert visits.of(token[:-1]) is None
    assert visits.of(token.swapcase()) is None
    visits.end(forged)
    assert visits.of(token) is not None


def test_end(visits: Visits) -> None:
    """A visit that is ended stays so, and no other ends with it."""
    token, other = visits.begin(), visits.begin()
    visits.end(token)
    visits.end(token)
    assert visits.of(token) is None
    assert visits.of(other) is not None


def test_a_visit_is_one_users(visits: Visits) -> None:
    """A cookie that another user of the machine got hold of is nobody's, and the visit goes on for whose it is."""
    token = visits.begin(1000)
    for other in (1001, 0, None):
        assert visits.of(token, other) is None
    assert visits.of(token, 1000) is not None
    unknown = visits.begin(None)
    assert visits.of(unknown, 1000) is None


def test_another_users_asking_does_not_keep_it(visits: Visits, clock: Clock) -> None:
    """What another user asks does not make a visit last."""
    token = visits.begin(1000)
    clock.now += IDLE_SECONDS - 1
    visits.of(token, 1001)
    clock.now += 2
    assert visits.of(token, 1000) is None


def test_there_are_not_too_many(visits: Visits, clock: Clock) -> None:
    """Whoever logs in again and again ends the visits that were idle for longest."""
    first = visits.begin()
    tokens = []
    for _ in range(200):
        clock.now += 1
        tokens.append(visits.begin())
        assert visits.of(first) is not None
    assert sum(visits.of(token) is not None for token in tokens) < 60
    assert visits.of(tokens[-1]) is not None


def test_what_is_kept_opens_nothing(visits: Visits) -> None:
    """In memory lies what a cookie is checked with, not the cookie."""
    token = visits.begin()
    assert token not in repr(visits._visits)
    assert token.encode() not in visits._visits


def test_same() -> None:
    """Two words are the same or not, whatever characters they have, and none is the same as nothing."""
    assert same("wörd", "wörd")
    assert not same("csrf", "Word")
    assert not same("", "csrf")
    assert not same(None, "")
