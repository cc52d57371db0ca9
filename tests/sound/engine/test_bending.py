"""Pitch that moves, heard: in tune wherever it goes, without a click, and only where it was asked."""

from dataclasses import replace

import numpy as np
import pytest

from bedside.music.events import Bend, Glide, NoteOff, Vibrato
from sound.listening import cents, envelope
from sound.playing import (
    CHILD,
    THERAPIST,
    bend_of,
    db,
    dry,
    hz,
    on,
    pitch,
    play,
    with_regions,
)
from sound.tones import RATE, tone


@pytest.mark.parametrize("semitones", [-7.0, -2.0, -0.37, 0.5, 2.0, 12.0])
def test_a_bend_moves_every_note_of_its_part_and_no_other(semitones: float) -> None:
    """Held and new notes lie as many semitones higher within 2 cents, also beyond what one table can be read at."""
    engine = dry()
    engine.apply(on(1, 60))
    engine.apply(on(2, 53, player=THERAPIST))
    play(engine, 0.3)
    engine.apply(Bend(CHILD, semitones))
    play(engine, 0.4)
    engine.apply(on(3, 67))
    play(engine, 0.4)
    sound = play(engine, 1.0)
    for key in (60 + semitones, 67 + semitones, 53):
        assert abs(cents(pitch(sound, key), hz(key))) < 2
    engine.apply(Bend(CHILD, 0.0))
    play(engine, 0.5)
    assert abs(cents(pitch(play(engine, 1.0), 60), hz(60))) < 2


def test_a_bend_makes_no_click() -> None:
    """Bending up and down, over several tables, the second difference stays that of the notes themselves."""
    plain = dry()
    plain.apply(on(1, 79))
    highest = bend_of(play(plain, 1.0)[RATE // 4 :])
    engine = dry()
    engine.apply(on(1, 67))
    play(engine, 0.5)
    for semitones in np.concatenate((np.linspace(0, 12, 60), np.linspace(12, -5, 90))):
        engine.apply(Bend(CHILD, float(semitones)))
        assert bend_of(play(engine, 0.02)) < 1.35 * highest


@pytest.mark.slow
def test_a_finger_slides_a_note_across_the_keys_like_a_theremin() -> None:
    """A glide over two octaves is heard at every pitch on the way, at one level, and the note stays one note."""
    engine = dry()
    engine.apply(on(1, 60))
    play(engine, 0.5)
    levels = []
    for key in np.linspace(60, 84, 200):
        engine.apply(Glide(CHILD, 1, float(key)))
        levels.append(db(play(engine, 0.02)))
    play(engine, 0.3)
    assert engine.sounding == 1
    assert abs(cents(pitch(play(engine, 1.0), 84), hz(84))) < 2
    assert max(levels) - min(levels) < 6
    engine.apply(Glide(CHILD, 1, 66.5))
    play(engine, 0.5)
    assert abs(cents(pitch(play(engine, 1.0), 66.5), hz(66.5))) < 2
    engine.apply(NoteOff(CHILD, 1))
    play(engine, 0.4)
    assert engine.sounding == 0


def test_a_struck_note_that_glides_goes_on_dying_away() -> None:
    """Carried over to other tables a struck note keeps its age: it is not struck anew."""
    struck = tone("struck", 36, 96, 0.6, loop_seconds=0.3, peak=0.1, fall=40.0, release=float("inf"))
    engine = dry(struck)
    engine.apply(on(1, 60))
    before = db(play(engine, 0.5)[-4800:])
    for key in np.linspace(60, 72, 25):
        engine.apply(Glide(CHILD, 1, float(key)))
        play(engine, 0.02)
    assert db(play(engine, 0.1)) < before - 15


def test_interpolation_is_clean() -> None:
    """A sine and its octave, read at another speed, come with nothing else down to 70 dB below."""
    engine = dry()
    engine.apply(Bend(CHILD, 0.31))
    engine.apply(on(1, 84))
    play(engine, 0.5)
    sound = play(engine, 1.0)[:, 0]
    power = np.abs(np.fft.rfft(sound * np.blackman(sound.size))) ** 2
    top = int(np.argmax(power))
    rest = np.concatenate((power[100 : top - 40], power[top + 40 : 2 * top - 80], power[2 * top + 80 :]))
    assert 10 * np.log10(rest.max() / power[top]) < -70


def test_vibrato_wavers_around_the_pitch() -> None:
    """At full depth the pitch goes half a semitone to either side, five times a second; at none it rests."""
    engine = dry()
    engine.apply(Vibrato(CHILD, 1.0))
    engine.apply(on(1, 72))
    play(engine, 0.5)
    line = envelope(play(engine, 2.0)[:, 0], RATE, hz(72), 120)
    moved = np.gradient(np.unwrap(np.angle(line))) * RATE / (2 * np.pi)
    away = 12 * np.log2(1 + moved[4800:-4800] / hz(72))
    assert away.max() == pytest.approx(0.5, abs=0.08)
    assert away.min() == pytest.approx(-0.5, abs=0.08)
    turns = np.count_nonzero(np.diff(np.sign(away)) > 0)
    assert turns == pytest.approx(5.2 * away.size / RATE, abs=1.5)


@pytest.mark.parametrize(("key", "semitones"), [(94, 4.0), (38, -4.0), (96, 5.0), (36, -6.0)])
def test_at_the_ends_of_the_range_a_bend_is_still_in_tune(key: int, semitones: float) -> None:
    """Where no nearer tables are left, those there are go on being read, up to seven semitones beyond."""
    engine = dry()
    engine.apply(on(1, key))
    play(engine, 0.2)
    engine.apply(Bend(CHILD, semitones))
    play(engine, 0.5)
    assert abs(cents(pitch(play(engine, 1.0), key + semitones), hz(key + semitones))) < 2


def test_a_note_that_cannot_bend_further_holds_up_no_other() -> None:
    """A note at the top of the range stays where it can be; the one below it follows the wheel all the way."""
    engine = dry()
    engine.apply(on(1, 96, velocity=0.2))
    engine.apply(on(2, 60))
    engine.apply(Bend(CHILD, 12.0))
    play(engine, 1.0)
    assert abs(cents(pitch(play(engine, 1.0), 72), hz(72))) < 2


def test_a_glide_is_folded_into_the_range_as_its_strike_was() -> None:
    """A key above the range sounds octaves lower, and slides from there: a little way is a little way."""
    engine = dry(tone("low", 48, 72, loop_seconds=0.4, peak=0.1))
    engine.apply(on(1, 80))
    play(engine, 0.3)
    engine.apply(Glide(CHILD, 1, 80.5))
    play(engine, 0.5)
    assert abs(cents(pitch(play(engine, 1.0), 68.5), hz(68.5))) < 2


def test_a_bend_set_while_the_part_rests_is_there_at_once() -> None:
    """A wheel that moved while only others played does not scoop the next note."""
    engine = dry()
    engine.apply(on(1, 48, player=THERAPIST))
    play(engine, 0.1)
    engine.apply(Bend(CHILD, 2.0))
    engine.apply(on(2, 72))
    line = envelope(play(engine, 0.1)[:, 0], RATE, hz(74), 400)
    turned = np.unwrap(np.angle(line))[480:960]
    away = 1200 * np.log2(1 + np.polyfit(np.arange(turned.size) / RATE, turned, 1)[0] / (2 * np.pi) / hz(74))
    assert abs(away) < 30


def test_a_bend_never_turns_into_another_sound() -> None:
    """A note whose neighbour's key has something else in its place stays on its own tables."""
    base = with_regions({})
    regions = list(base.regions)
    for key in range(64, 97):
        (region,) = regions[key - 36]
        regions[key - 36] = (replace(region, group=3, soft=base.at(40)[0].soft, bright=base.at(40)[0].soft),)
    engine = dry(replace(base, regions=tuple(regions)))
    engine.apply(on(1, 61))
    play(engine, 0.2)
    engine.apply(Glide(CHILD, 1, 65.0))
    play(engine, 0.5)
    assert abs(cents(pitch(play(engine, 1.0), 65), hz(65))) < 2
