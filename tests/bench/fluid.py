"""FluidSynth as Debian has it: its command line, and how many voices its library says sound."""

from __future__ import annotations

import ctypes
from pathlib import Path

RATE = 48000
SOUNDS = Path("/usr/share/sounds/sf2/TimGM6mb.sf2")
MISSING = "FluidSynth or its sounds are missing; `make bench` installs them (Debian: fluidsynth, timgm6mb-soundfont)"


def command(file: Path, voices: int) -> list[str]:
    """Return the command that renders a MIDI file, as floats, to nowhere: with reverb, without chorus, on one core."""
    options = {
        "synth.polyphony": voices,
        "synth.cpu-cores": 1,
        "synth.reverb.active": 1,
        "synth.chorus.active": 0,
    }
    set_to = [word for name, value in options.items() for word in ("-o", f"{name}={value}")]
    sound = ["-F", "/dev/null", "-T", "raw", "-O", "float", "-r", str(RATE)]
    return ["fluidsynth", "-n", "-i", "-q", *sound, *set_to, str(SOUNDS), str(file)]


def sounding(file: Path, voices: int, seconds: int) -> list[int]:
    """Return how many voices sound after each hundredth of a second of a MIDI file."""
    library = ctypes.CDLL("libfluidsynth.so.3")
    for name in ("new_fluid_settings", "new_fluid_synth", "new_fluid_player"):
        getattr(library, name).restype = ctypes.c_void_p
    library.fluid_settings_setnum.argtypes = [ctypes.c_void_p, ctypes.c_char_p, ctypes.c_double]
    settings = ctypes.c_void_p(library.new_fluid_settings())
    library.fluid_settings_setnum(settings, b"synth.sample-rate", float(RATE))
    library.fluid_settings_setint(settings, b"synth.polyphony", voices)
    library.fluid_settings_setint(settings, b"synth.chorus.active", 0)
    library.fluid_settings_setstr(settings, b"player.timing-source", b"sample")
    synth = ctypes.c_void_p(library.new_fluid_synth(settings))
    library.fluid_synth_sfload(synth, bytes(SOUNDS), 1)
    player = ctypes.c_void_p(library.new_fluid_player(synth))
    library.fluid_player_add(player, bytes(file))
    library.fluid_player_play(player)
    frames = RATE // 100
    left, right = (ctypes.c_float * frames)(), (ctypes.c_float * frames)()
    counted = []
    for _ in range(seconds * 100):
        library.fluid_synth_write_float(synth, frames, left, 0, 1, right, 0, 1)
        counted.append(int(library.fluid_synth_get_active_voice_count(synth)))
    library.delete_fluid_player(player)
    library.delete_fluid_synth(synth)
    library.delete_fluid_settings(settings)
    return counted
