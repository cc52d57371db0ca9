"""What others' code computed of the same notes: MIDI Toolbox 1.1 and the Music Therapy Toolbox under GNU Octave."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from bedside.music.events import Player
from bedside.review.measures import articulation, descriptive, entropy, evenness, pulse, tonality
from bedside.review.measures.coincidence import coincidence
from bedside.review.measures.columns import NoteColumns
from bedside.review.measures.crosscorrelation import LaggedPair
from bedside.review.measures.imitation import joint_range, likeness
from bedside.review.measures.shared_pulse import shared_pulse
from bedside.review.measures.take import PlayedTake, beats
from bedside.review.measures.windows import WindowedNotes, Windows
from review.measures.facts import NO_GAPS, ROUNDED, both, brahms, curve, laksin, mttb, told

EXACT = 1e-6

# MTTB's name of a curve and ours, where both mean the same.
SAME = {"dens": "density", "dur_sec": "duration", "meanp": "pitch_mean", "stdp": "pitch_sd", "meanv": "velocity_mean"}


@pytest.fixture(scope="module")
def duet() -> PlayedTake:
    return brahms()


@pytest.fixture(scope="module")
def curves() -> dict[str, Any]:
    return mttb()


def whole(part: NoteColumns) -> WindowedNotes:
    return WindowedNotes.of(part, Windows.whole(float(part.end.max())))


def test_the_tune_of_the_toolbox() -> None:
    """The tune laksin has the toolbox's density, nPVI, entropies and key, with its rounded profiles also its r."""
    part, lasting = laksin()
    inside = whole(part)
    classes = tonality.pitch_classes(inside)
    found = {
        "density": descriptive.overall_density(part, NO_GAPS),
        "npvi": evenness.npvi(inside)[0],
        "pitch_classes": entropy.entropy(classes)[0],
        "intervals": entropy.entropy(entropy.intervals(inside))[0],
        "durations": entropy.entropy(entropy.durations(inside, lasting))[0],
        "r": tonality.tonal_clarity(tonality.correlations(classes, *ROUNDED))[0],
    }
    expected = {
        "density": 2.245837544278729,
        "npvi": 26.386178860745105,
        "pitch_classes": 0.6246859900771188,
        "intervals": 0.5814815641393262,
        "durations": 0.39895981097898897,
        "r": 0.8142768648010257,
    }
    assert found == pytest.approx(expected, abs=EXACT, rel=0)
    assert tonality.key(tonality.correlations(classes)) == ["e minor"]


@pytest.mark.parametrize(
    ("player", "density", "npvi", "classes", "durations", "r"),
    [
        (None, 17.81648706996396, 40.54003176975379, 0.820153528737411, 0.7003018845198563, 0.888228655325607),
        (
            Player.CHILD,
            8.681423554810197,
            40.4641200837595,
            0.8481064743875543,
            0.7477811621243697,
            0.7551122712343215,
        ),
        (
            Player.THERAPIST,
            9.136920222634508,
            39.20713469566436,
            0.7058755498677296,
            0.5846605064952438,
            0.901693530851773,
        ),
    ],
    ids=["both", "first", "second"],
)
def test_the_duet_whole(
    duet: PlayedTake, player: Player | None, density: float, npvi: float, classes: float, durations: float, r: float
) -> None:
    """The Brahms duet, whole and by player, has the toolbox's numbers within 1e-6, and its key f# minor."""
    part = both(duet) if player is None else duet.parts[player]
    inside = whole(part)
    lasting = beats(part, duet.tempi)
    assert lasting is not None
    shares = tonality.pitch_classes(inside)
    assert descriptive.overall_density(part, NO_GAPS) == pytest.approx(density, abs=EXACT, rel=0)
    assert evenness.npvi(inside)[0] == pytest.approx(npvi, abs=EXACT, rel=0)
    assert entropy.entropy(shares)[0] == pytest.approx(classes, abs=EXACT, rel=0)
    assert entropy.entropy(entropy.durations(inside, lasting))[0] == pytest.approx(durations, abs=EXACT, rel=0)
    assert tonality.tonal_clarity(tonality.correlations(shares, *ROUNDED))[0] == pytest.approx(r, abs=EXACT, rel=0)
    assert tonality.key(tonality.correlations(shares)) == ["f# minor"]
    published = tonality.tonal_clarity(tonality.correlations(shares))[0]
    assert published == pytest.approx(r, abs=0.025)


def test_the_duet_as_it_is_measured(duet: PlayedTake) -> None:
    """`measure` says of the duet what the toolboxes say: density, nPVI, entropies, silence, coincidence, key."""
    found = told(duet)
    players, whole = found["players"], found["pairs"]["child-therapist"]["whole"]
    expected = {
        "child": {
            "notes": 977,
            "density": 8.681423554810197,
            "npvi": 40.4641200837595,
            "silence": 0.004805496172047725,
        },
        "therapist": {
            "notes": 1027,
            "density": 9.136920222634508,
            "npvi": 39.20713469566436,
            "silence": 0.004951670960551079,
        },
    }
    for player, values in expected.items():
        measured = players[player]["whole"]
        assert {name: measured[name] for name in values} == pytest.approx(values, abs=EXACT, rel=0)
        assert measured["key"] == "f# minor"
    assert whole["coincidence_z"] == pytest.approx(9.524103564208461, abs=EXACT, rel=0)


def test_coincidence_of_the_duet(duet: PlayedTake) -> None:
    """Share, chance mean, chance SD and z of the coincident onsets are those of the reference."""
    found = coincidence(duet.parts[Player.CHILD].onset, duet.parts[Player.THERAPIST].onset, NO_GAPS)
    assert found.share.value == pytest.approx(0.631578947368421, abs=EXACT, rel=0)
    assert found.share.chance == pytest.approx(0.4508, abs=EXACT, rel=0)
    assert found.share.sd == pytest.approx(0.018981203443417763, abs=EXACT, rel=0)
    assert found.share.z == pytest.approx(9.524103564208461, abs=EXACT, rel=0)


@pytest.mark.parametrize(("player", "theirs"), [("child", "p1"), ("therapist", "p2")])
def test_curves_of_the_duet(duet: PlayedTake, curves: dict[str, Any], player: str, theirs: str) -> None:
    """Density, duration, pitch and velocity agree with MTTB's curves at every second, within 1e-9.

    MTTB has no data in an empty window where we have a density of 0.
    """
    measured = told(duet)["players"][player]["curves"]
    assert measured["t"] == curves["t_end"]
    for name, ours in SAME.items():
        expected = curve(curves[theirs][name])
        found = curve(measured[ours])
        if ours == "density":
            expected = np.nan_to_num(expected)
        np.testing.assert_allclose(found, expected, atol=1e-9, rtol=0, err_msg=ours)


@pytest.mark.parametrize(("player", "theirs"), [(Player.CHILD, "p1"), (Player.THERAPIST, "p2")])
def test_tonality_over_time(duet: PlayedTake, curves: dict[str, Any], player: Player, theirs: str) -> None:
    """Tonal clarity, majorness and minorness are MTTB's with its rounded profiles, within 1e-9."""
    inside = WindowedNotes.of(duet.parts[player], Windows.over(duet.seconds, NO_GAPS))
    keys = tonality.correlations(tonality.pitch_classes(inside), *ROUNDED)
    for name, measured in (("ton", tonality.tonal_clarity), ("maj", tonality.majorness), ("min", tonality.minorness)):
        np.testing.assert_allclose(measured(keys), curve(curves[theirs][name]), atol=1e-9, rtol=0, err_msg=name)


@pytest.mark.parametrize(("player", "theirs"), [(Player.CHILD, "p1"), (Player.THERAPIST, "p2")])
def test_legato_where_one_note_follows_another(
    duet: PlayedTake, curves: dict[str, Any], player: Player, theirs: str
) -> None:
    """Legato is 1 less MTTB's silent share in each window in which no note outlasts the next one.

    Elsewhere MTTB opens a gap where a note ends though another still sounds, and has more of it than we have.
    """
    part = duet.parts[player]
    windows = Windows.over(duet.seconds, NO_GAPS)
    found, silent = articulation.legato(WindowedNotes.of(part, windows)), curve(curves[theirs]["art"])
    plain = []
    for start, end in zip(windows.start, windows.end, strict=True):
        some = np.flatnonzero((part.onset >= start) & (part.onset <= end))
        plain.append(len(some) > 0 and bool((np.maximum.accumulate(part.end[some]) == part.end[some]).all()))
    assert any(plain)
    np.testing.assert_allclose(found[plain], 1 - silent[plain], atol=1e-9, rtol=0)
    known = ~np.isnan(silent)
    assert (found[known] >= 1 - silent[known] - 1e-9).all()


@pytest.mark.parametrize(("player", "theirs"), [(Player.CHILD, "p1"), (Player.THERAPIST, "p2")])
def test_pulse_has_the_shape_of_the_one_with_resonance(
    duet: PlayedTake, curves: dict[str, Any], player: Player, theirs: str
) -> None:
    """In full windows clarity runs as MTTB's with resonance (r > 0.99, median ratio within 1 %), as do the periods.

    MTTB smooths and cuts its windows otherwise, so the values differ by up to 0.13. Without the resonance, MTTB light
    says 1 in every window; clarity tells windows apart.
    """
    found = pulse.autocorrelations(WindowedNotes.of(duet.parts[player], Windows.over(duet.seconds, NO_GAPS)))
    full = np.arange(7, len(found))
    expected = curve(curves[theirs]["ac_res"])[full]
    clarity = pulse.clarity(found)[full]
    assert np.corrcoef(clarity, expected)[0, 1] > 0.99
    assert np.median(clarity / expected) == pytest.approx(1, abs=0.01)
    assert np.ptp(clarity) > 0.1
    same = np.abs(pulse.period(found)[full] * 100 - curve(curves[theirs]["tempo_res"])[full]) <= 3
    assert same.mean() > 0.92


def test_shared_pulse_runs_as_the_reference(duet: PlayedTake, curves: dict[str, Any]) -> None:
    """The product of both players' weighted autocorrelations runs as MTTB's synchrony in full windows, r > 0.99."""
    windows = Windows.over(duet.seconds, NO_GAPS)
    pulses = [pulse.autocorrelations(WindowedNotes.of(part, windows)) for part in duet.parts.values()]
    found = shared_pulse(*pulses)[7:]
    assert np.corrcoef(found, curve(curves["sync"])[7:])[0, 1] > 0.99


@pytest.mark.parametrize(("player", "theirs", "least"), [(Player.CHILD, "p1", 0.95), (Player.THERAPIST, "p2", 0.98)])
def test_dissonance_runs_as_the_reference(
    duet: PlayedTake, curves: dict[str, Any], player: Player, theirs: str, least: float
) -> None:
    """Dissonance rises and falls with MTTB's; the scale is not the same, for MTTB sums other pairs."""
    found = curve(told(duet)["players"][player.label]["curves"]["dissonance"])
    expected = curve(curves[theirs]["dis"])
    known = ~np.isnan(found) & ~np.isnan(expected)
    assert np.corrcoef(found[known], expected[known])[0, 1] > least


@pytest.mark.parametrize("name", ["dens", "meanv", "meanp"])
def test_imitation_of_the_duet(curves: dict[str, Any], name: str) -> None:
    """The likeness of every two segments within 20 s is MTTB's, within 1e-9, where the range is taken as MTTB does.

    MTTB takes the first player's highest value less the second's lowest; ours is the range of both, which is the same
    for the pitches, as the first plays the upper part.
    """
    a, b = curve(curves["p1"][name]), curve(curves["p2"][name])
    span = float(np.nanmax(a) - np.nanmin(b))
    if name == "meanp":
        assert joint_range(a, b) == span
    pair = LaggedPair.of(a, b[None], 20)
    for lag in range(-20, 21, 2):
        moments = pair.statistics(lag, 2, 20)
        found = likeness(moments, span / pair.spread)[0]
        expected = curve(curves["imitation_z"][name][str(lag)])
        # The reference leaves a segment out that begins in the empty window at 0 s.
        np.testing.assert_allclose(found[1 : len(expected)], expected[1:], atol=1e-9, rtol=0, err_msg=str(lag))
