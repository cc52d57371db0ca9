"""What a process holds in memory, as Linux counts it; see proc(5)."""

from __future__ import annotations

from pathlib import Path


def held(pid: int) -> dict[str, float]:
    """Return the megabytes (10⁶ bytes) of a process by Linux' names: Rss, Pss, Pss_Anon, Pss_File and others.

    All are 0 where it has ended. A guarded process shows its shares of memory to root alone; for others Pss is 0, too.
    """
    found = {"Rss": 0.0, "Pss": 0.0, "Anonymous": 0.0}
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()[1:]
    except PermissionError:
        names = {"VmRSS": "Rss", "RssAnon": "Anonymous"}
        told = (line.partition(":") for line in Path(f"/proc/{pid}/status").read_text().splitlines())
        lines = [f"{names[name]}: {value}" for name, _, value in told if name in names]
    except (FileNotFoundError, ProcessLookupError):
        lines = []
    for line in lines:
        name, value, *_ = line.replace(":", " ").split()
        found[name] = int(value) * 1024 / 1e6
    return found
