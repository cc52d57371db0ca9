"""How loud and how sudden the sound may be at most, in numbers; whoever raises a limit must raise it here too."""

from __future__ import annotations

import pytest

from bedside.sound.profiles import PROFILES, RISE_DB_PER_50_MS, TRUE_PEAK_DB, USUAL


@pytest.mark.parametrize(("profile", "lufs", "attack"), [("ward", -20, 0), ("quiet", -26, 0.008), ("night", -32, 0.03)])
def test_a_profile_is_no_louder_and_no_more_sudden_than_was_agreed(profile: str, lufs: float, attack: float) -> None:
    """The ward's loudness over three seconds is at most −20 LUFS, the other profiles' is less; their attacks last."""
    assert PROFILES[profile].loudness_lufs <= lufs
    assert PROFILES[profile].attack_seconds >= attack


def test_nothing_is_chosen_that_has_no_limit_here() -> None:
    """There is no fourth profile, and none but the first is in force by itself."""
    assert list(PROFILES) == ["ward", "quiet", "night"]
    assert USUAL == "ward"


def test_no_profile_changes_the_peak_or_the_rise() -> None:
    """The true peak is at most −3 dB, and sound that comes back rises by at most 12 dB in 50 ms."""
    assert TRUE_PEAK_DB <= -3
    assert RISE_DB_PER_50_MS <= 12
