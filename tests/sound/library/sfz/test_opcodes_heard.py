"""Keys, pitch, velocity, level and place of a region, played by the engine and measured."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from bedside.sound.library import sfz
from bedside.sound.loudness import momentary
from sound.library.sfz.hearing import C4, RATE, STEADY, cents, db, heard, hertz, key_hz, kit, loaded, on, played, sine


@pytest.mark.parametrize(
    ("stated", "keys"),
    [
        ("key=62", range(62, 63)),
        ("lokey=58 hikey=63", range(58, 64)),
        ("lokey=c4 hikey=e4", range(60, 65)),
        ("lokey=c#4 hikey=Eb4", range(61, 64)),
        ("lokey=B3 hikey=db5", range(59, 74)),
        ("key=c-1", range(1)),
    ],
)
def test_a_region_sounds_on_its_keys_and_on_no_other(tmp_path: Path, stated: str, keys: range) -> None:
    """Keys by number and by name bound a region, both ends included."""
    instrument = loaded(tmp_path, f"<region> sample=*sine {stated}")
    assert range(instrument.lowest, instrument.highest + 1) == keys
    assert heard(instrument, keys[-1]).any()


def test_key_is_also_the_sample_s_own_pitch_unless_another_is_given(tmp_path: Path) -> None:
    """``key`` sounds a sample as it is; a ``pitch_keycenter`` beside it transposes."""
    text = "<region> sample=one.wav key=67 <region> sample=one.wav key=72 pitch_keycenter=60"
    instrument = loaded(tmp_path, text, one=sine(300, 2))
    assert abs(cents(hertz(heard(instrument, 67)), 300)) < 1
    assert abs(cents(hertz(heard(instrument, 72)), 600)) < 1


def test_a_key_between_two_regions_is_silent(tmp_path: Path) -> None:
    """What no region covers makes no sound and no fault."""
    instrument = loaded(tmp_path, "<region> sample=*sine key=60 <region> sample=*sine key=64")
    assert instrument.at(62) == ()
    assert not heard(instrument, 62).any()


@pytest.mark.parametrize(
    ("stated", "semitones"),
    [
        ("transpose=7", 7),
        ("transpose=-12", -12),
        ("tune=50", 0.5),
        ("tune=-33", -0.33),
        ("tune=12.5", 0.125),
        ("tune=-350", -3.5),
        ("transpose=2 tune=-100", 1),
        ("pitch_keycenter=c5", -12),
        ("pitch_keycenter=57", 3),
        ("pitch_keytrack=0 pitch_keycenter=48", 0),
        ("pitch_keytrack=50 pitch_keycenter=48", 6),
    ],
)
@pytest.mark.parametrize("source", ["one.wav", "*sine"])
def test_tuning_is_heard(tmp_path: Path, stated: str, semitones: float, source: str) -> None:
    """Each way of tuning moves a sample by what it says, and an oscillator, whose own pitch is its key, alike."""
    instrument = loaded(tmp_path, f"<region> sample={source} key=60 {stated}", one=sine(400, 3))
    wanted = 400 * 2 ** (semitones / 12)
    if source == "*sine":
        center = {"pitch_keycenter=c5": 72, "pitch_keycenter=57": 57}.get(stated, 48 if "keytrack" in stated else 60)
        wanted = key_hz(center) * 2 ** (semitones / 12)
    assert abs(cents(hertz(heard(instrument, seconds=0.9)), wanted)) < 1


def test_layers_divide_the_velocities_without_a_gap(tmp_path: Path) -> None:
    """Every velocity, those between two steps of MIDI too, sounds exactly one of three layers."""
    text = (
        "<group> sample=*sine key=60 amp_veltrack=0\n<region> hivel=40\n"
        "<region> lovel=41 hivel=90 transpose=12\n<region> lovel=91 transpose=24"
    )
    instrument = loaded(tmp_path, text)
    for velocity in np.linspace(0.001, 1, 997):
        within = [low <= velocity <= high for low, high in (region.velocity for region in instrument.at(60))]
        assert sum(within) == 1
    for velocity, octave in ((1 / 127, 1), (40 / 127, 1), (41 / 127, 2), (90 / 127, 2), (91 / 127, 4), (1.0, 4)):
        assert abs(cents(hertz(heard(instrument, 60, velocity)), octave * C4)) < 1


def test_a_velocity_that_no_layer_covers_is_silent(tmp_path: Path) -> None:
    """A region from 64 on is not heard below it."""
    instrument = loaded(tmp_path, "<region> sample=*sine key=60 lovel=64")
    assert not heard(instrument, 60, 63 / 127).any()
    assert heard(instrument, 60, 64 / 127).any()


@pytest.mark.parametrize("volume", [-20, -6, 1, 2.5])
def test_volume_is_a_level_in_decibels(tmp_path: Path, volume: float) -> None:
    """A region's volume sets it against the others of its file."""
    text = f"<global> sample=*sine {STEADY} pitch_keytrack=0\n<region> key=60 <region> key=61 volume={volume}"
    instrument = loaded(tmp_path, text)
    assert db(heard(instrument, 61)) - db(heard(instrument, 60)) == pytest.approx(volume, abs=0.2)


def test_the_middle_key_is_as_loud_as_every_other_instrument(tmp_path: Path) -> None:
    """Struck hardest, the middle key reaches −23 LUFS, and the others keep their distance from it."""
    text = "<region> sample=*sine lokey=60 hikey=62 <region> sample=*sine key=64 volume=-10"
    instrument = loaded(tmp_path, text)
    region = instrument.at(62)[0]
    table = instrument.pool[region.soft : region.soft + region.length].astype(float)
    assert momentary(np.tile(table, 4), RATE) == pytest.approx(-23, abs=0.1)


@pytest.mark.parametrize(("pan", "side"), [(-100, 0), (100, 1)])
def test_pan_places_a_region(tmp_path: Path, pan: int, side: int) -> None:
    """At its ends a region is heard from one side alone; 0 is both alike."""
    sound = played(loaded(tmp_path, f"<region> sample=*sine key=60 pan={pan}"), [(0, on())], 0.5)
    assert db(sound[:, side]) - db(sound[:, 1 - side]) > 18
    middle = played(loaded(tmp_path, "<region> sample=*sine key=60 pan=0"), [(0, on())], 0.5)
    assert abs(db(middle[:, 0]) - db(middle[:, 1])) < 1


@pytest.mark.parametrize(
    ("veltrack", "gain"),
    [
        (100, lambda part: part**2),
        (0, lambda part: part**0),
        (50, lambda part: 1 - 0.5 * (1 - part**2)),
        (-100, lambda part: 1 - part**2),
    ],
)
def test_velocity_tracks_amplitude(tmp_path: Path, veltrack: int, gain: Callable[[float], float]) -> None:
    """The square of the velocity at 100 %, nothing at 0, half way at 50, turned over at −100."""
    instrument = loaded(tmp_path, f"<region> sample=*sine key=60 amp_veltrack={veltrack}")
    (region,) = instrument.at(60)
    for step in (1, 32, 64, 100, 127):
        assert region.gain(step / 127) == pytest.approx(gain(step / 127), abs=1e-9)
    softer, louder = (db(heard(instrument, 60, step / 127)) for step in (50, 100))
    wanted = 20 * np.log10(gain(100 / 127) / gain(50 / 127))
    assert louder - softer == pytest.approx(wanted, abs=0.2)


def test_unknown_opcodes_are_said_once_and_change_nothing(tmp_path: Path) -> None:
    """What is not heard is listed in the order of its first appearance, and the rest sounds as without it."""
    plain = loaded(tmp_path, "<region> sample=*sine key=60")
    text = "<effect> type=fverb\n<region> sample=*sine key=60 cutoff=300 fil_type=lpf_2p cutoff=400 pan=soft volume=x"
    instrument, ignored = sfz.load(kit(tmp_path, text), RATE)
    assert ignored == ["<effect>", "cutoff", "fil_type", "pan=soft", "volume=x"]
    assert instrument.pool.tobytes() == plain.pool.tobytes()


def test_what_only_a_wheel_or_a_key_switch_would_sound_does_not(tmp_path: Path) -> None:
    """Regions of a moved controller and of a switch that is not set are left out, so that nothing sounds twice."""
    text = (
        "<global> sample=*sine key=60 sw_default=24\n<region> on_locc64=64 on_hicc64=127 transpose=12\n"
        "<region> locc1=64 transpose=24\n<region> sw_last=25 transpose=36\n<region> sw_last=24 locc1=0 hicc1=63"
    )
    instrument, _ = sfz.load(kit(tmp_path, text), RATE)
    assert len(instrument.at(60)) == 1
    assert abs(cents(hertz(heard(instrument)), C4)) < 2
