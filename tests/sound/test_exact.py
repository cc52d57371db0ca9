"""Elementary functions and matrix products that give the same bits everywhere."""

import numpy as np
import pytest

from bedside.sound import exact

ULP = 2.0**-52


def numbers(low: float, high: float) -> exact.Floats:
    """Return many numbers in a range, its ends among them."""
    drawn = np.random.default_rng(7).random(20_000) * (high - low) + low
    return np.concatenate((drawn, [low, high]))


def test_exp2_is_right_within_two_units_in_the_last_place() -> None:
    """Powers of two agree with the C library's, and those of whole numbers are exact."""
    x = numbers(-60, 60)
    assert np.max(np.abs(exact.exp2(x) / np.exp2(x) - 1)) < 3 * ULP
    assert exact.exp2([-1074.0, -3.0, 0.0, 10.0, 1023.0]).tolist() == [2.0**-1074, 0.125, 1.0, 1024.0, 2.0**1023]
    assert exact.exp2(-5000.0) == 0.0


def test_decibels_and_levels_are_each_others_inverse() -> None:
    """20 dB are a factor of ten, and the level of a ratio is what it was made from."""
    assert exact.decibels([-20.0, 0.0, 20.0]) == pytest.approx([0.1, 1.0, 10.0], rel=1e-15)
    db = numbers(-120, 40)
    assert np.max(np.abs(exact.level_db(exact.decibels(db)) - db)) < 1e-13


def test_log_is_right_also_beside_one() -> None:
    """Logarithms agree with the C library's, in relation to the logarithm itself."""
    for x in (np.exp(numbers(-30, 30)), 1 + numbers(-1e-6, 1e-6)):
        assert np.max(np.abs(exact.log(x) - np.log(x)) / np.maximum(np.abs(np.log(x)), 1e-300)) < 1e-14
    assert exact.log(1.0) == 0.0
    assert exact.log2(np.exp2(np.arange(-20.0, 20.0))) == pytest.approx(np.arange(-20.0, 20.0), abs=1e-14)


def test_a_power_is_that_of_its_base() -> None:
    """Powers agree with the C library's."""
    x = numbers(0.01, 500)
    for exponent in (-2.5, -1.0, 0.0, 0.5, 3.0):
        assert np.max(np.abs(exact.power(x, exponent) / x**exponent - 1)) < 1e-14


def test_sine_and_cosine_are_right_and_exact_at_quarters() -> None:
    """Within a turn they agree with the C library's; a quarter turn is exact, also after a million turns."""
    turns = numbers(-1, 1)
    cosine, sine = exact.cosine_sine(turns)
    assert np.max(np.abs(cosine - np.cos(2 * np.pi * turns))) < 1e-15
    assert np.max(np.abs(sine - np.sin(2 * np.pi * turns))) < 1e-15
    cosine, sine = exact.cosine_sine(np.array([0, 0.25, 0.5, 0.75]) + 1_000_000)
    assert (cosine.tolist(), sine.tolist()) == ([1.0, 0.0, -1.0, 0.0], [0.0, 1.0, 0.0, -1.0])


def test_windows_agree_with_numpys() -> None:
    """Sinc, the Bessel function of Kaiser windows, and the Hann window agree with numpy's."""
    x = numbers(-12, 12)
    assert np.max(np.abs(exact.sinc(x) - np.sinc(x))) < 1e-15
    assert np.max(np.abs(exact.bessel_i0(x) / np.i0(x) - 1)) < 1e-14
    assert exact.sinc([-3.0, 0.0, 2.0]).tolist() == [0.0, 1.0, 0.0]
    assert exact.hann(1024) == pytest.approx(np.hanning(1024), abs=1e-15)


def test_plain_numbers_have_the_bits_of_arrays() -> None:
    """A function of one number, which is computed without numpy, gives what the array's function gives."""
    x = numbers(-70, 70)
    for of in (exact.exp2, exact.exp, exact.decibels):
        assert [of(number) for number in x.tolist()] == of(x).tolist()
    cosine, sine = exact.cosine_sine(x)
    assert [exact.cosine_sine(number) for number in x.tolist()] == list(
        zip(cosine.tolist(), sine.tolist(), strict=True)
    )


def test_the_angle_of_a_point_is_right_all_around() -> None:
    """Turned by its angle, the point (1, 0) comes to lie where the point is; the origin has none."""
    for turns in numbers(-0.4999, 0.5).tolist():
        x, y = exact.cosine_sine(turns)
        assert exact.turns_of(7 * x, 7 * y) == pytest.approx(turns, abs=1e-15)
    assert exact.turns_of(0.0, 0.0) == 0.0
