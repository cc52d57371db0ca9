"""The version of the sound, and the hashes of its reference; `python -m sound.everywhere --write` writes them.

Within one version every take has the same bits on every machine. A change of any bit raises the number.
"""

from __future__ import annotations

# 1 is all sound before the bits were the same everywhere.
SOUND = 2

# SHA-256 of the samples of the reference take, and of the tables of each shipped instrument; empty until written.
RENDER = ""
TABLES: dict[str, str] = {}
