"""The values of a measure: one for the whole take, and a curve with one for each window.

Missing data is NaN in numbers, and None in names of keys and roles.
"""

from __future__ import annotations

from dataclasses import dataclass

from bedside.music.events import Player
from bedside.review.measures.autonomy import Autonomy
from bedside.review.measures.columns import Floats
from bedside.review.measures.surrogates import BesideChance, ChanceBand


@dataclass(frozen=True, slots=True)
class Pair:
    """Two players, A and B; signed values are positive where B follows A."""

    a: Player
    b: Player

    @property
    def label(self) -> str:
        """The pair's name in files and addresses: ``child-therapist``."""
        return f"{self.a.label}-{self.b.label}"


@dataclass(frozen=True, slots=True, eq=False)
class NumberMeasure:
    """A number of one player, or a lag of two: of the whole take, and in each window, (W,)."""

    whole: float
    curve: Floats


@dataclass(frozen=True, slots=True, eq=False)
class SharesMeasure:
    """Shares of the twelve pitch classes, from C: of the whole take, (12,), and in each window, (W, 12)."""

    whole: Floats
    curve: Floats


@dataclass(frozen=True, slots=True, eq=False)
class KeyMeasure:
    """The name of a key, of the whole take and in each window."""

    whole: str | None
    curve: list[str | None]


@dataclass(frozen=True, slots=True, eq=False)
class ChanceMeasure:
    """A number of two players beside its chance, and in each window, (W,)."""

    whole: BesideChance
    curve: Floats


@dataclass(frozen=True, slots=True, eq=False)
class BandedMeasure:
    """The same, with the ``band`` that holds 95 % of the curve's values by chance."""

    whole: BesideChance
    curve: Floats
    band: ChanceBand


@dataclass(frozen=True, slots=True, eq=False)
class LeadLagMeasure:
    """The best ``lag`` in seconds, positive where B follows A, and ``value``, Fisher's z at that lag."""

    lag: NumberMeasure
    value: BandedMeasure


@dataclass(frozen=True, slots=True, eq=False)
class ImitationMeasure:
    """The likeness of B's later segments to A's (``a``), and the reverse (``b``); ``band`` is of both curves."""

    a: ChanceMeasure
    b: ChanceMeasure
    band: ChanceBand


@dataclass(frozen=True, slots=True, eq=False)
class RoleMeasure:
    """How one player's curve moved beside the other's over the whole take, and the role in each window."""

    whole: Autonomy
    curve: list[str | None]


@dataclass(frozen=True, slots=True, eq=False)
class AutonomyMeasure:
    """The roles of both players in one curve: proposals, for the therapist to accept or reject."""

    a: RoleMeasure
    b: RoleMeasure
