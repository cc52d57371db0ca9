import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bedside.music.scales import SCALES, Scale, scale

any_scale = st.sampled_from(SCALES)
root = st.integers(36, 72)


def test_there_are_the_scales_that_a_session_needs() -> None:
    """The five scales that cannot go wrong together are there, by name."""
    assert {"major pentatonic", "minor pentatonic", "blues", "hirajoshi", "whole tone"} <= {s.name for s in SCALES}


@pytest.mark.parametrize("name", ["major pentatonic", "minor pentatonic", "suspended"])
def test_pentatonic_scales_have_no_semitone(name: str) -> None:
    """In the pentatonics no two notes, octaves apart or not, stand a semitone from each other."""
    steps = scale(name).steps
    assert all((b - a) % 12 not in (1, 11) for a, b in itertools.permutations(steps, 2))


def test_an_unknown_scale_is_named_with_the_known_ones() -> None:
    """Asking for a scale that is not there says which are."""
    with pytest.raises(ValueError, match=r"'dorian'.*hirajoshi"):
        scale("dorian")


@given(any_scale, root, st.integers(-20, 20))
def test_degrees_and_keys_are_each_others_inverse(each: Scale, root: int, degree: int) -> None:
    """A degree's key has that degree again, over several octaves both ways."""
    assert each.degree(each.key(degree, root), root) == degree


@given(any_scale, root, st.integers(0, 127))
def test_a_snapped_key_is_the_nearest_of_the_scale(each: Scale, root: int, key: int) -> None:
    """No key of the scale lies nearer to a key than the one it snaps to, and snapping twice changes nothing."""
    snapped = each.snap(key, root)
    all_keys = [each.key(degree, root) for degree in range(-60, 80)]
    assert snapped in all_keys
    assert abs(snapped - key) == min(abs(other - key) for other in all_keys)
    assert each.snap(snapped, root) == snapped
