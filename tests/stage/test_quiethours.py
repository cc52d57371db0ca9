"""When quiet hours begin and end, also where the clocks are turned."""

from __future__ import annotations

from datetime import UTC, datetime, time
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bedside.stage.picture.look import Look
from bedside.stage.quiethours import QuietHours, QuietWatch

BERLIN = ZoneInfo("Europe/Berlin")
NIGHT = QuietHours(time(19, 30), time(7, 0), "night", Look(dim=True), BERLIN)
NOON = QuietHours(time(12, 30), time(14, 0), "quiet", Look(), BERLIN)


class Clock:
    """A clock that a test sets; it shows seconds since 1970."""

    def __init__(self, *at: int) -> None:
        self.now = datetime(*at, tzinfo=BERLIN).timestamp()  # type: ignore[misc, arg-type]

    def __call__(self) -> float:
        """Return what it shows."""
        return self.now


@pytest.mark.parametrize(
    ("hours", "at", "quiet"),
    [
        (NIGHT, (19, 29, 59), False),
        (NIGHT, (19, 30), True),
        (NIGHT, (0, 0), True),
        (NIGHT, (6, 59, 59), True),
        (NIGHT, (7, 0), False),
        (NOON, (12, 29), False),
        (NOON, (12, 30), True),
        (NOON, (14, 0), False),
        (NOON, (0, 0), False),
    ],
)
def test_they_last_from_their_begin_to_their_end(hours: QuietHours, at: tuple[int, ...], quiet: bool) -> None:
    """The first second belongs to them, the last does not; over midnight too."""
    assert hours.quiet(Clock(2026, 5, 20, *at).now) is quiet


# The clocks of Berlin go from 2:00 to 3:00 on 29 March 2026, and from 3:00 back to 2:00 on 25 October.
SPRING, AUTUMN = (2026, 3, 29), (2026, 10, 25)


def turns(hours: QuietHours, day: tuple[int, int, int], seconds: float = 20.0) -> list[tuple[str, bool]]:
    """Return when the watch turns in the 26 hours before noon of a day, as a clock on the wall shows it."""
    clock = Clock(*day, 12)
    end = clock.now
    clock.now -= 26 * 3600
    watch = QuietWatch(hours, clock)
    watch.turned()
    found = []
    while clock.now < end:
        clock.now += seconds
        turned = watch.turned()
        if turned is not None:
            found.append((datetime.fromtimestamp(clock.now, BERLIN).strftime("%d. %H:%M %z"), turned))
    return found


def test_a_night_in_which_the_clocks_are_turned_begins_and_ends_by_the_wall() -> None:
    """It is an hour shorter in spring and an hour longer in autumn, and turns once each way."""
    assert turns(NIGHT, SPRING) == [("28. 19:30 +0100", True), ("29. 07:00 +0200", False)]
    assert turns(NIGHT, AUTUMN) == [("24. 19:30 +0200", True), ("25. 07:00 +0100", False)]


def test_a_time_that_comes_twice_counts_when_it_comes_first() -> None:
    """Quiet hours from or until half past two in October turn once, in the first of the two hours."""
    until = QuietHours(time(22), time(2, 30), "night", Look(), BERLIN)
    assert turns(until, AUTUMN) == [("24. 22:00 +0200", True), ("25. 02:30 +0200", False)]
    since = QuietHours(time(2, 30), time(6), "night", Look(), BERLIN)
    assert turns(since, AUTUMN)[-2:] == [("25. 02:30 +0200", True), ("25. 06:00 +0100", False)]


def test_a_time_that_is_left_out_counts_as_long_after_midnight_as_ever() -> None:
    """Half past two does not come in March: it is two hours and a half after midnight."""
    until = QuietHours(time(22), time(2, 30), "night", Look(), BERLIN)
    assert turns(until, SPRING) == [("28. 22:00 +0100", True), ("29. 03:30 +0200", False)]


@given(st.times(), st.times(), st.datetimes(datetime(2025, 1, 1), datetime(2028, 1, 1), timezones=st.just(UTC)))
def test_on_a_day_without_a_change_they_are_what_the_wall_says(begin: time, end: time, at: datetime) -> None:
    """In a zone whose clocks are never turned a moment is quiet exactly if its time of day lies between."""
    if begin == end:
        with pytest.raises(ValueError, match="different times"):
            QuietHours(begin, end, "night", Look(), UTC)
        return
    wall = at.time()
    expected = begin <= wall < end if begin < end else wall >= begin or wall < end
    assert QuietHours(begin, end, "night", Look(), UTC).quiet(at.timestamp()) is expected


def test_the_watch_says_each_turn_once_and_at_its_start() -> None:
    """A bed that is switched on at night begins quietly; one without quiet hours never turns."""
    clock = Clock(2026, 5, 20, 23)
    watch = QuietWatch(NIGHT, clock)
    assert [watch.turned(), watch.turned()] == [True, None]
    clock.now += 12 * 3600
    assert [watch.turned(), watch.turned()] == [False, None]
    assert QuietWatch(None, clock).turned() is None
    watch.hours = None
    assert watch.turned() is None


def test_hours_that_are_switched_off_at_night_end() -> None:
    """Staff who take the quiet hours away by night have the day at once."""
    watch = QuietWatch(NIGHT, Clock(2026, 5, 20, 23))
    watch.turned()
    watch.hours = None
    assert [watch.turned(), watch.turned()] == [False, None]


def test_a_profile_that_there_is_not_is_refused() -> None:
    """It would be found out in the night."""
    with pytest.raises(ValueError, match="no profile"):
        QuietHours(time(1), time(2), "loud", Look())
