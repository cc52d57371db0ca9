"""Reports for tests: of a desk's takes, with everything that can be ticked and every text a text that stands out."""

from __future__ import annotations

from bedside.review.report import content
from bedside.review.report.blocks import TeamReport
from review.web.desk import RATE, Desk, played

# What must not be in a share copy.
CODE = "K7-QUILL"
REMARK = "remark-heron"
WORDS = "words-lantern"
GOAL = "goal-marten"
NOTE = "note-osprey"
RATER = "rater-wren"
INSTRUMENT = "instrument-of-anna"
FREE = (CODE, REMARK, WORDS, GOAL, NOTE, RATER, INSTRUMENT, "2026", "September", "14:00")


def filled(desk: Desk) -> Desk:
    """Keep two sessions on a desk, with all that people write about them."""
    desk.session(0, played(30, seed=1, instrument=INSTRUMENT), patient=CODE, chosen=("child", "adult"))
    desk.session(1, played(40, seed=2), played(20, seed=3), patient=CODE)
    casenotes = desk.store.casenotes
    casenotes.remark(desk.takes[0], 12 * RATE, 15 * RATE, REMARK)
    casenotes.judge(desk.takes[0], "longest exchange", 5 * RATE, 9 * RATE, True)
    casenotes.judge(desk.takes[0], "most alike", 20 * RATE, 26 * RATE, False)
    goal = casenotes.set_goal(desk.patient, GOAL, [f"{GOAL} {level}" for level in range(5)])
    casenotes.attain(goal.id, desk.sessions[0], 1, RATER)
    casenotes.write_note(desk.sessions[1], NOTE, NOTE, NOTE, NOTE)
    return desk


def report(desk: Desk, share: bool = False, parts: frozenset[str] = frozenset(content.PARTS)) -> TeamReport:
    """Return the report of all takes of a desk."""
    state = desk.door.bare.state
    wish = content.ReportRequest(
        tuple(desk.takes),
        parts,
        ("density", "velocity_mean"),
        WORDS,
        share=share,
        known=frozenset({"harp", "bell", "longest exchange", "child"}),
    )
    return content.compose(content.ReportSources(desk.store, state.takes, state.measured), wish)
