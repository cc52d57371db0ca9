"""From a take in the store to the therapist's page: read once, measured once, shown, written about, reported."""

from __future__ import annotations

from pathlib import Path

import pytest

from bedside.music.events import Player
from bedside.music.notes import notes
from bedside.review.measures.measure import measure
from bedside.review.measures.take import PlayedTake
from bedside.review.measures.values import Pair
from review.web.desk import RATE, desk, played

SECONDS = 60.0


@pytest.mark.slow
def test_a_take_becomes_a_page(tmp_path: Path) -> None:
    """The page shows every note, the numbers that the measures give, and what the therapist writes, and no more."""
    with desk(tmp_path / "kept") as ward:
        # A child and a therapist have played for a minute. The store has their performed events.
        ward.session(0, played(SECONDS), patient="BIRCH-07")
        (take,) = ward.takes
        performed = ward.store.performed(take)
        written = notes(performed, RATE)

        # Nobody sees anything before the staff code.
        stranger = ward.door.stranger()
        assert stranger.get(f"/takes/{take}").status_code == 303
        therapist = ward.door.visitor()

        # The library finds the take; its page asks for the music as columns of numbers.
        assert take in therapist.get("/").text
        page = therapist.get(f"/takes/{take}")
        assert page.status_code == 200
        assert "BIRCH-07" in page.text
        music = therapist.get(f"/api/takes/{take}").json()
        assert music["players"] == ["child", "therapist"]
        assert sum(len(music["notes"][player]["onset"]) for player in music["players"]) == len(written)

        # The measures are pure functions of the notes. What the page draws is what they say.
        measured = measure(PlayedTake.of(take, performed))
        child = measured.players[Player.CHILD]
        assert child.notes == sum(each.player is Player.CHILD for each in written)
        assert Pair(Player.CHILD, Player.THERAPIST) in measured.pairs
        frames = {frame["name"]: frame for frame in therapist.get(f"/api/takes/{take}/measures").json()["frames"]}
        (density,) = [line for line in frames["density"]["lines"] if line["player"] == "child"]
        assert density["values"][30] == pytest.approx(child.density.curve[30], rel=1e-4)

        # She writes about a moment. Her words are kept beside the music, which never changes.
        words = "Waits for my answer, then plays on."
        kept = therapist.post(f"/api/takes/{take}/remarks", json={"first": 12.0, "last": 15.5, "words": words})
        assert kept.status_code == 200
        (remark,) = ward.store.casenotes.remarks(take)
        assert (remark.first, remark.last, remark.words) == (12 * RATE, round(15.5 * RATE), words)
        assert ward.store.performed(take) == performed

        # The report for the team has the numbers and her words. A share copy names nobody and has no free text.
        wish = {"takes": [take], "parts": ["roll", "measures", "remarks"], "measures": ["density"]}
        report = therapist.post("/report", data={**wish, "code": "true"}).text
        assert "BIRCH-07" in report
        assert words in report
        shared = therapist.post("/report", data={**wish, "code": "true", "share": "true"}).text
        assert "Density" in shared
        assert "BIRCH-07" not in shared
        assert words not in shared
