"""Every opcode of the list, played by the engine and measured."""

import struct

import numpy as np
import pytest
import soundfile

from bedside.music.events import Pedal, Player
from bedside.sound import sfz
from bedside.sound.loudness import momentary
from sound.sfz.hearing import C4, RATE, cents, db, heard, hertz, kit, loaded, off, on, played, seconds, sine

STEADY = "amp_veltrack=0 ampeg_release=0.05 "


def key_hz(key):
    return 440 * 2 ** ((key - 69) / 12)


@pytest.mark.parametrize("ending", ["wav", "flac", "ogg"])
def test_a_sample_of_each_kind_sounds(tmp_path, ending):
    """WAV, FLAC and Ogg are read, and sound at the pitch that they hold."""
    folder = kit(tmp_path, f"<region> sample=one.{ending} lokey=48 hikey=72")
    soundfile.write(folder / f"one.{ending}", sine(C4), RATE)
    instrument, ignored = sfz.load(folder, RATE)
    assert ignored == []
    assert abs(cents(hertz(heard(instrument, seconds=0.8)), C4)) < 2


@pytest.mark.parametrize("rate", [22050, 44100, 96000])
@pytest.mark.parametrize("key", [48, 53, 60, 71, 79])
def test_a_sample_at_any_rate_is_in_tune_on_every_key(tmp_path, rate, key):
    """Each key sounds within half a cent of its pitch, whatever the sample's rate."""
    instrument = loaded(tmp_path, "<region> sample=one.wav lokey=48 hikey=80", rate, one=sine(C4, 2, rate))
    assert abs(cents(hertz(heard(instrument, key, seconds=0.9)), key_hz(key))) < 0.5


def test_a_transposed_sample_holds_nothing_that_was_not_in_it(tmp_path):
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


def test_nothing_folds_back_from_above(tmp_path):
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
def test_an_oscillator_has_its_harmonics_and_no_others(tmp_path, name, harmonics):
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


def test_noise_is_white_and_does_not_end(tmp_path):
    """Noise has the same level in each octave's bandwidth, held for longer than its loop."""
    instrument = loaded(tmp_path, "<region> sample=*noise key=60")
    sound = heard(instrument, seconds=8.0)
    assert abs(db(sound, 1, 2) - db(sound, 7, 8)) < 1
    power = np.abs(np.fft.rfft(sound[RATE:])) ** 2
    at = np.fft.rfftfreq(sound.size - RATE, 1 / RATE)
    levels = [10 * np.log10(power[(at > low) & (at < 2 * low)].mean()) for low in (250, 1000, 4000, 9000)]
    assert max(levels) - min(levels) < 1


def test_silence_is_silent_and_frees_its_voice(tmp_path):
    """A region of silence is never heard."""
    instrument = loaded(tmp_path, "<region> sample=*silence key=60 <region> sample=*sine key=62")
    assert not heard(instrument, 60).any()
    assert heard(instrument, 62).any()


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
def test_a_region_sounds_on_its_keys_and_on_no_other(tmp_path, stated, keys):
    """Keys by number and by name bound a region, both ends included."""
    instrument = loaded(tmp_path, f"<region> sample=*sine {stated}")
    assert range(instrument.lowest, instrument.highest + 1) == keys
    assert heard(instrument, keys[-1]).any()


def test_key_is_also_the_sample_s_own_pitch_unless_another_is_given(tmp_path):
    """``key`` sounds a sample as it is; a ``pitch_keycenter`` beside it transposes."""
    text = "<region> sample=one.wav key=67 <region> sample=one.wav key=72 pitch_keycenter=60"
    instrument = loaded(tmp_path, text, one=sine(300, 2))
    assert abs(cents(hertz(heard(instrument, 67)), 300)) < 1
    assert abs(cents(hertz(heard(instrument, 72)), 600)) < 1


def test_a_key_between_two_regions_is_silent(tmp_path):
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
def test_tuning_is_heard(tmp_path, stated, semitones, source):
    """Each way of tuning moves a sample by what it says, and an oscillator, whose own pitch is its key, alike."""
    instrument = loaded(tmp_path, f"<region> sample={source} key=60 {stated}", one=sine(400, 3))
    wanted = 400 * 2 ** (semitones / 12)
    if source == "*sine":
        center = {"pitch_keycenter=c5": 72, "pitch_keycenter=57": 57}.get(stated, 48 if "keytrack" in stated else 60)
        wanted = key_hz(center) * 2 ** (semitones / 12)
    assert abs(cents(hertz(heard(instrument, seconds=0.9)), wanted)) < 1


def test_layers_divide_the_velocities_without_a_gap(tmp_path):
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


def test_a_velocity_that_no_layer_covers_is_silent(tmp_path):
    """A region from 64 on is not heard below it."""
    instrument = loaded(tmp_path, "<region> sample=*sine key=60 lovel=64")
    assert not heard(instrument, 60, 63 / 127).any()
    assert heard(instrument, 60, 64 / 127).any()


@pytest.mark.parametrize("volume", [-20, -6, 1, 2.5])
def test_volume_is_a_level_in_decibels(tmp_path, volume):
    """A region's volume sets it against the others of its file."""
    text = f"<global> sample=*sine {STEADY} pitch_keytrack=0\n<region> key=60 <region> key=61 volume={volume}"
    instrument = loaded(tmp_path, text)
    assert db(heard(instrument, 61)) - db(heard(instrument, 60)) == pytest.approx(volume, abs=0.2)


def test_the_middle_key_is_as_loud_as_every_other_instrument(tmp_path):
    """Struck hardest, the middle key reaches −23 LUFS, and the others keep their distance from it."""
    text = "<region> sample=*sine lokey=60 hikey=62 <region> sample=*sine key=64 volume=-10"
    instrument = loaded(tmp_path, text)
    region = instrument.at(62)[0]
    table = instrument.pool[region.soft : region.soft + region.length].astype(float)
    assert momentary(np.tile(table, 4), RATE) == pytest.approx(-23, abs=0.1)


@pytest.mark.parametrize(("pan", "side"), [(-100, 0), (100, 1)])
def test_pan_places_a_region(tmp_path, pan, side):
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
def test_velocity_tracks_amplitude(tmp_path, veltrack, gain):
    """The square of the velocity at 100 %, nothing at 0, half way at 50, turned over at −100."""
    instrument = loaded(tmp_path, f"<region> sample=*sine key=60 amp_veltrack={veltrack}")
    (region,) = instrument.at(60)
    for step in (1, 32, 64, 100, 127):
        assert region.gain(step / 127) == pytest.approx(gain(step / 127), abs=1e-9)
    softer, louder = (db(heard(instrument, 60, step / 127)) for step in (50, 100))
    wanted = 20 * np.log10(gain(100 / 127) / gain(50 / 127))
    assert louder - softer == pytest.approx(wanted, abs=0.2)


def test_offset_and_end_choose_what_is_heard(tmp_path):
    """A sample of three tones sounds from its offset to its end, the end included."""
    three = np.concatenate([sine(hz, 0.5) for hz in (400, 600, 900)])
    text = "<region> sample=three.wav key=60 offset=24000 end=47999 loop_mode=one_shot"
    instrument = loaded(tmp_path, text, three=three)
    assert instrument.at(60)[0].length == 24000
    sound = heard(instrument, seconds=1.0)
    assert abs(cents(hertz(sound, 0.05, 0.45), 600)) < 2
    assert seconds(sound) == pytest.approx(0.5, abs=0.02)


def test_an_end_of_minus_one_is_not_heard_but_chokes(tmp_path):
    """A region that ends at −1 makes no sound, and still ends others by its group."""
    text = f"<region> sample=*sine key=60 off_by=1 {STEADY}\n<region> sample=*sine key=62 end=-1 group=1"
    instrument = loaded(tmp_path, text)
    assert not heard(instrument, 62).any()
    sound = played(instrument, [(0, on(60)), (0.5, on(62, note=2))], 1.0).sum(axis=1)
    assert db(sound, 0.7) < db(sound, 0.2, 0.5) - 60


def looped(mode, extra=""):
    """Return an SFZ of one sample whose middle second is a loop, another tone following it."""
    return f"<region> sample=one.wav key=60 loop_start=12000 loop_end=23999 {mode} {STEADY}{extra}"


def attack_loop_tail():
    return np.concatenate([sine(500, 0.25), sine(800, 0.25), sine(1200, 0.5)])


def test_no_loop_plays_to_the_end_or_until_it_is_let_go(tmp_path):
    """Without a loop all of a held sample sounds once; let go, it ends in its release."""
    instrument = loaded(tmp_path, looped("loop_mode=no_loop"), one=attack_loop_tail())
    held = heard(instrument, seconds=2)
    assert abs(cents(hertz(held, 0.6, 0.9), 1200)) < 2
    assert seconds(held) == pytest.approx(1.0, abs=0.02)
    assert seconds(heard(instrument, seconds=2, until=0.3)) == pytest.approx(0.35, abs=0.02)


def test_one_shot_ignores_the_hand(tmp_path):
    """A one-shot sample sounds to its end, whenever it is let go."""
    instrument = loaded(tmp_path, looped("loop_mode=one_shot"), one=attack_loop_tail())
    assert seconds(heard(instrument, seconds=2, until=0.1)) == pytest.approx(1.0, abs=0.02)


def test_loop_continuous_goes_round_until_its_release_is_over(tmp_path):
    """The loop sounds for as long as the key is held and while it falls, and what follows it is never heard."""
    instrument = loaded(tmp_path, looped("loop_mode=loop_continuous", "ampeg_release=1"), one=attack_loop_tail())
    assert instrument.sustained
    sound = heard(instrument, seconds=5, until=3)
    for begin in (0.4, 1.7, 2.9):
        assert abs(cents(hertz(sound, begin, begin + 0.3), 800)) < 3
    assert abs(cents(hertz(sound, 3.05, 3.3), 800)) < 3


def test_loop_sustain_leaves_its_loop_when_let_go(tmp_path):
    """Held, it goes round; let go, what follows the loop sounds, falling as the release says."""
    instrument = loaded(tmp_path, looped("loop_mode=loop_sustain", "ampeg_release=2"), one=attack_loop_tail())
    sound = heard(instrument, seconds=3, until=1.5)
    assert abs(cents(hertz(sound, 1.0, 1.45), 800)) < 2
    assert abs(cents(hertz(sound, 1.6, 1.9), 1200)) < 3
    assert db(sound, 1.6, 1.65) - db(sound, 1.9, 1.95) == pytest.approx(9, abs=1)
    assert seconds(sound) < 2.1


def test_a_loop_without_ends_is_the_whole_sample(tmp_path):
    """Where neither the file nor the sample says where, a loop is all of it."""
    text = f"<region> sample=one.wav key=60 loop_mode=loop_continuous {STEADY}"
    instrument = loaded(tmp_path, text, one=sine(480, 0.1))
    sound = heard(instrument, seconds=2)
    assert db(sound, 1.5) == pytest.approx(db(sound, 0.2, 0.7), abs=0.1)


def smpl(first, last):
    body = struct.pack("<9I", 0, 0, 20833, 60, 0, 0, 0, 1, 0) + struct.pack("<6I", 0, 0, first, last, 0, 0)
    return b"smpl" + struct.pack("<I", len(body)) + body


@pytest.mark.parametrize(("mode", "length"), [("", None), ("loop_mode=no_loop", 1.0)])
def test_a_loop_in_the_sample_itself_is_found(tmp_path, mode, length):
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
def test_a_loop_of_one_period_is_in_tune_and_has_no_seam(tmp_path, key, rate):
    """A loop far shorter than a hundredth of a second sounds within 2 cents on every key, and goes round unheard."""
    period = 100
    wave = sum(np.sin(2 * np.pi * n * np.arange(1000) / period) / n**2 for n in range(1, 8)) * 0.2
    text = f"<region> sample=one.wav lokey=47 hikey=73 loop_mode=loop_continuous loop_start=700 loop_end=799 {STEADY}"
    instrument = loaded(tmp_path, text, rate, one=wave)
    sound = heard(instrument, key, seconds=2.0)
    assert abs(cents(hertz(sound, 0.2), rate / period * 2 ** ((key - 60) / 12))) < 2
    bends = np.abs(np.diff(sound[4800:], 2))[: 20 * 4500].reshape(-1, 450).max(axis=1)
    assert bends.max() < 1.03 * np.median(bends)


@pytest.mark.parametrize("key", [55, 60, 64])
def test_a_loop_goes_on_where_it_began(tmp_path, key):
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


@pytest.mark.parametrize("seconds_", [0.05, 0.2, 0.8])
def test_attack_is_a_straight_rise(tmp_path, seconds_):
    """Half of the attack in, a sound has half of its height, and all of it at the end."""
    instrument = loaded(tmp_path, f"<region> sample=*sine key=96 ampeg_attack={seconds_} {STEADY}")
    sound = np.abs(heard(instrument, 96, seconds=2))
    heights = sound[: sound.size // 48 * 48].reshape(-1, 48).max(axis=1) / np.median(
        sound[-RATE:].reshape(-1, 48).max(axis=1)
    )
    quarter, half, most = (int(np.argmax(heights > part)) / 1000 for part in (0.25, 0.5, 0.75))
    assert half - quarter == pytest.approx(seconds_ / 4, abs=0.003)
    assert most - half == pytest.approx(seconds_ / 4, abs=0.003)


def test_hold_stays_before_the_decay_begins(tmp_path):
    """A held stage keeps the level for as long as it says."""
    text = f"<region> sample=*sine key=72 ampeg_hold=0.5 ampeg_decay=0.3 ampeg_sustain=0 {STEADY}"
    sound = heard(loaded(tmp_path, text), 72, seconds=2)
    assert db(sound, 0.4, 0.49) == pytest.approx(db(sound, 0.05, 0.2), abs=0.2)
    assert db(sound, 0.64, 0.66) - db(sound, 0.4, 0.49) == pytest.approx(-29, abs=2)


def test_a_long_decay_too_waits_for_the_hold(tmp_path):
    """Where the voice itself falls, what comes before the decay keeps its level all the same."""
    text = f"<region> sample=*sine key=72 ampeg_hold=0.8 ampeg_decay=6 ampeg_sustain=0 {STEADY}"
    sound = heard(loaded(tmp_path, text), 72, seconds=3)
    assert db(sound, 0.7, 0.79) == pytest.approx(db(sound, 0.05, 0.2), abs=0.2)
    assert db(sound, 2.75, 2.85) - db(sound, 0.7, 0.79) == pytest.approx(-20, abs=1)


@pytest.mark.parametrize("decay", [0.3, 1.5, 6.0])
@pytest.mark.parametrize("source", ["*sine", "one.wav"])
def test_decay_falls_by_60_db_in_its_time(tmp_path, decay, source):
    """A decay to nothing falls by 60 dB in its time, be it laid into the table or done by the voice."""
    text = f"<region> sample={source} key=72 ampeg_decay={decay} ampeg_sustain=0 {STEADY}"
    sound = heard(loaded(tmp_path, text, one=sine(523, 8)), 72, seconds=decay)
    begin, end = 0.1 * decay, 0.6 * decay
    fallen = db(sound, end, end + 0.05) - db(sound, begin, begin + 0.05)
    assert fallen == pytest.approx(-30, abs=1)


@pytest.mark.parametrize("sustain", [100, 50, 10])
def test_sustain_is_the_level_of_a_held_note(tmp_path, sustain):
    """After the decay a held note stays at its part of the height."""
    text = (
        f"<region> sample=*sine key=72 ampeg_attack=0.1 ampeg_hold=0.2 ampeg_decay=0.5 ampeg_sustain={sustain} {STEADY}"
    )
    sound = heard(loaded(tmp_path, text), 72, seconds=4)
    assert db(sound, 1, 1.5) - db(sound, 0.12, 0.28) == pytest.approx(20 * np.log10(sustain / 100), abs=0.3)
    assert db(sound, 3.5) == pytest.approx(db(sound, 1, 1.5), abs=0.1)


@pytest.mark.parametrize("release", [0.1, 0.5, 2.0])
def test_release_falls_by_60_db_in_its_time(tmp_path, release):
    """Let go, a note falls by 60 dB in the time of its release."""
    instrument = loaded(tmp_path, f"<region> sample=*sine key=72 amp_veltrack=0 ampeg_release={release}")
    sound = heard(instrument, 72, seconds=1 + release, until=0.5)
    begin, end = 0.51 + 0.1 * release, 0.51 + 0.6 * release
    width = 0.05 * release
    fallen = db(sound, end, end + width) - db(sound, begin, begin + width)
    assert fallen == pytest.approx(-30, abs=1.5)


def test_round_robin_takes_turns(tmp_path):
    """Of three regions in sequence each strike sounds the next, and the fourth the first again."""
    text = "<group> sample=*sine key=60 seq_length=3\n" + "\n".join(
        f"<region> seq_position={place} transpose={12 * (place - 1)}" for place in (1, 2, 3)
    )
    instrument = loaded(tmp_path, text)
    events = [(0.3 * n, on(note=n)) for n in range(6)] + [(0.3 * n + 0.2, off(n)) for n in range(6)]
    sound = played(instrument, events, 1.8).sum(axis=1)
    octaves = [hertz(sound, 0.3 * n + 0.03, 0.3 * n + 0.19) / C4 for n in range(6)]
    assert np.allclose(octaves, [1, 2, 4, 1, 2, 4], rtol=0.01)


def test_chance_gives_each_region_its_share(tmp_path):
    """Of two regions with shares of a quarter and three quarters exactly one sounds, each as often as its share."""
    text = "<group> sample=*sine key=60 ampeg_release=0.02\n<region> hirand=0.25\n<region> lorand=0.25 transpose=12"
    instrument = loaded(tmp_path, text)
    notes = 200
    events = [(0.06 * n, on(note=n)) for n in range(notes)] + [(0.06 * n + 0.04, off(n)) for n in range(notes)]
    sound = played(instrument, events, 0.06 * notes).sum(axis=1)
    octaves = [round(hertz(sound, 0.06 * n + 0.012, 0.06 * n + 0.04) / C4) for n in range(notes)]
    assert set(octaves) == {1, 2}
    assert octaves.count(1) / notes == pytest.approx(0.25, abs=0.09)


def test_a_group_ends_those_that_are_off_by_it_and_no_others(tmp_path):
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


def test_a_group_that_is_off_by_itself_sounds_one_at_a_time(tmp_path):
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
def test_a_release_sample_sounds_when_the_hand_leaves(tmp_path, trigger):
    """It is not heard before, begins when the key is let go, and sounds to its end."""
    instrument = loaded(tmp_path, RELEASE.format(trigger=trigger, more=""), thud=sine(1500, 0.4))
    sound = heard(instrument, seconds=2, until=0.5)
    assert abs(cents(hertz(sound, 0.05, 0.48), C4)) < 2
    assert abs(cents(hertz(sound, 0.6, 0.85), 1500)) < 2
    assert seconds(sound) == pytest.approx(0.9, abs=0.02)


def test_a_release_sample_waits_for_the_pedal(tmp_path):
    """While the pedal is down a note that is let go has not ended."""
    instrument = loaded(tmp_path, RELEASE.format(trigger="release", more=""), thud=sine(1500, 0.4))
    events = [(0, Pedal(Player.CHILD, True)), (0.1, on()), (0.3, off()), (0.8, Pedal(Player.CHILD, False))]
    sound = played(instrument, events, 2.0).sum(axis=1)
    assert abs(cents(hertz(sound, 0.4, 0.78), C4)) < 2
    assert abs(cents(hertz(sound, 0.9, 1.15), 1500)) < 2


@pytest.mark.parametrize("decay", [0, 6, 20])
def test_a_release_sample_is_softer_the_longer_the_key_was_held(tmp_path, decay):
    """``rt_decay`` takes so many dB from it for each second."""
    instrument = loaded(tmp_path, RELEASE.format(trigger="release", more=f"rt_decay={decay}"), thud=sine(1500, 0.4))
    soon, late = heard(instrument, seconds=2, until=0.5), heard(instrument, seconds=3, until=1.5)
    assert db(soon, 0.6, 0.85) - db(late, 1.6, 1.85) == pytest.approx(decay, abs=0.5)


def test_stereo_is_mixed_to_one_channel(tmp_path):
    """Both channels of a sample are heard, in equal parts."""
    both = np.stack((sine(500), sine(900)), axis=1)
    sound = heard(loaded(tmp_path, "<region> sample=one.wav key=60", one=both), seconds=0.9)
    spectrum = np.abs(np.fft.rfft(sound[2400:40800] * np.blackman(38400)))
    levels = [20 * np.log10(spectrum[round(hz * 0.8) + np.arange(-2, 3)].max()) for hz in (500, 900)]
    assert abs(levels[0] - levels[1]) < 0.5


def test_unknown_opcodes_are_said_once_and_change_nothing(tmp_path):
    """What is not heard is listed in the order of its first appearance, and the rest sounds as without it."""
    plain = loaded(tmp_path, "<region> sample=*sine key=60")
    text = "<effect> type=fverb\n<region> sample=*sine key=60 cutoff=300 fil_type=lpf_2p cutoff=400 pan=soft volume=x"
    instrument, ignored = sfz.load(kit(tmp_path, text), RATE)
    assert ignored == ["<effect>", "cutoff", "fil_type", "pan=soft", "volume=x"]
    assert instrument.pool.tobytes() == plain.pool.tobytes()


def test_what_only_a_wheel_or_a_key_switch_would_sound_does_not(tmp_path):
    """Regions of a moved controller and of a switch that is not set are left out, so that nothing sounds twice."""
    text = (
        "<global> sample=*sine key=60 sw_default=24\n<region> on_locc64=64 on_hicc64=127 transpose=12\n"
        "<region> locc1=64 transpose=24\n<region> sw_last=25 transpose=36\n<region> sw_last=24 locc1=0 hicc1=63"
    )
    instrument, _ = sfz.load(kit(tmp_path, text), RATE)
    assert len(instrument.at(60)) == 1
    assert abs(cents(hertz(heard(instrument)), C4)) < 2


def test_a_missing_sample_is_said_and_the_rest_plays(tmp_path):
    """A region whose sample is not there is left out; the others sound."""
    text = "<region> sample=gone.wav key=60 <region> sample=gone.wav key=61 <region> sample=*sine key=62"
    instrument, ignored = sfz.load(kit(tmp_path, text), RATE)
    assert ignored == ["sample=gone.wav (it is missing)"]
    assert (instrument.lowest, instrument.highest) == (62, 62)


def test_the_same_folder_gives_the_same_bits(tmp_path):
    """Loading is a function of the folder and the rate."""
    folder = kit(tmp_path, "<region> sample=one.wav lokey=55 hikey=65 <region> sample=*noise key=70", one=sine(300))
    first, second = (sfz.load(folder, RATE)[0] for _ in range(2))
    assert first.pool.tobytes() == second.pool.tobytes()
    assert [key[0].soft for key in first.regions if key] == [key[0].soft for key in second.regions if key]
