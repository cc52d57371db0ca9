"""The damage that staff were told of: what nobody can mend is said once on the child's screen, not at every start."""

from __future__ import annotations

import json
import logging
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from bedside.archive.journal.reading import Flaw
from bedside.errors import BedsideError
from bedside.files import replacing

TOLD = "told"

_log = logging.getLogger(__name__)


def is_news(folder: Path, flaws: Sequence[Flaw], missing: int) -> bool:
    """Return whether there is damage that was not yet told: a new flaw, or more ``missing`` records than before."""
    try:
        told = json.loads((folder / TOLD).read_text(encoding="ascii"))
        return missing > told["missing"] or not {_place(flaw) for flaw in flaws} <= set(told["flaws"])
    except (OSError, ValueError, KeyError, TypeError):
        return bool(flaws or missing)


def remember(folder: Path, flaws: Sequence[Flaw], missing: int) -> None:
    """Note that this damage was told, if the disk takes it; where nothing is damaged, what was noted goes."""
    try:
        if not flaws and not missing:
            with suppress(FileNotFoundError):
                (folder / TOLD).unlink()
            return
        with replacing(folder / TOLD) as file:
            noted = {"flaws": sorted(map(_place, flaws)), "missing": missing}
            file.write(json.dumps(noted, separators=(",", ":")).encode("ascii"))
    except (OSError, BedsideError):
        _log.warning("What is damaged will be told again.", exc_info=True)


def _place(flaw: Flaw) -> str:
    return f"{flaw.kind} {flaw.file} {flaw.chain} {flaw.first} {flaw.last}"
