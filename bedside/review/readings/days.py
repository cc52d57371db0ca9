"""Days as people write them, in this machine's zone and alike on every system."""

from __future__ import annotations

from datetime import datetime


def day(moment: datetime) -> str:
    """Return a day in full: 5 November 2026."""
    here = moment.astimezone()
    return f"{here.day} {here:%B %Y}"


def short(moment: datetime, year: bool = True) -> str:
    """Return a day as a table has room for it, or, without its ``year``, a chart: 5 Nov 2026, 5 Nov."""
    here = moment.astimezone()
    return f"{here.day} {here:%b %Y}" if year else f"{here.day} {here:%b}"
