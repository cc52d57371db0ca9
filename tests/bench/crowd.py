"""Music for a crowd of voices: a MIDI file that asks for twice as many as a synthesiser may play, at every instant.

So the limit alone says how many sound, whatever a synthesiser makes of a note's end.
"""

from __future__ import annotations

from pathlib import Path

import mido

CHANNELS = 4
KEYS = range(36, 100)

# For each kind of music a program of General MIDI, from 0, for each channel, and for how many seconds a note is held.
KINDS = {"held": ((48, 89, 50, 91), 6.0), "struck": ((46, 46, 46, 46), 3.0)}

_TICKS_PER_SECOND = 960


def write(file: Path, voices: int, seconds: int, kind: str) -> None:
    """Write a MIDI file of strings and pads ("held") or harps ("struck") in which ``voices``, up to 128, always sound.

    Notes begin at even intervals, each on a channel and key on which nothing sounds.
    """
    programs, lasting = KINDS[kind]
    step = lasting / (2 * voices)
    timed: list[list[tuple[int, int, mido.Message]]] = [[] for _ in programs]
    for note in range(int(seconds / step)):
        # An odd factor leads through all places, and neighbours in time lie far apart.
        place = note * 77 % (CHANNELS * len(KEYS))
        channel, key = place % CHANNELS, KEYS[place // CHANNELS]
        words = {"channel": channel, "note": key}
        begin, end = note * step, min(note * step + lasting * 0.99, seconds)
        timed[channel].append((_tick(begin), 1, mido.Message("note_on", velocity=60 + note * 13 % 40, **words)))
        timed[channel].append((_tick(end), 0, mido.Message("note_off", **words)))
    score = mido.MidiFile(type=1, ticks_per_beat=_TICKS_PER_SECOND // 2)
    for channel, program in enumerate(programs):
        track = mido.MidiTrack([mido.Message("program_change", channel=channel, program=program)])
        before = 0
        for tick, _, message in sorted(timed[channel], key=lambda item: item[:2]):
            track.append(message.copy(time=tick - before))
            before = tick
        score.tracks.append(track)
    score.save(file)


def _tick(seconds: float) -> int:
    return round(seconds * _TICKS_PER_SECOND)
