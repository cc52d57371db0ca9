"""Samples and oscillators, played by the engine and measured."""

from pathlib import Path

import numpy as np
import pytest
import soundfile

from bedside.sound.library import sfz
from sound.library.sfz.hearing import C4, RATE, cents, db, heard, hertz, key_hz, kit, loaded, sine


@pytest.mark.parametrize("ending", ["wav", "flac", "ogg"])
def test_a_sample_of_each_kind_sounds(tmp_path: Path, ending: str) -> None:
    """WAV, FLAC and Ogg are read, and sound at the pitch that they hold."""
    folder = kit(tmp_path, f"<region> sample=one.{ending} lokey=48 hikey=72")
    soundfile.write(folder / f"one.{ending}", sine(C4), RATE)
    instrument, ignored = sfz.load(folder, RATE)
    assert ignored == []
    assert abs(cents(hertz(heard(instrument, seconds=0.8)), C4)) < 2


@pytest.mark.slow
@pytest.mark.parametrize("rate", [22050, 44100, 96000])
@pytest.mark.parametrize("key", [48, 53, 60, 71, 79])
def test_a_sample_at_any_rate_is_in_tune_on_every_key(tmp_path: Path, rate: int, key: int) -> None:
    """Each key sounds within half a cent of its pitch, whatever the sample's rate."""
    instrument = loaded(tmp_path, "<region> sample=one.wav lokey=48 hikey=80", rate, one=sine(C4, 2, rate))
    assert abs(cents(hertz(heard(instrument, key, seconds=0.9)), key_hz(key))) < 0.5


def test_a_transposed_sample_holds_nothing_that_was_not_in_it(tmp_path: Path) -> None:
    """A fifth up and a fifth down, all but the line itself lies 70 dB below it."""
    instrument = loaded(tmp_path, "<region> sample=one.wav lokey=53 hikey=67", 44100, one=sine(7000, 2, 44100))
    for key in (53, 67):
        region = instrument.at(key)[0]
        sound = instrument.pool[region.soft + 4800 : region.soft + 4800 + 32768].astype(float)
        spectrum = np.abs(np.fft.rfft(sound * np.blackman(sound.size)))
        top = int(np.argmax(spectrum))
        line = spectrum[top]
        spectrum[top - 60 : top + 61] = 0
        assert 20 * np.log10(spectrum.max() / line) < -70


def test_nothing_folds_back_from_above(tmp_path: Path) -> None:
    """A sound that would lie above the highest frequency after transposing is not heard at another one."""
    instrument = loaded(tmp_path, "<region> sample=one.wav lokey=60 hikey=84", one=sine(1000, 1) + sine(15000, 1))
    region = instrument.at(84)[0]
    sound = instrument.pool[region.soft + 2000 : region.soft + 2000 + 8192].astype(float)
    spectrum = np.abs(np.fft.rfft(sound * np.blackman(sound.size)))
    top = round(4000 * 8192 / RATE)
    line = spectrum[top - 3 : top + 4].max()
    spectrum[top - 60 : top + 61] = 0
    assert 20 * np.log10(spectrum.max() / line) < -70


@pytest.mark.parametrize(
    ("name", "harmonics"),
    [
        ("*sine", [1, 0, 0, 0, 0]),
        ("*saw", [1, 1 / 2, 1 / 3, 1 / 4, 1 / 5]),
        ("*square", [1, 0, 1 / 3, 0, 1 / 5]),
        ("*triangle", [1, 0, 1 / 9, 0, 1 / 25]),
    ],
)
def test_an_oscillator_has_its_harmonics_and_no_others(tmp_path: Path, name: str, harmonics: list[float]) -> None:
    """Each wave has the harmonics of its Fourier series, and nothing between them: no aliasing above −70 dB."""
    instrument = loaded(tmp_path, f"<region> sample={name} lokey=57 hikey=93")
    sound = heard(instrument, 93, seconds=1.2)[9600:][:48000]
    spectrum = np.abs(np.fft.rfft(sound * np.blackman(sound.size)))
    bins = [round(1760 * number) for number in range(1, 6)]
    found = np.array([spectrum[at - 3 : at + 4].max() for at in bins])
    assert np.allclose(found / found[0], harmonics, atol=0.01)
    for at in range(1760, 24001, 1760):
        spectrum[at - 6 : at + 7] = 0
    assert 20 * np.log10(spectrum[20:].max() / found[0]) < -70


def test_noise_is_white_and_does_not_end(tmp_path: Path) -> None:
    """Noise has the same level in each octave's bandwidth, held for longer than its loop."""
    instrument = loaded(tmp_path, "<region> sample=*noise key=60")
    sound = heard(instrument, seconds=8.0)
    assert abs(db(sound, 1, 2) - db(sound, 7, 8)) < 1
    power = np.abs(np.fft.rfft(sound[RATE:])) ** 2
    at = np.fft.rfftfreq(sound.size - RATE, 1 / RATE)
    levels = [10 * np.log10(power[(at > low) & (at < 2 * low)].mean()) for low in (250, 1000, 4000, 9000)]
    assert max(levels) - min(levels) < 1


def test_silence_is_silent_and_frees_its_voice(tmp_path: Path) -> None:
    """A region of silence is never heard."""
    instrument = loaded(tmp_path, "<region> sample=*silence key=60 <region> sample=*sine key=62")
    assert not heard(instrument, 60).any()
    assert heard(instrument, 62).any()


def test_stereo_is_mixed_to_one_channel(tmp_path: Path) -> None:
    """Both channels of a sample are heard, in equal parts."""
    both = np.stack((sine(500), sine(900)), axis=1)
    sound = heard(loaded(tmp_path, "<region> sample=one.wav key=60", one=both), seconds=0.9)
    spectrum = np.abs(np.fft.rfft(sound[2400:40800] * np.blackman(38400)))
    levels = [20 * np.log10(spectrum[round(hz * 0.8) + np.arange(-2, 3)].max()) for hz in (500, 900)]
    assert abs(levels[0] - levels[1]) < 0.5


def test_a_missing_sample_is_said_and_the_rest_plays(tmp_path: Path) -> None:
    """A region whose sample is not there is left out; the others sound."""
    text = "<region> sample=gone.wav key=60 <region> sample=gone.wav key=61 <region> sample=*sine key=62"
    instrument, ignored = sfz.load(kit(tmp_path, text), RATE)
    assert ignored == ["sample=gone.wav (it is missing)"]
    assert (instrument.lowest, instrument.highest) == (62, 62)


def test_the_same_folder_gives_the_same_bits(tmp_path: Path) -> None:
    """Loading is a function of the folder and the rate."""
    folder = kit(tmp_path, "<region> sample=one.wav lokey=55 hikey=65 <region> sample=*noise key=70", one=sine(300))
    first, second = (sfz.load(folder, RATE)[0] for _ in range(2))
    assert first.pool.tobytes() == second.pool.tobytes()
    assert [key[0].soft for key in first.regions if key] == [key[0].soft for key in second.regions if key]
