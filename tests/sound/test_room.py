import numpy as np
import pytest

from bedside.sound.room import Room

RATE = 48000


def answer(room, seconds, sound=None):
    block = room.block
    blocks = []
    for number in range(round(seconds * RATE / block)):
        given = np.zeros((2, block), np.float32)
        if sound is not None and number == 0:
            given[:] = sound
        out = np.zeros((2, block), np.float32)
        room.render(given, out)
        blocks.append(out)
    return np.concatenate(blocks, axis=1)


def click(block=128):
    sound = np.zeros((2, block), np.float32)
    sound[:, 0] = 0.5
    return sound


@pytest.mark.parametrize("seconds", [0.8, 1.9, 3.5])
def test_sound_dies_away_in_the_time_it_is_given(seconds):
    """Low sound falls by 60 dB in the room's time (Schroeder's backward integral, −5 to −35 dB, below 1 kHz)."""
    room = Room(RATE, 128, seconds=seconds)
    sound = answer(room, 1.2 * seconds, click())[0].astype(float)
    spectrum = np.fft.rfft(sound)
    spectrum[round(1000 * len(sound) / RATE) :] = 0
    low = np.fft.irfft(spectrum)
    decay = 10 * np.log10(np.cumsum(low[::-1] ** 2)[::-1] / np.sum(low**2))
    from_, to = np.argmax(decay < -5), np.argmax(decay < -35)
    assert (to - from_) / RATE * 2 == pytest.approx(seconds, rel=0.1)


def test_high_sound_dies_sooner():
    """Damping takes the highs first: after half a second the answer is darker than at its beginning."""

    def centre(sound):
        power = np.abs(np.fft.rfft(sound)) ** 2
        return np.sum(power * np.fft.rfftfreq(len(sound), 1 / RATE)) / np.sum(power)

    sound = answer(Room(RATE, 128), 1.0, click())[0].astype(float)
    assert centre(sound[24000:32000]) < 0.6 * centre(sound[:8000])


def test_it_falls_to_exact_silence():
    """A tail ends in zeros with nothing left anywhere, and a room that is silent costs nothing and says so."""
    room = Room(RATE, 128)
    assert room.silent
    sound = answer(room, 6.0, click())
    assert room.silent
    assert not sound[:, -128:].any()
    assert sound[:, : 4 * RATE].any()


def test_left_and_right_differ():
    """The two sides of a tail are uncorrelated: the room is wide."""
    left, right = answer(Room(RATE, 128), 1.0, click())[:, 6000:].astype(float)
    assert abs(np.corrcoef(left, right)[0, 1]) < 0.2


def test_the_block_size_does_not_change_the_room():
    """At 64 and at 256 frames a block, the answer is the same to rounding."""
    small = answer(Room(RATE, 64), 1.0, click(64))
    large = answer(Room(RATE, 256), 1.0, click(256))
    frames = min(small.shape[1], large.shape[1])
    assert np.abs(small[:, :frames] - large[:, :frames]).max() < 1e-6
