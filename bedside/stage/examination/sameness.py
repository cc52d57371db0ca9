"""Probe whether this machine makes the bits that every machine makes: the hash of the reference take."""

from __future__ import annotations

from bedside.sound.reference import bits
from bedside.sound.version import SOUND
from bedside.stage.examination.finding import Finding, Scope, Standing


def probe_sameness(_scope: Scope) -> list[Finding]:
    """Render the reference take; takes seconds, and minutes if the instruments must be made first."""
    here, everywhere = bits.make(), bits.written()
    different = bits.unequal(here, everywhere) if everywhere.digest else []
    values = {"reference": {**here.as_json(), "groups": here.groups, "different": different}}
    if not everywhere.digest:
        said = f"{here.groups} (nothing is written down to compare it with)"
        return [Finding("Same sound", said, values=values)]
    if not different:
        return [
            Finding("Same sound", here.groups, Standing.GOOD, f"As on every bed with sound version {SOUND}.", values)
        ]
    advice = (
        f"Sound version {SOUND} has {everywhere.groups}: takes of this bed may sound slightly different elsewhere. "
        "Install bedside again; tell its makers if it stays so."
    )
    return [Finding("Same sound", here.groups, Standing.LOOK, advice, values)]
