"""Each control of the child's, touched on the screen: heard at the sound card, and in the ledger with who chose."""

import time
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from bedside.music.events import Event, Lead, NoteOn, Player, Program, Source
from bedside.sound.library import catalogue
from bedside.stage.input.seats import Control
from e2e.bed import (
    button,
    events,
    listen,
    pads,
    sides,
    spot,
    takes,
    tap_until_heard,
    wait_for_silence,
)
from e2e.control import Glance, ledger, pick, press, until_chosen
from e2e.hearing import hertz, level_db, pitch
from e2e.rig.program import Program as RunningProgram
from e2e.rig.soundcard import SoundCard
from e2e.rig.touchscreen import Touchscreen

NAMES = [recipe.name for recipe in catalogue.recipes(None)]

# A control that was touched does not act again at once; see `choices`.
AGAIN_SECONDS = 0.8

# What is played to be heard again: pads whose keys are no partials of each other, held and left so many seconds.
PHRASE = ((1, 0.30, 0.15), (3, 0.25, 0.55), (0, 0.30, 0.10), (4, 0.20, 0.80), (2, 0.40, 0.0))

# What plays and hears is a machine that others use too.
RHYTHM_SECONDS = 0.12

# A held organ is now louder, now softer by so much.
STEADY_DB = 5.0


def reach(card: SoundCard, program: RunningProgram, frame: float) -> None:
    """Wait until the card has come to a frame."""
    program.wait_for(lambda: card.end > frame, 30, "the card to go on")


def last(data: Path) -> list[Event]:
    return [each.event for each in takes(data)[-1]]


def played_by(those: list[Event], player: Player) -> list[NoteOn]:
    return [event for event in those if isinstance(event, NoteOn) and event.player == player]


def play_phrase(screen: Touchscreen, tmp_path: Path) -> list[Glance]:
    """Play the phrase, and return looks at the screen between its notes."""
    there, seen = pads(screen), []
    for number, held, left in PHRASE:
        screen.tap(0, *spot(screen, there[number]), held)
        seen.append(Glance(screen, tmp_path))
        time.sleep(left)
    return seen


def onsets(sound: NDArray[np.floating], rate: int, keys: list[int], hop: int = 240) -> NDArray[np.float64]:
    """Return at which second of a mono sound each key is first heard at half its strength, and how strong it is."""
    found = []
    window = np.hanning(29)
    for key in keys:
        turned = sound * np.exp(-2j * np.pi * hertz(key) / rate * np.arange(len(sound)))
        pieces = turned[: len(turned) // hop * hop].reshape(-1, hop).mean(axis=1)
        strength = np.abs(np.convolve(pieces, window / window.sum(), mode="same"))
        found.append((int(np.argmax(strength > strength.max() / 2)) * hop / rate, float(strength.max())))
    return np.array(found).T


def lit(screen: Touchscreen, looks: list[Glance], rest: Glance) -> set[int]:
    """Return the numbers of the pads that shone in any of these looks."""
    return {
        pad.number
        for pad in pads(screen)
        if max(look.light(screen, spot(screen, pad)) for look in looks) > rest.light(screen, spot(screen, pad)) + 25
    }


def still(screen: Touchscreen, folder: Path) -> Glance | None:
    """Return a look at the screen if no pad has changed for half a second."""
    before = Glance(screen, folder)
    time.sleep(0.5)
    now = Glance(screen, folder)
    moved = max(now.difference(before, screen, spot(screen, pad)) for pad in pads(screen))
    return now if moved == 0 else None


def test_the_ear_lets_it_be_heard_again(
    touchscreen: Touchscreen, card: SoundCard, program: RunningProgram, tmp_path: Path
) -> None:
    """What was just played sounds again, in its rhythm and at its keys, and its pads light; listening is no take.

    A touch meanwhile joins in, and the two together are a new take.
    """
    data = program.data
    keys = [pads(touchscreen)[number].key for number, _, _ in PHRASE]
    before = len(takes(data))
    rest = program.wait_for(lambda: still(touchscreen, tmp_path), 30, "the light of the first touch to fade")
    since = card.now()
    shone = play_phrase(touchscreen, tmp_path)
    program.wait_for(lambda: len(played_by(last(data), Player.CHILD)) == 5, 30, "five notes")
    wait_for_silence(card, program)
    original = card.heard(since).mean(axis=1)
    time.sleep(0.5)
    since = card.now()
    press(touchscreen, Control.EAR)
    until_chosen(program, "listen", "", "child")
    program.wait_for(lambda: card.onset(since), 30, "the replay to be heard")
    # Nobody looks at the screen meanwhile: to take a picture of it holds up all who draw on it.
    wait_for_silence(card, program)
    replay = card.heard(since).mean(axis=1)
    one, other = (onsets(sound, card.rate, keys) for sound in (original, replay))
    late = np.abs((other[0] - other[0][0]) - (one[0] - one[0][0]))
    print(f"heard again: at most {late.max() * 1000:.0f} ms off its rhythm, {20 * np.log10(other[1] / one[1])} dB")
    assert (np.diff(one[0]) > 0).all()
    assert late.max() < RHYTHM_SECONDS
    assert np.abs(20 * np.log10(other[1] / one[1])).max() < 6
    # The listening has ended of itself, and is on the disk, as no take.
    reach(card, program, since + len(replay) + 6 * card.rate)
    assert len(takes(data)) == before + 1
    since = card.now()
    press(touchscreen, Control.EAR)
    until_chosen(program, "listen", "", "child", 2)
    program.wait_for(lambda: card.onset(since), 30, "the replay to be heard")
    touchscreen.tap(0, *spot(touchscreen, pads(touchscreen)[8]), 0.2)
    again = []
    while card.heard(card.end - round(0.2 * card.rate)).any():
        again.append(Glance(touchscreen, tmp_path))
    phrase = {number for number, _, _ in PHRASE}
    assert lit(touchscreen, shone, rest) == phrase
    assert lit(touchscreen, again, rest) == phrase | {8}
    assert len(takes(data)) == before + 2
    ons = [each.event for each in takes(data)[-1] if isinstance(each.event, NoteOn)]
    assert [on.key for on in ons if on.source is Source.REPLAY] == keys
    assert [on.key for on in ons if on.source is Source.TOUCH] == [pads(touchscreen)[8].key]
    assert [(choice.what, choice.by) for choice in ledger(data)] == [("listen", "child")] * 2


def test_the_star_and_the_sun(
    touchscreen: Touchscreen, card: SoundCard, program: RunningProgram, tmp_path: Path
) -> None:
    """The star is kept at its frame of its take; the sun gives the lead and takes it; what sounds goes on meanwhile."""
    data = program.data
    star = button(touchscreen, sides(touchscreen)[Player.CHILD], Control.STAR)
    organ = Program(Player.CHILD, "organ")
    # Only in a take is a program change recorded.
    assert tap_until_heard(touchscreen, card, program)
    choose(touchscreen, program, "organ")
    program.wait_for(lambda: organ in last(data), 30, "the organ")
    time.sleep(AGAIN_SECONDS)
    touchscreen.down(0, *spot(touchscreen, pads(touchscreen)[2]))
    before = level_db(listen(card, program, 0.6, after=0.6))
    dark = Glance(touchscreen, tmp_path)
    press(touchscreen, Control.STAR)
    starred = until_chosen(program, "star", "", "child")
    program.wait_for(
        lambda: Glance(touchscreen, tmp_path).difference(dark, touchscreen, star) > 8, 30, "the star to shine"
    )
    since = len(events(data))
    press(touchscreen, Control.SUN)
    given = until_chosen(program, "lead", "therapist", "child")
    program.wait_for(lambda: Lead(Player.THERAPIST) in events(data)[since:], 30, "the lead to be given")
    time.sleep(AGAIN_SECONDS)
    press(touchscreen, Control.SUN)
    taken = until_chosen(program, "lead", "child", "child")
    program.wait_for(lambda: Lead(Player.CHILD) in events(data)[since:], 30, "the lead to be taken")
    after = level_db(listen(card, program, 0.6))
    touchscreen.up(0)
    assert after == pytest.approx(before, abs=STEADY_DB)
    take = takes(data)[-1]
    leads = [(each.frame, each.event.player) for each in take if isinstance(each.event, Lead)]
    assert [player for _, player in leads] == [Player.CHILD, Player.THERAPIST, Player.CHILD]
    frames = [choice.frame for choice in (starred, given, taken) if choice.frame is not None]
    assert len(frames) == 3
    assert frames == sorted(frames)
    # The ledger says when; the record, when it was performed.
    for chosen, (performed, _) in zip(frames[1:], leads[1:], strict=True):
        assert abs(chosen - performed) < card.rate
    assert len({choice.take for choice in ledger(data)}) == 1


def choose(screen: Touchscreen, program: RunningProgram, name: str) -> None:
    """Choose the child's sound by its picture."""
    press(screen, Control.SOUND)
    time.sleep(0.5)
    pick(screen, NAMES.index(name), len(NAMES))
    until_chosen(program, "sound", name, "child")


def test_another_sound_is_chosen_by_its_picture(
    touchscreen: Touchscreen, card: SoundCard, program: RunningProgram
) -> None:
    """What rings goes on while the pictures hang; the organ chosen, a held pad sounds on where the harp's died away."""
    data = program.data
    pad = pads(touchscreen)[2]
    touchscreen.down(0, *spot(touchscreen, pad))
    harp = [level_db(listen(card, program, 0.4, after=0.2)), level_db(listen(card, program, 0.4, after=2.0))]
    touchscreen.up(0)
    touchscreen.down(0, *spot(touchscreen, pad))
    press(touchscreen, Control.SOUND)
    ringing = listen(card, program, 0.8, after=0.2)
    assert np.abs(ringing).max(axis=1).reshape(8, -1).max(axis=1).min() > 1e-4
    touchscreen.up(0)
    pick(touchscreen, NAMES.index("organ"), len(NAMES))
    until_chosen(program, "sound", "organ", "child")
    touchscreen.down(0, *spot(touchscreen, pad))
    first, second = listen(card, program, 0.4, after=0.4), listen(card, program, 0.4, after=2.0)
    touchscreen.up(0)
    organ = [level_db(first), level_db(second)]
    print(f"harp {harp} dB, organ {organ} dB")
    assert harp[1] < harp[0] - 10
    assert organ[1] == pytest.approx(organ[0], abs=STEADY_DB)
    assert pitch(second.mean(axis=1), card.rate, pad.key, 0.03) == pytest.approx(pad.key, abs=0.1)
    chosen = [choice for choice in ledger(data) if choice.what == "sound"]
    assert [(choice.which, choice.by) for choice in chosen] == [("organ", "child")]
    assert Program(Player.CHILD, "organ") in last(data)
