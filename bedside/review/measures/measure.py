"""All measures of a take: of each player, and of each pair of players."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations

from bedside.music.events import Player
from bedside.review.measures.columns import Floats
from bedside.review.measures.pair import FineCurves, PairMeasures, measure_pair
from bedside.review.measures.player import PlayerMeasures, measure_player
from bedside.review.measures.take import PlayedTake
from bedside.review.measures.values import Pair
from bedside.review.measures.windows import STEP_SECONDS, WINDOW_SECONDS, Windows


@dataclass(frozen=True, slots=True, eq=False)
class TakeMeasures:
    """The measures of the take ``id``; ``seconds`` (W,) are the ends of the windows, one for each value of a curve."""

    id: str
    seconds: Floats
    players: dict[Player, PlayerMeasures]
    pairs: dict[Pair, PairMeasures]


def measure(take: PlayedTake, window: float = WINDOW_SECONDS, step: float = STEP_SECONDS) -> TakeMeasures:
    """Measure each player and each pair of players, over the whole take and in windows ``step`` seconds apart.

    Raise ValueError for a window or a step of no length.
    """
    windows = Windows.over(take.seconds, take.gaps, window, step)
    players = {player: measure_player(take, part, windows) for player, part in take.parts.items()}
    fine = (
        {player: FineCurves.of(take, part, window) for player, part in take.parts.items()} if len(players) > 1 else {}
    )
    pairs = {
        Pair(a, b): measure_pair(
            take,
            (take.parts[a], take.parts[b]),
            (fine[a], fine[b]),
            (players[a].pulse_correlations, players[b].pulse_correlations),
            windows,
        )
        for a, b in combinations(players, 2)
    }
    return TakeMeasures(take.id, windows.end, players, pairs)
