"""Where a sample begins, ends and goes round, played by the engine and measured."""

import struct
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from bedside.sound.library import sfz
from sound.library.sfz.hearing import RATE, STEADY, cents, db, heard, hertz, kit, loaded, on, played, seconds, sine


def test_offset_and_end_choose_what_is_heard(tmp_path: Path) -> None:
    """A sample of three tones sounds from its offset to its end, the end included."""
    three = np.concatenate([sine(hz, 0.5) for hz in (400, 600, 900)])
    text = "<region> sample=three.wav key=60 offset=24000 end=47999 loop_mode=one_shot"
    instrument = loaded(tmp_path, text, three=three)
    assert instrument.at(60)[0].length == 24000
    sound = heard(instrument, seconds=1.0)
    assert abs(cents(hertz(sound, 0.05, 0.45), 600)) < 2
    assert seconds(sound) == pytest.approx(0.5, abs=0.02)


def test_an_end_of_minus_one_is_not_heard_but_chokes(tmp_path: Path) -> None:
    """A region that ends at −1 makes no sound, and still ends others by its group."""
    text = f"<region> sample=*sine key=60 off_by=1 {STEADY}\n<region> sample=*sine key=62 end=-1 group=1"
    instrument = loaded(tmp_path, text)
    assert not heard(instrument, 62).any()
    sound = played(instrument, [(0, on(60)), (0.5, on(62, note=2))], 1.0).sum(axis=1)
    assert db(sound, 0.7) < db(sound, 0.2, 0.5) - 60


def looped(mode: str, extra: str = "") -> str:
    """Return an SFZ of one sample whose middle second is a loop, another tone following it."""
    return f"<region> sample=one.wav key=60 loop_start=12000 loop_end=23999 {mode} {STEADY}{extra}"


def attack_loop_tail() -> NDArray[np.float64]:
    return np.concatenate([sine(500, 0.25), sine(800, 0.25), sine(1200, 0.5)])


def test_no_loop_plays_to_the_end_or_until_it_is_let_go(tmp_path: Path) -> None:
    """Without a loop all of a held sample sounds once; let go, it ends in its release."""
    instrument = loaded(tmp_path, looped("loop_mode=no_loop"), one=attack_loop_tail())
    held = heard(instrument, seconds=2)
    assert abs(cents(hertz(held, 0.6, 0.9), 1200)) < 2
    assert seconds(held) == pytest.approx(1.0, abs=0.02)
    assert seconds(heard(instrument, seconds=2, until=0.3)) == pytest.approx(0.35, abs=0.02)


def test_one_shot_ignores_the_hand(tmp_path: Path) -> None:
    """A one-shot sample sounds to its end, whenever it is let go."""
    instrument = loaded(tmp_path, looped("loop_mode=one_shot"), one=attack_loop_tail())
    assert seconds(heard(instrument, seconds=2, until=0.1)) == pytest.approx(1.0, abs=0.02)


def test_loop_continuous_goes_round_until_its_release_is_over(tmp_path: Path) -> None:
    """The loop sounds for as long as the key is held and while it falls, and what follows it is never heard."""
    instrument = loaded(tmp_path, looped("loop_mode=loop_continuous", "ampeg_release=1"), one=attack_loop_tail())
    assert instrument.sustained
    sound = heard(instrument, seconds=5, until=3)
    for begin in (0.4, 1.7, 2.9):
        assert abs(cents(hertz(sound, begin, begin + 0.3), 800)) < 3
    assert abs(cents(hertz(sound, 3.05, 3.3), 800)) < 3


def test_loop_sustain_leaves_its_loop_when_let_go(tmp_path: Path) -> None:
    """Held, it goes round; let go, what follows the loop sounds, falling as the release says."""
    instrument = loaded(tmp_path, looped("loop_mode=loop_sustain", "ampeg_release=2"), one=attack_loop_tail())
    sound = heard(instrument, seconds=3, until=1.5)
    assert abs(cents(hertz(sound, 1.0, 1.45), 800)) < 2
    assert abs(cents(hertz(sound, 1.6, 1.9), 1200)) < 3
    assert db(sound, 1.6, 1.65) - db(sound, 1.9, 1.95) == pytest.approx(9, abs=1)
    assert seconds(sound) < 2.1


def test_a_loop_without_ends_is_the_whole_sample(tmp_path: Path) -> None:
    """Where neither the file nor the sample says where, a loop is all of it."""
    text = f"<region> sample=one.wav key=60 loop_mode=loop_continuous {STEADY}"
    instrument = loaded(tmp_path, text, one=sine(480, 0.1))
    sound = heard(instrument, seconds=2)
    assert db(sound, 1.5) == pytest.approx(db(sound, 0.2, 0.7), abs=0.1)


def smpl(first: int, last: int) -> bytes:
    body = struct.pack("<9I", 0, 0, 20833, 60, 0, 0, 0, 1, 0) + struct.pack("<6I", 0, 0, first, last, 0, 0)
    return b"smpl" + struct.pack("<I", len(body)) + body


@pytest.mark.parametrize(("mode", "length"), [("", None), ("loop_mode=no_loop", 1.0)])
def test_a_loop_in_the_sample_itself_is_found(tmp_path: Path, mode: str, length: float | None) -> None:
    """The sampler chunk of a WAV file loops it, unless the region says that it does not loop."""
    folder = kit(tmp_path, f"<region> sample=one.wav key=60 {STEADY}{mode}", one=attack_loop_tail())
    raw = (folder / "one.wav").read_bytes() + smpl(12000, 23999)
    (folder / "one.wav").write_bytes(raw[:4] + struct.pack("<I", len(raw) - 8) + raw[8:])
    sound = heard(sfz.load(folder, RATE)[0], seconds=3)
    if length is None:
        assert abs(cents(hertz(sound, 2.0, 2.9), 800)) < 2
    else:
        assert seconds(sound) == pytest.approx(length, abs=0.02)


@pytest.mark.parametrize("key", [47, 55, 60, 66, 73])
@pytest.mark.parametrize("rate", [44100, 48000])
def test_a_loop_of_one_period_is_in_tune_and_has_no_seam(tmp_path: Path, key: int, rate: int) -> None:
    """A loop far shorter than a hundredth of a second sounds within 2 cents on every key, and goes round unheard."""
    period = 100
    harmonics = (np.sin(2 * np.pi * n * np.arange(1000) / period) / n**2 for n in range(1, 8))
    wave = sum(harmonics, start=np.zeros(1000)) * 0.2
    text = f"<region> sample=one.wav lokey=47 hikey=73 loop_mode=loop_continuous loop_start=700 loop_end=799 {STEADY}"
    instrument = loaded(tmp_path, text, rate, one=wave)
    sound = heard(instrument, key, seconds=2.0)
    assert abs(cents(hertz(sound, 0.2), rate / period * 2 ** ((key - 60) / 12))) < 2
    bends = np.abs(np.diff(sound[4800:], 2))[: 20 * 4500].reshape(-1, 450).max(axis=1)
    assert bends.max() < 1.03 * np.median(bends)


@pytest.mark.parametrize("key", [55, 60, 64])
def test_a_loop_goes_on_where_it_began(tmp_path: Path, key: int) -> None:
    """Round a loop of noise at another pitch the sound repeats bit for bit, and is what it was before the loop."""
    rng = np.random.default_rng(3)
    once = np.convolve(rng.normal(size=24000), np.hanning(12), "same") * 0.05
    text = (
        f"<region> sample=one.wav lokey=55 hikey=64 loop_mode=loop_continuous loop_start=6000 loop_end=29999 {STEADY}"
    )
    instrument = loaded(tmp_path, text, 44100, one=np.concatenate((once, once, once)))
    region = instrument.at(key)[0]
    sound = instrument.pool[region.soft : region.soft + region.length + 400].astype(float)
    begin = region.length - region.loop
    assert (sound[region.length :] == sound[begin : begin + 400]).all()
    before, at_end = sound[begin - 2000 : begin], sound[region.length - 2000 : region.length]
    assert np.abs(before - at_end).max() < 1e-4 * np.abs(sound).max()
