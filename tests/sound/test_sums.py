"""Sums of products that give the same bits everywhere."""

import math

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from bedside.sound import sums


@given(rows=st.integers(1, 9), k=st.integers(1, 300), columns=st.integers(1, 9), seed=st.integers(0, 2**32))
def test_a_product_has_no_order(rows: int, k: int, columns: int, seed: int) -> None:
    """A product is the same to the bit in whatever order its terms are added, and right to 2⁻⁴⁰ of their greatest."""
    rng = np.random.default_rng(seed)
    a = rng.standard_normal((rows, k)) * np.exp(rng.standard_normal((rows, 1)) * 20)
    b = rng.standard_normal((k, columns)) * np.exp(rng.standard_normal((1, columns)) * 20)
    made = sums.product(a, b)
    order = rng.permutation(k)
    assert np.array_equal(made, sums.product(a[:, order], b[order]))
    one_by_one = np.array([sums.product(a, b[:, [column]])[:, 0] for column in range(columns)]).T
    assert np.array_equal(made, one_by_one)
    scale = np.max(np.abs(a), axis=1, keepdims=True) * np.max(np.abs(b), axis=0, keepdims=True)
    right = [[math.fsum(row * column) for column in b.T] for row in a]
    assert np.max(np.abs(made - right) / scale) < k * 2.0**-40


@given(rows=st.integers(1, 20), k=st.integers(1, 200), columns=st.integers(1, 20), seed=st.integers(0, 2**32))
def test_a_constant_matrix_has_no_order(rows: int, k: int, columns: int, seed: int) -> None:
    """Its products are the same to the bit in whatever order they are added, at the loudest signal that it allows."""
    rng = np.random.default_rng(seed)
    entries = rng.standard_normal((rows, k))
    peak = float(np.exp(rng.standard_normal() * 20))
    signal = np.sign(rng.standard_normal((k, columns))) * peak * rng.choice([1.0, 0.3, 1e-9], (k, columns))
    order = rng.permutation(k)
    made, other, one = np.zeros((rows, columns)), np.zeros((rows, columns)), np.zeros((rows, 1))
    sums.Matrix(entries).times(signal.copy(), peak, made)
    sums.Matrix(entries[:, order]).times(signal[order], peak, other)
    assert np.array_equal(made, other)
    for column in range(columns):
        sums.Matrix(entries).times(signal[:, [column]], peak, one)
        assert np.array_equal(made[:, [column]], one)
    right = [[math.fsum(row * column) for column in signal.T] for row in entries]
    assert np.max(np.abs(made - right)) < peak * k * 2.0**-20


def test_a_product_of_nothing_is_zero() -> None:
    """A row of zeros gives zeros."""
    assert not sums.product(np.zeros((2, 5)), np.ones((5, 3))).any()
