"""Goals in a report: the goals and their ratings, and in a section of its own their T-scores."""

from __future__ import annotations

from bedside.archive.store.casenotes import CaseNotes
from bedside.review.measures.attainment import t_score
from bedside.review.readings.days import day
from bedside.review.report.blocks import Block, ReportTable, Section, SectionKind, Text


def goal_sections(casenotes: CaseNotes, share: bool, patient: str, sessions: list[str]) -> list[Section]:
    """Return a patient's goals and their attainment in some sessions; in a ``share`` copy goals are numbered."""
    several = casenotes.goals(patient)
    if not several:
        return []
    called = {goal.id: f"Goal {number}" if share else goal.words for number, goal in enumerate(several, 1)}
    rows: list[tuple[str, ...]] = []
    scores: list[tuple[str, ...]] = []
    for session in sessions:
        when = f"Session {sessions.index(session) + 1}" if share else day(casenotes.session(session).began)
        raters: dict[str, dict[str, int]] = {}
        for goal in several:
            for each in casenotes.attainments(goal.id):
                if each.session_id == session:
                    raters.setdefault(each.rater, {})[goal.id] = each.level
        for number, (rater, levels) in enumerate(sorted(raters.items()), 1):
            by = f"rater {number}" if share else rater
            rows += [(when, called[goal], _level(level), by) for goal, level in levels.items()]
            weights = [goal.weight for goal in several if goal.id in levels]
            score = t_score([levels[goal.id] for goal in several if goal.id in levels], weights)
            scores.append((f"{when}, {by}", f"{score:.1f}"))
    blocks: list[Block] = []
    if not share:
        for goal in several:
            lines = zip((2, 1, 0, -1, -2), reversed(goal.levels.split("\n")), strict=False)
            said = [f"{_level(level)} {line}" for level, line in lines if line]
            blocks.append(Text("\n".join([f"{goal.words} (weight {goal.weight:g})", *said])))
    if rows:
        blocks.append(ReportTable("Levels, as rated", ("Session", "Goal", "Level", "Rater"), tuple(rows), False))
    found = [Section("Goals", SectionKind.WORDS, tuple(blocks))] if blocks else []
    if scores:
        formula = "T = 50 + 10 Σwx / √(0.7 Σw² + 0.3 (Σw)²), of the levels x and weights w that were rated."
        found.append(
            Section(
                "T-scores",
                SectionKind.COMPUTED,
                (ReportTable("T-score of each rating", ("Rating", "T"), tuple(scores)), Text(formula)),
            )
        )
    return found


def _level(level: int) -> str:
    return f"{level:+d}".replace("-", "−") if level else "0"
