"""Phasors reckon as complex numbers do."""

import numpy as np

from bedside.sound.phasors import Phasors, concatenated, purely_real, turned


def test_they_are_complex_numbers() -> None:
    """Sums, products, conjugates, inverses and turns are those of numpy's complex numbers."""
    rng = np.random.default_rng(1)
    a, b = rng.standard_normal((2, 3, 4)) + 1j * rng.standard_normal((2, 3, 4))
    one, other = Phasors(a.real, a.imag), Phasors(b.real, b.imag)
    for made, wanted in (
        (one + other, a + b),
        (one - other, a - b),
        (-one, -a),
        (one * other, a * b),
        (one * b.real, a * b.real),
        (one.conjugate, a.conj()),
        (one.inverse, 1 / a),
        (one.quarter_back, -1j * a),
        (one.transposed, a.T),
        (one[1:, None], a[1:, None]),
        (one.reshape(-1), a.reshape(-1)),
        (concatenated((one, other), 1), np.concatenate((a, b), 1)),
        (purely_real(a.real), a.real),
        (turned(a.real, b.real), b.real * np.exp(2j * np.pi * a.real)),
    ):
        np.testing.assert_allclose(made.real + 1j * made.imag, wanted, atol=1e-14)
    np.testing.assert_allclose(one.size, np.abs(a), rtol=1e-15)
    assert one.shape == (3, 4)
