"""Turns, chance, chokes and what sounds at a release, played by the engine and measured."""

from pathlib import Path

import numpy as np
import pytest

from bedside.music.events import Event, Pedal, Player
from sound.library.sfz.hearing import (
    C4,
    RATE,
    STEADY,
    cents,
    db,
    heard,
    hertz,
    key_hz,
    loaded,
    off,
    on,
    played,
    seconds,
    sine,
)


def test_round_robin_takes_turns(tmp_path: Path) -> None:
    """Of three regions in sequence each strike sounds the next, and the fourth the first again."""
    text = "<group> sample=*sine key=60 seq_length=3\n" + "\n".join(
        f"<region> seq_position={place} transpose={12 * (place - 1)}" for place in (1, 2, 3)
    )
    instrument = loaded(tmp_path, text)
    events = [(0.3 * n, on(note=n)) for n in range(6)] + [(0.3 * n + 0.2, off(n)) for n in range(6)]
    sound = played(instrument, events, 1.8).sum(axis=1)
    octaves = [hertz(sound, 0.3 * n + 0.03, 0.3 * n + 0.19) / C4 for n in range(6)]
    assert np.allclose(octaves, [1, 2, 4, 1, 2, 4], rtol=0.01)


def test_chance_gives_each_region_its_share(tmp_path: Path) -> None:
    """Of two regions with shares of a quarter and three quarters exactly one sounds, each as often as its share."""
    text = "<group> sample=*sine key=60 ampeg_release=0.02\n<region> hirand=0.25\n<region> lorand=0.25 transpose=12"
    instrument = loaded(tmp_path, text)
    notes = 200
    events = [(0.06 * n, on(note=n)) for n in range(notes)] + [(0.06 * n + 0.04, off(n)) for n in range(notes)]
    sound = played(instrument, events, 0.06 * notes).sum(axis=1)
    octaves = [round(hertz(sound, 0.06 * n + 0.012, 0.06 * n + 0.04) / C4) for n in range(notes)]
    assert set(octaves) == {1, 2}
    assert octaves.count(1) / notes == pytest.approx(0.25, abs=0.09)


def test_a_group_ends_those_that_are_off_by_it_and_no_others(tmp_path: Path) -> None:
    """A strike of group 1 silences what is off by 1; what is off by nothing, or by 2, sounds on."""
    text = (
        "<global> sample=*sine ampeg_release=0.05\n<region> key=60 off_by=1\n<region> key=72 off_by=2\n"
        "<region> key=84 <region> key=96 group=1 volume=-20"
    )
    instrument = loaded(tmp_path, text)
    events = [(0.5 * (key == 96), on(key, 0.3, note=key)) for key in (60, 72, 84, 96)]
    sound = played(instrument, events, 1.5).sum(axis=1)
    spectra = [np.abs(np.fft.rfft(part * np.blackman(part.size))) for part in (sound[2400:21600], sound[48000:67200])]
    for key, kept in ((60, False), (72, True), (84, True)):
        at = round(key_hz(key) * 19200 / RATE)
        before, after = (20 * np.log10(spectrum[at - 3 : at + 4].max()) for spectrum in spectra)
        assert (after > before - 1) if kept else (after < before - 60)


def test_a_group_that_is_off_by_itself_sounds_one_at_a_time(tmp_path: Path) -> None:
    """An open cymbal ends when the closed one of the same group is struck, as groups of any number do."""
    text = f"<global> sample=*sine group=4000000000 off_by=4000000000 {STEADY}\n<region> key=60 <region> key=72"
    sound = played(loaded(tmp_path, text), [(0, on(60)), (0.5, on(72, note=2))], 1.2).sum(axis=1)
    spectrum = np.abs(np.fft.rfft(sound[36000:] * np.blackman(sound.size - 36000)))
    low, high = (
        spectrum[round(key_hz(key) * (sound.size - 36000) / RATE) + np.arange(-3, 4)].max() for key in (60, 72)
    )
    assert 20 * np.log10(low / high) < -60


RELEASE = (
    "<region> sample=*sine key=60 ampeg_release=0.05\n"
    "<region> sample=thud.wav key=60 pitch_keycenter=60 trigger={trigger} {more}"
)


@pytest.mark.parametrize("trigger", ["release", "release_key"])
def test_a_release_sample_sounds_when_the_hand_leaves(tmp_path: Path, trigger: str) -> None:
    """It is not heard before, begins when the key is let go, and sounds to its end."""
    instrument = loaded(tmp_path, RELEASE.format(trigger=trigger, more=""), thud=sine(1500, 0.4))
    sound = heard(instrument, seconds=2, until=0.5)
    assert abs(cents(hertz(sound, 0.05, 0.48), C4)) < 2
    assert abs(cents(hertz(sound, 0.6, 0.85), 1500)) < 2
    assert seconds(sound) == pytest.approx(0.9, abs=0.02)


def test_a_release_sample_waits_for_the_pedal(tmp_path: Path) -> None:
    """While the pedal is down a note that is let go has not ended."""
    instrument = loaded(tmp_path, RELEASE.format(trigger="release", more=""), thud=sine(1500, 0.4))
    events: list[tuple[float, Event]] = [
        (0, Pedal(Player.CHILD, True)),
        (0.1, on()),
        (0.3, off()),
        (0.8, Pedal(Player.CHILD, False)),
    ]
    sound = played(instrument, events, 2.0).sum(axis=1)
    assert abs(cents(hertz(sound, 0.4, 0.78), C4)) < 2
    assert abs(cents(hertz(sound, 0.9, 1.15), 1500)) < 2


@pytest.mark.parametrize("decay", [0, 6, 20])
def test_a_release_sample_is_softer_the_longer_the_key_was_held(tmp_path: Path, decay: int) -> None:
    """``rt_decay`` takes so many dB from it for each second."""
    instrument = loaded(tmp_path, RELEASE.format(trigger="release", more=f"rt_decay={decay}"), thud=sine(1500, 0.4))
    soon, late = heard(instrument, seconds=2, until=0.5), heard(instrument, seconds=3, until=1.5)
    assert db(soon, 0.6, 0.85) - db(late, 1.6, 1.85) == pytest.approx(decay, abs=0.5)
