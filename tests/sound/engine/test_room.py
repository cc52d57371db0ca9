import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.signal import butter, sosfilt

from bedside.sound.engine.room import SPACES, Room, Space

RATE = 48000


def answer(room: Room, seconds: float, sound: NDArray[np.float64] | None = None) -> NDArray[np.float64]:
    """Return what the room gives back, without the sound itself."""
    block = room.block
    blocks = []
    for number in range(round(seconds * RATE / block)):
        given = np.zeros((2, block), np.float64)
        if sound is not None and number == 0:
            given[:] = sound
        out = np.zeros((2, block), np.float64)
        room.render(given, out)
        blocks.append(out - given)
    return np.concatenate(blocks, axis=1)


def click(block: int = 128) -> NDArray[np.float64]:
    sound = np.zeros((2, block), np.float64)
    sound[:, 0] = 0.5
    return sound


@pytest.mark.parametrize("seconds", [0.8, 1.9, 3.5])
def test_sound_dies_away_in_the_time_it_is_given(seconds: float) -> None:
    """Low sound falls by 60 dB in the room's time (Schroeder's backward integral, −5 to −25 dB, below 1 kHz)."""
    room = Room(RATE, 128, Space(1.0, seconds, 0.32, 0.22))
    sound = answer(room, 1.2 * seconds, click())[0].astype(float)
    low = sosfilt(butter(4, 1000, fs=RATE, output="sos"), sound)
    decay = 10 * np.log10(np.cumsum(low[::-1] ** 2)[::-1] / np.sum(low**2))
    from_, to = np.argmax(decay < -5), np.argmax(decay < -25)
    assert (to - from_) / RATE * 3 == pytest.approx(seconds, rel=0.1)


def test_high_sound_dies_sooner() -> None:
    """Damping takes the highs first: after half a second the answer is darker than at its beginning."""

    def centre(sound: NDArray[np.floating]) -> float:
        power = np.abs(np.fft.rfft(sound)) ** 2
        return float(np.sum(power * np.fft.rfftfreq(len(sound), 1 / RATE)) / np.sum(power))

    sound = answer(Room(RATE, 128), 1.0, click())[0].astype(float)
    assert centre(sound[24000:32000]) < 0.6 * centre(sound[:8000])


def test_it_falls_to_exact_silence() -> None:
    """A tail ends in zeros with nothing left anywhere, and a room that is silent costs nothing and says so."""
    room = Room(RATE, 128)
    assert room.silent
    sound = answer(room, 6.0, click())
    assert room.silent
    assert not sound[:, -128:].any()
    assert sound[:, : 4 * RATE].any()


def test_left_and_right_differ() -> None:
    """The two sides of a tail are uncorrelated: the room is wide."""
    left, right = answer(Room(RATE, 128), 1.0, click())[:, 6000:].astype(float)
    assert abs(np.corrcoef(left, right)[0, 1]) < 0.2


def test_the_block_size_does_not_change_the_room() -> None:
    """At 64 and at 256 frames a block, the answer is the same to rounding."""
    small = answer(Room(RATE, 64), 1.0, click(64))
    large = answer(Room(RATE, 256), 1.0, click(256))
    frames = min(small.shape[1], large.shape[1])
    assert np.abs(small[:, :frames] - large[:, :frames]).max() < 1e-6


def test_the_sound_itself_passes_at_once() -> None:
    """What is played is heard in the same frame, at its own level, and the room after it."""
    room = Room(RATE, 128)
    given = click()
    out = np.zeros((2, 128), np.float64)
    room.render(given, out)
    assert out[:, 0] == pytest.approx([0.5, 0.5])


def echo_density(sound: NDArray[np.floating]) -> NDArray[np.float64]:
    """Return the share of frames outside one standard deviation, against that of noise, over 20 ms windows.

    Abel & Huang, "A simple, robust measure of reverberation echo density", AES 121 (2006).
    """
    window = np.hanning(961)
    window /= window.sum()
    spread = np.sqrt(np.convolve(sound**2, window, mode="same"))
    return np.convolve(np.abs(sound) > spread, window, mode="same") / 0.3173


@pytest.mark.parametrize("name", SPACES)
def test_no_room_flutters(name: str) -> None:
    """Its echoes are soon as dense as noise: within 80 to 200 ms, by its size, and from there on."""
    sound = answer(Room(RATE, 128, SPACES[name]), 1.0, click())[0].astype(float)
    density = echo_density(sound)
    grown = round((0.08 + 0.08 * SPACES[name].size) * RATE)
    heard = min(round(0.6 * SPACES[name].seconds * RATE), 40_000)
    assert density[grown:heard].mean() > 0.85
    assert density[grown:heard].min() > 0.55


@pytest.mark.parametrize("name", SPACES)
def test_no_room_rings_like_metal(name: str) -> None:
    """Its resonances overlap: no line of the late tail stands more than 15 dB above those around it.

    Of a dense room the magnitudes have a Rayleigh distribution, of which one in 40,000 lies 10 dB above the mean power
    (Schroeder 1954); a mode that rings alone would stand far above.
    """
    space = SPACES[name]
    sound = answer(Room(RATE, 128, space), space.seconds + 0.3, click())[0].astype(float)
    late = sound[round(0.2 * RATE) :] * np.exp(6.9 / (space.seconds * RATE) * np.arange(sound.size - round(0.2 * RATE)))
    late = late[: round(min(space.seconds, 1.5) * 0.6 * RATE)]
    power = np.abs(np.fft.rfft(late * np.hanning(late.size))) ** 2
    low, high = (round(hz * late.size / RATE) for hz in (100, 3000))
    width = round(120 * late.size / RATE)
    around = np.convolve(power, np.ones(width) / width, mode="same")
    assert 10 * np.log10((power / around)[low:high].max()) < 15


@pytest.mark.parametrize("name", SPACES)
def test_no_room_feeds_itself(name: str) -> None:
    """A second of loud noise dies away to silence in every room."""
    room = Room(RATE, 128, SPACES[name])
    random = np.random.default_rng(1)
    out = np.zeros((2, 128), np.float64)
    loudest = 0.0
    for _ in range(375):
        room.render(random.uniform(-1, 1, (2, 128)).astype(np.float64), out)
        loudest = max(loudest, float(np.abs(out).max()))
    assert loudest < 4
    for _ in range(round(3.2 * SPACES[name].seconds * 375)):
        room.render(np.zeros((2, 128), np.float64), out)
    assert room.silent
