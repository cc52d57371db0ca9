"""Days are written alike on every system."""

from datetime import UTC, datetime

import pytest

from bedside.review.readings.days import day, short


@pytest.mark.parametrize(
    ("moment", "whole", "brief"),
    [
        (datetime(2026, 11, 5, 12, tzinfo=UTC), "5 November 2026", "5 Nov"),
        (datetime(2027, 1, 25, 12, tzinfo=UTC), "25 January 2027", "25 Jan"),
    ],
)
def test_a_day_has_no_leading_zero(moment: datetime, whole: str, brief: str) -> None:
    """The day of the month stands as it is said, before the month; a chart goes without the year."""
    assert day(moment) == whole
    assert short(moment, year=False) == brief
    assert short(moment) == f"{brief} {moment.year}"
