"""The transform of products and sums is the Fourier transform, for every length."""

import numpy as np
import pytest

from bedside.sound import fourier
from bedside.sound.phasors import Phasors

# Short and long, of each small prime factor, and with factors that have no butterfly.
LENGTHS = [1, 2, 3, 4, 5, 7, 11, 13, 97, 100, 462, 512, 1_001, 3_841, 4_410, 30_030, 65_536, 99_225]


@pytest.mark.parametrize("length", LENGTHS)
def test_it_is_the_fourier_transform(length: int) -> None:
    """Spectra of one and of many signals are numpy's to a few of the last bits of their RMS, and lead back."""
    rng = np.random.default_rng(length)
    for rows in (1, 20) if length < 5_000 else (2,):
        signal = rng.standard_normal((rows, length)) + 1j * rng.standard_normal((rows, length))
        wanted = np.fft.fft(signal)
        made = fourier.transform(Phasors(signal.real.copy(), signal.imag.copy()))
        error = np.abs(made.real + 1j * made.imag - wanted)
        assert np.sqrt(np.mean(error**2) / np.mean(np.abs(wanted) ** 2)) < 2e-15
        back = fourier.inverse(made)
        np.testing.assert_allclose(back.real + 1j * back.imag, signal, atol=4e-14)


@pytest.mark.parametrize("length", LENGTHS)
@pytest.mark.parametrize("rows", [1, 2, 3])
def test_real_signals_have_half_a_spectrum(length: int, rows: int) -> None:
    """Real signals, padded, have numpy's half spectra and come back; parts that mean nothing do not count."""
    rng = np.random.default_rng(length)
    signal = rng.standard_normal((rows, length - length // 3))
    made = fourier.real_transform(signal, length)
    wanted = np.fft.rfft(signal, length)
    np.testing.assert_allclose(made.real + 1j * made.imag, wanted, atol=1e-14 * length)
    np.testing.assert_allclose(
        fourier.real_inverse(made, length), np.pad(signal, ((0, 0), (0, length // 3))), atol=4e-14
    )
    made.imag[:, 0] = 5.0
    np.testing.assert_allclose(
        fourier.real_inverse(made, length), np.fft.irfft(made.real + 1j * made.imag, length), atol=4e-14
    )


def test_fast_lengths_have_small_factors() -> None:
    """The next length has no prime factor above 11."""
    assert [fourier.fast_length(least) for least in (1, 13, 14, 97, 8_191, 47_432)] == [1, 14, 14, 98, 8_192, 47_432]
