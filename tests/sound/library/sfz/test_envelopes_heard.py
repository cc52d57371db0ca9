"""Attack, hold, decay, sustain and release, played by the engine and measured."""

from pathlib import Path

import numpy as np
import pytest

from sound.library.sfz.hearing import RATE, STEADY, db, heard, loaded, sine


@pytest.mark.parametrize("seconds_", [0.05, 0.2, 0.8])
def test_attack_is_a_straight_rise(tmp_path: Path, seconds_: float) -> None:
    """Half of the attack in, a sound has half of its height, and all of it at the end."""
    instrument = loaded(tmp_path, f"<region> sample=*sine key=96 ampeg_attack={seconds_} {STEADY}")
    sound = np.abs(heard(instrument, 96, seconds=2))
    heights = sound[: sound.size // 48 * 48].reshape(-1, 48).max(axis=1) / np.median(
        sound[-RATE:].reshape(-1, 48).max(axis=1)
    )
    quarter, half, most = (int(np.argmax(heights > part)) / 1000 for part in (0.25, 0.5, 0.75))
    assert half - quarter == pytest.approx(seconds_ / 4, abs=0.003)
    assert most - half == pytest.approx(seconds_ / 4, abs=0.003)


def test_hold_stays_before_the_decay_begins(tmp_path: Path) -> None:
    """A held stage keeps the level for as long as it says."""
    text = f"<region> sample=*sine key=72 ampeg_hold=0.5 ampeg_decay=0.3 ampeg_sustain=0 {STEADY}"
    sound = heard(loaded(tmp_path, text), 72, seconds=2)
    assert db(sound, 0.4, 0.49) == pytest.approx(db(sound, 0.05, 0.2), abs=0.2)
    assert db(sound, 0.64, 0.66) - db(sound, 0.4, 0.49) == pytest.approx(-29, abs=2)


def test_a_long_decay_too_waits_for_the_hold(tmp_path: Path) -> None:
    """Where the voice itself falls, what comes before the decay keeps its level all the same."""
    text = f"<region> sample=*sine key=72 ampeg_hold=0.8 ampeg_decay=6 ampeg_sustain=0 {STEADY}"
    sound = heard(loaded(tmp_path, text), 72, seconds=3)
    assert db(sound, 0.7, 0.79) == pytest.approx(db(sound, 0.05, 0.2), abs=0.2)
    assert db(sound, 2.75, 2.85) - db(sound, 0.7, 0.79) == pytest.approx(-20, abs=1)


@pytest.mark.parametrize("decay", [0.3, 1.5, 6.0])
@pytest.mark.parametrize("source", ["*sine", "one.wav"])
def test_decay_falls_by_60_db_in_its_time(tmp_path: Path, decay: float, source: str) -> None:
    """A decay to nothing falls by 60 dB in its time, be it laid into the table or done by the voice."""
    text = f"<region> sample={source} key=72 ampeg_decay={decay} ampeg_sustain=0 {STEADY}"
    sound = heard(loaded(tmp_path, text, one=sine(523, 8)), 72, seconds=decay)
    begin, end = 0.1 * decay, 0.6 * decay
    fallen = db(sound, end, end + 0.05) - db(sound, begin, begin + 0.05)
    assert fallen == pytest.approx(-30, abs=1)


@pytest.mark.parametrize("sustain", [100, 50, 10])
def test_sustain_is_the_level_of_a_held_note(tmp_path: Path, sustain: int) -> None:
    """After the decay a held note stays at its part of the height."""
    text = (
        f"<region> sample=*sine key=72 ampeg_attack=0.1 ampeg_hold=0.2 ampeg_decay=0.5 ampeg_sustain={sustain} {STEADY}"
    )
    sound = heard(loaded(tmp_path, text), 72, seconds=4)
    assert db(sound, 1, 1.5) - db(sound, 0.12, 0.28) == pytest.approx(20 * np.log10(sustain / 100), abs=0.3)
    assert db(sound, 3.5) == pytest.approx(db(sound, 1, 1.5), abs=0.1)


@pytest.mark.parametrize("release", [0.1, 0.5, 2.0])
def test_release_falls_by_60_db_in_its_time(tmp_path: Path, release: float) -> None:
    """Let go, a note falls by 60 dB in the time of its release."""
    instrument = loaded(tmp_path, f"<region> sample=*sine key=72 amp_veltrack=0 ampeg_release={release}")
    sound = heard(instrument, 72, seconds=1 + release, until=0.5)
    begin, end = 0.51 + 0.1 * release, 0.51 + 0.6 * release
    width = 0.05 * release
    fallen = db(sound, end, end + width) - db(sound, begin, begin + width)
    assert fallen == pytest.approx(-30, abs=1.5)
