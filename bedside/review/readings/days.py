"""Dates as people write them, in this machine's time zone, the same on every system."""

from __future__ import annotations

from datetime import datetime


def day(moment: datetime) -> str:
    """Return a date in full, such as 5 November 2026."""
    here = moment.astimezone()
    return f"{here.day} {here:%B %Y}"


def short(moment: datetime, year: bool = True) -> str:
    """Return a date for a table, such as 5 Nov 2026, or without its ``year`` for a chart, such as 5 Nov."""
    here = moment.astimezone()
    return f"{here.day} {here:%b %Y}" if year else f"{here.day} {here:%b}"
