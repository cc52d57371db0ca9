from collections.abc import Callable, Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.signal import resample_poly

from bedside.sound.engine.limiter import RELEASE_DB_PER_SECOND, Limiter

RATE = 48000
CEILING = 10 ** (-3.6 / 20)
CLAMP = 10 ** (-3 / 20)

# What rounding to float32 may add to the ceiling.
MARGIN = 1e-6

KINDS = ("silence", "steady", "noise", "click", "square", "swell")


@st.composite
def sounds(draw: st.DrawFn, loudest: float = 1e3, kinds: Sequence[str] = KINDS) -> NDArray[np.float32]:
    """Return a stereo sound of a few pieces, each of one kind and level, with bursts between them."""
    random = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    pieces = []
    for _ in range(draw(st.integers(1, 8))):
        kind = draw(st.sampled_from(kinds))
        level = draw(st.floats(1e-4, loudest)) * random.choice([-1, 1], (2, 1))
        frames = draw(st.integers(1, 600))
        shapes: dict[str, Callable[[int], NDArray[np.float64]]] = {
            "silence": lambda frames: np.zeros((2, frames)),
            "steady": lambda frames: np.ones((2, frames)),
            "noise": lambda frames: random.uniform(-1, 1, (2, frames)),
            "click": lambda frames: np.eye(1, frames, int(random.integers(frames))) * np.ones((2, 1)),
            "square": lambda frames: (
                np.sign(np.sin(np.arange(frames) * random.uniform(0.01, 3)) + 1e-9) * np.ones((2, 1))
            ),
            "swell": lambda frames: np.linspace(0, 1, frames) ** 3 * np.ones((2, 1)),
        }
        pieces.append(level * shapes[kind](frames))
    return np.concatenate(pieces, axis=1).astype(np.float32)


def limit(limiter: Limiter, sound: NDArray[np.float32], block: int) -> NDArray[np.float32]:
    """Return what comes out for a sound, with silence after it for as long as the limiter delays."""
    frames = sound.shape[1] + limiter.delay
    padded = np.zeros((2, -(-frames // block) * block), np.float32)
    padded[:, : sound.shape[1]] = sound
    heard = np.zeros_like(padded)
    for at in range(0, padded.shape[1], block):
        limiter.render(padded[:, at : at + block], heard[:, at : at + block])
    return heard[:, :frames]


def true_peak(sound: NDArray[np.float32]) -> float:
    """Return the greatest magnitude of a sound four times oversampled, by a filter that is not the limiter's own."""
    return float(np.abs(resample_poly(sound.astype(float), 4, 1, axis=1, window=("kaiser", 8.0))).max())


@given(sounds(), st.sampled_from([16, 64, 128, 256]))
def test_nothing_passes_the_ceiling(sound: NDArray[np.float32], block: int) -> None:
    """Whatever comes in, up to a thousand times too loud and from one frame to the next, −3 dB holds at each frame."""
    heard = limit(Limiter(RATE, block), sound, block)
    assert np.abs(heard).max() <= CLAMP + MARGIN


@given(sounds(loudest=20.0), st.sampled_from([64, 128, 256]))
def test_nothing_passes_the_ceiling_between_two_frames(sound: NDArray[np.float32], block: int) -> None:
    """The true peak, four times oversampled, stays at −3 dBTP, whatever a square or a click does between frames."""
    heard = limit(Limiter(RATE, block), sound, block)
    assert true_peak(heard) <= CLAMP * 1.002


def test_a_peak_that_no_frame_shows_is_seen() -> None:
    """A sine at a quarter of the rate whose frames miss its top by 3 dB is limited by its top."""
    sine = 0.66 * np.sqrt(2) * np.sin(np.pi / 2 * np.arange(RATE // 4) + np.pi / 4) * np.ones((2, 1))
    assert np.abs(sine).max() < CEILING * 1.001
    sine *= np.minimum(np.arange(RATE // 4) / 2000, 1)
    heard = limit(Limiter(RATE, 128), sine.astype(np.float32), 128)
    assert true_peak(heard[:, 4000:-200]) == pytest.approx(CEILING, rel=0.02)


@given(sounds(loudest=0.25), st.sampled_from([16, 64, 128, 256]))
def test_below_the_ceiling_it_changes_no_bit_and_delays_by_its_look_ahead(
    sound: NDArray[np.float32], block: int
) -> None:
    """A sound well under the ceiling comes out bit for bit, exactly `delay` frames later, after silence."""
    limiter = Limiter(RATE, block)
    heard = limit(limiter, sound, block)
    assert limiter.delay == 56
    assert not heard[:, :56].any()
    assert heard[:, 56:].tobytes() == sound.tobytes()
    assert limiter.silent or sound[:, -limiter.delay - block :].any()


@pytest.mark.slow
@given(sounds(kinds=("steady",)), st.sampled_from([64, 128]))
def test_the_gain_never_jumps(sound: NDArray[np.float32], block: int) -> None:
    """Gain falls over the whole look-ahead, in no step, rises no faster than it recovers, and both ears share it."""
    limiter = Limiter(RATE, block)
    heard = limit(limiter, sound, block)[:, limiter.delay :].astype(float)
    gain = 20 * np.log10(np.abs(heard) / np.abs(sound))
    assert gain[0] == pytest.approx(gain[1], abs=1e-4)
    deepest = max(0.0, 20 * np.log10(2.2 * np.abs(sound).max() / CEILING))
    steps = np.diff(gain[0])
    assert gain.max() <= 1e-4
    assert steps.min(initial=0.0) >= -deepest / 49 - 1e-4
    assert steps.max(initial=0.0) <= RELEASE_DB_PER_SECOND / RATE + 1e-4


@pytest.mark.slow
@given(sounds())
def test_the_size_of_its_blocks_is_not_heard(sound: NDArray[np.float32]) -> None:
    """The same sound in blocks of 32 and of 256 frames comes out the same, but for rounding."""
    small, large = (limit(Limiter(RATE, block), sound, block) for block in (32, 256))
    assert small == pytest.approx(large, abs=1e-5)


def test_a_peak_is_met_at_the_ceiling_and_not_far_below() -> None:
    """What is too loud for long comes out at the ceiling, so that no loudness is thrown away."""
    heard = limit(Limiter(RATE, 128), np.full((2, RATE // 2), 5.0, np.float32), 128)
    assert heard[:, 4000:-200] == pytest.approx(CEILING, rel=1e-5)


def test_after_a_peak_the_sound_comes_back_and_is_again_exact() -> None:
    """6 dB over recover in a sixth of a second, in an even rise; then every bit is as it came in."""
    sound = np.full((2, RATE), 0.1, np.float32)
    sound[:, 1000] = 2 * CEILING
    heard = limit(Limiter(RATE, 128), sound, 128)[:, 56:]
    recovered = 1000 + round(6.0206 / RELEASE_DB_PER_SECOND * RATE)
    halfway = (1000 + recovered) // 2
    assert heard[0, halfway] == pytest.approx(0.1 * 10 ** (-3.01 / 20), rel=0.01)
    assert (heard[:, recovered - 200] < 0.0999).all()
    assert (heard[:, recovered + 200 :] == sound[:, recovered + 200 :]).all()


def test_a_clamp_stands_behind_the_ceiling() -> None:
    """Were the gain wrong, the clamp would still hold: with a ceiling far above it, it alone bounds the sound."""
    limiter = Limiter(RATE, 128)
    limiter._ceiling = 1e3
    heard = limit(limiter, np.full((2, 512), 5.0, np.float32), 128)
    assert np.abs(heard).max() == np.float32(CLAMP)


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_what_is_no_number_is_silent_and_forgotten(bad: float) -> None:
    """A frame that is no finite number is a frame of silence, and the sound around it is untouched."""
    limiter = Limiter(RATE, 128)
    sound = np.full((2, 1000), 0.25, np.float32)
    mended = sound.copy()
    sound[0, 300] = bad
    mended[0, 300] = 0
    heard = limit(limiter, sound, 128)
    assert heard[:, 56:].tobytes() == mended.tobytes()


def test_cleared_it_is_as_new() -> None:
    """After a clear nothing of a peak is left, neither sound nor gain; before it, it was not silent."""
    limiter = Limiter(RATE, 128)
    before = limiter.silent
    limit(limiter, np.full((2, 1000), 50.0, np.float32), 128)
    after = limiter.silent
    assert before and not after
    limiter.clear()
    assert limiter.silent
    quiet = np.full((2, 500), 0.2, np.float32)
    assert limit(limiter, quiet, 128).tobytes() == limit(Limiter(RATE, 128), quiet, 128).tobytes()


def test_it_is_silent_only_when_the_last_sound_has_left_it() -> None:
    """A sound at the end of a block is still on its way; one look-ahead later the limiter rests."""
    limiter = Limiter(RATE, 128)
    block, out = np.zeros((2, 128)), np.zeros((2, 128), np.float32)
    block[:, -1] = 0.5
    limiter.render(block, out)
    assert not limiter.silent
    limiter.render(np.zeros((2, 128)), out)
    assert limiter.silent
