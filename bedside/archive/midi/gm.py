"""Map General MIDI programs to our instruments and back.

Programs and channels count from 0. After General MIDI System Level 1 (RP-003).
"""

from __future__ import annotations

DRUM_CHANNEL = 9

# By families of eight programs.
_FAMILIES = (
    "piano",
    "marimba",  # pitched percussion
    "organ",
    "guitar",
    "bass",
    "pad",  # bowed strings
    "pad",  # ensembles
    "organ",  # brass
    "organ",  # reeds
    "flute",
    "organ",  # leads of synthesizers
    "pad",
    "pad",  # atmospheres
    "guitar",  # plucked strings of the world
    "drum",
    "nature",
)

# Programs that sound unlike their family.
_EXCEPTIONS = {
    6: "harp",  # harpsichord
    7: "guitar",  # clavinet
    8: "musicbox",  # celesta
    9: "glockenspiel",
    10: "musicbox",
    14: "bell",
    15: "harp",  # dulcimer
    45: "harp",  # pizzicato
    46: "harp",
    47: "drum",  # timpani
    52: "choir",
    53: "choir",
    54: "choir",
    61: "pad",  # brass sections
    62: "pad",
    63: "pad",
    71: "flute",  # clarinet
    80: "flute",  # square wave
    82: "flute",  # calliope
    83: "flute",  # chiff
    84: "guitar",  # charang
    85: "choir",  # voice
    87: "bass",
    91: "choir",
    92: "bowl",  # bowed glass
    93: "bowl",  # metallic
    94: "choir",  # halo
    96: "musicbox",  # rain
    98: "bell",  # crystal
    101: "choir",  # goblins
    107: "harp",  # koto
    108: "kalimba",
    109: "organ",  # bagpipe
    110: "pad",  # fiddle
    111: "organ",  # shanai
    112: "glockenspiel",  # tinkle bell
    113: "bell",  # agogo
    114: "handpan",  # steel drums
    120: "guitar",  # fret noise
    121: "flute",  # breath
    124: "bell",  # telephone
    127: "drum",  # gunshot
}

# For keys of our drums, the General MIDI percussion keys that sound most like them.
_TONE = 62
_DRUM_KEYS = {
    39: (35, 36),  # frame drum: bass drums
    46: (41, 43),  # djembe's bass: floor toms
    50: (45, 47, 64, 66, 79),  # djembe's open tone, low: low toms, low conga and timbale, open cuica
    _TONE: (48, 61, 63, 65, 78),  # open tone: toms, low bongo, open conga, high timbale, muted cuica
    74: (50,),  # open tone, high: the high tom
    65: (38, 39, 40, 62),  # slap: snares, a clap, the muted conga
    77: (60,),  # slap, high: the high bongo
    53: (42, 44, 46, 54, 58, 69),  # shaker: hi-hats, tambourine, vibraslap, cabasa
    72: (70, 71, 72, 73, 74),  # shaker, high: maracas, whistles, guiros
    56: (37, 68, 77),  # wood block, low: side stick, low agogo, low wood block
    68: (56, 67, 76),  # wood block: cowbell, high agogo, high wood block
    80: (75,),  # wood block, high: claves
    58: (49, 52, 55, 57, 81),  # cymbal: crash, china and splash, the open triangle
    70: (51, 53, 59, 80),  # cymbal with a hand on it: rides, the muted triangle
}
_DRUM_KEY_OF = {key: ours for ours, keys in _DRUM_KEYS.items() for key in keys}

_PROGRAMS = {
    "harp": 46,
    "piano": 0,
    "guitar": 24,
    "musicbox": 10,
    "kalimba": 108,
    "marimba": 12,
    "glockenspiel": 9,
    "handpan": 114,
    "bowl": 92,
    "bell": 14,
    "pad": 89,
    "choir": 53,
    "flute": 73,
    "organ": 20,
    "bass": 32,
    "drum": 116,
    "nature": 122,
}


def instrument_of(program: int, channel: int) -> str:
    """Return the instrument for a program 0–127 on a channel 0–15."""
    if channel == DRUM_CHANNEL:
        return "drum"
    return _EXCEPTIONS.get(program, _FAMILIES[program // 8])


def program_of(instrument: str) -> int | None:
    """Return the program that sounds most like an instrument, None for an unknown instrument."""
    return _PROGRAMS.get(instrument)


def drum_key(key: int) -> int:
    """Return the key of our drums for a General MIDI percussion key 0–127; an open tone where there is none."""
    return _DRUM_KEY_OF.get(key, _TONE)
