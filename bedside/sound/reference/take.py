"""The reference take: half a minute in which every shipped instrument and every stage of the engine takes part.

It is never changed: its hash says whether two machines, or two versions of the program, sound the same.
"""

from __future__ import annotations

from collections.abc import Iterator

from bedside.music.events import (
    AllOff,
    Bend,
    Event,
    Expression,
    Glide,
    Lead,
    Level,
    Lost,
    NoteOff,
    NoteOn,
    Pedal,
    Performed,
    Player,
    Profile,
    Program,
    Resumed,
    Reverb,
    Shape,
    Source,
    StillHeld,
    Stop,
    TakeBegan,
    TakeEnded,
    Vibrato,
)

RATE = 48_000
BLOCK = 128

# The instruments of the take. One that is shipped later has tables of its own to compare.
INSTRUMENTS = (
    *("harp", "piano", "guitar", "musicbox", "kalimba", "marimba", "glockenspiel", "handpan", "bowl", "bell"),
    *("pad", "choir", "flute", "organ", "bass", "drum", "nature"),
)

_SEED = 0x5EED_BED5
_SECONDS = 30.0

# The keys of a chord that every instrument can play, two of them outside the range of most.
_SPREAD = (24, 43, 55, 60, 64, 67, 72, 79, 86, 105)


def reference_take() -> list[Performed]:
    """Return the reference take: four players, with about 300 notes."""
    timed = [*_settings(), *_each_instrument(), *_crowd(), *_loss(), *_quiet_and_night(), *_stop(), *_burst()]
    # A stable sort keeps the order of what is simultaneous.
    timed.sort(key=lambda each: each[0])
    began = Performed(0, TakeBegan(_SEED, RATE, BLOCK, 0.25))
    ended = Performed(_frame(_SECONDS), TakeEnded())
    return [began, *(Performed(_frame(seconds), event) for seconds, event in timed), ended]


def _frame(seconds: float) -> int:
    """Return a frame near these seconds, a multiple of a quarter of a block: a note may begin within one."""
    return round(seconds * RATE) // (BLOCK // 4) * (BLOCK // 4)


def _settings() -> Iterator[tuple[float, Event]]:
    """Yield the settings that the take begins with."""
    yield 0.0, Reverb("hall")
    yield 0.0, Profile("ward")
    yield 0.0, Lead(Player.CHILD)
    for player, db, pan in zip(Player, (0.0, -1.5, -3.0, -6.0), (-0.5, 0.4, 0.9, -0.1), strict=True):
        yield 0.0, Level(player, db, pan)


def _each_instrument() -> Iterator[tuple[float, Event]]:
    """Yield a phrase on each instrument in turn, from 0 s to 12 s, through five rooms."""
    for number, name in enumerate(INSTRUMENTS):
        at = 0.7 * number
        yield at, Program(Player.CHILD, name)
        for step, (key, velocity) in enumerate(((60, 0.08), (65, 0.45), (72, 1.0), (77 - number, 0.7))):
            note = 100 * number + step
            began = at + 0.15 * step
            yield began, NoteOn(Player.CHILD, note, key, velocity, (step + number) % 5 / 4, Source.TOUCH)
            yield began + 0.1 + 0.11 * (number % 4), NoteOff(Player.CHILD, note)
            # The same key again: another turn of it.
            if step == 2:
                yield began + 0.08, NoteOn(Player.CHILD, note + 50, key, 0.9, 0.2, Source.TOUCH)
                yield began + 0.9, NoteOff(Player.CHILD, note + 50)
        yield at + 0.2, Shape(Player.CHILD, 100 * number + 1, 0.9 - number % 3 * 0.4)
        # The other hand glides and bends on the instrument of the other end of the row.
        note = 100 * number
        yield at, Program(Player.THERAPIST, INSTRUMENTS[-1 - number])
        yield at + 0.05, NoteOn(Player.THERAPIST, note, 57 + number % 7, 0.6, 0.5, Source.MIDI)
        for step in range(1, 8):
            yield at + 0.05 + 0.06 * step, Glide(Player.THERAPIST, note, 57 + number % 7 + 0.37 * step * (-1) ** number)
        yield at + 0.6, NoteOff(Player.THERAPIST, note)
    for at, room in ((2.0, "water"), (4.0, "space"), (4.05, "snow"), (6.5, "wood"), (8.5, "nearby"), (10.5, "chamber")):
        yield at, Reverb(room)
    for step in range(40):
        yield 3.0 + 0.05 * step, Bend(Player.THERAPIST, 2.0 - 0.1 * step)
        yield 5.5 + 0.05 * step, Vibrato(Player.CHILD, step % 20 / 19)
        yield 8.0 + 0.03 * step, Expression(Player.CHILD, 1 - step % 20 / 24)
    yield 5.2, Bend(Player.THERAPIST, 0.0)
    yield 7.6, Vibrato(Player.CHILD, 0.0)
    yield 9.3, Expression(Player.CHILD, 1.0)


def _crowd() -> Iterator[tuple[float, Event]]:
    """Yield forty hard notes of each player, more than there are voices, from 12.2 s to 16 s; half of them bend."""
    for player, names in zip(
        Player, (("organ", "piano"), ("choir", "harp"), ("pad", "bell"), ("flute", "bass")), strict=True
    ):
        for half, name in enumerate(names):
            at = 12.2 + 1.5 * half
            yield at, Program(player, name)
            for step in range(20):
                note = 5000 + 100 * half + step
                key = _SPREAD[step % 10] + step // 10 * 5 + player
                yield at + 0.02 * step, NoteOn(player, note, key, 1.0 - step % 3 * 0.02, 1.0, Source.MIDI)
            yield at + 0.45, StillHeld(player, 5000 + 100 * half)
            yield at + 0.5, Bend(player, 1.3 - player)
            yield at + 0.8, Vibrato(player, 0.25 * player)
            yield at + 1.2, Bend(player, 0.0)
            yield at + 1.2, Vibrato(player, 0.0)
        yield 13.6, Pedal(player, player != Player.CHILD2)
        for step in range(20):
            yield 14.3 + 0.01 * step, NoteOff(player, 5000 + step)
            yield 14.9 + 0.01 * step, NoteOff(player, 5100 + step)
        yield 15.6, Pedal(player, False)
    yield 15.9, AllOff(Player.PARTNER)


def _loss() -> Iterator[tuple[float, Event]]:
    """Yield a loss of the sound for half a second, at 16.2 s, with a note played meanwhile and one held over it."""
    yield 16.0, Program(Player.CHILD, "piano")
    yield 16.0, NoteOn(Player.CHILD, 6000, 64, 0.8, 0.6, Source.TOUCH)
    yield 16.2, Lost()
    yield 16.4, NoteOn(Player.CHILD, 6001, 67, 0.8, 0.6, Source.TOUCH)
    yield 16.5, Reverb("space")
    yield 16.7, Resumed(0.4)
    yield 16.8, NoteOn(Player.CHILD2, 6002, 60, 0.8, 0.6, Source.KEYS)
    yield 17.6, NoteOff(Player.CHILD2, 6002)
    yield 17.7, NoteOff(Player.CHILD, 6000)
    yield 17.7, NoteOff(Player.CHILD, 6001)


def _quiet_and_night() -> Iterator[tuple[float, Event]]:
    """Yield the same chords, hard, in the two softer profiles, from 18 s to 25 s."""
    for at, profile in ((18.0, "quiet"), (21.5, "night")):
        yield at, Profile(profile)
        yield at, Lead(Player.THERAPIST)
        for player, name in zip(Player, ("marimba", "drum", "choir", "nature"), strict=True):
            yield at, Program(player, name)
            for step in range(12):
                note = 7000 + step
                began = at + 0.1 + 0.22 * step
                yield began, NoteOn(player, note, 48 + 3 * step % 25 + player, 0.4 + step / 20, step / 11, Source.MIDI)
                yield began + 0.5, NoteOff(player, note)


def _stop() -> Iterator[tuple[float, Event]]:
    """Yield a stop in the midst of sound, at 25.5 s, and the sound after it, in a loud and a soft part."""
    yield 25.0, Profile("ward")
    for step, player in enumerate(Player):
        yield 25.1, Program(player, "organ" if player == Player.CHILD else "guitar")
        yield 25.1, NoteOn(player, 8000, 55 + 4 * step, 0.9, 0.5, Source.MIDI)
    yield 25.5, Stop()
    yield 26.1, Level(Player.CHILD, -20.0, 0.0)
    yield 26.1, Level(Player.PARTNER, -70.0, 0.0)
    for step, player in enumerate(Player):
        yield 26.2 + 0.1 * step, NoteOn(player, 8001, 52 + 5 * step, 0.5, 0.3, Source.MIDI)
        yield 27.2, NoteOff(player, 8001)


def _burst() -> Iterator[tuple[float, Event]]:
    """Yield chords that are struck as one after near silence, at 28.5 s: the limiter acts before the loudness guard."""
    for player, name in zip(Player, ("musicbox", "musicbox", "musicbox", "glockenspiel"), strict=True):
        yield 28.4, Program(player, name)
        yield 28.4, Level(player, 12.0, 0.2 * player - 0.3)
        for step in range(8):
            yield 28.48, NoteOn(player, 9000 + step, 78 + 12 * (player // 3), 1.0, 1.0, Source.MIDI)
            yield 29.0 + 0.01 * step, NoteOff(player, 9000 + step)
