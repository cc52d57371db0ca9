"""What the list of takes says of how the bed was set, and of what was chosen."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bedside.archive.store.choices import SET, Chosen
from bedside.archive.store.store import Store
from bedside.music.events import TakeBegan
from commands.program import done


@pytest.mark.slow
def test_a_take_is_listed_with_how_the_bed_was_set_and_every_change(tmp_path: Path) -> None:
    """The set-up is that of the take's beginning; changes stand at their time with who made them."""
    with Store.create(tmp_path / "kept") as store, store.writing() as writing:
        session = writing.begin_session("P")
        old, take = (writing.begin_take(session, TakeBegan(1, 48_000, 128), "played", "1") for _ in range(2))
        writing.choose(session, take, Chosen(0, "scale", "blues", SET))
        writing.choose(session, take, Chosen(24_000, "scale", "hirajoshi", "adult"))
    listed = {each["id"]: each for each in json.loads(done(tmp_path / "kept", "takes", "--json"))}
    assert (listed[old]["setup"], listed[old]["choices"]) == ({}, [])
    assert listed[take]["setup"] == {"scale": "blues"}
    assert listed[take]["choices"] == [{"t": 0.5, "what": "scale", "which": "hirajoshi", "by": "adult"}]
