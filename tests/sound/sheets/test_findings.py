"""What a sheet finds out about an instrument is what the instrument was made of."""

from __future__ import annotations

import numpy as np
import pytest

from bedside.sound.instrument import GUARD, LEAD, Instrument, Region
from bedside.sound.sheets.findings import assess, note
from bedside.sound.sheets.sheet import Subject, passages
from bedside.sound.tuning import hertz
from sound.tones import RATE, tone

# How far each key of `bell` is out of tune, in cents, and the time in which it falls by 60 dB.
SHARP, T60 = 7.0, 1.6


def bell(lowest: int, highest: int) -> Instrument:
    """Return a struck instrument of two partials, at 1 and 2.76 times a sharp pitch, that fall in T60 and T60 / 4."""
    frames = 2 * RATE
    time = np.arange(frames) / RATE
    pool, regions = [], []
    for number, key in enumerate(range(lowest, highest + 1)):
        hz = hertz(key) * 2 ** (SHARP / 1200)
        made = 0.2 * np.sin(2 * np.pi * hz * time) * 10 ** (-3 * time / T60)
        made += 0.1 * np.sin(2 * np.pi * 2.76 * hz * time) * 10 ** (-12 * time / T60)
        pool.append(np.concatenate((np.zeros(LEAD), made, np.zeros(GUARD))))
        begin = number * (LEAD + frames + GUARD) + LEAD
        regions.append((Region(begin, begin, frames),))
    samples = np.concatenate(pool).astype(np.float32)
    return Instrument("bell", "bell", lowest, highest, False, RATE, samples, tuple(regions))


def silence(subject: Subject) -> np.ndarray:
    return np.zeros((round(passages(subject)[-1].end * RATE), 2), np.float32)


def test_a_struck_instrument_is_found_as_it_was_made() -> None:
    """Both partials, their T60s within 3 %, and each key's 7 cents within a tenth are found again."""
    subject = Subject(bell(60, 64), 60, "none")
    found = assess(subject, passages(subject), silence(subject))
    assert [ringing.label for ringing in found.ringing] == ["263 Hz", "725 Hz"]
    assert [ringing.fall.t60 for ringing in found.ringing if ringing.fall] == pytest.approx([T60, T60 / 4], rel=0.03)
    assert [tuned.key for tuned in found.tuning] == [60, 62, 64]
    assert [tuned.cents for tuned in found.tuning] == pytest.approx([SHARP] * 3, abs=0.1)
    assert [tuned.t60 for tuned in found.tuning] == pytest.approx([T60] * 3, rel=0.03)
    assert found.balance == ()


@pytest.mark.slow
def test_a_sustained_instrument_falls_once_let_go() -> None:
    """The T60 of a held note is that of its release, within 5 %."""
    subject = Subject(tone("held", loop_seconds=0.4, release=0.8), 60, "none")
    found = assess(subject, passages(subject), silence(subject))
    assert [tuned.t60 for tuned in found.tuning] == pytest.approx([0.8] * 15, rel=0.05)


@pytest.mark.slow
def test_a_voice_that_falls_by_itself_is_followed_round_its_loop() -> None:
    """A steady loop that falls by 30 dB a second has a T60 of 2 s at every key, within 3 %."""
    subject = Subject(tone("ringing", loop_seconds=0.3, seconds=0.3, fall=30.0, release=np.inf), 60, "none")
    subject = Subject(
        Instrument(
            **{field: getattr(subject.instrument, field) for field in Instrument.__slots__} | {"sustained": False}
        ),
        60,
        "none",
    )
    found = assess(subject, passages(subject), silence(subject))
    assert [tuned.t60 for tuned in found.tuning] == pytest.approx([2.0] * 15, rel=0.03)


def test_a_set_is_measured_by_its_pieces() -> None:
    """Each piece of a set has its trace and its loudness, and no key a pitch; twice the amplitude is 6 LU more."""
    subject = Subject(bell(60, 61), 60, "none", ((60, "plate"), (61, "plate")))
    played = passages(subject)
    sound = silence(subject)
    for strike, level in zip(played[0].strikes, (0.1, 0.2), strict=True):
        begin = round(strike.seconds * RATE)
        sound[begin : begin + RATE] = level * np.sin(2 * np.pi * 997 * np.arange(RATE) / RATE)[:, None]
    found = assess(subject, played, sound)
    assert [ringing.label for ringing in found.ringing] == ["C4 plate", "C♯4 plate"]
    assert [ringing.fall.t60 for ringing in found.ringing if ringing.fall] == pytest.approx([T60] * 2, rel=0.1)
    assert found.tuning == ()
    assert [label for label, _ in found.balance] == ["C4", "C♯4"]
    assert found.balance[1][1] - found.balance[0][1] == pytest.approx(6.02, abs=0.05)


def test_loudness_is_that_of_bs_1770() -> None:
    """A stereo sine of 997 Hz at −20 dBFS on both sides has −20 LUFS (ITU-R BS.1770, annex 1, and EBU Tech 3341)."""
    subject = Subject(bell(60, 60), 60, "none")
    played = passages(subject)
    sound = silence(subject)
    sound[:] = 0.1 * np.sin(2 * np.pi * 997 * np.arange(len(sound)) / RATE)[:, None]
    levels = [level for _, level in assess(subject, played, sound).loudness]
    assert levels == pytest.approx([-20.0] * 9, abs=0.1)


def test_a_key_without_sound_is_silent() -> None:
    """A key that nothing sounds on for a medium velocity gives silence, and no pitch."""
    made = bell(60, 60)
    mute = Instrument("mute", "mute", 60, 60, False, RATE, made.pool, ((),))
    assert not note(mute, 60).any()
    subject = Subject(mute, 60, "none")
    found = assess(subject, passages(subject), silence(subject))
    assert found.ringing == ()
    assert np.isnan(found.tuning[0].cents)
