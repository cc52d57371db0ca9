"""Lines and decays are measured as they were made: on sines whose frequencies and T60s are known."""

import math

import numpy as np
import pytest
from numpy.typing import NDArray

from bedside.sound.sheets.partials import LevelTrace, fall, loudness, pitch, strongest_lines, trace_line

RATE = 48_000


def ringing(*modes: tuple[float, float, float], seconds: float = 4.0, rate: int = RATE) -> NDArray[np.float64]:
    """Return the sum of damped sines, each of a frequency, a level in dB and a T60 in seconds."""
    time = np.arange(round(seconds * rate)) / rate
    each = (10 ** (db / 20 - 3 * time / t60) * np.sin(2 * np.pi * hz * time) for hz, db, t60 in modes)
    return sum(each, start=np.zeros(time.size))


def test_lines_are_found_where_they_are() -> None:
    """The lines of a sound come from low to high, each within 0.1 Hz, with their levels within 1 dB."""
    modes = [(262.0, -6.0, 30.0), (1021.8, -20.0, 30.0), (2410.4, -40.0, 30.0)]
    found = strongest_lines(ringing(*modes), RATE, 65.0, 6)
    assert [hz for hz, _ in found] == pytest.approx([hz for hz, _, _ in modes], abs=0.1)
    assert [db for _, db in found] == pytest.approx([db for _, db, _ in modes], abs=1.0)


def test_only_the_strongest_lines_are_kept() -> None:
    """Of five lines the three strongest remain, and of two that are too near each other the stronger."""
    modes = [(200.0 * number, -4.0 * number, 5.0) for number in range(1, 6)]
    assert [round(hz) for hz, _ in strongest_lines(ringing(*modes), RATE, 50.0, 3)] == [200, 400, 600]
    pair = ringing((400.0, -6.0, 5.0), (430.0, -20.0, 5.0))
    assert [round(hz) for hz, _ in strongest_lines(pair, RATE, 60.0, 6)] == [400]


def test_noise_and_silence_have_no_lines() -> None:
    """White noise shows no line beside a tone 40 dB above each of its bins, and none alone; silence shows none."""
    noise = np.random.default_rng(1).normal(size=2 * RATE)
    assert strongest_lines(noise, RATE, 60.0, 6) == []
    found = strongest_lines(ringing((440.0, 0.0, 9.0), seconds=2.0) + 0.003 * noise, RATE, 60.0, 6)
    assert [round(hz) for hz, _ in found] == [440]
    assert strongest_lines(np.zeros(RATE), RATE, 60.0, 6) == []
    assert strongest_lines(np.zeros(10), RATE, 60.0, 6) == []


@pytest.mark.parametrize("t60", [0.15, 0.6, 3.0, 25.0])
def test_the_decay_of_a_line_is_read(t60: float) -> None:
    """A line of a known T60 is found to have it, within 2 %, beside a line 30 dB stronger that falls otherwise."""
    sound = ringing((300.0, 0.0, 1.0), (1200.0, -30.0, t60), seconds=6.0)
    found = fall(trace_line(sound, RATE, 1200.0, 250.0))
    assert found is not None
    assert found.t60 == pytest.approx(t60, rel=0.02)


def test_the_line_of_a_decay_lies_on_it() -> None:
    """What is fitted begins at −5 dB or below, ends at −25 dB or above, and follows the trace within 0.3 dB."""
    trace = trace_line(ringing((500.0, -10.0, 2.0)), RATE, 500.0, 100.0)
    found = fall(trace)
    assert found is not None
    on = (trace.seconds >= found.begin) & (trace.seconds <= found.end)
    fitted = found.db - 60 / found.t60 * (trace.seconds[on] - found.begin)
    assert np.abs(fitted - trace.db[on]).max() < 0.3
    assert -25.5 <= trace.db[on][-1] + 10 < trace.db[on][0] + 10 <= -4.5


def test_beats_do_not_disturb_a_decay() -> None:
    """Two lines that beat all the way to silence have the T60 of each, within 5 %."""
    sound = ringing((220.0, 0.0, 8.0), (221.5, 0.0, 8.0), seconds=12.0)
    found = fall(trace_line(sound, RATE, 220.7, 60.0))
    assert found is not None
    assert found.t60 == pytest.approx(8.0, rel=0.05)


def test_a_held_line_falls_once_it_is_let_go() -> None:
    """A steady line has no decay; one that is let go after a while has the T60 with which it falls from then on."""
    time = np.arange(3 * RATE) / RATE
    held = np.sin(2 * np.pi * 330 * time)
    assert fall(trace_line(held, RATE, 330.0, 80.0)) is None
    released = held * 10 ** (-3 * np.maximum(time - 1.5, 0) / 0.9)
    found = fall(trace_line(released, RATE, 330.0, 80.0), 1.5)
    assert found is not None
    assert found.t60 == pytest.approx(0.9, rel=0.05)
    assert found.begin >= 1.5


def test_too_short_a_trace_has_no_decay() -> None:
    """Of five points nothing is read."""
    seconds = np.arange(5) / 100
    assert fall(LevelTrace(seconds, -600 * seconds)) is None


def test_the_level_of_a_line_is_its_amplitude() -> None:
    """A sine of amplitude 0.1 runs at −20 dB, in its own line and as a whole sound, and is far below in another."""
    sine = ringing((1000.0, -20.0, math.inf), seconds=1.0)
    assert trace_line(sine, RATE, 1000.0, 100.0).db == pytest.approx(-20, abs=0.01)
    assert loudness(sine, RATE).db == pytest.approx(-20, abs=0.1)
    assert trace_line(sine, RATE, 1200.0, 100.0).db.max() < -100


@pytest.mark.parametrize("cents", [-31.0, -1.0, 0.0, 0.7, 12.0])
@pytest.mark.parametrize("hz", [41.2, 262.0, 2093.0])
def test_a_pitch_is_read_to_a_twentieth_of_a_cent(hz: float, cents: float) -> None:
    """A damped tone with an octave is found as far from its key as it is, within 0.05 cents."""
    made = hz * 2 ** (cents / 1200)
    sound = ringing((made, 0.0, 1.5), (2.003 * made, -6.0, 0.8), seconds=1.5)
    assert 1200 * math.log2(pitch(sound, RATE, hz, 0.8) / hz) == pytest.approx(cents, abs=0.05)


def test_the_pitch_of_a_pair_lies_between_its_lines() -> None:
    """Two equal lines six cents apart have the pitch in their middle, within half a cent."""
    pair = ringing((439.24, 0.0, 9.0), (440.76, 0.0, 9.0))
    assert 1200 * math.log2(pitch(pair, RATE, 440.0, 2.5) / 440) == pytest.approx(0, abs=0.5)


def test_a_bell_has_its_pitch_an_octave_under_its_lines() -> None:
    """Lines at 2, 3 and 4.2 times a pitch that is not there give half of the lowest; lines elsewhere give none."""
    bell = ringing((524.0, 0.0, 5.0), (786.0, 0.0, 4.0), (1100.0, -3.0, 3.0))
    assert pitch(bell, RATE, 261.0, 0.8) == pytest.approx(262.0, abs=0.05)
    assert math.isnan(pitch(ringing((392.0, 0.0, 5.0)), RATE, 261.0, 0.8))
    assert math.isnan(pitch(np.zeros(8), RATE, 261.0, 0.8))
