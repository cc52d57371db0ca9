"""What a process holds in memory, as Linux counts it; see proc(5)."""

from __future__ import annotations

from pathlib import Path


def held(pid: int) -> dict[str, float]:
    """Return the megabytes (10⁶ bytes) of a process by Linux' names: Rss, Pss, Pss_Anon, Pss_File and others.

    All are 0 where it has ended.
    """
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()[1:]
    except (FileNotFoundError, ProcessLookupError):
        lines = []
    found = {"Rss": 0.0, "Pss": 0.0, "Anonymous": 0.0}
    for line in lines:
        name, value, *_ = line.replace(":", " ").split()
        found[name] = int(value) * 1024 / 1e6
    return found
