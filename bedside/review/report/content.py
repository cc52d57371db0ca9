"""The contents of a report: the ticked parts, read from the store; a share copy names nobody."""

from __future__ import annotations

from dataclasses import dataclass

from bedside.archive.store.casenotes import CaseNotes
from bedside.archive.store.choices import decides
from bedside.archive.store.store import Choice, Store
from bedside.music.events import Player
from bedside.review.drawings.charts import ChartCurve, overlay, roll_chart
from bedside.review.drawings.drawing import minutes
from bedside.review.measures.measure import TakeMeasures
from bedside.review.readings import terms
from bedside.review.readings.circumstances import with_worlds
from bedside.review.readings.days import day
from bedside.review.readings.measured import Measured, pair_numbers, player_numbers
from bedside.review.readings.takes import LoadedTake, Takes
from bedside.review.report.blocks import (
    Block,
    Chapter,
    Chart,
    MomentList,
    ReportTable,
    Section,
    SectionKind,
    SoundClip,
    TeamReport,
    Text,
)
from bedside.review.report.goals import goal_sections

# The parts that can be ticked, and their labels.
PARTS = {
    "sound": "The sound, to be heard (HTML only)",
    "roll": "Piano roll",
    "played": "How it was played",
    "choices": "Choices",
    "curves": "Curves over time",
    "measures": "Measures, with their chance levels",
    "moments": "Accepted moments",
    "remarks": "Remarks",
    "goals": "Goals and their attainment",
    "notes": "Notes of the sessions",
}


# The measures of pairs that fit on a page.
_BETWEEN = ("coincidence", "asynchrony", "shared_pulse", "together", "exchanges", "overlap")


@dataclass(frozen=True, slots=True)
class ReportRequest:
    """The ticked parts: ``takes`` in order of time, ``parts``, ``measures`` for tables and curves, and free ``words``.

    ``code`` is whether the patient's code is shown. A ``share`` copy holds no code, no date and no free text, whatever
    else is ticked; only the instruments and worlds in ``known`` are named in it.
    """

    takes: tuple[str, ...]
    parts: frozenset[str]
    measures: tuple[str, ...] = terms.USUAL
    words: str = ""
    code: bool = True
    share: bool = False
    known: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class ReportSources:
    """The sources of a report's contents."""

    store: Store
    takes: Takes
    measured: Measured


def compose(kept: ReportSources, request: ReportRequest) -> TeamReport:
    """Compose a report; raise NotFound for an unknown take."""
    casenotes = kept.store.casenotes
    reads = [kept.takes.read(take) for take in request.takes]
    sessions = list(dict.fromkeys(read.summary.session for read in reads))
    patients = dict.fromkeys(casenotes.session(session).patient_id for session in sessions)
    codes = [casenotes.patient(patient).code for patient in patients if patient is not None]
    named = request.code and not request.share and codes
    parts: list[Chapter] = []
    if request.words.strip() and not request.share:
        parts.append(Chapter("Summary", (Section("In short", SectionKind.WORDS, (Text(request.words.strip()),)),)))
    parts += [_take(kept, request, read, _called(request, reads, sessions, read)) for read in reads]
    whole = _whole(casenotes, request, [patient for patient in patients if patient is not None], sessions)
    if whole:
        parts.append(Chapter("Goals and notes", tuple(whole)))
    if "measures" in request.parts or "curves" in request.parts:
        parts.append(Chapter("What the measures are", (_glossary(request),)))
    count = (
        f"{len(sessions)} session{'s' if len(sessions) != 1 else ''}, {len(reads)} take{'s' if len(reads) != 1 else ''}"
    )
    return TeamReport(
        f"Music therapy: {', '.join(codes)}" if named else "Music therapy",
        f"{count}. Share copy: without code, dates and free text." if request.share else f"{count}.",
        tuple(parts),
    )


def _called(request: ReportRequest, reads: list[LoadedTake], sessions: list[str], read: LoadedTake) -> str:
    """Return the heading of a take: its day and time, or in a share copy its number."""
    among = [each for each in reads if each.summary.session == read.summary.session]
    number = f", take {among.index(read) + 1}" if len(among) > 1 or request.share else ""
    if request.share:
        return f"Session {sessions.index(read.summary.session) + 1}{number}"
    began = read.summary.began.astimezone()
    return f"{day(began)}, {began:%H:%M}{number}"


def _take(kept: ReportSources, request: ReportRequest, read: LoadedTake, called: str) -> Chapter:
    """Return the ticked parts of a take, each kind of section under its own heading."""
    ticked = request.parts
    take = read.summary.id
    casenotes = kept.store.casenotes
    recorded: list[Block] = []
    if "sound" in ticked:
        recorded.append(SoundClip(take, f"Sound of {called}"))
    if "roll" in ticked and read.notes:
        shows = (
            f"Piano roll of {called}: "
            + "; ".join(f"{count} notes by the {player.label}" for player, count in _counts(read))
            + f", in {minutes(read.summary.seconds)} minutes."
        )
        recorded.append(
            Chart(
                "Piano roll",
                roll_chart(read.notes, read.summary.seconds, shows),
                tuple(p.label for p, _ in _counts(read)),
            )
        )
    if "played" in ticked:
        recorded.append(_played(kept, request, read))
    if "choices" in ticked:
        recorded.append(_choices(request, read, kept.store.choices(read.summary.session)))
    computed: list[Block] = []
    if "curves" in ticked or "measures" in ticked:
        measured = kept.measured.measures(take)
        if "curves" in ticked:
            computed += _curves(request, read, measured, called)
        if "measures" in ticked:
            computed += _measures(request, measured)
    if "moments" in ticked:
        items = [
            (read.seconds(each.first), read.seconds(each.last), _kind(request, each.kind))
            for each in casenotes.verdicts(take)
            if each.accepted
        ]
        computed.append(Text("Moments that were found in the music, and that the therapist accepted:"))
        computed.append(MomentList(take, tuple(items)) if items else Text("None was accepted."))
    written: list[Block] = []
    if "remarks" in ticked and not request.share:
        said = tuple(
            (read.seconds(each.first), read.seconds(each.last), each.words) for each in casenotes.remarks(take)
        )
        written += [MomentList(take, said)] if said else []
    found = (
        Section("What was played", SectionKind.RECORDED, tuple(recorded)),
        Section("What was measured", SectionKind.COMPUTED, tuple(computed)),
        Section("Remarks", SectionKind.WORDS, tuple(written)),
    )
    return Chapter(called, tuple(section for section in found if section.blocks))


def _counts(read: LoadedTake) -> list[tuple[Player, int]]:
    found: dict[Player, int] = {}
    for note in read.notes:
        found[note.player] = found.get(note.player, 0) + 1
    return sorted(found.items())


def _played(kept: ReportSources, request: ReportRequest, read: LoadedTake) -> ReportTable:
    choices = [each for each in kept.store.choices(read.summary.session) if each.take == read.summary.id]
    setup = kept.store.setups(read.summary.id).get(read.summary.id, {})
    rows = []
    counts = dict(_counts(read))
    for player, way in kept.measured.circumstances(read.summary.id).items():
        children = player in (Player.CHILD, Player.CHILD2)
        said = dict(with_worlds(way, setup if children else {}, choices if children else []).said())
        on = ", ".join(_name(request, name) for name in said.get("instrument", "").split(", ") if name)
        worlds = ", ".join(_name(request, name) for name in said.get("world", "").split(", ") if name)
        rows.append(
            (
                player.label,
                str(counts.get(player, 0)),
                on or "not said",
                said.get("access", "not said"),
                worlds or "not said",
            )
        )
    length = minutes(read.summary.seconds)
    return ReportTable(
        f"Who played, {length} long", ("Player", "Notes", "Instrument", "By", "Worlds entered"), tuple(rows), False
    )


def _choices(request: ReportRequest, read: LoadedTake, choices: list[Choice]) -> Block:
    own = [each for each in choices if each.take == read.summary.id and each.frame is not None]
    if not own:
        return Text("No choice was made in this take.")
    rows = tuple(
        (minutes(read.seconds(each.frame or 0)), each.what, _name(request, each.which) if each.which else "", each.by)
        for each in own
    )
    share = sum(each.by == "child" for each in own)
    decisions = sum(decides(each.what, each.by) for each in own)
    return ReportTable(
        f"Choices: {share} of {decisions} were the child's", ("At", "Choice", "Which", "Whose"), rows, False
    )


def _curves(request: ReportRequest, read: LoadedTake, measured: TakeMeasures, called: str) -> list[Block]:
    found: list[Block] = []
    labels = tuple(player.label for player in measured.players)
    for name in request.measures:
        if name not in terms.PLAYER or name == "notes":
            continue
        traces = [
            ChartCurve(measured.seconds, of.numbers()[name].curve, player.label)
            for player, of in measured.players.items()
        ]
        said = terms.term(name)
        words = f"{said.label} over time in {called}, of {' and '.join(labels)}; a gap means no data."
        picture = overlay(traces, 0.0, read.summary.seconds, words, 400.0, 150.0)
        unit = f", {said.unit}" if said.unit else ""
        found.append(Chart(f"{said.label}{unit}", picture, labels))
    return found


def _measures(request: ReportRequest, measured: TakeMeasures) -> list[Block]:
    players = {player.label: player_numbers(of).values for player, of in measured.players.items()}
    rows = tuple(
        (_labelled(name), *(terms.figure(known.get(name), name) for known in players.values()))
        for name in request.measures
        if name in terms.PLAYER
    )
    found: list[Block] = (
        [ReportTable("Of each player, over the whole take", ("Measure", *players), rows)] if rows else []
    )
    for pair, of in measured.pairs.items():
        known = pair_numbers(of)
        between = tuple(
            (_labelled(name), terms.figure(known.values[name], name), terms.figure(known.chance.get(name), name))
            for name in _BETWEEN
            if name in known.values
        )
        caption = f"Between {pair.a.label}, the first, and {pair.b.label}, the second"
        found.append(ReportTable(caption, ("Measure", "Value", "By chance"), between))
    return found


def _whole(casenotes: CaseNotes, request: ReportRequest, patients: list[str], sessions: list[str]) -> list[Section]:
    found: list[Section] = []
    if "goals" in request.parts:
        for patient in patients:
            found += goal_sections(casenotes, request.share, patient, sessions)
    if "notes" in request.parts and not request.share:
        for session in sessions:
            note = casenotes.note(session)
            if note is not None:
                said = (
                    ("Subjective", note.subjective),
                    ("Objective", note.objective),
                    ("Assessment", note.assessment),
                    ("Plan", note.plan),
                )
                blocks = tuple(Text(f"{label}: {words}") for label, words in said if words)
                found.append(Section(f"Note of {day(casenotes.session(session).began)}", SectionKind.WORDS, blocks))
    return found


def _glossary(request: ReportRequest) -> Section:
    names = [name for name in request.measures if name in terms.PLAYER]
    if "measures" in request.parts:
        names += _BETWEEN
    rows = tuple((_labelled(name), terms.term(name).means) for name in names)
    said = (
        "Curves are of windows of six seconds, one each second. By chance is the mean of the same number with the "
        "second player's part shifted in time. The measures describe the music."
    )
    return Section(
        "How to read them",
        SectionKind.COMPUTED,
        (Text(said), ReportTable("Measures", ("Measure", "What it says"), rows, False)),
    )


def _labelled(name: str) -> str:
    term = terms.term(name)
    return f"{term.label} ({term.unit})" if term.unit else term.label


def _name(request: ReportRequest, name: str) -> str:
    """Return the name of an instrument or a world; in a share copy, only if the program ships it."""
    return "another" if request.share and name not in request.known else name


def _kind(request: ReportRequest, kind: str) -> str:
    said = kind.replace("_", " ").replace("-", " ")
    return "moment" if request.share and kind not in request.known else said
